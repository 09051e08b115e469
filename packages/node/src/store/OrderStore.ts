/**
 * Orders at rest: one row for each order, its snapshot and a version that fences writers.
 *
 * The in-memory store loses everything with the process and is for tests and for tracking that may be
 * begun again; what has to survive comes with a durable store behind the same service.
 */
import type { Order } from "@umf-order-sync/core"
import type { OrderSnapshot } from "@umf-order-sync/machine"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/** What names an order: the merchant and the merchant's order number. */
export type OrderKey = Pick<Order.OrderRef, "merId" | "orderId">

/** One order at rest. `version` grows by one with each save. */
export interface StoredOrder {
  readonly snapshot: OrderSnapshot.OrderSnapshot
  readonly version: number
}

/** Another writer saved the order meanwhile; what was about to be written is out of date. */
export class StaleVersion extends Schema.TaggedError<StaleVersion>()("StaleVersion", {
  orderId: Schema.String
}) {
  readonly isRetryable: boolean = false
  override get message(): string {
    return "The order was saved by somebody else meanwhile; read it again."
  }
}

/** The store could not be reached or refused. */
export class StoreUnavailable extends Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", {
  what: Schema.String
}) {
  readonly isRetryable: boolean = true
  override get message(): string {
    return `The order store is not available: ${this.what}`
  }
}

export class StoreError extends Schema.TaggedError<StoreError>()("StoreError", {
  reason: Schema.Union([StaleVersion, StoreUnavailable])
}) {
  readonly isRetryable: boolean = this.reason.isRetryable
  override get message(): string {
    return this.reason.message
  }
}

/** A text that is different for different orders: order numbers can't hold a "|". */
export const keyText = (key: OrderKey): string => `${key.merId}|${key.orderId}`

export class OrderStore extends Context.Service<
  OrderStore,
  {
    /** Stores a new order; one that is there already stays as it is and is given back. */
    readonly create: (snapshot: OrderSnapshot.OrderSnapshot) => Effect.Effect<StoredOrder, StoreError>
    readonly get: (key: OrderKey) => Effect.Effect<Option.Option<StoredOrder>, StoreError>
    /** Replaces the snapshot if the stored version is still the one that was read. */
    readonly save: (
      snapshot: OrderSnapshot.OrderSnapshot,
      version: number
    ) => Effect.Effect<StoredOrder, StoreError>
    /** Every order. */
    readonly list: Effect.Effect<ReadonlyArray<StoredOrder>, StoreError>
  }
>()("@umf-order-sync/node/store/OrderStore") {
  static readonly layerMemory: Layer.Layer<OrderStore> = Layer.sync(OrderStore, () => {
    const rows = new Map<string, StoredOrder>()
    const rowOf = (snapshot: OrderSnapshot.OrderSnapshot) => keyText(snapshot.context.order)
    const write = (snapshot: OrderSnapshot.OrderSnapshot, version: number) => {
      const stored = { snapshot, version }
      rows.set(rowOf(snapshot), stored)
      return stored
    }
    return OrderStore.of({
      create: (snapshot) => Effect.sync(() => rows.get(rowOf(snapshot)) ?? write(snapshot, 1)),
      get: (key) => Effect.sync(() => Option.fromUndefinedOr(rows.get(keyText(key)))),
      save: (snapshot, version) =>
        Effect.suspend(() =>
          rows.get(rowOf(snapshot))?.version === version
            ? Effect.succeed(write(snapshot, version + 1))
            : Effect.fail(
                new StoreError({ reason: new StaleVersion({ orderId: snapshot.context.order.orderId }) })
              )
        ),
      list: Effect.sync(() => [...rows.values()])
    })
  })
}
