/**
 * Lengths of time by a clock that nobody sets. The clock on the wall tells when something was; it may be set
 * ahead or back at any moment, by a person or by the network, and then says nothing of how long it took.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

const toMillis = (nanos: bigint): number => Number(nanos) / 1_000_000

/** Milliseconds since an instant that is the same for the whole process, and means nothing. */
export const millis: Effect.Effect<number> = Effect.map(Clock.monotonicTimeNanos, toMillis)

const steady = (clock: Clock.Clock): Clock.Clock => {
  const now = () => Math.floor(toMillis(clock.monotonicTimeNanosUnsafe()))
  return {
    currentTimeMillisUnsafe: now,
    currentTimeMillis: Effect.sync(now),
    currentTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
    currentTimeNanos: clock.monotonicTimeNanos,
    monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: clock.monotonicTimeNanos,
    sleep: (duration) => clock.sleep(duration)
  }
}

/** Runs what only measures lengths of time by the steady clock: a clock that is set stops it nowhere. */
export const within = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Clock.clockWith((clock) => Effect.provideService(effect, Clock.Clock, steady(clock)))
