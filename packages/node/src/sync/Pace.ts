/**
 * How fast each merchant may be asked for, and who is to be left alone for a while. A token bucket for
 * each merchant: its limit is for all processes together, so each takes its share of it.
 */

/** At most `limit` queries in a window, for one merchant. */
export interface RateLimit {
  readonly limit: number
  readonly windowMillis: number
}

export interface Pace {
  /** Takes a turn for this merchant, if there is one right now. */
  readonly take: (merId: string, now: number) => boolean
  /** Whether a merchant is not being left alone. */
  readonly isFree: (merId: string, now: number) => boolean
  /** Leaves a merchant alone until this instant. */
  readonly hold: (merId: string, until: number) => void
  /** Forgets everything: for a clock that was set back. */
  readonly forget: () => void
  /** Merchants that have no turn right now. */
  readonly exhausted: (now: number) => ReadonlyArray<string>
  /** When the next of them has one; `undefined` where all have. */
  readonly nextTurnAt: (now: number) => number | undefined
}

interface Turns {
  tokens: number
  at: number
  heldUntil: number
}

/** `share` is this process's part of every limit, between 0 and 1. */
export const make = (limitOf: (merId: string) => RateLimit | undefined, share: () => number): Pace => {
  const merchants = new Map<string, Turns>()

  const turnsOf = (merId: string, now: number): Turns => {
    const known = merchants.get(merId)
    if (known !== undefined) return known
    const turns = { tokens: limitOf(merId)?.limit ?? 1, at: now, heldUntil: 0 }
    merchants.set(merId, turns)
    return turns
  }

  /** Milliseconds for one more turn; 0 without a limit. */
  const millisPerTurn = (merId: string): number => {
    const limit = limitOf(merId)
    return limit === undefined ? 0 : limit.windowMillis / (limit.limit * Math.max(share(), 1e-6))
  }

  const refill = (merId: string, turns: Turns, now: number): void => {
    const each = millisPerTurn(merId)
    const most = Math.max(1, (limitOf(merId)?.limit ?? 1) * share())
    // A clock that was set back gives nothing, and takes nothing away.
    const more = each === 0 ? most : Math.max(0, now - turns.at) / each
    turns.tokens = Math.min(most, turns.tokens + more)
    turns.at = now
  }

  const readyAt = (merId: string, turns: Turns, now: number): number => {
    refill(merId, turns, now)
    const turnAt = turns.tokens >= 1 ? now : now + Math.ceil((1 - turns.tokens) * millisPerTurn(merId))
    return Math.max(turns.heldUntil, turnAt)
  }

  return {
    take: (merId, now) => {
      const turns = turnsOf(merId, now)
      if (readyAt(merId, turns, now) > now) return false
      turns.tokens -= 1
      return true
    },
    isFree: (merId, now) => turnsOf(merId, now).heldUntil <= now,
    hold: (merId, until) => {
      const turns = turnsOf(merId, until)
      turns.heldUntil = Math.max(turns.heldUntil, until)
    },
    forget: () => merchants.clear(),
    exhausted: (now) =>
      [...merchants].flatMap(([merId, turns]) => (readyAt(merId, turns, now) > now ? [merId] : [])),
    nextTurnAt: (now) => {
      const times = [...merchants]
        .map(([merId, turns]) => readyAt(merId, turns, now))
        .filter((at) => at > now)
      return times.length === 0 ? undefined : Math.min(...times)
    }
  }
}
