import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { isWellFormed, refusal, wireText } from "../src/Text.ts"
import { anyText, runs } from "./support/Property.ts"

const decode = Schema.decodeUnknownResult(wireText(8))

const messageOf = (input: unknown): string => {
  const result = decode(input)
  return Result.isFailure(result) ? String(result.failure) : "believed"
}

describe("Text", () => {
  it.each([
    ["an ampersand", "a&b", /must not contain "&"/],
    ["an equals sign", "a=b", /must not contain "="/],
    ["a bar", "a|b", /must not contain "\|"/],
    ["a null character", "a\u0000b", /control characters/],
    ["a line feed", "a\nb", /control characters/],
    ["a delete character", "a\u007fb", /control characters/],
    ["a C1 control character", "a\u0085b", /control characters/],
    ["a space before", " ab", /begin or end with white space/],
    ["a space after", "ab ", /begin or end with white space/],
    ["an ideographic space after", "ab\u3000", /begin or end with white space/],
    ["a no-break space before", "\u00a0ab", /begin or end with white space/],
    ["a byte order mark before", "\ufeffab", /begin or end with white space/],
    ["a lone high surrogate", "a\ud83d", /lone surrogate/],
    ["a lone low surrogate", "\ude00a", /lone surrogate/],
    ["two surrogates in the wrong order", "\ude00\ud83d", /lone surrogate/],
    ["nothing", "", /must not be empty/],
    ["more than 8 characters", "123456789", /must not be longer than 8 characters/]
  ])("given %s, then it is refused and the message says why", (_, text, why) => {
    assert.match(messageOf(text), why)
    if (text !== "" && text.length <= 8) assert.match(refusal(text) ?? "", why)
  })

  it.each([
    ["8 characters", "12345678"],
    ["inner white space", "a b"],
    ["Chinese", "订单号"],
    ["a pair of surrogates", "\ud83d\ude00"],
    ["other punctuation", "a-b_c.:/"]
  ])("given %s, then it may enter a signing text", (_, text) => {
    assert.isUndefined(refusal(text))
    assert.deepStrictEqual(decode(text), Result.succeed(text))
  })

  it("given something else than text, then it is refused", () => {
    assert.notStrictEqual(messageOf(1), "believed")
    assert.notStrictEqual(messageOf(null), "believed")
  })

  it("property: well-formed is what UTF-8 writes without loss", () => {
    fc.assert(
      fc.property(anyText(4), fc.integer({ min: 0xd7f0, max: 0xe010 }), (text, code) => {
        const spiked = text + String.fromCharCode(code) + text
        for (const candidate of [text, spiked]) {
          const survives = Buffer.from(candidate, "utf8").toString("utf8") === candidate
          assert.strictEqual(isWellFormed(candidate), survives)
        }
      }),
      runs(500)
    )
  })

  it("property: what is accepted can't be read as two fields and survives UTF-8", () => {
    const spice = fc.constantFrom("&", "=", "|", "\t", " ", "\ud800", "\u0081", "中", "x")
    fc.assert(
      fc.property(
        fc.array(fc.oneof(spice, fc.string({ minLength: 1, maxLength: 2 })), { maxLength: 4 }),
        (parts) => {
          const text = parts.join("")
          const isFine =
            text.length > 0 &&
            text.length <= 8 &&
            !/[&=|\p{Cc}]/u.test(text) &&
            text === text.trim() &&
            Buffer.from(text, "utf8").toString("utf8") === text
          assert.strictEqual(Result.isSuccess(decode(text)), isFine, JSON.stringify(text))
        }
      ),
      runs(1000)
    )
  })
})
