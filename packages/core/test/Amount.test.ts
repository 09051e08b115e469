import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import * as Amount from "../src/Amount.ts"
import { runs } from "./support/Property.ts"

const decode = Schema.decodeUnknownResult(Amount.FromWire)
const encode = Schema.encodeSync(Amount.FromWire)
const fens = fc.bigInt({ min: 0n, max: 10n ** 18n - 1n })

describe("Amount", () => {
  it.each([
    ["0", 0n],
    ["1", 1n],
    ["000000008888", 8888n],
    ["000000000000000000", 0n],
    ["999999999999999999", 999999999999999999n]
  ])("given %s on the wire, then it is %s fen", (text, fen) => {
    assert.isTrue(Amount.isWire(text))
    assert.strictEqual(Amount.fromWire(text), fen)
    assert.deepStrictEqual<unknown>(decode(text), Result.succeed(fen))
  })

  it.each([
    ["nothing", ""],
    ["a minus", "-1"],
    ["a plus", "+1"],
    ["a point", "1.00"],
    ["an exponent", "1e3"],
    ["a hexadecimal number", "0x10"],
    ["full-width digits", "１２"],
    ["Arabic digits", "١٢"],
    ["white space before", " 1"],
    ["a line feed after", "1\n"],
    ["a thousands separator", "1,000"],
    ["bigint notation", "1n"],
    ["19 digits", "1000000000000000000"],
    ["19 digits by padding", "0000000000000000001"]
  ])("given %s, then it is no amount", (_, text) => {
    assert.isFalse(Amount.isWire(text))
    assert.isUndefined(Amount.fromWire(text))
    assert.isTrue(Result.isFailure(decode(text)))
  })

  it("given a number instead of text, then it is no amount", () => {
    assert.isTrue(Result.isFailure(decode(100)))
  })

  it("given fen outside 0 to 10^18 - 1, then they are no amount", () => {
    const isAmount = Schema.is(Amount.Amount)
    assert.isTrue(isAmount(0n))
    assert.isTrue(isAmount(10n ** 18n - 1n))
    assert.isFalse(isAmount(-1n))
    assert.isFalse(isAmount(10n ** 18n))
    assert.isFalse(isAmount(1))
  })

  it("property: decoding undoes encoding, and the wire form has no padding", () => {
    fc.assert(
      fc.property(fens, (fen) => {
        const amount = Amount.Amount.make(fen)
        const text = encode(amount)
        assert.strictEqual(text, Amount.toWire(amount))
        assert.match(text, /^(?:0|[1-9][0-9]{0,17})$/)
        assert.deepStrictEqual(decode(text), Result.succeed(amount))
      }),
      runs(300)
    )
  })

  it("property: padding changes nothing", () => {
    fc.assert(
      fc.property(fens, fc.integer({ min: 0, max: 18 }), (fen, width) => {
        assert.strictEqual(Amount.fromWire(fen.toString().padStart(width, "0")), fen)
      }),
      runs(300)
    )
  })
})
