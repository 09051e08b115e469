/** What a merchant is told of an order, in plain values. */
import type { PlainLate, PlainReason, PlainResult } from "./PlainState.ts"

/** What a notice is about. */
export type PlainNoticeType =
  | "order.paid"
  | "order.pay_failed"
  | "order.closed"
  | "order.refund_accepted"
  | "order.refund_failed"
  | "order.voided"
  | "order.void_failed"
  | "order.unresolved"

/** A fact that a believed answer settled, or that a person is needed. */
export interface PlainNotice {
  /** The idempotency key: the same for every try, and for the same fact of the same order. */
  readonly id: string
  readonly type: PlainNoticeType
  /** 1, 2, 3 … for each order. */
  readonly seq: number
  /** When it was learned. */
  readonly at: Date
  readonly merId: string
  readonly orderId: string
  /** The state that the order was in then. */
  readonly state: PlainResult
  readonly transactionId?: string | undefined
  /** yyyyMMdd */
  readonly orderDate?: string | undefined
  readonly payType?: string | undefined
  /** In fen: the one that an answer told, or else the merchant's own. */
  readonly amount?: bigint | undefined
  readonly paySeq?: string | undefined
  /** yyyyMMdd */
  readonly platDate?: string | undefined
  /** HHmmss */
  readonly platTime?: string | undefined
  /** Payment that came after the order was closed, had failed, or was unresolved. */
  readonly late?: PlainLate | undefined
  /** Why a person is needed. */
  readonly reason?: PlainReason | undefined
}

/** Runs one statement in the transaction that marks the notice as handed over, and gives its rows. */
export type PlainTransaction = (
  statement: string,
  parameters?: ReadonlyArray<unknown>
) => Promise<ReadonlyArray<Readonly<Record<string, unknown>>>>
