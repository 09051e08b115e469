import * as Claim from "../Claim.ts"

export const claim = Claim.make({
  id: "key-files",
  title: { en: "Key files that are not sound", zh: "有问题的密钥文件" },
  holds: {
    en: "Key files that are cut off, of another kind or algorithm, encoded or labelled otherwise, encrypted with another passphrase, with wrong numbers in them (an exponent of 1, even, tiny or enormous ones, primes that don't make up the modulus), with elements of their structure taken out or doubled, with bits turned over, and paths that lead to no file or to one without end: each is refused with a typed error that names the file and the trouble and holds no part of the key, or, where nothing that counts was changed, gives the same key as ever. None takes long, not even one that asks for two thousand million rounds of hashing. `umf-order keys show` says the same and ends with 2. Only a public key whose numbers were changed into other safe ones is taken for what it says: nobody can know. A file that nobody may read can't be tried as root, whom nothing stops.",
    zh: "被截断的、种类或算法不对的、编码或标签不同的、用别的口令加密的、数字错误的（指数为 1，偶数、过小或过大的数，素数之积不等于模数）、结构元素被删去或重复的、比特翻转的密钥文件，以及指向非文件或无尽文件的路径：每一个都以有类型的错误拒绝，错误指出文件与毛病，且不含密钥的任何部分；若改动之处无关紧要，则得到与原来相同的密钥。没有一个耗时过长，哪怕要求二十亿轮散列。`umf-order keys show` 给出同样的说明，并以退出码 2 结束。只有公钥的数字被改成另一组安全的数字时，才会照其所写接受，因为无从得知。无权读取的文件无法以 root 身份试验，因为权限对 root 无效。"
  },
  tests: ["packages/node/test/proof/keyFiles.test.ts"],
  figures: {
    files: { en: "key files", zh: "密钥文件", atLeast: 200 },
    refused: { en: "refused, with file and trouble named", zh: "拒绝，并指出文件与毛病", atLeast: 200 },
    same: { en: "the same key as ever", zh: "与原来相同的密钥" },
    others: { en: "another key than the file's", zh: "得到了别的密钥", atMost: 0 },
    unknowable: {
      en: "public keys whose changed numbers are safe ones too",
      zh: "数字被改动、但同样安全的公钥"
    },
    commands: {
      en: "files of which the command said the same",
      zh: "命令行给出同样说明的文件",
      atLeast: 40
    },
    slowest: { en: "the slowest, ms", zh: "最慢的，毫秒", atMost: 5000 }
  }
})
