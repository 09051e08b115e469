/**
 * When requests may leave so that no window of time, wherever it begins, sees more of them than the limit. Pure.
 *
 * A turn that is taken comes back a window later, and those that were taken at once come back one after the
 * other: so after a pause the whole limit may go at once, and what follows it is spread out evenly. A token
 * bucket, which fills again while its burst goes out, would let twice the limit through in the first window.
 */

/** At most `limit` turns in a window. */
export interface Limit {
  readonly limit: number
  readonly windowMillis: number
}

export interface Turns {
  /** When the next turn may be taken, given that it is `now`: now, or later. Takes none. */
  readonly nextAt: (limit: Limit, now: number) => number
  /** Takes the next turn, and gives its instant. */
  readonly take: (limit: Limit, now: number) => number
}

/** So many turns that have come back are kept before they are let go of. */
const KEPT = 1024

export const make = (): Turns => {
  /** When each turn that was taken comes back, the earliest first; those before `from` have. */
  let back: Array<number> = []
  let from = 0
  let lookedAt = Number.NEGATIVE_INFINITY

  const look = (now: number): void => {
    // On a clock that was set back everything is as far away as it was before.
    const setBackBy = lookedAt - now
    if (setBackBy > 0 && Number.isFinite(setBackBy)) back = back.map((at) => at - setBackBy)
    lookedAt = now
    while (from < back.length && (back[from] ?? now) <= now) from += 1
    if (from < KEPT) return
    back = back.slice(from)
    from = 0
  }

  const nextAt = ({ limit }: Limit, now: number): number => {
    look(now)
    const isFree = back.length - from < limit
    return isFree ? now : Math.max(now, back[back.length - limit] ?? now)
  }

  return {
    nextAt,
    take: (limit, now) => {
      const at = nextAt(limit, now)
      const each = limit.windowMillis / limit.limit
      back.push(Math.max(at + limit.windowMillis, (back.at(-1) ?? Number.NEGATIVE_INFINITY) + each))
      return at
    }
  }
}
