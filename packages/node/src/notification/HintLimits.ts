/**
 * How many notifications are followed: the URL is public, and each one that is followed may cost a query.
 * What the platform has signed is counted apart, so that forged ones can't crowd it out.
 *
 * Memory is bounded: an order is remembered for as long as it is held back, and only where a notification of
 * it was let through, so there are at most as many as are let through in that time.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as TokenBucket from "../api/TokenBucket.ts"
import { ConfigInvalid } from "../gateway/GatewayConfig.ts"

/** How many notifications are followed; the rest are answered all the same. */
export interface LimitOptions {
  /** An order is woken by an unverified notification at most once in this time. 10 s by default. */
  readonly unverifiedEvery?: Duration.Input | undefined
  /** The same for a verified one. 1 s by default. */
  readonly verifiedEvery?: Duration.Input | undefined
  /** So many verified ones a second are followed in all, and as many that are not. 20 by default. */
  readonly perSecond?: number | undefined
}

/** Lengths of time in ms. */
export interface Limits {
  /** An order is woken by an unverified notification at most once in this time … */
  readonly unverifiedMillis: number
  /** … and by a verified one at most once in this. */
  readonly verifiedMillis: number
  /** At most so many a second in all: so many verified ones, and so many that are not. */
  readonly perSecond: number
}

export const defaults: Limits = { unverifiedMillis: 10_000, verifiedMillis: 1000, perSecond: 20 }

const millisOf = (input: Duration.Input | undefined, otherwise: number): number =>
  input === undefined
    ? otherwise
    : Option.getOrElse(Option.map(Duration.fromInput(input), Duration.toMillis), () => Number.NaN)

const HOUR = 3_600_000

/** Reads the options. Fails with `ConfigInvalid` where a limit would be none. */
export const fromOptions = (options: LimitOptions): Effect.Effect<Limits, ConfigInvalid> => {
  const limits = {
    unverifiedMillis: millisOf(options.unverifiedEvery, defaults.unverifiedMillis),
    verifiedMillis: millisOf(options.verifiedEvery, defaults.verifiedMillis),
    perSecond: options.perSecond ?? defaults.perSecond
  }
  const wrong = (setting: string, must: string) =>
    Effect.fail(new ConfigInvalid({ setting, message: `${setting} must be ${must}.` }))
  const isLength = (millis: number) => millis > 0 && millis <= HOUR
  const length = "a length of time above 0, and at most an hour"
  if (!isLength(limits.unverifiedMillis)) return wrong("unverifiedEvery", length)
  if (!isLength(limits.verifiedMillis)) return wrong("verifiedEvery", length)
  const { perSecond } = limits
  return perSecond >= 1 && perSecond <= 1000
    ? Effect.succeed(limits)
    : wrong("perSecond", "a number from 1 to 1000")
}

export interface HintLimits {
  /** Whether a notification of this order may be followed now; if so, it counts. `now` in ms. */
  readonly take: (key: string, isVerified: boolean, now: number) => boolean
  /** How many orders are remembered. */
  readonly size: () => number
}

/** When an order was woken last. */
interface Woken {
  readonly at: number
  readonly verifiedAt?: number
}

export const make = (limits: Limits): HintLimits => {
  const unverified = TokenBucket.make(limits.perSecond)
  const verified = TokenBucket.make(limits.perSecond)
  /** In the order of `at`, the oldest first. */
  const woken = new Map<string, Woken>()
  const longest = Math.max(limits.unverifiedMillis, limits.verifiedMillis)

  // What lies ahead of a clock that was set back holds nothing up.
  const isWithin = (at: number | undefined, millis: number, now: number) =>
    at !== undefined && at <= now && now - at < millis

  const forget = (now: number) => {
    for (const [key, { at }] of woken) {
      if (isWithin(at, longest, now)) return
      woken.delete(key)
    }
  }

  return {
    take: (key, isVerified, now) => {
      forget(now)
      const before = woken.get(key)
      // A forged one must not hold back a true one; a true one may hold back forged ones.
      const held = isVerified
        ? isWithin(before?.verifiedAt, limits.verifiedMillis, now)
        : isWithin(before?.at, limits.unverifiedMillis, now)
      if (held || (isVerified ? verified : unverified).take(now) > 0) return false
      const verifiedAt = isVerified ? now : before?.verifiedAt
      woken.delete(key)
      woken.set(key, { at: now, ...(verifiedAt === undefined ? {} : { verifiedAt }) })
      return true
    },
    size: () => woken.size
  }
}
