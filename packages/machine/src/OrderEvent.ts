/**
 * What comes into the machine. Every event says when it happened (`at`, ms since the epoch): the
 * machine has no clock. An answer arrives as its verdict, so as something that `Verdict` drew from a
 * signed and plausible answer.
 */
import type { Order, OrderQueryAnswer, Verdict } from "@umf-order-sync/core"
import * as Schema from "effect/Schema"

/** What kept a query from an answer that can be believed. */
export const FaultKind = Schema.Literals([
  "Connection",
  "TimeOut",
  "Http",
  "Unreadable",
  "Unverified",
  "Implausible",
  "CircuitOpen",
  "Local"
])
export type FaultKind = typeof FaultKind.Type

/** Kinds that mean: an answer came, and was not believed. They count like contradictory answers. */
export const isDisbelief = (kind: FaultKind): boolean => kind === "Unverified" || kind === "Implausible"

/** An answer was believed; the verdict stands in the event's type, so that charts and inspectors show it. */
export interface Answered<V extends Verdict.Verdict = Verdict.Verdict> {
  readonly type: `answered.${V}`
  readonly at: number
  /**
   * When the question was asked, where that is known. An answer says what was true between then and `at`, so
   * two answers lie as far apart as the second question from the first answer.
   */
  readonly askedAt?: number
  /** The operation that the question was about when it was asked. */
  readonly operation: Order.Operation
  readonly answer: OrderQueryAnswer.OrderQueryAnswer
}

/** A query ended without an answer that can be believed. Says nothing about the order. */
export interface Faulted {
  readonly type: "faulted"
  readonly at: number
  readonly fault: FaultKind
}

/**
 * The wait for the next query is over. It is taken at its word: a clock that was set back meanwhile must
 * not stop the asking, and a query too early does no harm.
 */
export interface Waited {
  readonly type: "waited"
  readonly at: number
}

/** Something outside suggests that there is news: ask now. Nothing is concluded from it. */
export interface Hinted {
  readonly type: "hinted"
  readonly at: number
}

/** The merchant asked the platform for a refund; from now on `0000` means that it failed. */
export interface RefundRequested {
  readonly type: "refundRequested"
  readonly at: number
}

/** The merchant asked the platform to void the order; from now on `0000` means that it failed. */
export interface VoidRequested {
  readonly type: "voidRequested"
  readonly at: number
}

/** A person wants an unresolved or rejected order to be asked again. */
export interface Resumed {
  readonly type: "resumed"
  readonly at: number
}

/** More is known of the order: its amount, say. What was known already stays as it was. */
export interface Informed {
  readonly type: "informed"
  readonly at: number
  readonly order: Order.OrderRef
}

type AnyAnswered = { readonly [V in Verdict.Verdict]: Answered<V> }[Verdict.Verdict]

export type OrderEvent =
  | AnyAnswered
  | Faulted
  | Waited
  | Hinted
  | RefundRequested
  | VoidRequested
  | Resumed
  | Informed

/** The event that tells the machine what an answer said: when it came, and when it was asked for. */
export const answered = (at: number, conclusion: Verdict.Conclusion, askedAt?: number): AnyAnswered => ({
  type: `answered.${conclusion.verdict}`,
  at,
  ...(askedAt === undefined ? {} : { askedAt }),
  operation: conclusion.operation,
  answer: conclusion.answer
})

/** What brought an event about, in few words, for people and logs. Holds no customer's data. */
export const describe = (event: OrderEvent): string => {
  switch (event.type) {
    case "faulted":
      return `fault: ${event.fault}`
    case "waited":
      return "the wait is over"
    case "hinted":
      return "hint from outside"
    case "refundRequested":
      return "refund asked for"
    case "voidRequested":
      return "void asked for"
    case "resumed":
      return "resumed by a person"
    case "informed":
      return "more is known of the order"
    default:
      return `answered ${event.type.slice("answered.".length)} (${event.answer.retCode}${
        event.answer.transState === undefined ? "" : ` ${event.answer.transState}`
      })`
  }
}
