import { assert, describe, it } from "@effect/vitest"
import { masked } from "../../src/telling/Masked.ts"

describe("an order number in a log", () => {
  it.each([
    ["2026112500000001", "20***01"],
    ["12345678", "12***78"],
    ["1234567", "***"],
    ["", "***"]
  ])("given %j, it is %s", (orderId, expected) => {
    assert.strictEqual(masked(orderId), expected)
  })
})
