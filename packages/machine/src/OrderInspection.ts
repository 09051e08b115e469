/**
 * XState's inspection events for orders that no actor runs: a service steps stored snapshots, and reports
 * each step, once it is saved, in the form in which XState's own `inspect` option reports an actor's. So any
 * XState inspector can look at a service as it looks at an actor.
 */
import type { QuerySchedule } from "@umf-order-sync/core"
import type { ActorRefLike, InspectionEvent, SnapshotFrom } from "xstate"
import type { OrderEvent } from "./OrderEvent.ts"
import type { OrderSnapshot } from "./OrderSnapshot.ts"
import { type OrderMachine, orderMachine } from "./orderMachine.ts"

/** Where inspection events go; what `inspect` of XState's `createActor` takes. */
export type Inspect = (event: InspectionEvent) => void

/** One event that an order was sent, and where it led. */
export interface Step {
  readonly event: OrderEvent
  readonly after: OrderSnapshot
}

export interface OrderInspection {
  /** Reports a step: its event and the snapshot after it; before that, an order that was not seen lately. */
  readonly stepped: (step: Step) => void
}

/** How many orders are remembered as seen; one that was forgotten is reported as new again. */
const REMEMBERED = 10_000

/** What stands for the actor: inspectors want its ids, its logic and its snapshot, and nothing else. */
const actorRef = (
  machine: OrderMachine,
  name: string,
  snapshot: () => SnapshotFrom<OrderMachine>
): ActorRefLike => {
  const ref = {
    id: name,
    sessionId: name,
    src: "order",
    logic: machine,
    _parent: undefined,
    getSnapshot: snapshot,
    getPersistedSnapshot: snapshot,
    send: () => {},
    on: () => ({ unsubscribe: () => {} }),
    subscribe: () => ({ unsubscribe: () => {} })
  }
  return ref as unknown as ActorRefLike
}

/** Reports steps to an XState inspector. What the inspector throws is its caller's to stop. */
export const make = (inspect: Inspect, schedule?: QuerySchedule.QuerySchedule): OrderInspection => {
  const machine = orderMachine(schedule)
  const seen = new Map<string, { readonly ref: ActorRefLike; snapshot: SnapshotFrom<OrderMachine> }>()
  const restore = ({ result, asking, context }: OrderSnapshot) =>
    machine.resolveState({ value: { result, asking }, context })
  return {
    stepped: ({ event, after }) => {
      const { merId, orderId } = after.context.order
      const name = `${merId}|${orderId}`
      const snapshot = restore(after)
      let known = seen.get(name)
      // Taken out and put back, so that the map's first entry is the one not seen for longest.
      seen.delete(name)
      if (known === undefined) {
        known = { ref: actorRef(machine, name, () => seen.get(name)?.snapshot ?? snapshot), snapshot }
        inspect({ type: "@xstate.actor", rootId: name, actorRef: known.ref })
      }
      known.snapshot = snapshot
      seen.set(name, known)
      if (seen.size > REMEMBERED) seen.delete(seen.keys().next().value ?? "")
      inspect({ type: "@xstate.event", rootId: name, actorRef: known.ref, sourceRef: undefined, event })
      inspect({ type: "@xstate.snapshot", rootId: name, actorRef: known.ref, event, snapshot })
    }
  }
}
