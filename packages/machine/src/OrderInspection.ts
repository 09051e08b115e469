/**
 * XState's inspection events for orders that no actor runs: a service steps stored snapshots, and reports
 * each step, once it is saved, in the form in which XState's own `inspect` option reports an actor's. So any
 * XState inspector can look at a service as it looks at an actor.
 */
import type { QuerySchedule } from "@umf-order-sync/core"
import type { ActorRefLike, AnyEventObject, InspectionEvent, SnapshotFrom } from "xstate"
import type { OrderEvent } from "./OrderEvent.ts"
import type { OrderSnapshot } from "./OrderSnapshot.ts"
import { type OrderMachine, orderMachine } from "./orderMachine.ts"
import * as Restore from "./Restore.ts"

/** Where inspection events go; what `inspect` of XState's `createActor` takes. */
export type Inspect = (event: InspectionEvent) => void

/** An inspector as XState takes it: a function, or an observer. */
export type Inspector = Inspect | { readonly next?: Inspect }

/** One event that an order was sent, and where it led. */
export interface Step {
  readonly event: OrderEvent
  readonly after: OrderSnapshot
}

export interface OrderInspection {
  /** Reports an order that is new. */
  readonly began: (snapshot: OrderSnapshot) => void
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

/**
 * The same inspector, which can't disturb what it looks at: XState lets an observer that throws break `start`
 * and `send`. What it threw goes to `onError`; what that throws goes nowhere.
 */
export const guarded =
  (inspector: Inspector, onError: (error: unknown) => void = () => {}): Inspect =>
  (event) => {
    const failed = (error: unknown) => {
      try {
        onError(error)
      } catch {
        // Nobody is left to be told.
      }
    }
    try {
      const given: unknown = typeof inspector === "function" ? inspector(event) : inspector.next?.(event)
      // TypeScript takes an async function for one that gives nothing; its rejection would end the process.
      if (typeof given === "object" && given !== null && "then" in given) Promise.resolve(given).catch(failed)
    } catch (error) {
      failed(error)
    }
  }

/** How steps are reported. */
export interface Options {
  /** The machine's schedule, where it is not the default. */
  readonly schedule?: QuerySchedule.QuerySchedule | undefined
  /** Whether somebody looks at present: where nobody does, nothing is made. */
  readonly isWanted?: (() => boolean) | undefined
}

/** Reports steps to an XState inspector, which must not throw (see `guarded`). */
export const make = (
  inspect: Inspect,
  { schedule, isWanted = () => true }: Options = {}
): OrderInspection => {
  const machine = orderMachine(schedule)
  const seen = new Map<
    string,
    { readonly ref: ActorRefLike; readonly snapshot: SnapshotFrom<OrderMachine> }
  >()
  const restore = Restore.make(machine)
  /** The order as inspectors know it: reported first where it was not seen lately. */
  const meet = (after: OrderSnapshot, snapshot: SnapshotFrom<OrderMachine>): ActorRefLike => {
    const { merId, orderId } = after.context.order
    const name = `${merId}|${orderId}`
    const known = seen.get(name)
    const ref = known?.ref ?? actorRef(machine, name, () => seen.get(name)?.snapshot ?? snapshot)
    // Taken out and put back, so that the map's first entry is the one not seen for longest.
    seen.delete(name)
    seen.set(name, { ref, snapshot })
    for (const oldest of seen.keys()) {
      if (seen.size <= REMEMBERED) break
      seen.delete(oldest)
    }
    if (known === undefined) inspect({ type: "@xstate.actor", rootId: name, actorRef: ref })
    return ref
  }
  const reported = (actorRef: ActorRefLike, event: AnyEventObject, snapshot: SnapshotFrom<OrderMachine>) => {
    const rootId = actorRef.sessionId
    inspect({ type: "@xstate.event", rootId, actorRef, sourceRef: undefined, event })
    inspect({ type: "@xstate.snapshot", rootId, actorRef, event, snapshot })
  }
  return {
    began: (begun) => {
      if (!isWanted()) return
      const snapshot = restore(begun)
      reported(meet(begun, snapshot), { type: "xstate.init" }, snapshot)
    },
    stepped: ({ event, after }) => {
      if (!isWanted()) return
      const snapshot = restore(after)
      reported(meet(after, snapshot), event, snapshot)
    }
  }
}
