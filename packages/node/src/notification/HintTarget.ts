/**
 * Whoever follows the orders, as far as a hint needs to know.
 */
import { Order } from "@umf-order-sync/core"
import { OrderSnapshot } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ConfigInvalid } from "../gateway/GatewayConfig.ts"
import { keyText, type OrderKey } from "../store/OrderStore.ts"
import { OrderDesk } from "../sync/OrderDesk.ts"
import type { Notification } from "./Notification.ts"

export interface HintTarget<E = unknown> {
  /** What tells the notification's order from others; `undefined` where it can't be one of these. */
  readonly keyOf: (notification: Notification) => string | undefined
  /** One look: is it known, and does it have its result? */
  readonly look: (notification: Notification) => Effect.Effect<"unknown" | "settled" | "open", E>
  /** Has the order asked at once. */
  readonly wake: (notification: Notification) => Effect.Effect<void, E>
}

export interface DeskOptions {
  /**
   * The merchant whose orders are meant, whatever number a notification names. If left out, the number in
   * the notification is the merchant's; by the platform's page it may be another one.
   */
  readonly merId?: string | undefined
}

const isMerchantId = Schema.is(Order.MerchantId)

/** The orders of a desk. */
export const fromDesk = Effect.fnUntraced(function* ({
  merId
}: DeskOptions): Effect.fn.Return<HintTarget, ConfigInvalid, OrderDesk> {
  const desk = yield* OrderDesk
  if (merId !== undefined && !isMerchantId(merId)) {
    return yield* new ConfigInvalid({ setting: "merId", message: "merId is no merchant number." })
  }
  const orderKey = ({ orderId, claims }: Notification): OrderKey | undefined => {
    const merchant = merId ?? claims.merId
    return isMerchantId(merchant) ? { merId: merchant, orderId } : undefined
  }
  const withKey = <A, E>(
    notification: Notification,
    use: (key: OrderKey) => Effect.Effect<A, E>,
    otherwise: A
  ) => {
    const key = orderKey(notification)
    return key === undefined ? Effect.succeed(otherwise) : use(key)
  }
  return {
    keyOf: (notification) => {
      const key = orderKey(notification)
      return key === undefined ? undefined : keyText(key)
    },
    look: (notification) =>
      withKey(
        notification,
        (key) =>
          Effect.map(desk.get(key), (found) =>
            Option.match(found, {
              onNone: () => "unknown" as const,
              onSome: ({ snapshot }) =>
                OrderSnapshot.tagOf(snapshot.result) === "settled" ? ("settled" as const) : ("open" as const)
            })
          ),
        "unknown" as const
      ),
    wake: (notification) => withKey(notification, (key) => Effect.asVoid(desk.hint(key)), undefined)
  }
})
