/**
 * The request of `POST …/pay/orderquery` (PROTOCOL.md 2): its fields, its signing text, its body.
 *
 * `transactionId`, `orderDate` and `payType` are sent where they are known and left out where not; the
 * specification contradicts itself on the first and the last. Refused characters never get this far:
 * the types of `OrderRef` don't let them in.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { MerchantId, OrderDate, OrderId, type OrderRef, PayType, TransactionId } from "./Order.ts"
import { Signer, type SigningFailed } from "./Signature.ts"

/** The fields of a request, without its signature. */
export const OrderQueryRequest = Schema.Struct({
  merId: MerchantId,
  orderId: OrderId,
  transactionId: Schema.optionalKey(TransactionId),
  orderDate: Schema.optionalKey(OrderDate),
  payType: Schema.optionalKey(PayType)
})
export type OrderQueryRequest = typeof OrderQueryRequest.Type

/** The request that asks about `order`. The amount is never sent. */
export const fromOrder = (order: OrderRef): OrderQueryRequest => {
  const { merId, orderId, transactionId, orderDate, payType } = order
  return {
    merId,
    orderId,
    ...(transactionId === undefined ? {} : { transactionId }),
    ...(orderDate === undefined ? {} : { orderDate }),
    ...(payType === undefined ? {} : { payType })
  }
}

/** The string to sign: `name=value` of every field, sorted by name, joined by `&`. */
export const stringToSign = (request: OrderQueryRequest): string =>
  Object.entries(request)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&")

/** The signed JSON body to be posted, as text. */
export const signedBody = (request: OrderQueryRequest): Effect.Effect<string, SigningFailed, Signer> =>
  Signer.use((signer) =>
    Effect.map(signer.sign(stringToSign(request)), (sign) => JSON.stringify({ ...request, sign }))
  )
