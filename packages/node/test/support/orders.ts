/** Orders for tests. */
import { Order } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"

/** An order of the sandbox's merchant, from plain values. */
export const order = (
  orderId: string,
  more: { readonly [name in "transactionId" | "orderDate" | "payType" | "amount" | "merId"]?: string } = {}
): Order.OrderRef => Effect.runSync(Order.decode({ merId: "90000001", orderId, ...more }))
