/** What becomes of notifications, as an Effect metric. */
import type * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"

/**
 * Whether the platform has signed it, for some merchant: it carries a signature that fits, one that doesn't
 * or that nobody here can check, or none. `refused`: it was not read at all.
 */
export type Outcome = "verified" | "unverified" | "unsigned" | "refused"

/** What was done about it. */
export type Done =
  /** The order's next query was woken. */
  | "asked"
  /** Nothing: the order has its result, and only a verified notification wakes one that has. */
  | "settled"
  /** Nothing: no such order is followed here. */
  | "unknown"
  /** Nothing: it is another merchant's. */
  | "foreign"
  /** Nothing: there are too many of them. */
  | "limited"
  /** Nothing came of it: the store, or whoever follows the orders, refused. */
  | "failed"
  /** Nothing: it could not be read. */
  | "none"

const total = Metric.counter("umf_notifications_total", {
  description: "The platform's notifications, by whether it has signed them, and by what was done about them",
  incremental: true
})

/** One more. */
export const count = (outcome: Outcome, done: Done): Effect.Effect<void> =>
  Metric.update(Metric.withAttributes(total, { outcome, done }), 1)
