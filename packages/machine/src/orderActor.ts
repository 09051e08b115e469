/**
 * The same machine as an ordinary XState actor, for apps that run actors themselves and for any XState
 * inspector (`createActor(…, { inspect })`). The wiring turns the machine's commands into calls of the
 * app's functions and their results into events. Durability and retries are the Node package's business.
 */
import type { Order, QuerySchedule } from "@umf-order-sync/core"
import { type Actor, type ActorOptions, createActor } from "xstate"
import type { Fact, Late, OrderCommand, Reason } from "./OrderCommand.ts"
import type { OrderEvent } from "./OrderEvent.ts"
import * as OrderInspection from "./OrderInspection.ts"
import { takeUp, toSnapshot } from "./OrderStep.ts"
import { type OrderMachine, orderMachine } from "./orderMachine.ts"
import type { OrderInput } from "./orderSetup.ts"

/** What the app lends to the actor. */
export interface OrderActorWiring {
  /** Queries the platform; resolves to `answered.*` or `faulted`. A rejection counts as a fault. */
  readonly query: (
    command: Extract<OrderCommand, { type: "query" }>,
    actor: OrderActor
  ) => Promise<OrderEvent>
  /** Now, in ms since the epoch. */
  readonly now: () => number
  /** Calls back after so many ms and returns what cancels it; `setTimeout` and `clearTimeout` do. */
  readonly setTimer: (callback: () => void, milliseconds: number) => () => void
  /** Told what `tell`, `askPerson` or an inspector threw; the order goes on. */
  readonly onError?: (error: unknown) => void
  /** Told what became of the order. */
  readonly tell?: (fact: Fact, late: Late | undefined) => void
  /** Told that a person is needed. */
  readonly askPerson?: (reason: Reason) => void
}

export type OrderActor = Actor<OrderMachine>

/** The longest delay that a timer keeps: above 2^31-1 ms, `setTimeout` fires at once. */
const LONGEST_TIMER = 2 ** 31 - 1

/**
 * An actor that follows one order, from its beginning or from `options.snapshot`. Not started yet: call `start()`. Its `stop()` ends the timer; a query
 * under way is let go, and its answer ignored.
 */
export const createOrderActor = (
  input: OrderInput,
  wiring: OrderActorWiring,
  options: Pick<ActorOptions<OrderMachine>, "snapshot" | "id"> & {
    /** Any XState inspector. What it throws disturbs nothing. */
    readonly inspect?: OrderInspection.Inspector
    readonly schedule?: QuerySchedule.QuerySchedule
  } = {}
): OrderActor => {
  const { schedule, inspect, ...actorOptions } = options
  let cancelTimer = () => {}
  const send = (event: OrderEvent) => {
    if (actor.getSnapshot().status === "active") actor.send(event)
  }
  /** A wait longer than a timer can keep is made of several. */
  const wait = (milliseconds: number): void => {
    const now = Math.min(milliseconds, LONGEST_TIMER)
    cancelTimer = wiring.setTimer(
      () => (milliseconds > now ? wait(milliseconds - now) : send({ type: "waited", at: wiring.now() })),
      now
    )
  }
  const query = (operation: Order.Operation): void => {
    cancelTimer()
    // A query that throws is one that rejects.
    new Promise<OrderEvent>((resolve) => resolve(wiring.query({ type: "query", operation }, actor))).then(
      send,
      () => send({ type: "faulted", at: wiring.now(), fault: "Local" })
    )
  }
  const wake = (at: number): void => {
    cancelTimer()
    wait(Math.max(0, at - wiring.now()))
  }
  /** What the app throws must not stop the machine. */
  const inApp = (call: () => void): void => {
    try {
      call()
    } catch (error) {
      wiring.onError?.(error)
    }
  }
  const machine = orderMachine(schedule).provide({
    actions: {
      query: (_, { operation }) => query(operation),
      wake: (_, { at }) => wake(at),
      tell: (_, { fact, late }) => inApp(() => wiring.tell?.(fact, late)),
      askPerson: (_, { reason }) => inApp(() => wiring.askPerson?.(reason))
    }
  })
  const actor: OrderActor = createActor(machine, {
    input,
    ...actorOptions,
    ...(inspect === undefined ? {} : { inspect: OrderInspection.guarded(inspect, wiring.onError) })
  })
  if (options.snapshot !== undefined) {
    // XState runs no entry action again: what the snapshot was waiting for is taken up here.
    const start = actor.start.bind(actor)
    actor.start = () => {
      start()
      for (const command of takeUp(toSnapshot(actor.getSnapshot()))) {
        if (command.type === "query") query(command.operation)
        if (command.type === "wake") wake(command.at)
      }
      return actor
    }
  }
  actor.subscribe({ complete: () => cancelTimer() })
  return actor
}
