/** The same for apps that don't use Effect: promises, plain values, an async iterable. */
import { Order } from "@umf-order-sync/core"
import { OrderSnapshot } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { OrderGateway } from "./gateway/OrderGateway.ts"
import type { HistoryEntry } from "./store/HistoryEntry.ts"
import type { ListRequest } from "./store/OrderStore.ts"
import { OrderDesk } from "./sync/OrderDesk.ts"
import { OrderSync as OrderSyncService, type TrackOptions } from "./sync/OrderSync.ts"
import type { OrderTransition } from "./sync/OrderTransition.ts"
import { layer, type UmfOptions } from "./UmfOrderSync.ts"

/** Options of `createOrderSync`: the merchant, the keys, and whatever else should not be the default. */
export interface OrderSyncOptions extends UmfOptions {
  /** The merchant number, for every order that names no other. */
  readonly merId: string
}

/** An order in plain values. */
export interface PlainOrder {
  readonly orderId: string
  readonly transactionId?: string | undefined
  /** yyyyMMdd */
  readonly orderDate?: string | undefined
  readonly payType?: string | undefined
  /** In fen: a bigint, or a text of digits. */
  readonly amount?: bigint | string | undefined
}

/** What one query said. */
export interface PlainVerdict {
  readonly orderId: string
  readonly verdict: string
  readonly retCode: string
  readonly retMsg?: string | undefined
  readonly transState?: string | undefined
  readonly transactionId?: string | undefined
  /** In fen. */
  readonly amount?: bigint | undefined
  readonly paySeq?: string | undefined
  readonly payType?: string | undefined
  readonly platDate?: string | undefined
  readonly platTime?: string | undefined
}

/** Where an order is. */
export interface PlainState {
  readonly orderId: string
  /** Such as "paid", "closed", "refunded", "unresolved", or "open.waiting" while it is asked. */
  readonly state: string
  /** The order has a result. */
  readonly settled: boolean
  /** A person is needed. */
  readonly attention: boolean
  /** Whether a believed answer ever said that the order was paid; stays true after a refund. */
  readonly paid: boolean
}

/** One change of state. */
export interface PlainTransition extends PlainState {
  readonly at: Date
  readonly from: string
  readonly to: string
  readonly because: string
  /** Payment that came after the order was closed, had failed, or was unresolved. */
  readonly late?: string | undefined
  /** Why a person is needed. */
  readonly reason?: string | undefined
}

/** Which orders to list, page by page. */
export type PlainListRequest = Partial<Pick<ListRequest, "states" | "cursor" | "limit">>

/** A page of orders. */
export interface PlainPage {
  readonly orders: ReadonlyArray<PlainState>
  /** Gives the next page; absent on the last one. */
  readonly next?: string | undefined
}

/**
 * Rejections are the library's tagged errors: `GatewayError`, `OrderConflict`, `UnknownOrder`, `KeyError`,
 * `ConfigInvalid`, and `SchemaError` for an order whose fields can't be used.
 */
export interface OrderSync extends AsyncDisposable {
  /** One query. Rejects with `GatewayError` where no answer came that can be believed. */
  readonly query: (order: PlainOrder) => Promise<PlainVerdict>
  /** Follows an order until it is settled or a person is needed. An aborted signal ends the waiting only. */
  readonly track: (
    order: PlainOrder,
    options?: TrackOptions & { readonly signal?: AbortSignal }
  ) => Promise<PlainState>
  /**
   * Stores an order and returns: with a store on disk it is followed to its end through crashes and restarts,
   * and told by a notice. The same order again is the same order.
   */
  readonly handOver: (order: PlainOrder, options?: TrackOptions) => Promise<PlainState>
  /** The same, transition by transition; ends when the order is at rest. */
  readonly transitions: (order: PlainOrder, options?: TrackOptions) => AsyncIterable<PlainTransition>
  /** The transitions of all orders from now on, those after an order's end (late payments) included. */
  readonly allTransitions: () => AsyncIterable<PlainTransition>
  readonly get: (orderId: string) => Promise<PlainState | undefined>
  /** There may be news: ask now. */
  readonly hint: (orderId: string) => Promise<void>
  readonly refundRequested: (orderId: string) => Promise<void>
  readonly voidRequested: (orderId: string) => Promise<void>
  /** Ask an unresolved or rejected order again. */
  readonly resume: (orderId: string) => Promise<void>
  /** Ask all of them again; gives how many. */
  readonly resumeAll: () => Promise<number>
  /** Orders of this merchant, newest first; of some states or tags ("polling", "settled", "attention") only. */
  readonly list: (request?: PlainListRequest) => Promise<PlainPage>
  /** What happened to an order, oldest first. */
  readonly history: (orderId: string) => Promise<ReadonlyArray<HistoryEntry>>
  /** Ends everything: sockets, timers, waiting calls. */
  readonly close: () => Promise<void>
}

