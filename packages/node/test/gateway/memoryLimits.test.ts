import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as TestClock from "effect/testing/TestClock"
import * as MemoryLimits from "../../src/gateway/MemoryLimits.ts"
import * as Clocks from "../support/clocks.ts"

const HOUR = 3_600_000

describe("limits of one process, on a clock that is set back an hour", () => {
  it.effect("given an empty bucket, the pace goes on as before", () =>
    Effect.gen(function* () {
      const { clock, set } = yield* Clocks.settable
      const waits = Effect.gen(function* () {
        const limiter = yield* RateLimiter.RateLimiter
        const wait = Effect.map(
          limiter.consume({
            algorithm: "token-bucket",
            onExceeded: "delay",
            key: "merchant",
            limit: 10,
            window: "1 second"
          }),
          ({ delay }) => delay
        )
        yield* Effect.repeat(wait, { times: 14 })
        set(-HOUR)
        yield* TestClock.adjust("10 seconds")
        return yield* wait
      })
      const delay = yield* Effect.provide(waits, MemoryLimits.layer).pipe(
        Effect.provideService(Clock.Clock, clock)
      )
      assert.strictEqual(Duration.toMillis(delay), 0)
    })
  )

  it.effect("given an open breaker, it lets a probe through when its time is over", () =>
    Effect.gen(function* () {
      const { clock, set } = yield* Clocks.settable
      const tries = Effect.gen(function* () {
        const breaker = yield* CircuitBreaker.make({
          tripPolicy: CircuitBreaker.consecutive(2),
          openDuration: "30 seconds"
        })
        const request = (answer: Effect.Effect<void, string>) =>
          Effect.exit(breaker.execute({ key: "origin" })(answer))
        yield* request(Effect.fail("502"))
        yield* request(Effect.fail("502"))
        assert.isTrue(Exit.isFailure(yield* request(Effect.void)))
        set(-HOUR)
        yield* TestClock.adjust("31 seconds")
        assert.isTrue(Exit.isSuccess(yield* request(Effect.void)))
      })
      yield* Effect.provide(tries, MemoryLimits.layer).pipe(Effect.provideService(Clock.Clock, clock))
    })
  )
})
