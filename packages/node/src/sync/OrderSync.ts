/**
 * Brings every tracked order to its end. Each order is asked on the schedule until it is settled or a
 * person is needed; closed, failed and unresolved orders are asked again later.
 *
 * What is tracked lives in an `OrderStore`, which is the whole truth: a process that begins anew goes on
 * with what is stored there. With the in-memory store an order is followed as long as the process lives.
 */
import type { Order } from "@umf-order-sync/core"
import { OrderInspection, type OrderSnapshot } from "@umf-order-sync/machine"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { ConfigInvalid } from "../gateway/GatewayConfig.ts"
import { OrderGateway } from "../gateway/OrderGateway.ts"
import { type OrderKey, OrderStore } from "../store/OrderStore.ts"
import type { StoreError } from "../store/StoreError.ts"
import { Buckets } from "./Buckets.ts"
import * as Follow from "./Follow.ts"
import {
  type HandOverOptions,
  Ledger,
  type LedgerOptions,
  type OrderConflict,
  type UnknownOrder
} from "./Ledger.ts"
import * as OrderAsker from "./OrderAsker.ts"
import { OrderDesk } from "./OrderDesk.ts"
import type { OrderTransition } from "./OrderTransition.ts"
import type { RateLimit } from "./Pace.ts"
import * as Poller from "./Poller.ts"
import * as Suspicions from "./Suspicions.ts"

export { OrderConflict, UnknownOrder } from "./Ledger.ts"

/** What holds where nothing is said. */
export const defaults = { concurrency: 64, grace: "10 seconds", maxQueryTime: "5 minutes" } as const

/** How orders are followed, and how fast. */
export interface OrderSyncOptions extends LedgerOptions {
  /** Queries under way at once. 64 by default. */
  readonly concurrency?: number | undefined
  /** How fast each merchant's orders are asked, all processes together; no limit but the gateway's own, if left out. */
  readonly rateLimitOf?: ((merId: string) => RateLimit | undefined) | undefined
  /** How long queries under way may take to end when the service stops. 10 s by default; those that don't are asked again at the next start. */
  readonly grace?: Duration.Input | undefined
  /**
   * Takes each step of each order, once it is saved, as XState's `inspect` option gives an actor's: for any
   * XState inspector. What it throws disturbs nothing.
   */
  readonly inspect?: OrderInspection.Inspector | undefined
  /** The longest time that one query may take; an answer that comes later counts as a time-out. 5 minutes by default. */
  readonly maxQueryTime?: Duration.Input | undefined
}

/** More about one order than its identity. */
export type TrackOptions = HandOverOptions

type Note = (key: OrderKey) => Effect.Effect<void, UnknownOrder | StoreError>

export class OrderSync extends Context.Service<
  OrderSync,
  {
    /**
     * Follows an order until it is settled or a person is needed, and gives its snapshot then. The same
     * order again is the same order. Interrupting the call ends the waiting, not the following.
     */
    readonly track: (
      order: Order.OrderRef,
      options?: TrackOptions
    ) => Effect.Effect<OrderSnapshot.OrderSnapshot, OrderConflict | StoreError>
    /** The same, transition by transition; the last one is into rest. Empty for an order at rest. */
    readonly transitions: (
      order: Order.OrderRef,
      options?: TrackOptions
    ) => Stream.Stream<OrderTransition, OrderConflict | StoreError>
    /**
     * The transitions that this process makes, of all orders, from now on; those after an order's end (late
     * payments) included. A reader that falls more than 4,096 behind loses the oldest: what must not be
     * missed is told by notices.
     */
    readonly allTransitions: Stream.Stream<OrderTransition>
    /**
     * Gives each step that this process makes, of all orders, as XState's `inspect` option gives an actor's, to
     * any XState inspector until the scope ends. What it throws disturbs nothing. Nothing is made while
     * `isWanted` says that nobody looks.
     */
    readonly inspect: (
      inspect: OrderInspection.Inspector,
      isWanted?: () => boolean
    ) => Effect.Effect<void, never, Scope.Scope>
    readonly get: (key: OrderKey) => Effect.Effect<Option.Option<OrderSnapshot.OrderSnapshot>, StoreError>
    /** There may be news: ask now. Concludes nothing. */
    readonly hint: Note
    /** A refund was asked of the platform: follow it. */
    readonly refundRequested: Note
    /** A void was asked of the platform: follow it. */
    readonly voidRequested: Note
    /** Ask an unresolved or rejected order again, with its limits counted anew. */
    readonly resume: Note
  }
