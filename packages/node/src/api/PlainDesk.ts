/**
 * The order desk in plain JSON shapes: the same whether the store is at hand or behind a service's API.
 * `LocalDesk` answers from a store, `ApiClient` over HTTP.
 */
import type { Order } from "@umf-order-sync/core"
import { type OrderCommand, OrderSnapshot } from "@umf-order-sync/machine"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { OrderKey } from "../store/OrderStore.ts"
import type { StoreError } from "../store/StoreError.ts"
import type { OrderConflict, UnknownOrder } from "../sync/Ledger.ts"
import type { DetailsView, Summary } from "./DetailsView.ts"
import { FieldFault, type OrderInput, type OrderInvalid } from "./OrderInput.ts"
import { OrderView } from "./OrderView.ts"

/** At most so many orders in one bulk request. */
export const MOST_IN_BULK = 1000
/** At most so many orders on a page. */
export const MOST_ON_PAGE = 500

/** States and tags that a list may be asked for. */
export const states: ReadonlyArray<OrderSnapshot.ResultState | OrderSnapshot.Tag> = [
  ...OrderSnapshot.ResultState.literals,
  "polling",
  "settled",
  "attention"
]

/** Why the service behind an API did not do what it was asked. Says nothing about an order. */
export class ApiError extends Schema.TaggedError<ApiError>()("ApiError", {
  reason: Schema.Literals(["Unreachable", "TokenRefused", "Busy", "Unavailable", "Refused", "Unreadable"]),
  /** What happened, and what to do. */
  message: Schema.String
}) {
  readonly isRetryable: boolean = ["Unreachable", "Busy", "Unavailable"].includes(this.reason)
}

/** What became of one of many orders. */
export const BulkResult = Schema.Struct({
  index: Schema.Int.annotate({ description: "Its place in the request, from 0" }),
  status: Schema.Literals(["new", "known", "conflict", "invalid"]),
  merId: Schema.optionalKey(Schema.String),
  orderId: Schema.optionalKey(Schema.String),
  errors: Schema.optionalKey(
    Schema.Array(FieldFault).annotate({
      description: "The fact that differs, or the fields that can't be used"
    })
  )
}).annotate({ identifier: "BulkResult" })
export type BulkResult = typeof BulkResult.Type

/** A page of orders, newest first. */
export const PageView = Schema.Struct({
  orders: Schema.Array(OrderView),
  next: Schema.optionalKey(Schema.String.annotate({ description: "Gives the next page as `cursor`" }))
}).annotate({ identifier: "Page" })
export type PageView = typeof PageView.Type

/** Which orders to list; `since` and `until` in ms since the epoch. */
export interface PlainListRequest {
  readonly merId?: Order.MerchantId | undefined
  readonly states?: ReadonlyArray<OrderSnapshot.ResultState | OrderSnapshot.Tag> | undefined
  /** Orders whose number contains this text. */
  readonly search?: string | undefined
  readonly since?: number | undefined
  readonly until?: number | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

/** Which orders to ask again. */
export interface PlainResumeRequest {
  readonly merId?: Order.MerchantId | undefined
  readonly reason?: OrderCommand.Reason | undefined
}

/** What may be told of one order. */
export type Request = "hint" | "refundRequested" | "voidRequested" | "resume"

type Failure = StoreError | ApiError

export class PlainDesk extends Context.Service<
  PlainDesk,
  {
    /** Stores an order for good; the same order again is the same order. */
    readonly add: (
      input: OrderInput
    ) => Effect.Effect<
      { readonly order: OrderView; readonly isNew: boolean },
      OrderInvalid | OrderConflict | Failure
    >
    /** Many at once, at most 1,000; what became of each, in their order. */
    readonly addAll: (inputs: ReadonlyArray<OrderInput>) => Effect.Effect<ReadonlyArray<BulkResult>, Failure>
    readonly list: (request: PlainListRequest) => Effect.Effect<PageView, Failure>
    readonly get: (key: OrderKey) => Effect.Effect<DetailsView, UnknownOrder | Failure>
    /** Tells an order what happened outside; gives it as it is then. */
    readonly request: (name: Request, key: OrderKey) => Effect.Effect<OrderView, UnknownOrder | Failure>
    /** Asks unresolved and rejected orders again; gives how many. */
    readonly resumeAll: (request: PlainResumeRequest) => Effect.Effect<number, Failure>
    readonly summary: Effect.Effect<Summary, Failure>
  }
>()("@umf-order-sync/node/api/PlainDesk") {}
