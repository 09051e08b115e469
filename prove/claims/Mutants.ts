import * as Claim from "../Claim.ts"

export const claim = Claim.make({
  id: "mutants",
  title: { en: "Tests of the tests", zh: "对测试的测试" },
  holds: {
    en: "Each source of core and machine is broken in every way that Stryker knows (a condition turned over, a text emptied, a call left out), and the ordinary tests of its package have to notice. What they don't notice changes nothing that can be seen: each of these is named, with its reason, in `prove/mutation/equivalent.json`. Run by `npm run mutate`, which takes about an hour the first time.",
    zh: "以 Stryker 所知的每种方式破坏 core 和 machine 的每个源文件（条件取反、文字清空、调用省略），所在包的普通测试必须察觉。未被察觉的，都不改变任何可见之处：逐一列在 `prove/mutation/equivalent.json` 中并附理由。由 `npm run mutate` 运行，首次约需一小时。"
  },
  tests: ["prove/mutation/mutate.ts"],
  isApart: true,
  figures: {
    mutants: { en: "mutants", zh: "变异体", atLeast: 2000 },
    killed: { en: "noticed", zh: "被察觉" },
    core: { en: "score of core, %", zh: "core 得分，%", atLeast: 95 },
    machine: { en: "score of machine, %", zh: "machine 得分，%", atLeast: 95 },
    equivalent: { en: "not noticed, and named as equivalent", zh: "未被察觉，已列为等价" },
    unnamed: { en: "not noticed, and not named", zh: "未被察觉且未列出", atMost: 0 }
  }
})
