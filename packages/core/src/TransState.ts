/** The state of the transaction in an answer (specification, "返回参数说明"). May be absent. */
import * as Schema from "effect/Schema"

/** SUCCESS paid, NOTPAY not paid, PAYERROR payment failed (for example the bank said no). */
export const TransState: Schema.Literals<readonly ["SUCCESS", "NOTPAY", "PAYERROR"]> = Schema.Literals([
  "SUCCESS",
  "NOTPAY",
  "PAYERROR"
])
export type TransState = typeof TransState.Type

/** Whether `text` is one of the three words, to the letter. */
export const isTransState: (text: unknown) => text is TransState = Schema.is(TransState)
