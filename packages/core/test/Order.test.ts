import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { OrderRef } from "../src/Order.ts"
import { runs } from "./support/Property.ts"
import * as Wire from "./support/Wire.ts"

const decode = Schema.decodeUnknownResult(OrderRef)
const encode = Schema.encodeSync(OrderRef)

const order = { merId: "30000102", orderId: "1509518653211" }

const messageOf = (fields: object): string => {
  const result = decode({ ...order, ...fields })
  return Result.isFailure(result) ? String(result.failure) : "accepted"
}

describe("Order", () => {
  it("given the two required fields, then it is an order", () => {
    assert.deepStrictEqual(decode(order), Result.succeed(order as OrderRef))
  })

  it("given every field, then it is an order, its amount in fen", () => {
    const full = {
      ...order,
      transactionId: "T1",
      orderDate: "20171101",
      payType: "WX",
      amount: "000000008888"
    }
    assert.deepStrictEqual(decode(full), Result.succeed({ ...full, amount: 8888n } as OrderRef))
  })

  const limits = { merId: 8, orderId: 64, transactionId: 32 } as const
  for (const [field, maxLength] of Object.entries(limits)) {
    it(`given a ${field} of ${maxLength} characters, then it is accepted; with one more, the message names it`, () => {
      assert.strictEqual(messageOf({ [field]: "x".repeat(maxLength) }), "accepted")
      assert.include(messageOf({ [field]: "x".repeat(maxLength + 1) }), field)
    })

    it.each([
      ["&", "1&payType=WX"],
      ["=", "a=b"],
      ["|", "a|b"],
      ["a control character", "a\u0001b"],
      ["a line feed at the end", "ab\n"],
      ["white space before", " ab"],
      ["white space after", "ab "],
      ["a lone surrogate", "a\ud800"],
      ["nothing in it", ""]
    ])(`given a ${field} with %s, then it is refused and the message names ${field}`, (_, text) => {
      assert.match(messageOf({ [field]: text.slice(0, maxLength) }), new RegExp(`"${field}"`))
    })

    it(`given a ${field} that is no text, then it is refused and the message names it`, () => {
      assert.match(messageOf({ [field]: 30000102 }), new RegExp(`"${field}"`))
      assert.match(messageOf({ [field]: null }), new RegExp(`"${field}"`))
    })
  }

  it.each([
    ["orderDate", "20230229"],
    ["orderDate", "2023-01-01"],
    ["orderDate", ""],
    ["payType", "wx"],
    ["payType", ""],
    ["amount", "1.00"],
    ["amount", ""],
    ["amount", 100]
  ])("given a %s of %j, then it is refused and the message names the field", (field, value) => {
    assert.match(messageOf({ [field]: value }), new RegExp(`"${field}"`))
  })

  it.each(["WX", "AL", "YL"])("given payType %s, then it is accepted", (payType) => {
    assert.strictEqual(messageOf({ payType }), "accepted")
  })

  it.each(["merId", "orderId"])(
    "given no %s, then it is refused and the message names the field",
    (field) => {
      const { [field]: _, ...rest } = order as Record<string, string>
      const result = decode(rest)
      assert.isTrue(Result.isFailure(result))
      assert.match(String(Result.isFailure(result) && result.failure), new RegExp(`"${field}"`))
    }
  )

  it("property: encoding undoes decoding but for the padding of the amount", () => {
    fc.assert(
      fc.property(Wire.orderRef, (wire) => {
        const decoded = Result.getOrThrow(decode(wire))
        const amount = wire.amount === undefined ? {} : { amount: BigInt(wire.amount).toString() }
        assert.deepStrictEqual(encode(decoded), { ...wire, ...amount })
        assert.deepStrictEqual(decode(encode(decoded)), Result.succeed(decoded))
      }),
      runs(300)
    )
  })
})
