/** How an order got to where it is: the states it was in and the ways it took, from its history. */
import type { OrderDetails } from "./Protocol.ts"

export interface Path {
  readonly active: string
  readonly visited: ReadonlySet<string>
  /** Ways taken, as `from>to`. */
  readonly taken: ReadonlySet<string>
  /** The way taken last, as `from>to`. */
  readonly last: string | undefined
}

/** A way, as a key. */
export const way = (from: string, to: string): string => `${from}>${to}`

/** The path of an order. The history may have lost its beginning; what is left of it counts. */
export const of = ({
  state,
  history,
  lastMove
}: Pick<OrderDetails, "state" | "history" | "lastMove">): Path => {
  const moves = [
    ...history.filter((item) => item.kind === "moved"),
    ...(lastMove === undefined ? [] : [lastMove])
  ]
  return {
    active: state,
    visited: new Set([state, ...moves.flatMap(({ from, to }) => [from, to])]),
    taken: new Set(moves.map(({ from, to }) => way(from, to))),
    last: lastMove === undefined ? undefined : way(lastMove.from, lastMove.to)
  }
}
