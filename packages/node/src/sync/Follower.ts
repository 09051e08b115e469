/**
 * Follows one order: takes events one at a time, steps the machine, saves, publishes, and carries out
 * the commands. One fiber for the steps, one for the query or the wait that is under way.
 *
 * A fault of the gateway is an event like any other; a defect in it is logged and becomes a fault. So
 * nothing but the end of the scope ends the following of an order that is not at rest.
 */
import type { Verdict } from "@umf-order-sync/core"
import { type OrderCommand, OrderEvent, OrderSnapshot, type OrderStep } from "@umf-order-sync/machine"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberHandle from "effect/FiberHandle"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import * as GatewayError from "../gateway/GatewayError.ts"
import type { OrderGateway } from "../gateway/OrderGateway.ts"
import type { OrderStore, StoredOrder, StoreError } from "../store/OrderStore.ts"
import { fromStep, type OrderTransition } from "./OrderTransition.ts"

/** An event on its way to the machine. */
export interface Letter {
  readonly event: OrderEvent.OrderEvent
  /** Told when the event has been taken into account and saved. */
  readonly taken?: Deferred.Deferred<void, StoreError>
}

/** One order that is being followed. */
export interface Follower {
  stored: StoredOrder
  /** Why this process follows the order no longer, where the store refused for good. */
  failure?: StoreError
  readonly mailbox: Queue.Queue<Letter>
  readonly hub: PubSub.PubSub<OrderTransition>
}

/** What a follower works with. */
export interface Tools {
  readonly steps: OrderStep.OrderStep
  readonly gateway: OrderGateway["Service"]
  readonly store: OrderStore["Service"]
  /** Every transition of every order goes here too. */
  readonly publish: (transition: OrderTransition) => Effect.Effect<unknown>
}

export const make = (stored: StoredOrder): Effect.Effect<Follower> =>
  Effect.all({
    mailbox: Queue.unbounded<Letter>(),
    hub: PubSub.unbounded<OrderTransition>()
  }).pipe(Effect.map((parts) => ({ stored, ...parts })))

/** Puts an event into the follower's mailbox; the result tells when it has been taken into account. */
export const tell = (
  follower: Follower,
  event: OrderEvent.OrderEvent
): Effect.Effect<Deferred.Deferred<void, StoreError>> =>
  Effect.map(Deferred.make<void, StoreError>(), (taken) => {
    Queue.offerUnsafe(follower.mailbox, { event, taken })
    return taken
  })

const isAtRest = (follower: Follower): boolean =>
  follower.stored.snapshot.asking === "idle" && Queue.sizeUnsafe(follower.mailbox) === 0

/** A store that is away for a while stops nothing: the step is saved when it is back. */
const untilStored = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("30 seconds")])

/** Asks the platform, and turns whatever comes of it into an event. Never fails. */
const ask = Effect.fnUntraced(function* (
  tools: Tools,
  follower: Follower,
  command: OrderCommand.OrderCommand & { type: "query" }
) {
  const { order } = follower.stored.snapshot.context
  // In a fiber of its own: a gateway that interrupts itself must not take the asking with it.
  const query = yield* Effect.forkChild(
    Effect.suspend(() => tools.gateway.query(order, command.operation)),
    {
      startImmediately: true
    }
  )
  const exit = yield* Fiber.await(query)
  yield* Queue.offer(follower.mailbox, { event: yield* toEvent(exit) })
})

const toEvent = Effect.fnUntraced(function* (
  exit: Exit.Exit<Verdict.Conclusion, GatewayError.GatewayError>
): Effect.fn.Return<OrderEvent.OrderEvent> {
  if (Exit.isSuccess(exit)) return OrderEvent.answered(yield* Clock.currentTimeMillis, exit.value)
  const error = Option.getOrUndefined(Exit.findErrorOption(exit))
  if (error !== undefined) return yield* faulted(GatewayError.toFault(error))
  yield* Effect.logError("A query ended in a defect; the order is asked again.", exit.cause)
  return yield* faulted("Local")
})

const faulted = (fault: OrderEvent.FaultKind): Effect.Effect<OrderEvent.OrderEvent> =>
  Effect.map(Clock.currentTimeMillis, (at) => ({ type: "faulted", at, fault }))

const waitUntil = Effect.fnUntraced(function* (follower: Follower, at: number) {
  yield* Effect.sleep(Math.max(0, at - (yield* Clock.currentTimeMillis)))
  yield* Queue.offer(follower.mailbox, {
    event: { type: "waited", at: yield* Clock.currentTimeMillis }
  })
})

/**
 * Runs until the order is at rest with nothing planned. `commands` are the ones to begin with. The last
 * check and `onRest` happen in one go, so no event can slip in between. Fails where the store refuses for
 * good; whoever waits for the order then learns of it.
 */
export const run = (
  tools: Tools,
  follower: Follower,
  commands: ReadonlyArray<OrderCommand.OrderCommand>,
  onRest: () => void
): Effect.Effect<void, StoreError> =>
  Effect.gen(function* () {
    // One query or one wait at a time: a new one takes the old one's place.
    const asking = yield* FiberHandle.make<void>()
    const carryOut = (command: OrderCommand.OrderCommand) => {
      switch (command.type) {
        case "query":
          return FiberHandle.run(asking, ask(tools, follower, command))
        case "wake":
          return FiberHandle.run(asking, waitUntil(follower, command.at))
        case "tell":
        case "askPerson":
          // Both stand in the transition that is published.
          return Effect.void
      }
    }
    yield* Effect.forEach(commands, carryOut, { discard: true })
    while (!isAtRest(follower)) {
      const { event, taken } = yield* Queue.take(follower.mailbox)
      const takeIn = Effect.gen(function* () {
        const next = yield* step(tools, follower, event)
        yield* Effect.forEach(next, carryOut, { discard: true })
      })
      yield* taken === undefined ? takeIn : Deferred.into(takeIn, taken)
      if (taken !== undefined) yield* Deferred.await(taken)
    }
    onRest()
  }).pipe(
    Effect.scoped,
    Effect.tapError((error) =>
      Effect.gen(function* () {
        const letters = yield* Queue.clear(follower.mailbox)
        yield* Effect.forEach(
          letters,
          ({ taken }) => (taken === undefined ? Effect.void : Deferred.fail(taken, error)),
          {
            discard: true
          }
        )
        follower.failure = error
        yield* PubSub.shutdown(follower.hub)
      })
    )
  )

/** One step: the machine's, saved, then published. Gives the commands that follow. */
const step = Effect.fnUntraced(function* (tools: Tools, follower: Follower, event: OrderEvent.OrderEvent) {
  const next = tools.steps.step(follower.stored.snapshot, event)
  follower.stored = yield* Effect.retry(tools.store.save(next.snapshot, follower.stored.version), {
    schedule: untilStored,
    while: (error) => error.isRetryable
  })
  const transition = fromStep(next)
  if (transition !== undefined) {
    yield* PubSub.publish(follower.hub, transition)
    yield* tools.publish(transition)
  }
  return next.commands
})

/** The tag of the state that the order is in now. */
export const tagOf = (follower: Follower): OrderSnapshot.Tag =>
  OrderSnapshot.tagOf(follower.stored.snapshot.result)
