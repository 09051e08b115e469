/** What the machine remembers of an order besides its state. All times are ms since the epoch. */
import { Order, OrderQueryAnswer, Verdict } from "@umf-order-sync/core"
import * as Schema from "effect/Schema"
import { Fact, Late, Reason } from "./OrderCommand.ts"
import { FaultKind } from "./OrderEvent.ts"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const Instant = Schema.Int

/** The fact of payment. Once here it stays, whatever comes later. */
export const Payment = Schema.Struct({
  at: Instant,
  late: Schema.optional(Late),
  answer: OrderQueryAnswer.OrderQueryAnswer
})
export type Payment = typeof Payment.Type

export const OrderContext = Schema.Struct({
  /** The order, with the platform's transactionId once an answer has told it. */
  order: Order.OrderRef,
  /** Whether `order.transactionId` was told by an answer, and not by the merchant, who may correct it. */
  learned: Schema.optional(Schema.Boolean),
  /** What was asked of the platform last. */
  operation: Order.Operation,
  /** When the asking began, or began anew. */
  startedAt: Instant,
  /** Queries since `startedAt`. */
  queries: Count,
  /** Faults in a row. */
  faults: Count,
  /** Answers in a row that contradict or were not believed. */
  contradictions: Count,
  /** The first of the answers in a row that suggest an end which takes two of them. */
  suspectedAt: Schema.optional(Instant),
  /** When a closed, failed or unresolved order came to rest. */
  restedAt: Schema.optional(Instant),
  /** When the next query is due; absent when none is planned. */
  nextQueryAt: Schema.optional(Instant),
  payment: Schema.optional(Payment),
  /** An end that was reached before, against which a payment is late. */
  ended: Schema.optional(Schema.Literals(["closed", "payFailed", "unresolved"])),
  /** What the merchant was told last. */
  told: Schema.optional(Fact),
  /** Why a person is needed. */
  reason: Schema.optional(Reason),
  lastAnswer: Schema.optional(
    Schema.Struct({ at: Instant, verdict: Verdict.Verdict, answer: OrderQueryAnswer.OrderQueryAnswer })
  ),
  lastFault: Schema.optional(Schema.Struct({ at: Instant, fault: FaultKind }))
})
export type OrderContext = typeof OrderContext.Type

/**
 * The order as the merchant told it: without a transactionId that only an answer told, since that answer
 * may have been another order's.
 */
export const told = ({ order, learned }: OrderContext): Order.OrderRef => {
  const { transactionId: _, ...rest } = order
  return learned === true ? rest : order
}

/** The context of an order that begins to be followed at `at`. */
export const start = (order: Order.OrderRef, at: number, operation: Order.Operation): OrderContext => ({
  order,
  operation,
  startedAt: at,
  queries: 0,
  faults: 0,
  contradictions: 0
})
