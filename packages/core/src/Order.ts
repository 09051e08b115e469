/** An order as the merchant knows it: what is asked about, and what its answers are held against. */
import * as Schema from "effect/Schema"
import { FromWire } from "./Amount.ts"
import { isDate } from "./CalendarDate.ts"
import { wireText } from "./Text.ts"

/** Merchant number, given out by the platform; at most 8 characters. */
export const MerchantId: Schema.brand<Schema.String, "MerchantId"> = wireText(8).pipe(
  Schema.brand("MerchantId")
)
export type MerchantId = typeof MerchantId.Type

/** The merchant's own order number; at most 64 characters. */
export const OrderId: Schema.brand<Schema.String, "OrderId"> = wireText(64).pipe(Schema.brand("OrderId"))
export type OrderId = typeof OrderId.Type

/** The platform's order number; at most 32 characters. Preferred by the platform where it is known. */
export const TransactionId: Schema.brand<Schema.String, "TransactionId"> = wireText(32).pipe(
  Schema.brand("TransactionId")
)
export type TransactionId = typeof TransactionId.Type

/** The day of the order, `yyyyMMdd`, and a day that exists. */
export const OrderDate: Schema.brand<Schema.String, "OrderDate"> = Schema.String.check(
  Schema.makeFilter<string>((text) => isDate(text) || "must be a date that exists, as yyyyMMdd")
).pipe(Schema.brand("OrderDate"))
export type OrderDate = typeof OrderDate.Type

/** WX WeChat Pay, AL Alipay, YL UnionPay QR code. */
export const PayType: Schema.Literals<readonly ["WX", "AL", "YL"]> = Schema.Literals(["WX", "AL", "YL"])
export type PayType = typeof PayType.Type

/**
 * What was asked of the platform for this order last, which decides how `0000` reads: to a payment it
 * is success, after a refund or void request it is the failure of that request (PROTOCOL.md 6).
 */
export const Operation: Schema.Literals<readonly ["payment", "refund", "void"]> = Schema.Literals([
  "payment",
  "refund",
  "void"
])
export type Operation = typeof Operation.Type

/**
 * One order. `merId` and `orderId` are its identity; the rest is sent or compared where it is known.
 * `amount` is never sent: it is what the answer's amount is held against.
 */
export const OrderRef = Schema.Struct({
  merId: MerchantId,
  orderId: OrderId,
  transactionId: Schema.optionalKey(TransactionId),
  orderDate: Schema.optionalKey(OrderDate),
  payType: Schema.optionalKey(PayType),
  amount: Schema.optionalKey(FromWire)
})
export type OrderRef = typeof OrderRef.Type

/**
 * Reads an order from plain values; the amount as digits. Fails with a SchemaError that names the field
 * and says what is wrong with it.
 */
export const decode = Schema.decodeUnknownEffect(OrderRef)
