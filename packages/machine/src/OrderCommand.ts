/** What goes out of the machine, as data. Whoever runs the machine carries it out. */
import type { Order } from "@umf-order-sync/core"
import * as Schema from "effect/Schema"

/** Payment that came when nobody expected it any more. */
export const Late = Schema.Literals(["AfterClosed", "AfterFailed", "WhileUnresolved"])
export type Late = typeof Late.Type

/** What the merchant is told: each is final as far as it goes, and comes from believed answers only. */
export const Fact = Schema.Literals([
  "Paid",
  "PayFailed",
  "Closed",
  "RefundAccepted",
  "RefundFailed",
  "Voided",
  "VoidFailed"
])
export type Fact = typeof Fact.Type

/** Why a person is needed. */
export const Reason = Schema.Literals([
  "TimeLimit",
  "QueryLimit",
  "Contradictions",
  "ContradictsEnd",
  "SignatureRejected"
])
export type Reason = typeof Reason.Type

export type OrderCommand =
  /** Query the platform now, for the sake of `operation`, and report `answered.*` or `faulted`. */
  | { readonly type: "query"; readonly operation: Order.Operation }
  /** Report `waited` at this instant (ms since the epoch). Replaces an earlier wake-up. */
  | { readonly type: "wake"; readonly at: number }
  /** Tell the merchant. */
  | { readonly type: "tell"; readonly fact: Fact; readonly late?: Late }
  /** Ask a person to look at the order. */
  | { readonly type: "askPerson"; readonly reason: Reason }
