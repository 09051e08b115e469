/** Where an order is, and how it got there, in plain values. */

/** What is known of an order. */
export type PlainResult =
  | "open"
  | "closingSuspected"
  | "closed"
  | "payFailed"
  | "paid"
  | "refunding"
  | "refundFailureSuspected"
  | "refundFailed"
  | "refunded"
  | "voiding"
  | "voidFailureSuspected"
  | "voidFailed"
  | "voided"
  | "unresolved"
  | "rejected"

/** `polling`: asked until it has a result. `settled`: it has one. `attention`: a person is needed. */
export type PlainTag = "polling" | "settled" | "attention"

/** Payment that came when nobody expected it any more. */
export type PlainLate = "AfterClosed" | "AfterFailed" | "WhileUnresolved"

/** Why a person is needed. */
export type PlainReason =
  | "TimeLimit"
  | "QueryLimit"
  | "Contradictions"
  | "ContradictsEnd"
  | "SignatureRejected"

/** Where an order is. */
export interface PlainState {
  readonly orderId: string
  /** Such as "paid", "closed", "refunded", "unresolved", or "open.waiting" while it is asked. */
  readonly state: string
  /** The order has a result. */
  readonly settled: boolean
  /** A person is needed. */
  readonly attention: boolean
  /** Whether a believed answer ever said that the order was paid; stays true after a refund. */
  readonly paid: boolean
}

/** One change of state. */
export interface PlainTransition extends PlainState {
  readonly at: Date
  readonly from: string
  readonly to: string
  /** The event that moved it. */
  readonly because: string
  /** Payment that came after the order was closed, had failed, or was unresolved. */
  readonly late?: PlainLate | undefined
  /** Why a person is needed. */
  readonly reason?: PlainReason | undefined
}

/** Which orders to list, page by page. */
export interface PlainListRequest {
  /** States such as "paid", or tags; any of them. All orders, if left out. */
  readonly states?: ReadonlyArray<PlainResult | PlainTag> | undefined
  /** Orders whose number contains this text, as it is written. */
  readonly search?: string | undefined
  /** Handed over at or after this instant; a number is ms since the epoch. */
  readonly since?: Date | number | undefined
  /** Handed over before this instant. */
  readonly until?: Date | number | undefined
  /** `next` of the page before. */
  readonly cursor?: string | undefined
  /** At most so many; 100 if left out, 1,000 at most. */
  readonly limit?: number | undefined
}

/** A page of orders, newest first. */
export interface PlainPage {
  readonly orders: ReadonlyArray<PlainState>
  /** Gives the next page; absent on the last one. */
  readonly next?: string | undefined
}
