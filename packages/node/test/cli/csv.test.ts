/** CSV: what is written is read back, and a spreadsheet meets no formula where that is asked for. */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Csv from "../../src/cli/Csv.ts"

const cells = (text: string) => Csv.parse(text).map(({ cells }) => cells)

describe("CSV", () => {
  it("given any cells, reading gives back what was written", () => {
    const row = fc.array(fc.string({ unit: fc.constantFrom(...'a",\r\n =汉') }), {
      minLength: 2,
      maxLength: 4
    })
    fc.assert(
      fc.property(fc.array(row, { maxLength: 4 }), (rows) => {
        assert.deepStrictEqual(cells(rows.map(Csv.line).join("")), rows)
      })
    )
  })

  it("given lines that end either way, a byte order mark and empty lines, the rows are the same", () => {
    assert.deepStrictEqual(Csv.parse('\ufeffa,b\n\n"1\n2",3\r\n4,"5""6"'), [
      { line: 1, cells: ["a", "b"] },
      { line: 3, cells: ["1\n2", "3"] },
      { line: 5, cells: ["4", '5"6'] }
    ])
  })

  it.each(["=1+1", "+1", "-1", "@a", "\tx", "\rx"])("given %j, a spreadsheet sees a text", (cell) => {
    assert.strictEqual(Csv.harmless(cell), `'${cell}`)
  })

  it.each(["a=1", "1", "", "汉"])("given %j, it stays as it is", (cell) => {
    assert.strictEqual(Csv.harmless(cell), cell)
  })
})
