/**
 * How fast each merchant may be asked for, and who is to be left alone for a while. A merchant's limit is for
 * all processes together, so each takes its share of it.
 */
import * as Turns from "../gateway/Turns.ts"

/** At most `limit` queries in a window, wherever it begins, for one merchant. */
export type RateLimit = Turns.Limit

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

interface Merchant {
  readonly turns: Turns.Turns
  heldUntil: number
}

/** `share` is this process's part of every limit, between 0 and 1. */
export const make = (limitOf: (merId: string) => RateLimit | undefined, share: () => number): Pace => {
  const merchants = new Map<string, Merchant>()

  const merchantOf = (merId: string): Merchant => {
    const known = merchants.get(merId)
    if (known !== undefined) return known
    const merchant = { turns: Turns.make(), heldUntil: 0 }
    merchants.set(merId, merchant)
    return merchant
  }

  /** In whole turns, at the part's own rate: a part of 2.5 in a second is 2 in 0.8 s. */
  const partOf = (merId: string): Turns.Limit | undefined => {
    const whole = limitOf(merId)
    if (whole === undefined) return undefined
    const part = whole.limit * Math.max(share(), 1e-6)
    const limit = Math.max(1, Math.floor(part + 1e-9))
    return { limit, windowMillis: (whole.windowMillis * limit) / part }
  }

  const readyAt = (merId: string, { heldUntil, turns }: Merchant, now: number): number => {
    const limit = partOf(merId)
    const turnAt = limit === undefined ? now : turns.nextAt(limit, now)
    // Nobody wakes within a millisecond; a turn that is there now is there, whatever the clock's fractions.
    return Math.max(heldUntil, turnAt <= now ? now : Math.ceil(turnAt))
  }

  return {
    take: (merId, now) => {
      const merchant = merchantOf(merId)
      if (readyAt(merId, merchant, now) > now) return false
      const limit = partOf(merId)
      if (limit !== undefined) merchant.turns.take(limit, now)
      return true
    },
    isFree: (merId, now) => merchantOf(merId).heldUntil <= now,
    hold: (merId, until) => {
      const merchant = merchantOf(merId)
      merchant.heldUntil = Math.max(merchant.heldUntil, until)
    },
    forget: () => merchants.clear(),
    exhausted: (now) =>
      [...merchants].flatMap(([merId, merchant]) => (readyAt(merId, merchant, now) > now ? [merId] : [])),
    nextTurnAt: (now) => {
      const times = [...merchants]
        .map(([merId, merchant]) => readyAt(merId, merchant, now))
        .filter((at) => at > now)
      return times.length === 0 ? undefined : Math.min(...times)
    }
  }
}
