/**
 * For how long the ends that take two answers have been suspected, by a clock that nobody sets.
 *
 * Two answers have to lie `confirmAfter` apart, or a passing trouble would close an order. The machine knows
 * only the times that its events bear, and those are the wall clock's: set ahead by an hour between two
 * answers that came 3 s apart, it would call them an hour apart; set back, it would confirm nothing for an
 * hour. So the second question is told to the machine as being asked when this process's steady clock says.
 *
 * What was suspected before this process began, or by another one, counts from where this process first met
 * it: nothing else is known of it but what some wall clock said. Lost at the end of the process, and may be.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as SteadyClock from "../gateway/SteadyClock.ts"
import { keyText, type StoredOrder } from "../store/OrderStore.ts"

/** An instant by both clocks, in ms. */
export interface Moment {
  /** Since the epoch, as far as the wall clock is right. */
  readonly at: number
  /** By the steady clock, whose beginning means nothing. */
  readonly steady: number
}

export const now: Effect.Effect<Moment> = Effect.zipWith(
  Clock.currentTimeMillis,
  SteadyClock.millis,
  (at, steady) => ({ at, steady })
)

/** The ms between two moments, by the clock that says more: one may stand still while the machine sleeps, one may be set back. */
export const between = (from: Moment, to: Moment): number =>
  Math.max(to.at - from.at, to.steady - from.steady)

export interface Suspicions {
  /** When a question about this order was asked, as the machine is to be told: ms since the epoch. */
  readonly askedAt: (stored: StoredOrder, asked: Moment) => number
  /** An order was saved with what an answer said that came at that moment. */
  readonly saved: (stored: StoredOrder, came: Moment) => void
}

/** A wall clock that differs by less from the steady one was not set: it is being adjusted, or rounded. */
const JITTER = 1000
/** So many are remembered; of more the oldest is forgotten, and counts anew. */
const MOST = 100_000

export const make = (): Suspicions => {
  /** By order, the oldest first: the suspicion, and since when it is known here. */
  const known = new Map<string, { readonly suspectedAt: number; readonly since: number }>()

  const remember = (key: string, suspectedAt: number, since: number) => {
    known.delete(key)
    known.set(key, { suspectedAt, since })
    const oldest = known.keys().next()
    if (known.size > MOST && oldest.done !== true) known.delete(oldest.value)
  }

  return {
    askedAt: ({ snapshot }, asked) => {
      const { order, suspectedAt } = snapshot.context
      if (suspectedAt === undefined) return asked.at
      const key = keyText(order)
      const mine = known.get(key)
      const isKnown = mine?.suspectedAt === suspectedAt
      if (!isKnown) remember(key, suspectedAt, asked.steady)
      const elapsed = isKnown ? asked.steady - mine.since : 0
      const isSteady = Math.abs(asked.at - suspectedAt - elapsed) < JITTER
      return isSteady ? asked.at : suspectedAt + Math.max(0, Math.floor(elapsed))
    },
    saved: ({ snapshot }, came) => {
      const { order, suspectedAt } = snapshot.context
      if (suspectedAt === undefined) known.delete(keyText(order))
      else if (suspectedAt === came.at) remember(keyText(order), suspectedAt, came.steady)
    }
  }
}
