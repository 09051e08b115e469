/** `umf-order verify`: whether a raw answer is the platform's, and if not, why. */
import { assert, it } from "@effect/vitest"
import { files, platformSign } from "../platform.ts"
import { describeRuns, only, umfOrder } from "../umfOrder.ts"

const verify = (stdin: string | Uint8Array, ...more: ReadonlyArray<string>) =>
  umfOrder(["verify", "--platform-cert", files.platformCert, ...more], { stdin })

/** A text whose signature satisfies `wanted`, and the signature. */
const signedWith = (wanted: RegExp): readonly [string, string] => {
  for (let index = 0; ; index++) {
    const sign = platformSign(`text-${index}`)
    if (wanted.test(sign)) return [`text-${index}`, sign]
  }
}

const answer = (value: string, sign: string) => JSON.stringify({ retMsg: value, sign })

/** Not valid, and why. Each but the first is what somebody could make of a true answer. */
const invalid: ReadonlyArray<readonly [string, () => string | Uint8Array, string]> = [
  ["an array", () => "[]", "NotAnObject"],
  ["an array inside", () => `{"a":["b"],"sign":"${platformSign("b")}"}`, "NoSigningRule"],
  ["a byte order mark", () => `\ufeff${answer("b", platformSign("b"))}`, "NotJson"],
  ["bad JSON", () => answer("b", platformSign("b")).slice(0, -1), "NotJson"],
  [
    "bytes that are not UTF-8",
    () => Buffer.from(`{"a":"\xe9","sign":"${platformSign("\ufffd")}"}`, "latin1"),
    "NotUtf8"
  ],
  ["no signature", () => '{"a":"b"}', "NoSignature"],
  [
    "url-safe base64",
    () => {
      const [text, sign] = signedWith(/[+/]/)
      return answer(text, sign.replaceAll("+", "-").replaceAll("/", "_"))
    },
    "SignatureMalformed"
  ],
  [
    "white space in the base64",
    () => answer("b", platformSign("b").replace(/^.{76}/, "$&\r\n")),
    "SignatureMalformed"
  ],
  ["a value that was changed", () => answer("c", platformSign("b")), "SignatureWrong"]
]

describeRuns("umf-order verify", () => {
  it("valid: unknown fields, numbers as they stand, nothing for null", async () => {
    const text = "1.50|x y|口罩|3|4"
    const json = `{"b": "口罩", "sign": "${platformSign(text)}", "Z": 1.50, "a": "x y", "none": null, "empty": "", "n": {"d": "4", "c": 3}}\n`
    const ran = await verify(json)
    assert.strictEqual(ran.code, 0)
    assert.strictEqual(ran.stderr, "")
    assert.deepStrictEqual(only(ran), { valid: true, text })
  })

  it("valid: the signature in the field named by --sign-field", async () => {
    const json = JSON.stringify({ sign: "1", signature: platformSign("1") })
    const ran = await verify(json, "--sign-field", "signature", "--json")
    assert.deepStrictEqual([ran.code, only(ran)], [0, { valid: true, text: "1" }])
  })

  it.each(invalid)("not valid: %s: exit 1", async (_, input, why) => {
    const ran = await verify(input())
    assert.strictEqual(ran.code, 1)
    assert.strictEqual(only(ran).valid, false)
    assert.match(String(only(ran).reason), new RegExp(`^${why}: .{10}`))
  })
})
