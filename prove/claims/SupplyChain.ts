import * as Claim from "../Claim.ts"

export const claim = Claim.make({
  id: "supply-chain",
  title: { en: "What is installed, packed and kept", zh: "安装、打包与存放的内容" },
  holds: {
    en: "Everything that comes along with the packages may be sold along, and runs nothing when it is installed. The tarballs hold code, sources, declarations, page and licence, and nothing else. What the doors show of types is what was reviewed. No file of the repository, now or in any commit that is here, holds a secret but the keys that the project made for its tests. Where the registry answers an audit, it knows of no flaw in what users get: a flaw fails the proof. Where it does not answer, that stands below as 0 audits, and nothing is said about known flaws; the workflow that publishes stops then.",
    zh: "随各包而来的一切都可以一同销售，安装时不运行任何东西。打出的包里只有代码、源码、类型声明、页面和许可证，别无其他。各入口显示的类型与评审过的一致。仓库的文件，无论当前还是此处任何一个提交里的，除项目为测试制作的密钥外不含秘密。软件包仓库若应答审计，则它不知道用户所得内容有任何漏洞：有漏洞则证明失败。它若不应答，下面记为 0 次审计，对已知漏洞不作任何说明；发布工作流此时会停止。"
  },
  tests: ["packages/node/test/proof/supplyChain.test.ts"],
  figures: {
    installed: {
      en: "packages that a user gets, these included",
      zh: "用户得到的包，含本项目的",
      atLeast: 10
    },
    unsellable: {
      en: "of these, under a licence that does not allow selling",
      zh: "其中许可证不允许销售的",
      atMost: 0
    },
    installSteps: { en: "of these, steps that run at installation", zh: "其中安装时运行的步骤", atMost: 0 },
    packed: { en: "files in the tarballs", zh: "打包的文件", atLeast: 500 },
    notMeant: { en: "faults of the tarballs", zh: "打包内容的差错", atMost: 0 },
    declarations: {
      en: "files of declarations that a door reaches",
      zh: "各入口可达的声明文件",
      atLeast: 100
    },
    unreviewed: {
      en: "lines of these that differ from the reviewed ones",
      zh: "其中与评审过的不同的行",
      atMost: 0
    },
    searched: { en: "files searched for secrets", zh: "搜索过秘密的文件", atLeast: 500 },
    searchedHistory: { en: "earlier contents searched for secrets", zh: "搜索过秘密的历史内容" },
    secrets: { en: "secrets found", zh: "发现的秘密", atMost: 0 },
    audits: {
      en: "audits that the registry answered; 0: known flaws were not looked up",
      zh: "软件包仓库应答的审计；0 表示未查询已知漏洞"
    }
  }
})
