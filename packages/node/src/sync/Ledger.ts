/**
 * The one way by which an order goes forward: what is stored, with events applied, saved under its fence,
 * then told to those who wait. Asking, hints, requests and resumes all come through here.
 */
import { type Order, QuerySchedule } from "@umf-order-sync/core"
import {
  OrderContext,
  type OrderEvent,
  type OrderInspection,
  type OrderSnapshot,
  OrderStep
} from "@umf-order-sync/machine"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { ConfigInvalid } from "../gateway/GatewayConfig.ts"
import { fresh, keyText, type OrderKey, OrderStore, type StoredOrder } from "../store/OrderStore.ts"
import type { StoreError } from "../store/StoreError.ts"
import { advance } from "./Advance.ts"
import * as Watchers from "./Watchers.ts"
import * as Writer from "./Writer.ts"

/** How orders are followed. */
export interface LedgerOptions {
  /** Changes to `QuerySchedule.defaults`, or a whole schedule such as `QuerySchedule.durable`. */
  readonly schedule?: Partial<QuerySchedule.QuerySchedule> | undefined
}

/** More about one order than its identity. */
export interface HandOverOptions {
  /** When the order was made, ms since the epoch: the schedule counts from here. Now, if not said. */
  readonly orderedAt?: number | undefined
  /** What was asked of the platform last; a payment, if not said. */
  readonly operation?: Order.Operation | undefined
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
    return `Order ${this.orderId} is not known here: it was never handed over.`
  }
}

/** What may come from outside. */
export type Note = "hinted" | "refundRequested" | "voidRequested" | "resumed"

/** Told after each write, in this process: who sleeps until something is due looks again. */
export interface LedgerListener {
  /** An order was stored, as it is now. */
  readonly saved?: (stored: StoredOrder) => void
  /** Notices were written. */
  readonly noticed?: () => void
  /** An order is new. For observers of the machine, which must not throw, as the next one. */
  readonly began?: (snapshot: OrderSnapshot.OrderSnapshot) => void
  /** A step was stored, or a query began. */
  readonly stepped?: (step: OrderInspection.Step) => void
}

export class Ledger extends Context.Service<
  Ledger,
  {
    readonly steps: OrderStep.OrderStep
    readonly schedule: QuerySchedule.QuerySchedule
    readonly watchers: Watchers.Watchers
    /** Gives what ends the listening. */
    readonly listen: (listener: LedgerListener) => () => void
    /** Tells observers of a step that is not stored: a query that began. */
    readonly stepped: (step: OrderInspection.Step) => void
    /** Whether a step of this order is being written: what the store says of it may be ahead of what was told. */
    readonly isWriting: (key: OrderKey) => boolean
    /**
     * Stores orders so that nothing short of the store's loss loses them. An order that is there already
     * stays as it is, with what is new about it added; another fact than the known one is a conflict.
     * In the order of the request.
     */
    readonly handOver: (
      orders: ReadonlyArray<{ readonly order: Order.OrderRef; readonly options?: HandOverOptions }>
    ) => Effect.Effect<
      ReadonlyArray<{ readonly stored: StoredOrder; readonly isNew: boolean } | OrderConflict>,
      StoreError
    >
    /** Applies events to an order as it was read; none where somebody else has saved it meanwhile. */
    readonly apply: (
      stored: StoredOrder,
      events: ReadonlyArray<OrderEvent.OrderEvent>,
      isPoll: boolean
    ) => Effect.Effect<Option.Option<StoredOrder>, StoreError>
    /** Tells an order what happened outside; returns once that is stored. */
    readonly note: (key: OrderKey, type: Note) => Effect.Effect<StoredOrder, UnknownOrder | StoreError>
  }
