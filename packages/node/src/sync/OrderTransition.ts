/** A change of an order's state, as merchants and their logs see it. */
import type { Order } from "@umf-order-sync/core"
import { type OrderCommand, OrderSnapshot, type OrderStep } from "@umf-order-sync/machine"

/** One transition. `settled` and `attention` stand on transitions into a state at rest. */
export interface OrderTransition extends OrderStep.Transition {
  readonly merId: Order.MerchantId
  readonly orderId: Order.OrderId
  /** The order has a result. */
  readonly settled?: true
  /** A person is needed, and why. */
  readonly attention?: true
  readonly reason?: OrderCommand.Reason
  /** Payment that came after the order was closed, had failed, or was unresolved. */
  readonly late?: OrderCommand.Late
  /** Where the order is now. */
  readonly snapshot: OrderSnapshot.OrderSnapshot
}

/** Whether the order has come to rest: settled, or waiting for a person. */
export const isRest = (transition: OrderTransition): boolean =>
  transition.settled === true || transition.attention === true

/** A transition with what the merchant wants to know of it. */
export const make = (
  transition: OrderStep.Transition,
  snapshot: OrderSnapshot.OrderSnapshot,
  late?: OrderCommand.Late
): OrderTransition => {
  const { order, reason } = snapshot.context
  const tag = OrderSnapshot.tagOf(snapshot.result)
  return {
    ...transition,
    merId: order.merId,
    orderId: order.orderId,
    ...(tag === "settled" ? { settled: true } : {}),
    ...(tag === "attention" ? { attention: true } : {}),
    ...(reason === undefined ? {} : { reason }),
    ...(late === undefined ? {} : { late }),
    snapshot
  }
}

/** The transition of a step; `undefined` where the state stayed the same. */
export const fromStep = (step: OrderStep.Step): OrderTransition | undefined => {
  const late = step.commands.find((command) => command.type === "tell")?.late
  return step.transition === undefined ? undefined : make(step.transition, step.snapshot, late)
}
