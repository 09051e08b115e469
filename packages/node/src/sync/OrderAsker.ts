/**
 * One order's turn: the question, its answer or fault, and the step that follows, saved under the fence.
 * Whatever comes of it, the order stays where it is stored, and is asked again as it is planned there.
 */
import type { Order, Verdict } from "@umf-order-sync/core"
import { OrderEvent, OrderSnapshot } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as GatewayError from "../gateway/GatewayError.ts"
import type { OrderGateway } from "../gateway/OrderGateway.ts"
import type { OrderStore, StoredOrder } from "../store/OrderStore.ts"
import type { StoreError } from "../store/StoreError.ts"
import type { Ledger } from "./Ledger.ts"
import * as Metrics from "./Metrics.ts"
import * as OrderTransition from "./OrderTransition.ts"
import * as Suspicions from "./Suspicions.ts"
import * as TurnSpan from "./TurnSpan.ts"

/** What became of a turn. */
export type Outcome =
  | { readonly _tag: "Saved"; readonly stored: StoredOrder }
  /** Somebody else has asked meanwhile; what this question brought was dropped. */
  | { readonly _tag: "Overtaken" }
  /** Nothing was sent: the platform is being left alone, or there is a problem here. The order is as due as before. */
  | { readonly _tag: "HeldBack"; readonly forMillis: number; readonly problem?: string }

export interface Tools {
  readonly ledger: Ledger["Service"]
  readonly store: OrderStore["Service"]
  readonly gateway: OrderGateway["Service"]
  readonly suspicions: Suspicions.Suspicions
  /**
   * An answer that took longer was held up in this process: a machine that slept, a process that was
   * stopped. It may say what was true long ago, and would stand for now; so it counts as a time-out.
   */
  readonly maxQueryMillis: number
}

/** The snapshot with the query under way: as it is, or as the end of its wait makes it. */
export const underWay = (
  { ledger }: Pick<Tools, "ledger">,
  stored: StoredOrder,
  at: number
): OrderSnapshot.OrderSnapshot =>
  stored.snapshot.asking === "waiting"
    ? ledger.steps.step(stored.snapshot, { type: "waited", at }).snapshot
    : stored.snapshot

const faulted = (fault: OrderEvent.FaultKind, at: number): OrderEvent.OrderEvent => ({
  type: "faulted",
  at,
  fault
})

/** From when to when a question was under way. */
interface Asked {
  readonly began: Suspicions.Moment
  readonly ended: Suspicions.Moment
}

const toEvent = Effect.fnUntraced(function* (
  exit: Exit.Exit<Verdict.Conclusion, GatewayError.GatewayError>,
  { began, ended }: Asked,
  maxQueryMillis: number
): Effect.fn.Return<OrderEvent.OrderEvent> {
  const { at } = ended
  if (Exit.isSuccess(exit)) {
    return Suspicions.between(began, ended) > maxQueryMillis
      ? faulted("TimeOut", at)
      : OrderEvent.answered(at, exit.value, began.at)
  }
  const error = Option.getOrUndefined(Exit.findErrorOption(exit))
  if (error !== undefined) return faulted(GatewayError.toFault(error), at)
  yield* Effect.logError("A query ended in a defect; the order is asked again.", exit.cause)
  return faulted("Local", at)
})

/** How long a merchant is left alone whose requests can't even be sent: its keys are to be mended. */
const WHILE_NOT_SENT = 30_000

/** For how long nothing is asked for this merchant, where nothing was sent, and why. */
const heldBack = (
  exit: Exit.Exit<unknown, GatewayError.GatewayError>
): { readonly forMillis: number; readonly problem?: string } | undefined => {
  const error = Exit.isFailure(exit) ? Option.getOrUndefined(Exit.findErrorOption(exit)) : undefined
  switch (error?.reason._tag) {
    case "CircuitOpen":
      return { forMillis: error.reason.retryAfterMillis }
    case "NotSent":
      return { forMillis: WHILE_NOT_SENT, problem: error.message }
    default:
      return undefined
  }
}

