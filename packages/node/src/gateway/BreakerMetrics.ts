/**
 * What can be seen of the circuit breaker from outside: Effect metrics, for any exporter that reads those.
 * There is one breaker for each origin, whichever merchants ask there, so the origin is their attribute.
 */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type * as CircuitBreaker from "effect/persistence/CircuitBreaker"

const open = Metric.gauge("umf_breaker_open", {
  description: "1 while requests to this origin are held back after too many faults in a row, 0 otherwise"
})
const opened = Metric.counter("umf_breaker_opened_total", {
  description: "How often the circuit breaker of this origin opened, failed probes included",
  incremental: true
})

/** The store of a gateway's breaker, whose state is told as it changes. Both metrics are there from the start. */
export const observed = Effect.fnUntraced(function* (
  store: CircuitBreaker.CircuitBreakerStore["Service"],
  origin: string
): Effect.fn.Return<CircuitBreaker.CircuitBreakerStore["Service"]> {
  const isOpen = Metric.withAttributes(open, { origin })
  const openings = Metric.withAttributes(opened, { origin })
  const { _tag: state } = yield* Effect.result(store.state(origin)).pipe(
    Effect.map((found) => (found._tag === "Success" ? found.success : { _tag: "Closed" as const }))
  )
  yield* Metric.update(isOpen, state === "Closed" ? 0 : 1)
  yield* Metric.update(openings, 0)
  return {
    // A request that is let through, and is no probe, finds the breaker closed: also where it was forgotten.
    admit: (key) => Effect.tap(store.admit(key), ({ probe }) => Metric.update(isOpen, probe ? 1 : 0)),
    record: (outcome) =>
      Effect.tap(store.record(outcome), (transition) => {
        switch (transition?.to) {
          case "Open":
            return Effect.andThen(Metric.update(isOpen, 1), Metric.update(openings, 1))
          case "Closed":
            return Metric.update(isOpen, 0)
          default:
            return Effect.void
        }
      }),
    state: store.state
  }
})
