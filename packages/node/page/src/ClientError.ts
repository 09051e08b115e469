/** A request of this page that failed. */

/**
 * - `refused`: the token is not, or no longer, this inspector's.
 * - `unreachable`: nobody answered.
 * - `answered`: the inspector said no, and why.
 */
export type Kind = "refused" | "unreachable" | "answered"

export class ClientError extends Error {
  readonly kind: Kind
  /** Of the answer; 0 where nobody answered. */
  readonly status: number
  constructor(kind: Kind, message: string, status = 0) {
    super(message)
    this.name = "ClientError"
    this.kind = kind
    this.status = status
  }
}

/** What kind of failure it was; whatever is not from a request counts as `answered`. */
export const kindOf = (error: unknown): Kind => (error instanceof ClientError ? error.kind : "answered")

/** Whether a place in the list was forgotten, so that the list has to begin anew. */
export const isForgotten = (error: unknown): boolean => error instanceof ClientError && error.status === 410

/** Its message, for people. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Whether the page itself gave a request up. */
export const isGivenUp = (error: unknown): boolean =>
  error instanceof DOMException && error.name === "AbortError"
