/**
 * The places in a pool of connections that several gateways share. Each gateway counts its own requests only;
 * what all of them send together could be more than the pool takes, and would spend its time-out in the
 * pool's queue, as a fault of the platform's that is none.
 *
 * It stands where each request is let through or held back, the circuit breaker's store: before the
 * time-out begins, and once for each origin, as the pool counts.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { CircuitBreakerStore } from "effect/persistence/CircuitBreaker"
import * as Semaphore from "effect/Semaphore"

/** A store that lets at most `connections` requests through at a time for each origin. */
export const layer = (connections: number): Layer.Layer<CircuitBreakerStore, never, CircuitBreakerStore> =>
  Layer.effect(
    CircuitBreakerStore,
    Effect.map(CircuitBreakerStore, (store) => {
      const places = new Map<string, Semaphore.Semaphore>()
      const placesOf = (origin: string): Semaphore.Semaphore => {
        const known = places.get(origin)
        if (known !== undefined) return known
        const made = Semaphore.makeUnsafe(connections)
        places.set(origin, made)
        return made
      }
      return CircuitBreakerStore.of({
        // Admission can't be interrupted, and this wait may be long: a query has to end at its deadline.
        admit: (origin) =>
          Effect.andThen(
            Effect.interruptible(Effect.suspend(() => placesOf(origin).takeScoped(1))),
            store.admit(origin)
          ),
        record: store.record,
        state: store.state
      })
    })
  )
