/**
 * The rate limit and the circuit breaker of one process, kept in memory and measured by the steady clock. By the
 * wall clock, one that is set back an hour would keep an open breaker open, and an empty bucket empty, for an hour.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as SteadyClock from "./SteadyClock.ts"

const limiterStore: Layer.Layer<RateLimiter.RateLimiterStore> = Layer.effect(
  RateLimiter.RateLimiterStore,
  Effect.map(RateLimiter.RateLimiterStore, (store) =>
    RateLimiter.RateLimiterStore.of({
      ...store,
      fixedWindow: (options) => SteadyClock.within(store.fixedWindow(options)),
      tokenBucket: (options) => SteadyClock.within(store.tokenBucket(options))
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
