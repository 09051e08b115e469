/** A limit on how many requests are let in: so many a second, and as many at once after a pause. */

export interface TokenBucket {
  /** Takes one token; gives 0, or for how many ms none will be there. `now` in ms. */
  readonly take: (now: number) => number
}

/** A full bucket that gets `perSecond` tokens a second, and holds as many. */
export const make = (perSecond: number): TokenBucket => {
  let tokens = perSecond
  let filledAt = Number.NEGATIVE_INFINITY
  return {
    take: (now) => {
      // A clock that is set back gives nothing, and takes nothing.
      const elapsed = Math.max(0, now - filledAt)
      tokens = Math.min(perSecond, tokens + (elapsed * perSecond) / 1000)
      filledAt = now
      if (tokens >= 1) {
        tokens -= 1
        return 0
      }
      return Math.ceil(((1 - tokens) * 1000) / perSecond)
    }
  }
}