/** The platform's answer or the fault, in a fiber of its own: a gateway that interrupts itself takes nothing with it. */
const query = Effect.fnUntraced(function* (
  gateway: OrderGateway["Service"],
  order: Order.OrderRef,
  operation: Order.Operation
) {
  const fiber = yield* Effect.forkChild(
    Effect.suspend(() => gateway.query(order, operation)),
    { startImmediately: true }
  )
  return yield* Fiber.await(fiber)
})

/** Applies the outcome to the order as it is stored by then, unless somebody else has asked meanwhile. */
const record = Effect.fnUntraced(function* (
  tools: Tools,
  read: StoredOrder,
  { began, ended }: Asked,
  event: OrderEvent.OrderEvent
): Effect.fn.Return<Outcome, StoreError> {
  const { ledger, store, suspicions } = tools
  let stored = read
  while (true) {
    const { asking } = stored.snapshot
    const said = "askedAt" in event ? { ...event, askedAt: suspicions.askedAt(stored, began) } : event
    const events: Array<OrderEvent.OrderEvent> =
      asking === "waiting" ? [{ type: "waited", at: began.at }, said] : [said]
    // A hint that came while the question was under way may know more than its answer: ask once more.
    if (asking === "querying" && stored.version !== read.version) {
      events.push({ type: "hinted", at: event.at })
    }
    const saved = yield* ledger.apply(stored, events, true)
    if (Option.isSome(saved)) {
      suspicions.saved(saved.value, ended)
      return { _tag: "Saved", stored: saved.value }
    }
    const newest = yield* store.get(stored.snapshot.context.order)
    if (Option.isNone(newest) || newest.value.polls !== read.polls) return { _tag: "Overtaken" }
    stored = newest.value
  }
})

const turn = Effect.fnUntraced(function* (
  tools: Tools,
  stored: StoredOrder
): Effect.fn.Return<Outcome, StoreError> {
  const { ledger, gateway } = tools
  const began = yield* Suspicions.now
  yield* Metrics.lag(stored, began.at)
  const { order, operation, startedAt } = stored.snapshot.context
  if (stored.snapshot.asking === "waiting") {
    const event = { type: "waited", at: began.at } as const
    const step = ledger.steps.step(stored.snapshot, event)
    ledger.stepped({ event, after: step.snapshot })
    const transition = OrderTransition.fromStep(step)
    if (transition !== undefined) ledger.watchers.publish([transition])
  }
  const exit = yield* query(gateway, order, operation)
  const asked: Asked = { began, ended: yield* Suspicions.now }
  const held = heldBack(exit)
  // An order without a result whose time is over goes to a person even while the platform is left alone. One
  // that rests has been there: its rechecks are few, and none is used up where nothing was asked.
  const isTimeOver =
    OrderSnapshot.tagOf(stored.snapshot.result) === "polling" &&
    began.at >= startedAt + ledger.schedule.handOverAfter
  if (held !== undefined && !isTimeOver) {
    yield* Metrics.heldBack
    // Nothing was asked: observers that were told of a query see the order as it is stored again.
    ledger.stepped({
      event: yield* toEvent(exit, asked, tools.maxQueryMillis),
      after: stored.snapshot
    })
    return { _tag: "HeldBack", ...held }
  }
  const event = yield* toEvent(exit, asked, tools.maxQueryMillis)
  yield* Metrics.asked(event, asked.ended.steady - began.steady)
  // Once there is an answer, nothing but the store keeps it from being saved.
  return yield* Effect.uninterruptible(TurnSpan.saving(record(tools, stored, asked, event)))
})

/** Asks about a due order and saves what comes of it. Fails where the store refuses for good. */
export const ask = (tools: Tools, stored: StoredOrder): Effect.Effect<Outcome, StoreError> =>
  TurnSpan.within(stored, turn(tools, stored))
