import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { isWire, kindOf, table } from "../src/RetCode.ts"
import { runs } from "./support/Property.ts"

const expected = [
  ["0000", "Success"],
  ["01000000", "Paying"],
  ["02000000", "Paying"],
  ["03000000", "Paying"],
  ["88881220", "RefundAccepted"],
  ["88881137", "Voided"],
  ["9999", "PlatformFault"],
  ["3333", "SignatureRejected"]
] as const

describe("RetCode", () => {
  it.each(expected)("given %s, then it is of kind %s", (retCode, kind) => {
    assert.strictEqual(kindOf(retCode), kind)
  })

  it("has the rows of PROTOCOL.md 3 and no other, each with a meaning and a source", () => {
    assert.deepStrictEqual(
      table.map((row) => [row.retCode, row.kind]),
      expected.map((row) => [...row])
    )
    for (const row of table) {
      assert.isTrue(isWire(row.retCode))
      assert.isNotEmpty(row.meaning)
      assert.include(["specification, FAQ", "platform's global code page"], row.source)
    }
  })

  it.each([
    "00060780",
    "04000000",
    "00000000",
    "0001",
    "88881221",
    "WN01",
    "000",
    "constructor",
    "__proto__",
    ""
  ])("given %j, then it is of kind Other", (retCode) => assert.strictEqual(kindOf(retCode), "Other"))

  it("property: every code that is not in the table is of kind Other", () => {
    const listed = new Set<string>(expected.map(([retCode]) => retCode))
    fc.assert(
      fc.property(fc.stringMatching(/^(?:[0-9]{4}|[0-9]{8})$/), (retCode) => {
        assert.strictEqual(kindOf(retCode) === "Other", !listed.has(retCode))
      }),
      runs(500)
    )
  })

  it.each(["0000", "01000000", "001100WN", "wxyz"])(
    "given %s, then it has the shape of a return code",
    (text) => assert.isTrue(isWire(text))
  )

  it.each(["", "000", "00000", "0000000", "000000000", "00 0", "成功成功", "0000\n", "００００", "0-00"])(
    "given %j, then it has not the shape of a return code",
    (text) => assert.isFalse(isWire(text))
  )
})
