/** Clocks for tests that can be set: the wall clock moves, the steady one goes on as it was. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

export interface Setting {
  readonly clock: Clock.Clock
  /** Sets the wall clock ahead by so many ms; back, where they are below 0. */
  readonly set: (by: number) => void
}

/** The clock that is there, with a wall clock that can be set. Sleeps last as long as they say. */
export const settable: Effect.Effect<Setting> = Effect.map(Clock.Clock, (clock) => {
  let ahead = 0
  const now = () => clock.currentTimeMillisUnsafe() + ahead
  const nanos = () => clock.currentTimeNanosUnsafe() + BigInt(ahead) * 1_000_000n
  return {
    // With what else a TestClock has.
    clock: {
      ...clock,
      currentTimeMillisUnsafe: now,
      currentTimeMillis: Effect.sync(now),
      currentTimeNanosUnsafe: nanos,
      currentTimeNanos: Effect.sync(nanos),
      monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
      monotonicTimeNanos: clock.monotonicTimeNanos,
      sleep: (duration) => clock.sleep(duration)
    },
    set: (by) => {
      ahead += by
    }
  }
})
