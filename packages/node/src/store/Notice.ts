/**
 * What a merchant is told of an order: a fact that a believed answer settled, or that a person is needed.
 *
 * A notice is written in the same transaction as the step that led to it, and handed over at least once,
 * in the order of `seq` for each order. Its `id` never changes: it is the idempotency key.
 */
import { Amount, Order, type OrderQueryAnswer } from "@umf-order-sync/core"
import { OrderCommand, OrderSnapshot } from "@umf-order-sync/machine"
import * as Schema from "effect/Schema"

/** What a notice is about. */
export const NoticeType = Schema.Literals([
  "order.paid",
  "order.pay_failed",
  "order.closed",
  "order.refund_accepted",
  "order.refund_failed",
  "order.voided",
  "order.void_failed",
  "order.unresolved"
])
export type NoticeType = typeof NoticeType.Type

/** The type of the notice that tells a fact. */
export const typeOf: Readonly<Record<OrderCommand.Fact, NoticeType>> = {
  Paid: "order.paid",
  PayFailed: "order.pay_failed",
  Closed: "order.closed",
  RefundAccepted: "order.refund_accepted",
  RefundFailed: "order.refund_failed",
  Voided: "order.voided",
  VoidFailed: "order.void_failed"
}

export const Notice = Schema.Struct({
  /** The idempotency key: the same for every try, and for the same fact of the same order. */
  id: Schema.String,
  type: NoticeType,
  /** 1, 2, 3 … for each order. */
  seq: Schema.Int,
  /** When it was learned, ms since the epoch. */
  at: Schema.Int,
  merId: Order.MerchantId,
  orderId: Order.OrderId,
  /** The state that the order was in then. */
  state: OrderSnapshot.ResultState,
  transactionId: Schema.optionalKey(Order.TransactionId),
  orderDate: Schema.optionalKey(Order.OrderDate),
  payType: Schema.optionalKey(Schema.String),
  /** In fen: the one that an answer told, or else the merchant's own. */
  amount: Schema.optionalKey(Amount.FromWire),
  paySeq: Schema.optionalKey(Schema.String),
  platDate: Schema.optionalKey(Schema.String),
  platTime: Schema.optionalKey(Schema.String),
  /** Payment that came after the order was closed, had failed, or was unresolved. */
  late: Schema.optionalKey(OrderCommand.Late),
  /** Why a person is needed. */
  reason: Schema.optionalKey(OrderCommand.Reason)
})
export type Notice = typeof Notice.Type

/** The facts of an answer that a notice carries. */
export const factsOf = (
  answer: OrderQueryAnswer.OrderQueryAnswer | undefined
): Pick<Notice, "paySeq" | "platDate" | "platTime"> => {
  if (answer === undefined) return {}
  const { paySeq, platDate, platTime } = answer
  return {
    ...(paySeq === undefined ? {} : { paySeq }),
    ...(platDate === undefined ? {} : { platDate }),
    ...(platTime === undefined ? {} : { platTime })
  }
}

/** A notice that was not handed over yet, with how often that was tried. */
export interface PendingNotice {
  readonly notice: Notice
  /** When it was written. */
  readonly createdAt: number
  readonly attempts: number
  /** Not before this instant. */
  readonly nextAt: number
  /** What the last try met. Holds no body and no secret. */
  readonly lastError?: string
}
