/** `umf-order sign`: the string to sign and the signature of any request. */
import { verify } from "node:crypto"
import { assert, it } from "@effect/vitest"
import { files, publicKey } from "../platform.ts"
import { describeRuns, only, umfOrder } from "../umfOrder.ts"

const sign = (stdin: string | Uint8Array, ...more: ReadonlyArray<string>) =>
  umfOrder(["sign", "--private-key", files.merchantKey, ...more], { stdin })

const request = `{"b": "口罩", "sign": "old", "Z": 1.50, "a": "x y", "none": null, "empty": "", "n": {"d": "4", "c": 3}}`

const refused: ReadonlyArray<readonly [string, string]> = [
  ["&", '{"orderId":"1&payType=WX"}'],
  ["=", '{"orderId":"a=b"}'],
  ["|", '{"orderId":"a|b"}'],
  ["a control character", '{"orderId":"a\\u0007b"}'],
  ["outer white space", '{"orderId":"a "}']
]

const unusable: ReadonlyArray<readonly [string, string | Uint8Array]> = [
  ["an array inside", '{"a":[1]}'],
  ["an object without a field to sign", '{"sign":"x","a":""}'],
  ["a name with =", '{"a=b":"x"}'],
  ["a byte order mark", '\ufeff{"a":"x"}'],
  ["bytes that are not UTF-8", Uint8Array.of(0x7b, 0xff, 0x7d)]
]

describeRuns("umf-order sign", () => {
  it("prints the text and a signature that fits it", async () => {
    const ran = await sign(request)
    assert.strictEqual(ran.code, 0)
    assert.strictEqual(ran.stderr, "")
    assert.deepStrictEqual(Object.keys(only(ran)), ["text", "sign"])
    const text = "Z=1.50&a=x y&b=口罩&c=3&d=4"
    assert.strictEqual(only(ran).text, text)
    const signature = String(only(ran).sign)
    assert.match(signature, /^[A-Za-z0-9+/]{171}=$/)
    const bytes = Buffer.from(signature, "base64")
    assert.isTrue(verify("sha1", Buffer.from(text), publicKey(files.merchantCert), bytes))
  })

  it("leaves out the field named by --sign-field, and only that", async () => {
    const ran = await sign('{"sign":"1","signature":"2"}', "--sign-field", "signature", "--json")
    assert.strictEqual(only(ran).text, "sign=1")
  })

  it.each(refused)("refuses a value with %s: exit 2", async (_, stdin) => {
    const ran = await sign(stdin)
    assert.strictEqual(ran.code, 2)
    assert.strictEqual(ran.stdout, "")
    assert.match(ran.stderr, /^umf-order: The value of "[a-z.]+" must not .*--unchecked/i)
  })

  it("signs all of these with --unchecked", async () => {
    const ran = await sign('{"a":"1&b=2|3","c":" \\u0007"}', "--unchecked")
    assert.strictEqual(ran.code, 0)
    assert.strictEqual(only(ran).text, "a=1&b=2|3&c= \u0007")
  })

  it.each(unusable)("refuses %s: exit 2", async (_, stdin) => {
    const ran = await sign(stdin)
    assert.strictEqual(ran.code, 2)
    assert.strictEqual(ran.stdout, "")
    assert.match(ran.stderr, /^umf-order: /)
  })
})
