/**
 * The sandbox's memory and its decisions: pure functions from a state and an event to the next state and
 * what to answer. Knows neither HTTP nor signatures nor clocks.
 */
import { Amount, Order } from "@umf-order-sync/core"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Answer } from "./Answer.ts"
import * as SandboxOrder from "./SandboxOrder.ts"
import { Script } from "./Script.ts"
import * as scripts from "./scripts.ts"

/** Why something that was asked for over the admin API was not done. */
export const RefusalKind = Schema.Literals([
  "UnknownOrder",
  "UnknownScript",
  "OrderExists",
  "AskedOtherwise",
  "InvalidInput"
])
export type RefusalKind = typeof RefusalKind.Type

/** Something that was asked for over the admin API was not done. The message says what to do instead. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", {
  kind: RefusalKind,
  message: Schema.String
}) {}

/** An order to be created. `amount` in fen, 8888 by default; `payType` WX by default. */
export const NewOrder = Schema.Struct({
  orderId: Order.OrderId,
  /** The name of a script that ships with the sandbox, or a script. */
  script: Schema.Union([Schema.String, Script]),
  amount: Schema.optionalKey(
    Schema.Union([
      Amount.FromWire,
      Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))
    ])
  ),
  payType: Schema.optionalKey(Order.PayType)
})
export type NewOrder = typeof NewOrder.Type

/** A query whose signature was believed. */
export interface Query {
  readonly orderId: string
  readonly transactionId?: string | undefined
  readonly payType?: Order.PayType | undefined
}

/** What to answer to a query. */
export type Decision =
  | { readonly _tag: "NoSuchOrder" }
  | { readonly _tag: "Say"; readonly answer: Answer; readonly order: SandboxOrder.SandboxOrder }

/** All orders, by order number. */
export interface SandboxState {
  readonly orders: HashMap.HashMap<string, SandboxOrder.SandboxOrder>
}

/** No orders. */
export const empty: SandboxState = { orders: HashMap.empty() }

/** The amount of an order for which none is given, in fen. */
export const defaultAmount: Amount.Amount = Amount.Amount.make(8888n)

const refused = (kind: RefusalKind, message: string) => Result.fail(new Refused({ kind, message }))

const put = (state: SandboxState, order: SandboxOrder.SandboxOrder): SandboxState => ({
  ...state,
  orders: HashMap.set(state.orders, order.orderId, order)
})

/** The order of that number: a created one, or a fresh one where the number names a script. */
const find = (
  state: SandboxState,
  now: number,
  { orderId, payType = "WX" }: Query
): SandboxOrder.SandboxOrder | undefined => {
  const existing = Option.getOrUndefined(HashMap.get(state.orders, orderId))
  if (existing !== undefined) return existing
  const script = scripts.forOrderId(orderId)
  if (script === undefined) return undefined
  return SandboxOrder.make({ orderId, script, amount: defaultAmount, payType, createdAt: now })
}

/** Answers a query. An order number and a transactionId that don't belong together are no order. */
export const query = (
  state: SandboxState,
  now: number,
  timeScale: number,
  asked: Query
): readonly [Decision, SandboxState] => {
  const order = find(state, now, asked)
  const { orderId, transactionId } = asked
  if (
    order === undefined ||
    (transactionId !== undefined && transactionId !== SandboxOrder.transactionId(orderId))
  ) {
    return [{ _tag: "NoSuchOrder" }, state]
  }
  const [answer, moved] = SandboxOrder.answer(order, now, timeScale)
  return [{ _tag: "Say", answer, order: moved }, put(state, moved)]
}

type Changed = Result.Result<readonly [SandboxOrder.SandboxOrder, SandboxState], Refused>

/** Creates an order. Orders are never replaced. */
export const create = (state: SandboxState, now: number, order: NewOrder): Changed => {
  const { orderId, payType = "WX" } = order
  if (HashMap.has(state.orders, orderId)) {
    return refused("OrderExists", `There is an order "${orderId}" already. Choose another order number.`)
  }
  const script = typeof order.script === "string" ? scripts.named(order.script) : order.script
  if (script === undefined) {
    return refused(
      "UnknownScript",
      `There is no script "${order.script}". There are ${scripts.scripts.map(({ name }) => name).join(", ")}; or give steps of your own.`
    )
  }
  const amount = order.amount === undefined ? defaultAmount : Amount.Amount.make(BigInt(order.amount))
  const made = SandboxOrder.make({ orderId, script, amount, payType, createdAt: now })
  return Result.succeed([made, put(state, made)])
}

const unknown = (orderId: string) =>
  refused(
    "UnknownOrder",
    `There is no order "${orderId}". Create it first, or choose a number that begins with a script's name.`
  )

/** Asks for a refund or a void. Asking for the same again changes nothing, as with the platform. */
export const ask = (
  state: SandboxState,
  now: number,
  orderId: string,
  operation: "refund" | "void"
): Changed => {
  const order = find(state, now, { orderId })
  if (order === undefined) return unknown(orderId)
  if (order.operation === operation) return Result.succeed([order, state])
  if (order.operation !== "payment") {
    return refused(
      "AskedOtherwise",
      `A ${order.operation} was asked for "${orderId}" already. Use a fresh order for a ${operation}.`
    )
  }
  const asked = SandboxOrder.asked(order, operation)
  return Result.succeed([asked, put(state, asked)])
}

/** Puts answers before the order's script, one for each of its next queries. */
export const interject = (
  state: SandboxState,
  now: number,
  orderId: string,
  answers: ReadonlyArray<Answer>
): Changed => {
  const order = find(state, now, { orderId })
  if (order === undefined) return unknown(orderId)
  const changed = SandboxOrder.interjected(order, answers)
  return Result.succeed([changed, put(state, changed)])
}

/** The order of that number, if it was created or asked about. */
export const get = (
  state: SandboxState,
  orderId: string
): Result.Result<SandboxOrder.SandboxOrder, Refused> =>
  Option.match(HashMap.get(state.orders, orderId), {
    onNone: () =>
      refused("UnknownOrder", `There is no order "${orderId}" (yet). GET /admin/orders lists them.`),
    onSome: Result.succeed
  })

/** The orders, newest first, at most `limit`. */
export const newest = (state: SandboxState, limit: number): ReadonlyArray<SandboxOrder.SandboxOrder> =>
  [...HashMap.values(state.orders)].sort((a, b) => b.createdAt - a.createdAt).slice(0, limit)
