/** `umf-order export`: CSV as RFC 4180 has it, JSON lines, and every order once. */
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { RetCode } from "@umf-order-sync/core"
import { OrderEvent } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Csv from "../../../src/cli/Csv.ts"
import * as SqliteStore from "../../../src/store/SqliteStore.ts"
import { Ledger } from "../../../src/sync/Ledger.ts"
import { order } from "../../support/orders.ts"
import { describeRuns, folder, umfOrder } from "../umfOrder.ts"

const merId = "90000001"

/** A file with so many orders; the first of them is paid, and has a number that is a formula to a spreadsheet. */
const fileWith = (name: string, count: number): Promise<string> => {
  const file = join(folder, name)
  const fill = Effect.gen(function* () {
    const ledger = yield* Ledger
    const orders = Array.from({ length: count }, (_, index) => ({
      order: order(index === 0 ? '+1,"x"' : `e-${index}`, { amount: String(index + 100) })
    }))
    const [first] = yield* ledger.handOver(orders)
    if (first === undefined || !("stored" in first)) return yield* Effect.die(new Error("no order"))
    const answer = {
      retCode: RetCode.RetCode.make("0000"),
      retMsg: "a message that must not be passed on",
      paySeq: "seq-1",
      platDate: "20261124",
      platTime: "093000"
    }
    const conclusion = { verdict: "Paid", operation: "payment", answer } as const
    yield* ledger.apply(first.stored, [OrderEvent.answered(Date.now(), conclusion)], true)
  })
  const layer = Ledger.layer().pipe(Layer.provide(SqliteStore.layer({ file })))
  return Effect.runPromise(Effect.as(Effect.provide(fill, layer), file))
}

const run = (args: ReadonlyArray<string>, file: string) =>
  umfOrder(args, { env: { UMF_MER_ID: merId, UMF_STORE: file } })

describeRuns("umf-order export", () => {
  it("prints each of 450 orders once, newest first, as CSV and as JSON lines", async () => {
    const file = await fileWith("export.db", 450)
    const [csv, jsonl, orders] = await Promise.all([
      run(["export"], file),
      run(["export", "--format", "jsonl", "--json"], file),
      run(["orders", "export"], file)
    ])
    assert.deepStrictEqual([csv.code, jsonl.code], [0, 0], csv.stderr + jsonl.stderr)
    assert.strictEqual(orders.stdout, csv.stdout)
    assert.isTrue(csv.stdout.split("\r\n").every((line) => !line.includes("\n")))
    const [header, ...rows] = Csv.parse(csv.stdout)
    assert.strictEqual(
      header?.cells.join(),
      "merId,orderId,transactionId,orderDate,payType,amount,state,paid,paidAt,late,reason,paySeq,platDate,platTime,retCode,createdAt,updatedAt"
    )
    assert.strictEqual(rows.length, 450)
    assert.strictEqual(new Set(rows.map(({ cells }) => cells[1])).size, 450)
    const created = rows.map(({ cells }) => cells[15] ?? "")
    assert.deepStrictEqual(created, [...created].sort().reverse())
    assert.deepStrictEqual(
      jsonl.lines.map(({ orderId, amount, state, paid }) => [orderId, amount, state, String(paid)]),
      rows.map(({ cells }) => [cells[1], cells[5], cells[6], cells[7]])
    )
    assert.notInclude(csv.stdout, "must not be passed on")
  })

  it("prints a paid order with the facts of its answer; a formula stays one unless --spreadsheet", async () => {
    const file = await fileWith("paid.db", 2)
    const [plain, safe] = await Promise.all([
      run(["export", "--state", "paid"], file),
      run(["export", "--state", "settled", "--spreadsheet"], file)
    ])
    const [, row] = Csv.parse(plain.stdout)
    const [paidAt, createdAt, updatedAt] = [row?.cells[8], row?.cells[15], row?.cells[16]]
    const facts = ["", "", "seq-1", "20261124", "093000", "0000"]
    const expected = [
      ...[merId, '+1,"x"', "", "", "", "100", "paid", "true", paidAt, ...facts, createdAt, updatedAt]
    ]
    assert.deepStrictEqual<unknown>(row?.cells, expected)
    assert.include(plain.stdout, `${merId},"+1,""x""",`)
    assert.strictEqual(Csv.parse(safe.stdout)[1]?.cells[1], `'+1,"x"`)
  })

  it("prints histories, and only orders of the days that were asked for", async () => {
    const file = await fileWith("history.db", 3)
    const [history, none, all] = await Promise.all([
      run(["export", "--what", "history", "--json"], file),
      run(["export", "--json", "--until", "2026-01-01"], file),
      run(["export", "--json", "--since", "20260101"], file)
    ])
    assert.deepStrictEqual(
      history.lines.map(({ orderId, kind, retCode, fact }) => [orderId, kind, retCode ?? fact]),
      [
        ['+1,"x"', "moved", "0000"],
        ['+1,"x"', "told", "Paid"]
      ]
    )
    assert.deepStrictEqual([none.lines.length, all.lines.length], [0, 3])
  })

  it("refuses JSON and CSV at once, and dates that are none: exit 2", async () => {
    const both = await run(["export", "--json", "--format", "csv"], join(folder, "none.db"))
    const date = await run(["export", "--since", "2026-02-30"], join(folder, "none.db"))
    assert.deepStrictEqual([both.code, date.code], [2, 2])
    assert.include(date.stderr, "2026-02-30")
  })
})
