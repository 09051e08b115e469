/** What one believed answer said, in plain values. */

/**
 * - `Paid`, `PayFailed`, `RefundAccepted` (not: money arrived), `Voided`: statements about the order.
 * - `RefundFailed`, `VoidFailed`: still paid, so the refund or void that was asked for failed.
 * - `Paying`: not decided yet.
 * - `Closed`: a conclusion by exclusion; one such answer is only a suspicion.
 * - `PlatformFault`, `SignatureRejected`: say nothing about the order.
 * - `Contradictory`: code and state deny each other; no conclusion.
 */
export type PlainVerdictName =
  | "Paid"
  | "Paying"
  | "PayFailed"
  | "RefundAccepted"
  | "RefundFailed"
  | "Voided"
  | "VoidFailed"
  | "Closed"
  | "PlatformFault"
  | "SignatureRejected"
  | "Contradictory"

/** What one query said. */
export interface PlainVerdict {
  readonly orderId: string
  readonly verdict: PlainVerdictName
  readonly retCode: string
  readonly retMsg?: string | undefined
  readonly transState?: "SUCCESS" | "NOTPAY" | "PAYERROR" | undefined
  readonly transactionId?: string | undefined
  /** In fen. */
  readonly amount?: bigint | undefined
  readonly paySeq?: string | undefined
  readonly payType?: string | undefined
  /** yyyyMMdd */
  readonly platDate?: string | undefined
  /** HHmmss */
  readonly platTime?: string | undefined
}
