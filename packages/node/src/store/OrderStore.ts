/**
 * Orders at rest. One row for each order is the whole truth about it; history and notices are written in
 * the same transaction as the row. Writers are fenced by the row's version: who read an older one
 * changes nothing.
 *
 * `MemoryStore` loses everything with the process and is for tests and for tracking that may be begun
 * again; `SqliteStore` and `PostgresStore` keep what has to survive. Nothing else touches SQL.
 */
import type { Order } from "@umf-order-sync/core"
import { OrderSnapshot } from "@umf-order-sync/machine"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { FaultRun, HistoryEntry } from "./HistoryEntry.ts"
import type { Notice, PendingNotice } from "./Notice.ts"
import type { StoreError } from "./StoreError.ts"

/** What names an order: the merchant and the merchant's order number. */
export type OrderKey = Pick<Order.OrderRef, "merId" | "orderId">

/** A text that is different for different orders: order numbers can't hold a "|". */
export const keyText = (key: OrderKey): string => `${key.merId}|${key.orderId}`

/** One order as it is stored. All times are ms since the epoch. */
export interface StoredOrder {
  readonly snapshot: OrderSnapshot.OrderSnapshot
  /** Grows by one with each save, whoever saves. */
  readonly version: number
  /** How many queries' outcomes were saved: tells an outside event from another worker's query. */
  readonly polls: number
  /** The `seq` of its newest history entry; 0 without one. */
  readonly historySeq: number
  /** The `seq` of its newest notice; 0 without one. */
  readonly noticeSeq: number
  /** Faults in a row that have not ended yet. */
  readonly faultRun?: FaultRun
  readonly createdAt: number
  readonly updatedAt: number
}

/** How far the clocks of those who share a store may differ, in ms: less is no clock that was set back. */
export const CLOCK_SLACK = 30_000

/** A notice whose next try is further away than this, in ms, was planned by a clock that was wrong. */
export const LONGEST_NOTICE_PAUSE = 3_600_000

/** When the order is to be asked: at once where a query is wanted, at the end of its wait, or not at all. */
export const dueAt = ({ snapshot, updatedAt }: StoredOrder): number | undefined =>
  snapshot.asking === "querying" ? updatedAt : snapshot.context.nextQueryAt

/** A new order, before its first save. */
export const fresh = (snapshot: OrderSnapshot.OrderSnapshot, now: number): StoredOrder => ({
  snapshot,
  version: 1,
  polls: 0,
  historySeq: 0,
  noticeSeq: 0,
  createdAt: now,
  updatedAt: now
})

/** One step to be saved: the row as it shall be, and what goes with it. */
export interface OrderWrite {
  /** `version` is one more than the version that was read; the write is refused if that is not the stored one. */
  readonly next: StoredOrder
  readonly history: ReadonlyArray<HistoryEntry>
  readonly notices: ReadonlyArray<Notice>
  /** Whether this has to survive a power cut: what settles an order or came from outside. A mere poll may be asked again. */
  readonly mustSurvive: boolean
}

/** Which due orders to take. */
export interface DueRequest {
  readonly now: number
  readonly buckets: ReadonlyArray<number>
  /** At most so many of those that have been due for longest … */
  readonly oldest: number
  /** … and, where more are due than both numbers together, at most so many of those whose asking began last (`startedAt`). */
  readonly newest: number
  /** Merchants whose turn it is not. */
  readonly exceptMerchants: ReadonlyArray<string>
}

/** Which orders to list. */
export interface ListRequest {
  readonly merId?: string | undefined
  /** States such as "paid", or tags: "polling", "settled", "attention". Any of them; all orders if left out. */
  readonly states?: ReadonlyArray<OrderSnapshot.ResultState | OrderSnapshot.Tag> | undefined
  /** Orders whose number contains this text, as it is written. */
  readonly search?: string | undefined
  /** Created at or after this instant … */
  readonly since?: number | undefined
  /** … and before this one. */
  readonly until?: number | undefined
  /** Where an earlier page ended. */
  readonly cursor?: string | undefined
  /** At most so many. */
  readonly limit: number
}

/** A page of orders, newest first by `createdAt`. */
export interface Page {
  readonly orders: ReadonlyArray<StoredOrder>
  /** Gives the next page; absent on the last one. */
  readonly next?: string
}