>()("@umf-order-sync/node/sync/Ledger") {
  static readonly layer = (options: LedgerOptions = {}): Layer.Layer<Ledger, ConfigInvalid, OrderStore> =>
    Layer.effect(Ledger, make(options))
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

/** Orders that are stored in one transaction. */
const AT_ONCE = 500

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
  options: LedgerOptions
): Effect.fn.Return<Ledger["Service"], ConfigInvalid, OrderStore | Scope.Scope> {
  const store = yield* OrderStore
  const schedule = yield* checkedSchedule(options.schedule)
  const steps = OrderStep.make(schedule)
  const watchers = yield* Watchers.make
  const writer = yield* Writer.make(store)
  const listeners = new Set<LedgerListener>()
  const told = (stored: StoredOrder) => {
    for (const listener of listeners) listener.saved?.(stored)
  }
  const stepped = (step: OrderInspection.Step) => {
    for (const listener of listeners) listener.stepped?.(step)
  }
  const noticed = () => {
    for (const listener of listeners) listener.noticed?.()
  }

  const writing = new Map<string, number>()
  const whileWriting = (key: string, by: 1 | -1) =>
    Effect.sync(() => {
      const now = (writing.get(key) ?? 0) + by
      if (now === 0) writing.delete(key)
      else writing.set(key, now)
    })

  const apply = Effect.fnUntraced(function* (
    stored: StoredOrder,
    events: ReadonlyArray<OrderEvent.OrderEvent>,
    isPoll: boolean
  ) {
    const { write, transitions, steps: taken } = advance(steps, stored, events, isPoll)
    const key = keyText(stored.snapshot.context.order)
    yield* whileWriting(key, 1)
    const isSaved = yield* Effect.ensuring(
      Effect.tap(writer.write(write), (saved) =>
        Effect.sync(() => {
          if (saved) watchers.publish(transitions)
        })
      ),
      whileWriting(key, -1)
    )
    if (!isSaved) return Option.none()
    told(write.next)
    for (const step of taken) stepped(step)
    if (write.notices.length > 0) noticed()
    return Option.some(write.next)
  }, Effect.uninterruptible)

  /** Applies an event to whatever is stored by then. */
  const applyToNewest = Effect.fnUntraced(function* (
    key: OrderKey,
    toEvent: (stored: StoredOrder, at: number) => OrderEvent.OrderEvent | OrderConflict | undefined
  ): Effect.fn.Return<StoredOrder, UnknownOrder | OrderConflict | StoreError> {
    while (true) {
      const found = yield* store.get(key)
      if (Option.isNone(found)) return yield* new UnknownOrder({ orderId: key.orderId })
      const event = toEvent(found.value, yield* Clock.currentTimeMillis)
      if (event === undefined) return found.value
      if (event instanceof OrderConflict) return yield* event
      const saved = yield* apply(found.value, [event], false)
      if (Option.isSome(saved)) return saved.value
    }
  })

  const handOver = Effect.fnUntraced(function* (
    given: ReadonlyArray<{ readonly order: Order.OrderRef; readonly options?: HandOverOptions }>
  ): Effect.fn.Return<
    ReadonlyArray<{ readonly stored: StoredOrder; readonly isNew: boolean } | OrderConflict>,
    StoreError
  > {
    const now = yield* Clock.currentTimeMillis
    const orders = given.map(({ order, options = {} }) => {
      const { orderedAt = now, operation = "payment" } = options
      return fresh(steps.start({ order, at: orderedAt, operation }).snapshot, now)
    })
    const results: Array<{ readonly stored: StoredOrder; readonly isNew: boolean }> = []
    for (let from = 0; from < orders.length; from += AT_ONCE) {
      results.push(...(yield* store.create(orders.slice(from, from + AT_ONCE))))
    }
    for (const { stored, isNew } of results) {
      if (!isNew) continue
      told(stored)
      for (const listener of listeners) listener.began?.(stored.snapshot)
    }
    return yield* Effect.forEach(results, (result, index) => {
      const order = given[index]?.order
      if (result.isNew || order === undefined) return Effect.succeed(result)
      return complete(order, result.stored)
    })
  })

  /** What is new about an order that is there already; its conflict, where something differs. */
  const complete = (order: Order.OrderRef, stored: StoredOrder) => {
    const toEvent = ({ snapshot }: StoredOrder, at: number) =>
      conflict(snapshot.context, order) ??
      (knowsMore(order, snapshot.context) ? ({ type: "informed", at, order } as const) : undefined)
    return applyToNewest(order, toEvent).pipe(
      Effect.map((newest) => ({ stored: newest, isNew: false })),
      Effect.catchTag("OrderConflict", (different) => Effect.succeed(different)),
      // Nothing deletes orders, so one that was just found can't be unknown.
      Effect.catchTag("UnknownOrder", () => Effect.succeed({ stored, isNew: false }))
    )
  }

  return Ledger.of({
    steps,
    schedule,
    watchers,
    listen: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    stepped,
    isWriting: (key) => writing.has(keyText(key)),
    handOver,
    apply,
    note: (key, type) =>
      Effect.catchTag(
        applyToNewest(key, (_, at) => ({ type, at })),
        "OrderConflict",
        Effect.die
      )
  })
})
