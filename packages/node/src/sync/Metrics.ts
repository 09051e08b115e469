/** What can be seen of the work from outside: Effect metrics, for any exporter that reads those. */
import type { OrderEvent } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type { Counts, StoredOrder } from "../store/OrderStore.ts"
import { dueAt } from "../store/OrderStore.ts"

const seconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 600, 3600]

const queries = Metric.counter("umf_queries_total", {
  description: "Queries by what came of them: a verdict, or the kind of fault",
  incremental: true
})
const latency = Metric.histogram("umf_query_seconds", {
  description: "From the beginning of a query to its outcome, retries included",
  boundaries: seconds
})
const lagSeconds = Metric.histogram("umf_query_lag_seconds", {
  description: "From the time when an order became due to the beginning of its query",
  boundaries: seconds
})
const heldBackTotal = Metric.counter("umf_queries_held_back_total", {
  description: "Queries that were not sent because the circuit breaker was open",
  incremental: true
})
const overtakenTotal = Metric.counter("umf_queries_overtaken_total", {
  description: "Answers that were dropped because another worker had asked meanwhile",
  incremental: true
})
const inFlight = Metric.gauge("umf_queries_in_flight", { description: "Queries under way in this process" })
const paceWaiting = Metric.gauge("umf_pace_waiting", {
  description: "Merchants without a turn at the last look: their rate is used up, or they are left alone"
})
const bucketsMine = Metric.gauge("umf_buckets", { description: "Buckets that this process asks after" })

const orders = Metric.gauge("umf_orders", { description: "Orders by state" })
const due = Metric.gauge("umf_orders_due", { description: "Orders whose time to be asked has come" })
const oldestDue = Metric.gauge("umf_orders_due_oldest_seconds", {
  description: "For how long the order that waits longest has been due"
})
const notices = Metric.gauge("umf_notices_pending", { description: "Notices that were not handed over yet" })
const failing = Metric.gauge("umf_notices_failing", {
  description: "Pending notices that were tried in vain at least once"
})
const oldestNotice = Metric.gauge("umf_notices_oldest_seconds", {
  description: "Age of the oldest notice that was not handed over yet"
})

/** A metric with one attribute, made once for each value of it. */
const byAttribute = <Input, State>(metric: Metric.Metric<Input, State>, name: string) => {
  const made = new Map<string, Metric.Metric<Input, State>>()
  return (value: string): Metric.Metric<Input, State> => {
    const known = made.get(value) ?? Metric.withAttributes(metric, { [name]: value })
    made.set(value, known)
    return known
  }
}

const queriesOf = byAttribute(queries, "outcome")
const ordersOf = byAttribute(orders, "state")

/** A query ended: with which outcome, after how many ms. */
export const asked = (event: OrderEvent.OrderEvent, millis: number): Effect.Effect<void> => {
  const outcome =
    event.type === "faulted" ? `fault.${event.fault}` : event.type.slice(event.type.indexOf(".") + 1)
  return Effect.andThen(
    Metric.update(queriesOf(outcome), 1),
    Metric.update(latency, Math.max(0, millis) / 1000)
  )
}

/** A query begins, so much later than the order became due. */
export const lag = (stored: StoredOrder, now: number): Effect.Effect<void> =>
  Metric.update(lagSeconds, Math.max(0, now - (dueAt(stored) ?? now)) / 1000)

/** So many merchants had no turn at the last look at due orders. */
export const paced = (merchants: number): Effect.Effect<void> => Metric.update(paceWaiting, merchants)

export const heldBack: Effect.Effect<void> = Metric.update(heldBackTotal, 1)
export const overtaken: Effect.Effect<void> = Metric.update(overtakenTotal, 1)

/** How many queries are under way, and how many buckets are this process's. */
export const load = (queriesUnderWay: number, buckets: number): Effect.Effect<void> =>
  Effect.andThen(Metric.update(inFlight, queriesUnderWay), Metric.update(bucketsMine, buckets))

const secondsSince = (at: number | undefined, now: number) =>
  at === undefined ? 0 : Math.max(0, now - at) / 1000

/** What the store holds. */
export const stored = (counts: Counts, states: ReadonlyArray<string>, now: number): Effect.Effect<void> =>
  Effect.all(
    [
      ...states.map((state) =>
        Metric.update(ordersOf(state), (counts.states as Readonly<Record<string, number>>)[state] ?? 0)
      ),
      Metric.update(due, counts.due),
      Metric.update(oldestDue, secondsSince(counts.oldestDueAt, now)),
      Metric.update(notices, counts.pendingNotices),
      Metric.update(failing, counts.failingNotices),
      Metric.update(oldestNotice, secondsSince(counts.oldestNoticeAt, now))
    ],
    { discard: true }
  )

const handedTotal = Metric.counter("umf_notices_handed_total", {
  description: "Tries to hand a notice over, by what came of them",
  incremental: true
})
const handedBy = byAttribute(handedTotal, "outcome")

/** A notice was tried to be handed over. */
export const handed = (outcome: "delivered" | "failed"): Effect.Effect<void> =>
  Metric.update(handedBy(outcome), 1)
