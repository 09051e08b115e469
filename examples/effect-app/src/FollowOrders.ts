/** The app itself: hands orders over, and gives every step of each until all are at rest. */
import { Order } from "@umf-order-sync/core"
import { type OrderTransition, Sync, UmfConfig } from "@umf-order-sync/node"
import type * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

/** An order number and, where it is known, the amount in fen. */
export interface Wanted {
  readonly orderId: string
  readonly amount?: string | undefined
}

const atRest = Metric.counter("shop_orders_at_rest_total", {
  description: "Orders that came to rest, by their state",
  incremental: true
})

const counted = (transition: OrderTransition): Effect.Effect<void> =>
  transition.settled === true || transition.attention === true
    ? Metric.update(Metric.withAttributes(atRest, { state: transition.to }), 1)
    : Effect.void

/** Reads one order, and gives its steps. */
const follow = Effect.fn("shop.follow")(function* ({ orderId, amount }: Wanted) {
  const sync = yield* Sync.OrderSync
  const merId = yield* UmfConfig.merId
  const order = yield* Order.decode({ merId, orderId, ...(amount === undefined ? {} : { amount }) })
  return sync.transitions(order)
})

type Failure =
  | Config.ConfigError
  | Schema.SchemaError
  | Stream.Error<ReturnType<Sync.OrderSync["Service"]["transitions"]>>

/** The steps of all orders, as they come. Ends when each of them has a result or needs a person. */
export const transitions = (
  wanted: ReadonlyArray<Wanted>
): Stream.Stream<OrderTransition, Failure, Sync.OrderSync> =>
  Stream.mergeAll(
    wanted.map((order) => Stream.unwrap(follow(order))),
    { concurrency: "unbounded" }
  ).pipe(Stream.tap(counted))
