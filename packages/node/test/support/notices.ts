/** Notices for tests, and stores that hold some. */
import { Order, RetCode } from "@umf-order-sync/core"
import { OrderEvent, OrderStep } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import type { Notice } from "../../src/store/Notice.ts"
import { fresh, OrderStore } from "../../src/store/OrderStore.ts"
import { advance } from "../../src/sync/Advance.ts"
import { order } from "./orders.ts"

const steps = OrderStep.make()

const paid = (at: number): OrderEvent.OrderEvent =>
  OrderEvent.answered(at, {
    verdict: "Paid",
    operation: "payment",
    answer: {
      retCode: RetCode.RetCode.make("0000"),
      transState: "SUCCESS",
      transactionId: Order.TransactionId.make("31711011432450012"),
      paySeq: "17"
    }
  })

/** The step by which an order is paid, from its beginning. */
export const paidStep = (orderId: string, at = 0) => {
  const stored = fresh(steps.start({ order: order(orderId, { amount: "8888" }), at }).snapshot, at)
  return { stored, write: advance(steps, stored, [paid(at)], true).write }
}

/** The notice that an order is paid. */
export const paidNotice = (orderId: string, at = 0): Notice => {
  const [notice] = paidStep(orderId, at).write.notices
  if (notice === undefined) throw new Error("A payment leads to a notice.")
  return notice
}

/** Stores a paid order, and with it the notice of that. */
export const storePaid = Effect.fnUntraced(function* (orderId: string, at = 0) {
  const store = yield* OrderStore
  const { stored, write } = paidStep(orderId, at)
  yield* store.create([stored])
  yield* store.save([write])
})

/** Stores an order with three notices: paid, refund accepted after one that failed. */
export const storeStory = Effect.fnUntraced(function* (orderId: string) {
  const store = yield* OrderStore
  yield* storePaid(orderId)
  let { write } = paidStep(orderId)
  const answered = (verdict: "RefundFailed" | "RefundAccepted", at: number) =>
    OrderEvent.answered(at, {
      verdict,
      operation: "refund",
      answer: { retCode: RetCode.RetCode.make(verdict === "RefundFailed" ? "0000" : "88881220") }
    })
  const events = [
    { type: "refundRequested", at: 1 },
    answered("RefundFailed", 2),
    answered("RefundFailed", 60_000),
    answered("RefundAccepted", 61_000)
  ] as const
  for (const event of events) {
    write = advance(steps, write.next, [event], false).write
    yield* store.save([write])
  }
})
