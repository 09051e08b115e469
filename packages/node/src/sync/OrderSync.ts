/**
 * Brings every tracked order to its end. Each order is asked on the schedule until it is settled or a
 * person is needed; closed, failed and unresolved orders are asked again later, for as long as the
 * service runs.
 *
 * What is tracked lives in an `OrderStore`. With the in-memory store an order is followed as long as the
 * process lives; orders that a store already holds are taken up again when the service starts.
 */
import { type Order, QuerySchedule } from "@umf-order-sync/core"
import { type OrderCommand, type OrderEvent, type OrderSnapshot, OrderStep } from "@umf-order-sync/machine"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { OrderGateway } from "../gateway/OrderGateway.ts"
import { keyText, type OrderKey, OrderStore, type StoredOrder, type StoreError } from "../store/OrderStore.ts"
import * as Follower from "./Follower.ts"
import { isRest, type OrderTransition } from "./OrderTransition.ts"

/** How orders are followed. */
export interface OrderSyncOptions {
  /** Changes to `QuerySchedule.defaults`. */
  readonly schedule?: Partial<QuerySchedule.QuerySchedule>
}

/** More about one order than its identity. */
export interface TrackOptions {
  /** When the order was made, ms since the epoch: the schedule counts from here. Now, if not said. */
  readonly orderedAt?: number
  /** What was asked of the platform last; a payment, if not said. */
  readonly operation?: Order.Operation
}

/** The order is tracked already, with another fact than the one given now. Nothing was changed. */
export class OrderConflict extends Schema.TaggedError<OrderConflict>()("OrderConflict", {
  orderId: Schema.String,
  /** The name of the fact that differs. */
  field: Schema.String
}) {
  override get message(): string {
    return `Order ${this.orderId} is tracked already, with another ${this.field}. Order numbers must not be used twice.`
  }
}

/** No order of this merchant and number is tracked. */
export class UnknownOrder extends Schema.TaggedError<UnknownOrder>()("UnknownOrder", {
  orderId: Schema.String
}) {
  override get message(): string {
    return `Order ${this.orderId} is not tracked. Call track first.`
  }
}

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
    /** Every transition of every order from now on, those after an order's end (late payments) included. */
    readonly allTransitions: Stream.Stream<OrderTransition>
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
  ): Layer.Layer<OrderSync, StoreError, OrderGateway | OrderStore> => Layer.effect(OrderSync, make(options))
}

const facts = ["transactionId", "orderDate", "payType", "amount"] as const

/** The first fact that both know and that differs. */
const conflict = (known: Order.OrderRef, given: Order.OrderRef): OrderConflict | undefined => {
  const field = facts.find(
    (name) => known[name] !== undefined && given[name] !== undefined && known[name] !== given[name]
  )
  return field === undefined ? undefined : new OrderConflict({ orderId: given.orderId, field })
}

const make = Effect.fnUntraced(function* (
  options: OrderSyncOptions
): Effect.fn.Return<OrderSync["Service"], StoreError, OrderGateway | OrderStore | Scope.Scope> {
  const store = yield* OrderStore
  const steps = OrderStep.make({ ...QuerySchedule.defaults, ...options.schedule })
  const everything = yield* PubSub.sliding<OrderTransition>(4096)
  const tools: Follower.Tools = {
    steps,
    store,
    gateway: yield* OrderGateway,
    publish: (transition) => PubSub.publish(everything, transition)
  }
  const scope = yield* Effect.scope
  const followers = new Map<string, Follower.Follower>()

  /** The follower of a stored order, made and listed but not running. */
  const enlist = Effect.fnUntraced(function* (stored: StoredOrder) {
    const key = keyText(stored.snapshot.context.order)
    const made = yield* Follower.make(stored)
    const there = followers.get(key)
    if (there !== undefined) return { follower: there, isNew: false }
    followers.set(key, made)
    return { follower: made, isNew: true }
  })

  const run = (follower: Follower.Follower, commands: ReadonlyArray<OrderCommand.OrderCommand>) => {
    const { order } = follower.stored.snapshot.context
    const leave = () => followers.delete(keyText(order))
    return Follower.run(tools, follower, commands, leave).pipe(
      Effect.tapCause((cause) => Effect.logError("An order is no longer followed by this process.", cause)),
      Effect.ensuring(Effect.sync(leave)),
      Effect.forkIn(scope)
    )
  }

  /** The running follower of an order, begun if need be; `prepare` comes before its first step. */
  const begin = Effect.fnUntraced(function* <A, R>(
    order: Order.OrderRef,
    trackOptions: TrackOptions,
    prepare: (follower: Follower.Follower) => Effect.Effect<A, never, R>
  ): Effect.fn.Return<A, OrderConflict | StoreError, R> {
    const at = yield* Clock.currentTimeMillis
    const first = steps.start({
      order,
      at: trackOptions.orderedAt ?? at,
      operation: trackOptions.operation ?? "payment"
    })
    const stored = yield* store.create(first.snapshot)
    const different = conflict(stored.snapshot.context.order, order)
    if (different !== undefined) return yield* different
    const { follower, isNew } = yield* enlist(stored)
    const prepared = yield* prepare(follower)
    if (isNew) yield* run(follower, steps.takeUp(follower.stored.snapshot))
    return prepared
  })

  const followed = (order: Order.OrderRef, trackOptions: TrackOptions) =>
    begin(order, trackOptions, (follower) =>
      Effect.map(PubSub.subscribe(follower.hub), (subscription) => ({
        follower,
        transitions:
          Follower.tagOf(follower) === "polling"
            ? Stream.fromSubscription(subscription).pipe(Stream.takeUntil(isRest))
            : Stream.empty
      }))
    )

  const note =
    (type: "hinted" | "refundRequested" | "voidRequested" | "resumed"): Note =>
    (key) =>
      Effect.gen(function* () {
        const at = yield* Clock.currentTimeMillis
        const stored = yield* store.get(key)
        if (Option.isNone(stored)) return yield* new UnknownOrder({ orderId: key.orderId })
        const { follower, isNew } = yield* enlist(stored.value)
        Queue.offerUnsafe(follower.mailbox, { type, at } satisfies OrderEvent.OrderEvent)
        if (isNew) yield* run(follower, steps.takeUp(follower.stored.snapshot))
      })

  for (const stored of yield* store.list) {
    if (stored.snapshot.asking === "idle") continue
    const { follower } = yield* enlist(stored)
    yield* run(follower, steps.takeUp(stored.snapshot))
  }

  return OrderSync.of({
    track: (order, trackOptions = {}) =>
      Effect.scoped(
        Effect.gen(function* () {
          const { follower, transitions } = yield* followed(order, trackOptions)
          yield* Stream.runDrain(transitions)
          return follower.stored.snapshot
        })
      ),
    transitions: (order, trackOptions = {}) =>
      Stream.unwrap(Effect.map(followed(order, trackOptions), ({ transitions }) => transitions)),
    allTransitions: Stream.fromPubSub(everything),
    get: (key) =>
      Effect.map(
        store.get(key),
        Option.map(({ snapshot }) => snapshot)
      ),
    hint: note("hinted"),
    refundRequested: note("refundRequested"),
    voidRequested: note("voidRequested"),
    resume: note("resumed")
  })
})
