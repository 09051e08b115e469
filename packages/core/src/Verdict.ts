/**
 * From a verified answer to a verdict: the decision table of PROTOCOL.md 6, and nothing else decides.
 *
 * A verdict can be had only from a `VerifiedAnswer`, so only from an answer whose signature was checked,
 * and only after the rules of disbelief. That is the type of the money rule.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Operation } from "./Order.ts"
import type { OrderQueryAnswer, VerifiedAnswer } from "./OrderQueryAnswer.ts"
import { check, type Implausible, type Known } from "./Plausibility.ts"
import { kindOf, type RetCodeKind } from "./RetCode.ts"
import type { TransState } from "./TransState.ts"

/**
 * What an answer says.
 *
 * - `Paid`, `PayFailed`, `RefundAccepted` (not: money arrived), `Voided`: statements about the order.
 * - `RefundFailed`, `VoidFailed`: still paid, so the refund or void that was asked for failed.
 * - `Paying`: not decided yet.
 * - `Closed`: a conclusion by exclusion; one such answer is only a suspicion.
 * - `PlatformFault`, `SignatureRejected`: say nothing about the order.
 * - `Contradictory`: code and state deny each other; no conclusion.
 */
export const Verdict = Schema.Literals([
  "Paid",
  "Paying",
  "PayFailed",
  "RefundAccepted",
  "RefundFailed",
  "Voided",
  "VoidFailed",
  "Closed",
  "PlatformFault",
  "SignatureRejected",
  "Contradictory"
])
export type Verdict = typeof Verdict.Type

/** A verdict with the answer that it was drawn from and the operation that it was drawn for. */
export interface Conclusion {
  readonly verdict: Verdict
  readonly operation: Operation
  readonly answer: OrderQueryAnswer
}

type State = TransState | "absent"
type Row = Readonly<Record<State, Verdict>>

const always = (verdict: Verdict): Row => ({
  SUCCESS: verdict,
  NOTPAY: verdict,
  PAYERROR: verdict,
  absent: verdict
})

/** The rows of PROTOCOL.md 6 that don't depend on the operation. */
const rows: Readonly<Record<Exclude<RetCodeKind, "Success">, Row>> = {
  Paying: { absent: "Paying", NOTPAY: "Paying", SUCCESS: "Contradictory", PAYERROR: "Contradictory" },
  RefundAccepted: always("RefundAccepted"),
  Voided: always("Voided"),
  PlatformFault: always("PlatformFault"),
  SignatureRejected: always("SignatureRejected"),
  Other: { absent: "Closed", NOTPAY: "Closed", SUCCESS: "Contradictory", PAYERROR: "PayFailed" }
}

/** What "still paid" means for what was asked last. */
const stillPaid: Readonly<Record<Operation, Verdict>> = {
  payment: "Paid",
  refund: "RefundFailed",
  void: "VoidFailed"
}

/**
 * The decision table. Total: every kind of return code with every state, for every operation.
 * `0000` with an absent state is believed by `Plausibility` only where nothing can hide that state.
 */
export const decide = (kind: RetCodeKind, state: TransState | undefined, operation: Operation): Verdict => {
  const row: Row =
    kind === "Success"
      ? {
          SUCCESS: stillPaid[operation],
          absent: stillPaid[operation],
          NOTPAY: "Paying",
          PAYERROR: "PayFailed"
        }
      : rows[kind]
  return row[state ?? "absent"]
}

/** The verdict of an answer about the order that is `known`, asked for the sake of `operation`. */
export const fromAnswer = (
  verified: VerifiedAnswer,
  known: Known,
  operation: Operation = "payment"
): Result.Result<Conclusion, Implausible> =>
  Result.map(check(verified, known), (answer) => ({
    verdict: decide(kindOf(answer.retCode), answer.transState, operation),
    operation,
    answer
  }))