/** How much there is of what. */
export interface Counts {
  /** Orders by state. */
  readonly states: Readonly<Partial<Record<OrderSnapshot.ResultState, number>>>
  /** Orders whose time to be asked has come. */
  readonly due: number
  /** When the one that has been due for longest became so. */
  readonly oldestDueAt?: number
  /** Notices that were not handed over yet … */
  readonly pendingNotices: number
  /** … and how many of them were tried in vain at least once. */
  readonly failingNotices: number
  /** When the oldest of them was written. */
  readonly oldestNoticeAt?: number
}

/** The states that a list request means; `undefined` for all. */
export const wantedStates = (
  states: ListRequest["states"]
): ReadonlySet<OrderSnapshot.ResultState> | undefined =>
  states === undefined
    ? undefined
    : new Set(
        OrderSnapshot.ResultState.literals.filter(
          (state) => states.includes(state) || states.includes(OrderSnapshot.tagOf(state))
        )
      )

export class OrderStore extends Context.Service<
  OrderStore,
  {
    /** Whether other processes may write too, so that what they wrote is to be looked for. */
    readonly isShared: boolean
    /**
     * Stores new orders, so that they survive a power cut once this returns. One that is there already
     * stays as it is and is given back with `isNew: false`. In the order of the request.
     */
    readonly create: (
      orders: ReadonlyArray<StoredOrder>
    ) => Effect.Effect<ReadonlyArray<{ readonly stored: StoredOrder; readonly isNew: boolean }>, StoreError>
    readonly get: (key: OrderKey) => Effect.Effect<Option.Option<StoredOrder>, StoreError>
    /**
     * Saves steps in one transaction; `false` for each whose version is no longer the stored one, which
     * then changed nothing. At most one step of an order in one call.
     */
    readonly save: (writes: ReadonlyArray<OrderWrite>) => Effect.Effect<ReadonlyArray<boolean>, StoreError>
    /** Orders whose time has come, without those of `exceptMerchants`; none stands twice. */
    readonly due: (request: DueRequest) => Effect.Effect<ReadonlyArray<StoredOrder>, StoreError>
    /** When the next order becomes due after `now`; `undefined` where none will. */
    readonly nextDueAt: (
      request: Pick<DueRequest, "now" | "buckets">
    ) => Effect.Effect<number | undefined, StoreError>
    /**
     * Mends plans that a clock which was wrong, and was set back to `now`, has left in the future: what was
     * saved later than `now` is due as long after `now` as it was after its saving. Gives how many. Notices
     * that were written, or put off, by such a clock are tried at once.
     */
    readonly replan: (now: number) => Effect.Effect<number, StoreError>
    readonly list: (request: ListRequest) => Effect.Effect<Page, StoreError>
    readonly counts: (now: number) => Effect.Effect<Counts, StoreError>
    /** An order's entries with a `seq` above `after` (0 for all), oldest first. */
    readonly history: (key: OrderKey, after: number) => Effect.Effect<ReadonlyArray<HistoryEntry>, StoreError>
    /** An order's notices, oldest first; `deliveredAt` on those that were handed over. */
    readonly notices: (
      key: OrderKey
    ) => Effect.Effect<ReadonlyArray<PendingNotice & { readonly deliveredAt?: number }>, StoreError>
    /** Notices to hand over now: of each order the first that is pending, where its time has come. */
    readonly pendingNotices: (request: {
      readonly now: number
      readonly buckets: ReadonlyArray<number>
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<PendingNotice>, StoreError>
    /** When the next notice is to be tried after `now`. */
    readonly nextNoticeAt: (request: {
      readonly now: number
      readonly buckets: ReadonlyArray<number>
    }) => Effect.Effect<number | undefined, StoreError>
    readonly noticeDelivered: (id: string, at: number) => Effect.Effect<void, StoreError>
    readonly noticeFailed: (
      id: string,
      failure: { readonly nextAt: number; readonly error: string }
    ) => Effect.Effect<void, StoreError>
    /** Deletes history entries and handed-over notices older than `before`; gives how many went. */
    readonly prune: (before: number) => Effect.Effect<number, StoreError>
    /**
     * Runs an effect in one transaction of this store: with a SQL store, statements of the same SqlClient
     * take part. Survives a power cut once this returns. The in-memory store just runs it.
     */
    readonly transaction: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | StoreError, R>
  }
>()("@umf-order-sync/node/store/OrderStore") {}
