/**
 * Handing orders over and looking after them, without asking the platform: for the service's own API, for
 * commands that work on a store, and for apps whose asking is done by another process.
 */
import type { Order } from "@umf-order-sync/core"
import type { OrderCommand } from "@umf-order-sync/machine"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import type { HistoryEntry } from "../store/HistoryEntry.ts"
import type { PendingNotice } from "../store/Notice.ts"
import {
  type Counts,
  type ListRequest,
  type OrderKey,
  OrderStore,
  type Page,
  type StoredOrder
} from "../store/OrderStore.ts"
import type { StoreError } from "../store/StoreError.ts"
import { type HandOverOptions, Ledger, OrderConflict, type UnknownOrder } from "./Ledger.ts"

/** An order that was handed over: as it is stored, and whether it was new. */
export interface HandedOver {
  readonly stored: StoredOrder
  readonly isNew: boolean
}

/** Which orders to resume. */
export interface ResumeRequest {
  readonly merId?: string | undefined
  /** Only those that need a person for this reason. */
  readonly reason?: OrderCommand.Reason | undefined
}

type Request = (key: OrderKey) => Effect.Effect<StoredOrder, UnknownOrder | StoreError>

export class OrderDesk extends Context.Service<
  OrderDesk,
  {
    /** Stores an order for good; the same order again is the same order. Doesn't wait for its end. */
    readonly handOver: (
      order: Order.OrderRef,
      options?: HandOverOptions
    ) => Effect.Effect<HandedOver, OrderConflict | StoreError>
    /** Many at once, 500 to a transaction; the conflict of each that has one stands in its place. */
    readonly handOverAll: (
      orders: ReadonlyArray<{ readonly order: Order.OrderRef; readonly options?: HandOverOptions }>
    ) => Effect.Effect<ReadonlyArray<HandedOver | OrderConflict>, StoreError>
    readonly get: (key: OrderKey) => Effect.Effect<Option.Option<StoredOrder>, StoreError>
    readonly list: (request: ListRequest) => Effect.Effect<Page, StoreError>
    readonly counts: Effect.Effect<Counts, StoreError>
    readonly history: (key: OrderKey) => Effect.Effect<ReadonlyArray<HistoryEntry>, StoreError>
    readonly notices: (
      key: OrderKey
    ) => Effect.Effect<ReadonlyArray<PendingNotice & { readonly deliveredAt?: number }>, StoreError>
    /** There may be news: ask now. Concludes nothing. */
    readonly hint: Request
    /** A refund was asked of the platform: follow it. */
    readonly refundRequested: Request
    /** A void was asked of the platform: follow it. */
    readonly voidRequested: Request
    /** Ask an unresolved or rejected order again, with its limits counted anew. */
    readonly resume: Request
    /** The same for all of them; gives how many. */
    readonly resumeAll: (request?: ResumeRequest) => Effect.Effect<number, StoreError>
  }
>()("@umf-order-sync/node/sync/OrderDesk") {
  static readonly layer: Layer.Layer<OrderDesk, never, Ledger | OrderStore> = Layer.effect(
    OrderDesk,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  const ledger = yield* Ledger
  const store = yield* OrderStore

  const resumeAll = Effect.fnUntraced(function* ({ merId, reason }: ResumeRequest = {}) {
    let resumed = 0
    let cursor: string | undefined
    do {
      const page: Page = yield* store.list({ merId, states: ["attention"], cursor, limit: 200 })
      const meant = page.orders.filter(
        ({ snapshot }) => reason === undefined || snapshot.context.reason === reason
      )
      // Side by side, so that they are written together.
      yield* Effect.forEach(
        meant,
        ({ snapshot }) =>
          Effect.catchTag(ledger.note(snapshot.context.order, "resumed"), "UnknownOrder", Effect.die),
        { concurrency: "unbounded", discard: true }
      )
      resumed += meant.length
      cursor = page.next
    } while (cursor !== undefined)
    return resumed
  })

  return OrderDesk.of({
    handOver: (order, options) =>
      Effect.flatMap(
        ledger.handOver([{ order, ...(options === undefined ? {} : { options }) }]),
        ([result]) => {
          if (result === undefined) return Effect.die(new Error("The store gave no result for an order."))
          return result instanceof OrderConflict ? Effect.fail(result) : Effect.succeed(result)
        }
      ),
    handOverAll: ledger.handOver,
    get: store.get,
    list: store.list,
    counts: Effect.flatMap(Clock.currentTimeMillis, store.counts),
    history: (key) => store.history(key, 0),
    notices: store.notices,
    hint: (key) => ledger.note(key, "hinted"),
    refundRequested: (key) => ledger.note(key, "refundRequested"),
    voidRequested: (key) => ledger.note(key, "voidRequested"),
    resume: (key) => ledger.note(key, "resumed"),
    resumeAll
  })
})
