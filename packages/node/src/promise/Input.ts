/** What apps without Effect give to a call, checked, as what the library takes. */
import { Amount, Order } from "@umf-order-sync/core"
import { OrderSnapshot } from "@umf-order-sync/machine"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import type { ListRequest, OrderKey } from "../store/OrderStore.ts"
import type { HandOverOptions } from "../sync/Ledger.ts"
import * as Given from "./Given.ts"
import type { PlainInspectOptions } from "./PlainOptions.ts"
import type { PlainOrder, PlainTrackOptions, WaitOptions } from "./PlainOrder.ts"
import type { PlainListRequest, PlainTransition } from "./PlainState.ts"
import * as Rejection from "./Rejection.ts"
import type { UmfInputError } from "./UmfError.ts"

/** Reads a value; `what` is what it is called where it can't be used. */
const reader = <S extends Schema.ConstraintDecoder<unknown>>(schema: S, what: string) => {
  const read = Given.reader(schema)
  return (value: unknown): Result.Result<S["Type"], UmfInputError> =>
    Result.mapError(read(value), (issues) => Rejection.input(what, issues))
}

const fen = "must be an amount in fen: a bigint, or a text of 1 to 18 digits"

const Fen = Schema.declare(
  (given): given is bigint | string =>
    (Predicate.isString(given) || Predicate.isBigInt(given)) && Amount.isWire(given.toString()),
  { message: fen }
).pipe(
  Schema.decodeTo(
    Amount.Amount,
    SchemaTransformation.transform({ decode: (given) => BigInt(given), encode: (amount) => amount })
  )
)

const Instant = Schema.declare(
  (given): given is Date | number =>
    (given instanceof Date || Predicate.isNumber(given)) && Number.isSafeInteger(Math.round(Number(given))),
  { message: "must be a Date, or a number of ms since the epoch" }
).pipe(
  Schema.decodeTo(
    Schema.Int,
    SchemaTransformation.transform({ decode: (given) => Math.round(Number(given)), encode: (at) => at })
  )
)

const readOrder = reader(
  Given.fields({
    orderId: Order.OrderId,
    transactionId: Schema.optionalKey(Order.TransactionId),
    orderDate: Schema.optionalKey(Order.OrderDate),
    payType: Schema.optionalKey(Order.PayType),
    amount: Schema.optionalKey(Fen)
  } satisfies Given.Each<PlainOrder>),
  "The order"
)

/** The order, as this merchant's. */
export const order = (
  merId: Order.MerchantId,
  given: PlainOrder
): Result.Result<Order.OrderRef, UmfInputError> =>
  Result.map(readOrder(given), (known) => ({ merId, ...known }))

const readKey = reader(Schema.Struct({ orderId: Order.OrderId }), "The order number")

/** What names this merchant's order. */
export const key = (merId: Order.MerchantId, orderId: string): Result.Result<OrderKey, UmfInputError> =>
  Result.map(readKey({ orderId }), (known) => ({ merId, ...known }))

/** What a wait needs of a signal; it need not be one of this realm's own. */
const Signal = Schema.declare(
  (given): given is AbortSignal =>
    Predicate.hasProperty(given, "aborted") &&
    Predicate.isBoolean(given.aborted) &&
    Predicate.hasProperty(given, "addEventListener") &&
    Predicate.isFunction(given.addEventListener) &&
    Predicate.hasProperty(given, "removeEventListener") &&
    Predicate.isFunction(given.removeEventListener),
  { message: "must be an AbortSignal" }
)

const wait = { signal: Schema.optionalKey(Signal) } satisfies Given.Each<WaitOptions>

const readWaitOptions = reader(Given.fields(wait), "The options")

/** How a wait is ended from outside. */
export const waitOptions = (given: WaitOptions = {}): Result.Result<WaitOptions, UmfInputError> =>
  readWaitOptions(given)

const readTrackOptions = reader(
  Given.fields({
    ...wait,
    orderedAt: Schema.optionalKey(Instant),
    operation: Schema.optionalKey(Order.Operation)
  } satisfies Given.Each<PlainTrackOptions & WaitOptions>),
  "The options"
)

/** More about an order that is handed over, and how the wait for it is ended. */
export const trackOptions = (
  given: PlainTrackOptions & WaitOptions = {}
): Result.Result<HandOverOptions & WaitOptions, UmfInputError> => readTrackOptions(given)

const MOST_ON_PAGE = 1000

const limit = `must be a whole number, 1 to ${MOST_ON_PAGE}`

const readListRequest = reader(
  Given.fields({
    states: Schema.optionalKey(
      Schema.Array(
        Schema.Literals([...OrderSnapshot.ResultState.literals, "polling", "settled", "attention"])
      )
    ),
    search: Schema.optionalKey(Schema.String),
    since: Schema.optionalKey(Instant),
    until: Schema.optionalKey(Instant),
    cursor: Schema.optionalKey(Schema.String),
    limit: Schema.optionalKey(
      Schema.declare(
        (given): given is number =>
          Predicate.isNumber(given) && Number.isSafeInteger(given) && given >= 1 && given <= MOST_ON_PAGE,
        { message: limit }
      )
    )
  } satisfies Given.Each<PlainListRequest>),
  "The list request"
)

/** Which orders of this merchant to list. */
export const listRequest = (
  merId: Order.MerchantId,
  given: PlainListRequest = {}
): Result.Result<ListRequest, UmfInputError> =>
  Result.map(readListRequest(given), (request) => ({ limit: 100, ...request, merId }))

const readInspectOptions = reader(
  Given.fields({
    port: Schema.optionalKey(
      Schema.declare(
        (given): given is number =>
          Predicate.isNumber(given) && Number.isSafeInteger(given) && given >= 0 && given <= 65_535,
        { message: "must be a whole number, 0 to 65535" }
      )
    ),
    orderNumbers: Schema.optionalKey(Schema.Literals(["masked", "shown"])),
    acts: Schema.optionalKey(Schema.Array(Schema.Literals(["hint", "resume"]))),
    name: Schema.optionalKey(Schema.String)
  } satisfies Given.Each<PlainInspectOptions>),
  "The options"
)

/** How the inspector is served. */
export const inspectOptions = (
  given: PlainInspectOptions = {}
): Result.Result<PlainInspectOptions, UmfInputError> => readInspectOptions(given)

const readListener = reader(
  Schema.Struct({
    listener: Schema.declare(
      (given): given is (transition: PlainTransition) => unknown => Predicate.isFunction(given),
      { message: "must be a function" }
    )
  }),
  "The listener"
)

/** Who is called for each result. */
export const listener = (
  given: (transition: PlainTransition) => unknown
): Result.Result<(transition: PlainTransition) => unknown, UmfInputError> =>
  Result.map(readListener({ listener: given }), (known) => known.listener)
