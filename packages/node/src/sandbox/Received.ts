/** The log of queries that the sandbox received: what stood in them, whether they were believed, what was answered. */

/** One query. */
export interface Received {
  /** ISO 8601. */
  readonly at: string
  readonly path: string
  /** `null` where the body named none, or was not understood. */
  readonly orderId: string | null
  /** Every field as it came, long values cut short; empty where the body was not understood. */
  readonly fields: { readonly [name: string]: string }
  readonly signature: "ok" | "wrong" | "missing" | "not checked"
  /** Names only, in lower case. */
  readonly headerNames: ReadonlyArray<string>
  /** The kind of answer, or why there was none of the script's. */
  readonly answered: string
}

/** No more are kept. */
export const limit = 1000

/** The log with one more entry at its end, and the oldest gone where there are too many. */
export const add = (log: ReadonlyArray<Received>, entry: Received): ReadonlyArray<Received> => [
  ...log.slice(-(limit - 1)),
  entry
]

const maxFields = 32
const maxLength = 512

/** Fields, so that the log stays small whatever is sent. */
export const shorten = (fields: Iterable<readonly [string, string]>): { readonly [name: string]: string } =>
  Object.fromEntries(
    [...fields]
      .slice(0, maxFields)
      .map(([name, value]) => [name.slice(0, 64), value.slice(0, maxLength)] as const)
  )
