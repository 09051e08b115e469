/** An order as it is handed over in JSON, and what is wrong with one that can't be used. */
import { Amount, Order } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"
import type { HandOverOptions } from "../sync/Ledger.ts"
import * as Instant from "./Instant.ts"

const digits = Schema.String.annotate({ description: "In fen, digits", examples: ["8888"] }).check(
  Schema.makeFilter<string>(
    (text) => Amount.isWire(text) || "must be an amount in fen: 1 to 18 digits and nothing else"
  )
)

// A JSON number past 2^53 has lost digits already when it is read.
const whole = Schema.Finite.annotate({ description: "In fen, a safe integer", examples: [8888] }).check(
  Schema.makeFilter<number>(
    (fen) =>
      (Number.isSafeInteger(fen) && fen >= 0) ||
      "must be a whole number of fen below 2^53; give a larger one as a text of digits"
  )
)

const Fen = Schema.Union([digits, whole]).pipe(
  Schema.decodeTo(
    Amount.Amount,
    SchemaTransformation.transform({
      decode: (given) => BigInt(given),
      encode: (fen): string | number => fen.toString()
    })
  )
)

/** The JSON of an order that is handed over. `merId` may be left out where the service has a merchant. */
export const OrderInput = Schema.Struct({
  merId: Schema.optionalKey(Order.MerchantId),
  orderId: Order.OrderId,
  transactionId: Schema.optionalKey(Order.TransactionId),
  orderDate: Schema.optionalKey(Order.OrderDate),
  payType: Schema.optionalKey(Order.PayType),
  amount: Schema.optionalKey(Fen),
  operation: Schema.optionalKey(Order.Operation),
  orderedAt: Schema.optionalKey(Instant.FromText)
}).annotate({ identifier: "NewOrder" })
export type OrderInput = typeof OrderInput.Type

/** One field that can't be used, and why. `field` is empty where the whole can't be read. */
export const FieldFault = Schema.Struct({ field: Schema.String, message: Schema.String }).annotate({
  identifier: "FieldFault"
})
export type FieldFault = typeof FieldFault.Type

/** An unknown field is refused: a misspelled `amount` would otherwise go unnoticed. */
export const strict = { errors: "all", onExcessProperty: "error" } as const

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** What a schema found wrong, field by field; what a field may be instead stands in one message. */
export const faultsOf = (issue: SchemaIssue.Issue): ReadonlyArray<FieldFault> => {
  const found = new Map<string, string>()
  for (const { path = [], message } of format(issue).issues) {
    const field = path.map((part) => String(typeof part === "object" ? part.key : part)).join(".")
    const before = found.get(field)
    const what = message === "Missing key" ? "is missing" : message
    found.set(field, before === undefined ? what : `${before}; or ${what}`)
  }
  return [...found].map(([field, message]) => ({ field, message }))
}

/** An order that can't be handed over, and why. */
export class OrderInvalid extends Schema.TaggedError<OrderInvalid>()("OrderInvalid", {
  errors: Schema.Array(FieldFault)
}) {
  override get message(): string {
    return `The order can't be used. ${this.errors.map(({ field, message }) => `${field}: ${message}`).join("; ")}`
  }
}

const decodeInput = Schema.decodeUnknownEffect(OrderInput, strict)

/** Reads an order from its JSON value. */
export const decode = (value: unknown): Effect.Effect<OrderInput, OrderInvalid> =>
  Effect.mapError(decodeInput(value), ({ issue }) => new OrderInvalid({ errors: faultsOf(issue) }))

/** Whose orders are taken. */
export interface Merchants {
  /** The merchant of orders that name none. */
  readonly merId?: Order.MerchantId | undefined
  /** Whether there are keys to ask about a merchant's orders with; any merchant, if not said. */
  readonly knows?: ((merId: string) => boolean) | undefined
}

/** The order and what goes with it, of the merchant it names or else of the default one. */
export const toOrder = (
  input: OrderInput,
  merchants: Merchants
): Effect.Effect<{ readonly order: Order.OrderRef; readonly options: HandOverOptions }, OrderInvalid> => {
  const { merId = merchants.merId, operation, orderedAt, ...rest } = input
  const wrong = (message: string) => Effect.fail(new OrderInvalid({ errors: [{ field: "merId", message }] }))
  if (merId === undefined) return wrong("is missing, and there is no default one")
  if (merchants.knows?.(merId) === false)
    return wrong("is no merchant of this service: it has no keys for it")
  return Effect.succeed({ order: { ...rest, merId }, options: { operation, orderedAt } })
}