>()("@umf-order-sync/node/sync/OrderSync") {
  static readonly layer = (
    options: OrderSyncOptions = {}
  ): Layer.Layer<OrderSync | OrderDesk | Ledger, ConfigInvalid | StoreError, OrderGateway | OrderStore> =>
    Layer.effect(OrderSync, make(options)).pipe(
      Layer.provideMerge(OrderDesk.layer),
      Layer.provideMerge(Ledger.layer(options))
    )
}

const make = Effect.fnUntraced(function* (
  options: OrderSyncOptions
): Effect.fn.Return<
  OrderSync["Service"],
  never,
  OrderGateway | OrderStore | OrderDesk | Ledger | Scope.Scope
> {
  const store = yield* OrderStore
  const ledger = yield* Ledger
  const desk = yield* OrderDesk
  const tools: OrderAsker.Tools = {
    ledger,
    store,
    gateway: yield* OrderGateway,
    suspicions: Suspicions.make(),
    maxQueryMillis: Duration.toMillis(options.maxQueryTime ?? defaults.maxQueryTime)
  }
  const inspect = (observer: OrderInspection.Inspector, isWanted?: () => boolean) => {
    const { schedule } = ledger
    const inspection = OrderInspection.make(OrderInspection.guarded(observer), { schedule, isWanted })
    return Effect.asVoid(
      Effect.acquireRelease(
        Effect.sync(() => ledger.listen(inspection)),
        (end) => Effect.sync(end)
      )
    )
  }
  if (options.inspect !== undefined) yield* inspect(options.inspect)
  const grace = Duration.toMillis(options.grace ?? defaults.grace)
  const poller = yield* Poller.make(tools, yield* Buckets, {
    concurrency: options.concurrency ?? defaults.concurrency,
    rateLimitOf: options.rateLimitOf ?? (() => undefined),
    handOffMillis: grace
  })
  yield* Effect.addFinalizer(() => poller.stop(grace))

  /** Stores an order, and gives its transitions from then on. */
  const followed = Effect.fnUntraced(function* (order: Order.OrderRef, trackOptions: TrackOptions) {
    const { stored } = yield* desk.handOver(order, trackOptions)
    return Follow.transitions(ledger, store, order, stored)
  })

  /** The stored snapshot, with the query that is under way. */
  const get = Effect.fnUntraced(function* (key: OrderKey) {
    const found = yield* store.get(key)
    const turn = poller.underWay(key)
    return Option.map(found, (stored) =>
      turn?.stored.version === stored.version
        ? OrderAsker.underWay(tools, stored, turn.since)
        : stored.snapshot
    )
  })

  return OrderSync.of({
    track: Effect.fnUntraced(function* (order, trackOptions = {}) {
      const { stored } = yield* desk.handOver(order, trackOptions)
      const last = yield* Stream.runLast(Follow.transitions(ledger, store, order, stored))
      return Option.match(last, { onNone: () => stored.snapshot, onSome: ({ snapshot }) => snapshot })
    }),
    transitions: (order, trackOptions = {}) => Stream.unwrap(followed(order, trackOptions)),
    allTransitions: Stream.fromPubSub(ledger.watchers.all),
    inspect,
    get,
    hint: (key) => Effect.asVoid(desk.hint(key)),
    refundRequested: (key) => Effect.asVoid(desk.refundRequested(key)),
    voidRequested: (key) => Effect.asVoid(desk.voidRequested(key)),
    resume: (key) => Effect.asVoid(desk.resume(key))
  })
})
