/** The demo's table fits its terminal: a wrapped line would break the drawing over itself. */
import { assert, describe, it } from "@effect/vitest"
import { demoOrders } from "../../src/cli/demoOrders.ts"
import { lines } from "../../src/cli/demoTable.ts"

const rows = demoOrders.map(({ orderId, story }) => ({
  orderId,
  story,
  snapshot: undefined,
  because: "answered RefundFailed (0000 SUCCESS)"
}))

describe("the demo's table", () => {
  it.each([60, 80, 100, 120, 200])("has no line longer than %d columns", (columns) => {
    const table = lines(rows, columns, false)
    assert.strictEqual(table.length, rows.length + 1)
    for (const line of table) assert.isBelow(line.length, columns)
  })
})
