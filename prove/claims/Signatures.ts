import * as Claim from "../Claim.ts"

export const claim = Claim.make({
  id: "signatures",
  title: { en: "Signatures", zh: "签名" },
  holds: {
    en: "node:crypto, node-forge and the `openssl` command sign random texts with the same bytes, and agree on true signatures and on wrong ones: turned bits, other texts, keys and hashes, lengths, zero, one, the modulus and what lies near it. Forgeries are refused: Bleichenbacher's cubes for the public exponent 3, trailing garbage, garbage in the parameters, wrong paddings, block types and DigestInfos, even where the private key itself made them. So is every other spelling of a true signature's base64.",
    zh: "node:crypto、node-forge 与 `openssl` 命令对随机文本签出的字节相同，并对正确和错误的签名判断一致：翻转的比特、别的文本、密钥和散列、长度、零、一、模数及其附近。伪造一律拒绝：针对公钥指数 3 的 Bleichenbacher 立方、尾部垃圾、参数中的垃圾、错误的填充、块类型和 DigestInfo，即使由私钥本身签出；真实签名的 base64 换任何写法也一律拒绝。"
  },
  tests: ["packages/node/test/proof/signatures.test.ts"],
  figures: {
    texts: { en: "texts that all three signed alike", zh: "三者签名一致的文本", atLeast: 10_000 },
    bad: {
      en: "wrong signatures that both libraries refused",
      zh: "两个库都拒绝的错误签名",
      atLeast: 100_000
    },
    badByAll: {
      en: "wrong signatures that openssl refused as well",
      zh: "openssl 也拒绝的错误签名",
      atLeast: 10_000
    },
    openssl: { en: "operations of the openssl command", zh: "openssl 命令的操作次数", atLeast: 22_500 },
    forgeries: {
      en: "forgeries that both libraries and openssl refused",
      zh: "两个库与 openssl 都拒绝的伪造",
      atLeast: 170
    },
    laxer: {
      en: "of them believed by node-forge's own check, which is not used here",
      zh: "其中 node-forge 自带的检查（这里不使用）会相信的"
    },
    spellings: { en: "other spellings refused", zh: "拒绝的其他写法", atLeast: 100 }
  }
})
