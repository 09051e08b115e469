/**
 * The rate limit and the circuit breaker of one process, kept in memory and measured by the steady clock. By the
 * wall clock, one that is set back an hour would keep an open breaker open, and an empty bucket empty, for an hour.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as SteadyClock from "./SteadyClock.ts"
import * as Turns from "./Turns.ts"

/**
 * `RateLimiter` asks for a count of tokens, below 0 where there is none, and turns it into a delay by the time
 * for one token. Here the delay is known, and is told in those terms.
 */
const tokenBucket = (): RateLimiter.RateLimiterStore["Service"]["tokenBucket"] => {
  const merchants = new Map<string, Turns.Turns>()
  return ({ allowOverflow, key, limit, refillRate, tokens }) =>
    Effect.map(SteadyClock.millis, (now) => {
      const turns = merchants.get(key) ?? Turns.make()
      merchants.set(key, turns)
      const each = Duration.toMillis(refillRate)
      const window = { limit, windowMillis: each * limit }
      let at = turns.nextAt(window, now)
      if (at <= now || allowOverflow) {
        for (let token = 0; token < tokens; token++) at = turns.take(window, now)
      }
      return at <= now ? ([0, 0] as const) : ([-1, each - (at - now)] as const)
    })
}

const limiterStore: Layer.Layer<RateLimiter.RateLimiterStore> = Layer.effect(
  RateLimiter.RateLimiterStore,
  Effect.map(RateLimiter.RateLimiterStore, (store) =>
    RateLimiter.RateLimiterStore.of({
      ...store,
      fixedWindow: (options) => SteadyClock.within(store.fixedWindow(options)),
      tokenBucket: tokenBucket()
    })
  )
).pipe(Layer.provide(RateLimiter.layerStoreMemory))

const breakerStore: Layer.Layer<CircuitBreaker.CircuitBreakerStore> = Layer.effect(
  CircuitBreaker.CircuitBreakerStore,
  Effect.map(CircuitBreaker.CircuitBreakerStore, (store) =>
    CircuitBreaker.CircuitBreakerStore.of({
      admit: (key) => SteadyClock.within(store.admit(key)),
      record: (options) => SteadyClock.within(store.record(options)),
      state: (key) => SteadyClock.within(store.state(key))
    })
  )
).pipe(Layer.provide(CircuitBreaker.layerStoreMemory()))

export const layer: Layer.Layer<RateLimiter.RateLimiter | CircuitBreaker.CircuitBreakerStore> = Layer.merge(
  RateLimiter.layer.pipe(Layer.provide(limiterStore)),
  breakerStore
)
