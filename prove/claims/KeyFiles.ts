import * as Claim from "../Claim.ts"

export const claim = Claim.make({
  id: "key-files",
  title: { en: "Key files that are not sound", zh: "有问题的密钥文件" },
  holds: {
    en: "Key files that are cut off, of another kind, encoded otherwise, encrypted with another passphrase, with wrong numbers in them, with elements of their structure taken out or doubled, and with bits turned over: each is refused with a typed error that names the file and the trouble and holds no part of the key, or, where nothing that counts was changed, gives the same key as ever. None takes long, not even one that asks for two thousand million rounds of hashing.",
    zh: "被截断的、种类不对的、以别的方式编码的、以别的口令加密的、数字错误的、结构元素被删去或重复的、比特翻转的密钥文件：每一个都以有类型的错误拒绝，错误指出文件与毛病，且不含密钥的任何部分；若改动之处无关紧要，则得到与原来相同的密钥。没有一个耗时过长，哪怕要求二十亿轮散列。"
  },
  tests: ["packages/node/test/proof/keyFiles.test.ts"],
  figures: {
    files: { en: "key files", zh: "密钥文件", atLeast: 200 },
    refused: { en: "refused, with file and trouble named", zh: "拒绝，并指出文件与毛病", atLeast: 200 },
    same: { en: "the same key as ever", zh: "与原来相同的密钥" },
    others: { en: "another key than the file's", zh: "得到了别的密钥", atMost: 0 },
    slowest: { en: "the slowest, ms", zh: "最慢的，毫秒", atMost: 5000 }
  }
})
