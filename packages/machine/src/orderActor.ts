/**
 * The same machine as an ordinary XState actor, for apps that run actors themselves and for any XState
 * inspector (`createActor(…, { inspect })`). The wiring turns the machine's commands into calls of the
 * app's functions and their results into events. Durability and retries are the Node package's business.
 */
import type { QuerySchedule } from "@umf-order-sync/core"
import { type Actor, type ActorOptions, createActor } from "xstate"
import type { Fact, Late, OrderCommand, Reason } from "./OrderCommand.ts"
import type { OrderEvent } from "./OrderEvent.ts"
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
  /** Told what became of the order. */
  readonly tell?: (fact: Fact, late: Late | undefined) => void
  /** Told that a person is needed. */
  readonly askPerson?: (reason: Reason) => void
}

export type OrderActor = Actor<OrderMachine>

/** The longest delay that a timer keeps: above 2^31-1 ms, `setTimeout` fires at once. */
const LONGEST_TIMER = 2 ** 31 - 1

/**
 * An actor that follows one order. Not started yet: call `start()`. Its `stop()` ends the timer; a query
 * under way is let go, and its answer ignored.
 */
export const createOrderActor = (
  input: OrderInput,
  wiring: OrderActorWiring,
  options: Pick<ActorOptions<OrderMachine>, "inspect" | "snapshot" | "id"> & {
    readonly schedule?: QuerySchedule.QuerySchedule
  } = {}
): OrderActor => {
  const { schedule, ...actorOptions } = options
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
  const machine = orderMachine(schedule).provide({
    actions: {
      query: (_, { operation }) => {
        cancelTimer()
        wiring
          .query({ type: "query", operation }, actor)
          .then(send, () => send({ type: "faulted", at: wiring.now(), fault: "Local" }))
      },
      wake: (_, { at }) => {
        cancelTimer()
        wait(Math.max(0, at - wiring.now()))
      },
      tell: (_, { fact, late }) => wiring.tell?.(fact, late),
      askPerson: (_, { reason }) => wiring.askPerson?.(reason)
    }
  })
  const actor: OrderActor = createActor(machine, { input, ...actorOptions })
  actor.subscribe({ complete: () => cancelTimer() })
  return actor
}
