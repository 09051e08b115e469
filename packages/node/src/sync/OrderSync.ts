/**
 * Brings every tracked order to its end. Each order is asked on the schedule until it is settled or a
 * person is needed; closed, failed and unresolved orders are asked again later, for as long as the
 * service runs.
 *
 * What is tracked lives in an `OrderStore`. With the in-memory store an order is followed as long as the
 * process lives; orders that a store already holds are taken up again when the service starts.
 */
import { type Order, QuerySchedule } from "@umf-order-sync/core"
import { type OrderCommand, OrderContext, type OrderSnapshot, OrderStep } from "@umf-order-sync/machine"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import { ConfigInvalid } from "../gateway/GatewayConfig.ts"
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
    /**
     * The transitions of all orders from now on, those after an order's end (late payments) included. A
     * reader that falls more than 4,096 behind loses the oldest.
     */
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
  ): Layer.Layer<OrderSync, ConfigInvalid | StoreError, OrderGateway | OrderStore> =>
    Layer.effect(OrderSync, make(options))
}

const facts = ["transactionId", "orderDate", "payType", "amount"] as const

/** The first fact that was told before and now differs. */
const conflict = (known: OrderContext.OrderContext, given: Order.OrderRef): OrderConflict | undefined => {
  const before = OrderContext.told(known)
  const field = facts.find(
    (name) => before[name] !== undefined && given[name] !== undefined && before[name] !== given[name]
  )
  return field === undefined ? undefined : new OrderConflict({ orderId: given.orderId, field })
}

/** Whether something is given that was not told before. */
const knowsMore = (given: Order.OrderRef, known: OrderContext.OrderContext): boolean => {
  const before = OrderContext.told(known)
  return facts.some((name) => given[name] !== undefined && before[name] === undefined)
}

/** Fails where the order is followed no longer though it has not come to rest. */
const failureOf = (follower: Follower.Follower): Stream.Stream<never, StoreError> =>
  follower.failure === undefined ? Stream.empty : Stream.fail(follower.failure)

const decodeSchedule = Schema.decodeUnknownEffect(QuerySchedule.QuerySchedule)

/** The defaults with the changes, checked: a gap of 0 or NaN would ask without a pause. */
const checkedSchedule = (changes: Partial<QuerySchedule.QuerySchedule> = {}) => {
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
  return decodeSchedule({ ...QuerySchedule.defaults, ...given }).pipe(
    Effect.mapError(
      ({ message }) => new ConfigInvalid({ setting: "schedule", message: `schedule: ${message}` })
    )
  )
}

const make = Effect.fnUntraced(function* (
  options: OrderSyncOptions
): Effect.fn.Return<
  OrderSync["Service"],
  ConfigInvalid | StoreError,
  OrderGateway | OrderStore | Scope.Scope
> {
  const store = yield* OrderStore
  const steps = OrderStep.make(yield* checkedSchedule(options.schedule))
  const everything = yield* PubSub.sliding<OrderTransition>(4096)
  const tools: Follower.Tools = {
    steps,
    store,
    gateway: yield* OrderGateway,
    publish: (transition) => PubSub.publish(everything, transition)
  }
  const scope = yield* Effect.scope
  const followers = new Map<string, Follower.Follower>()
  // Finding, making and starting followers is one at a time, so that an order never has two of them and
  // none is made of a snapshot that another one has left behind.
  const oneAtATime = yield* Semaphore.make(1)

  const run = (follower: Follower.Follower, commands: ReadonlyArray<OrderCommand.OrderCommand>) => {
    const key = keyText(follower.stored.snapshot.context.order)
    const leave = () => {
      if (followers.get(key) === follower) followers.delete(key)
    }
    followers.set(key, follower)
    return Follower.run(tools, follower, commands, leave).pipe(
      Effect.tapError((error) => Effect.logError("An order is no longer followed by this process.", error)),
      Effect.ensuring(Effect.sync(leave)),
      Effect.forkIn(scope)
    )
  }

  /**
   * The running follower of an order, begun if need be; `prepare` comes before its first step. Can't be
   * interrupted half-way: an order is followed or it is not.
   */
  const withFollower = <A, E1, E2, R1, R2>(
    key: OrderKey,
    find: Effect.Effect<StoredOrder, E1, R1>,
    prepare: (follower: Follower.Follower) => Effect.Effect<A, E2, R2>
  ): Effect.Effect<A, E1 | E2, R1 | R2> =>
    Effect.gen(function* () {
      const running = followers.get(keyText(key))
      if (running !== undefined) return yield* prepare(running)
      const follower = yield* Follower.make(yield* find)
      const prepared = yield* prepare(follower)
      yield* run(follower, steps.takeUp(follower.stored.snapshot))
      return prepared
    }).pipe(Effect.uninterruptible, oneAtATime.withPermits(1))

  /** A new order, or the one that is stored under its number. */
  const create = Effect.fnUntraced(function* (order: Order.OrderRef, trackOptions: TrackOptions) {
    const now = yield* Clock.currentTimeMillis
    const { orderedAt: at = now, operation = "payment" } = trackOptions
    return yield* store.create(steps.start({ order, at, operation }).snapshot)
  })

  /** Follows an order, and gives its follower with the transitions from now until it is at rest. */
  const followed = (order: Order.OrderRef, trackOptions: TrackOptions) =>
    withFollower(order, create(order, trackOptions), (follower) =>
      Effect.gen(function* () {
        const different = conflict(follower.stored.snapshot.context, order)
        if (different !== undefined) return yield* different
        if (knowsMore(order, follower.stored.snapshot.context)) {
          yield* Follower.tell(follower, { type: "informed", at: yield* Clock.currentTimeMillis, order })
        }
        const subscription = yield* PubSub.subscribe(follower.hub)
        const transitions =
          Follower.tagOf(follower) === "polling"
            ? Stream.fromSubscription(subscription).pipe(
                Stream.takeUntil(isRest),
                Stream.concat(Stream.suspend(() => failureOf(follower)))
              )
            : Stream.empty
        return { follower, transitions }
      })
    )

  /** Tells an order what happened outside, and waits until that is taken into account. */
  const note =
    (type: "hinted" | "refundRequested" | "voidRequested" | "resumed"): Note =>
    (key) =>
      Effect.gen(function* () {
        const at = yield* Clock.currentTimeMillis
        const find = Effect.flatMap(
          store.get(key),
          Option.match({
            onNone: () => Effect.fail(new UnknownOrder({ orderId: key.orderId })),
            onSome: Effect.succeed
          })
        )
        const taken = yield* withFollower(key, find, (follower) => Follower.tell(follower, { type, at }))
        yield* Deferred.await(taken)
      })

  for (const stored of yield* store.list) {
    if (stored.snapshot.asking === "idle") continue
    yield* run(yield* Follower.make(stored), steps.takeUp(stored.snapshot))
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