const decodeKey = Schema.decodeUnknownEffect(
  Schema.Struct({ merId: Order.MerchantId, orderId: Order.OrderId })
)

const withoutAbsent = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

const toState = (snapshot: OrderSnapshot.OrderSnapshot): PlainState => {
  const tag = OrderSnapshot.tagOf(snapshot.result)
  return {
    orderId: snapshot.context.order.orderId,
    state: OrderSnapshot.nameOf(snapshot),
    settled: tag === "settled",
    attention: tag === "attention",
    paid: snapshot.context.payment !== undefined
  }
}

const toTransition = ({
  at,
  from,
  to,
  because,
  late,
  reason,
  snapshot
}: OrderTransition): PlainTransition => ({
  ...toState(snapshot),
  ...withoutAbsent({ late, reason }),
  at: new Date(at),
  from,
  to,
  because
})

/** Starts. Rejects with `KeyError` or `ConfigInvalid` if the options can't work. */
export const createOrderSync = async (options: OrderSyncOptions): Promise<OrderSync> => {
  const runtime = ManagedRuntime.make(layer(options))
  const context = await runtime.context()
  const toOrder = (order: PlainOrder) =>
    Order.decode({
      merId: options.merId,
      ...withoutAbsent({
        ...order,
        amount: typeof order.amount === "bigint" ? order.amount.toString() : order.amount
      })
    })
  const note = (name: "hint" | "refundRequested" | "voidRequested" | "resume") => (orderId: string) =>
    runtime.runPromise(
      Effect.flatMap(decodeKey({ merId: options.merId, orderId }), (key) =>
        OrderSyncService.use((sync) => sync[name](key))
      )
    )
  const close = () => runtime.dispose()
  return {
    query: (order) =>
      runtime.runPromise(
        Effect.gen(function* () {
          const gateway = yield* OrderGateway
          const { verdict, answer } = yield* gateway.query(yield* toOrder(order))
          return { orderId: order.orderId, verdict, ...answer }
        })
      ),
    track: (order, { signal, ...options } = {}) =>
      runtime.runPromise(
        Effect.gen(function* () {
          const sync = yield* OrderSyncService
          return toState(yield* sync.track(yield* toOrder(order), options))
        }),
        signal === undefined ? undefined : { signal }
      ),
    transitions: (order, options) =>
      Stream.toAsyncIterableWith(
        Stream.unwrap(
          Effect.gen(function* () {
            const sync = yield* OrderSyncService
            return sync.transitions(yield* toOrder(order), options).pipe(Stream.map(toTransition))
          })
        ),
        context
      ),
    allTransitions: () =>
      Stream.toAsyncIterableWith(
        Stream.unwrap(OrderSyncService.useSync((sync) => Stream.map(sync.allTransitions, toTransition))),
        context
      ),
    get: (orderId) =>
      runtime.runPromise(
        Effect.gen(function* () {
          const sync = yield* OrderSyncService
          const snapshot = yield* sync.get(yield* decodeKey({ merId: options.merId, orderId }))
          return Option.getOrUndefined(Option.map(snapshot, toState))
        })
      ),
    hint: note("hint"),
    refundRequested: note("refundRequested"),
    voidRequested: note("voidRequested"),
    resume: note("resume"),
    handOver: (order, options) =>
      runtime.runPromise(
        Effect.gen(function* () {
          const desk = yield* OrderDesk
          const { stored } = yield* desk.handOver(yield* toOrder(order), options)
          return toState(stored.snapshot)
        })
      ),
    resumeAll: () => runtime.runPromise(OrderDesk.use((desk) => desk.resumeAll({ merId: options.merId }))),
    list: (request = {}) =>
      runtime.runPromise(
        Effect.gen(function* () {
          const desk = yield* OrderDesk
          const { orders, next } = yield* desk.list({ limit: 100, ...request, merId: options.merId })
          return { orders: orders.map(({ snapshot }) => toState(snapshot)), next }
        })
      ),
    history: (orderId) =>
      runtime.runPromise(
        Effect.gen(function* () {
          const desk = yield* OrderDesk
          return yield* desk.history(yield* decodeKey({ merId: options.merId, orderId }))
        })
      ),
    close,
    [Symbol.asyncDispose]: close
  }
}
