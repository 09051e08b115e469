import { assert, describe, it } from "@effect/vitest"
import { Order, RetCode, type TransState, type Verdict } from "@umf-order-sync/core"
import { OrderEvent, OrderStep } from "@umf-order-sync/machine"
import type { HistoryEntry } from "../../src/store/HistoryEntry.ts"
import type { Notice } from "../../src/store/Notice.ts"
import { fresh, type StoredOrder } from "../../src/store/OrderStore.ts"
import { advance } from "../../src/sync/Advance.ts"
import { order } from "../support/orders.ts"

const second = 1000
const steps = OrderStep.make()
const a = order("a", { amount: "8888", orderDate: "20261125" })
const begun = (one = a) => fresh(steps.start({ order: one, at: 0 }).snapshot, 0)

const answered = (
  verdict: Verdict.Verdict,
  at: number,
  code: readonly [string, TransState.TransState?],
  operation: Order.Operation = "payment"
): OrderEvent.OrderEvent =>
  OrderEvent.answered(at, {
    verdict,
    operation,
    answer: {
      retCode: RetCode.RetCode.make(code[0]),
      transactionId: Order.TransactionId.make("2001"),
      paySeq: "17",
      platDate: "20261125",
      platTime: "101500",
      retMsg: "customer's words",
      ...(code[1] === undefined ? {} : { transState: code[1] })
    }
  })
const paying = (at: number) => answered("Paying", at, ["01000000"])
const paid = (at: number) => answered("Paid", at, ["0000", "SUCCESS"])
const closed = (at: number) => answered("Closed", at, ["00080520"])
const faulted = (at: number, fault: OrderEvent.FaultKind = "TimeOut"): OrderEvent.OrderEvent => ({
  type: "faulted",
  at,
  fault
})
const waited = (at: number): OrderEvent.OrderEvent => ({ type: "waited", at })

/** Polls with these outcomes, one after the other: the last row, and all that was written on the way. */
const polled = (stored: StoredOrder, ...outcomes: ReadonlyArray<OrderEvent.OrderEvent>) => {
  const story = { stored, history: [] as Array<HistoryEntry>, notices: [] as Array<Notice> }
  for (const outcome of outcomes) {
    const events = story.stored.snapshot.asking === "waiting" ? [waited(outcome.at), outcome] : [outcome]
    const { write } = advance(steps, story.stored, events, true)
    story.stored = write.next
    story.history.push(...write.history)
    story.notices.push(...write.notices)
  }
  return story
}

describe("what is written of a step", () => {
  it("given an answer that changes nothing, only the row moves on, and a power cut may take it", () => {
    const { write } = advance(steps, begun(), [paying(0)], true)
    assert.deepStrictEqual([write.history, write.notices, write.mustSurvive], [[], [], false])
    assert.deepStrictEqual([write.next.version, write.next.polls], [2, 1])
  })

  it("given a payment, it is history and a notice in one, with the answer's facts, and must survive", () => {
    const { write, transitions } = advance(steps, begun(), [paid(5)], true)
    const [notice] = write.notices
    assert.deepInclude(notice as object, {
      type: "order.paid",
      seq: 1,
      at: 5,
      merId: a.merId,
      orderId: a.orderId,
      state: "paid",
      transactionId: "2001",
      orderDate: "20261125",
      amount: 8888n,
      paySeq: "17",
      platDate: "20261125",
      platTime: "101500"
    })
    assert.deepStrictEqual(
      write.history.map(({ seq, kind }) => [seq, kind]),
      [
        [1, "moved"],
        [2, "told"]
      ]
    )
    assert.deepInclude(write.history[1] as object, { fact: "Paid", noticeId: notice?.id })
    assert.deepStrictEqual([write.next.historySeq, write.next.noticeSeq, write.mustSurvive], [2, 1, true])
    assert.deepStrictEqual(
      transitions.map(({ from, to }) => [from, to]),
      [["open.querying", "paid"]]
    )
    assert.notInclude(JSON.stringify(write.history), "customer")
  })

  it("given the same fact again, as after a backup was restored, its key is the same; another order's is not", () => {
    const key = (one: Order.OrderRef, at: number) =>
      advance(steps, begun(one), [paid(at)], true).write.notices[0]?.id
    assert.strictEqual(key(a, 5), key(a, 99))
    assert.notStrictEqual(key(a, 5), key(order("b", { amount: "8888" }), 5))
    assert.match(key(a, 5) ?? "", /^ntc_[0-9a-f]{32}$/)
  })

  it("given faults in a row, they are one entry, written when the run ends, and a run of another kind is its own", () => {
    const { stored, history } = polled(begun(), faulted(0), faulted(3), faulted(6, "Connection"))
    assert.deepStrictEqual(history, [
      { kind: "faults", seq: 1, at: 6, fault: "TimeOut", count: 2, first: 0, last: 3 }
    ])
    assert.deepStrictEqual(stored.faultRun, { fault: "Connection", count: 1, first: 6, last: 6 })
    const after = polled(stored, paying(9))
    assert.deepStrictEqual(after.history, [
      { kind: "faults", seq: 2, at: 9, fault: "Connection", count: 1, first: 6, last: 6 }
    ])
    assert.isUndefined(after.stored.faultRun)
  })

  it("given a request from outside, it is history, and must survive", () => {
    const { write } = advance(steps, begun(), [{ type: "refundRequested", at: 7 }], false)
    assert.deepStrictEqual(
      write.history.map((entry) => (entry.kind === "noted" ? entry.what : entry.kind)),
      ["refund asked for", "moved"]
    )
    assert.isTrue(write.mustSurvive)
    assert.strictEqual(write.next.polls, 0)
  })

  it("given hints, or a request that is sent twice, they leave no entry: they change nothing that counts", () => {
    const asked = advance(steps, begun(), [{ type: "refundRequested", at: 7 }], false).write.next
    const again = advance(
      steps,
      asked,
      [
        { type: "refundRequested", at: 8 },
        { type: "hinted", at: 9 }
      ],
      false
    )
    assert.deepStrictEqual(again.write.history, [])
    assert.strictEqual(again.write.next.snapshot.context.startedAt, 7)
  })

  it("given an order that needs a person, that is told with its reason, and is no result", () => {
    const { notices } = polled(begun(), ...[0, 1, 2].map((at) => faulted(at, "Unverified")))
    assert.deepStrictEqual(
      notices.map(({ type }) => type),
      ["order.unresolved"]
    )
    assert.deepInclude(notices[0] as object, { state: "unresolved", reason: "Contradictions" })
  })

  it("given money that comes after the order was closed, the notice says so, and has the next number", () => {
    const { notices } = polled(begun(), closed(0), closed(30 * second), paid(700 * second))
    assert.deepStrictEqual(
      notices.map(({ type }) => type),
      ["order.closed", "order.paid"]
    )
    assert.deepInclude(notices[1] as object, { seq: 2, late: "AfterClosed" })
    assert.strictEqual(new Set(notices.map(({ id }) => id)).size, 2)
  })
})
