/** The platform of a test, in plain values. */
import type { PlainReply, PlainScript, PlainSteps } from "./PlainReply.ts"
import type { ScriptName } from "./ScriptName.ts"
import type { TestKeys } from "./TestKeys.ts"

/** An order to be made at the platform. */
export interface NewTestOrder {
  readonly orderId: string
  /** A script that ships with the sandbox, or steps of one's own. Paid at the first query, if not said. */
  readonly script?: ScriptName | PlainScript | PlainSteps | undefined
  /** In fen: a bigint, or a text of digits. 8888 if not said. */
  readonly amount?: bigint | string | undefined
  /** WX if not said. */
  readonly payType?: "WX" | "AL" | "YL" | undefined
}

/** An order as the platform has it. */
export interface TestOrder {
  readonly orderId: string
  /** The platform's own number for it: what a payment's answer to the merchant would have told. */
  readonly transactionId: string
  /** In fen. */
  readonly amount: bigint
  readonly payType: "WX" | "AL" | "YL"
}

/** A query that arrived at the platform. */
export interface TestQuery {
  readonly at: Date
  readonly orderId: string
  /** Every field as it came. */
  readonly fields: Readonly<Record<string, string>>
  readonly signature: "ok" | "wrong" | "missing" | "not checked"
  /** The kind of answer, such as "Paid", "Paying" or "HttpStatus", or why there was none of the script's. */
  readonly answered: string
}

/**
 * A stand-in for the platform, in memory. An order whose number is the name of a script, or begins with it and
 * "-" or ".", follows that script without being made first: `paid-after-3-0001`.
 *
 * What can't be done throws `UmfInputError`: an order that is there already or not at all, a script of no such
 * name, steps that are none.
 */
export interface PlainPlatform {
  readonly merId: string
  readonly keys: TestKeys
  /** Makes an order. */
  readonly createOrder: (order: NewTestOrder) => TestOrder
  /** Asks for a refund, as the merchant would with another interface of the platform. Tell the order sync as well. */
  readonly requestRefund: (orderId: string) => void
  /** Asks for a void. */
  readonly requestVoid: (orderId: string) => void
  /** Answers the order's next queries with these, one each; then its script goes on where it stood. */
  readonly answerNext: (orderId: string, ...replies: ReadonlyArray<PlainReply>) => void
  /** The queries of this order, oldest first; retries are queries of their own. */
  readonly queries: (orderId: string) => ReadonlyArray<TestQuery>
}
