/** From the persisted form of an order back to XState's own snapshot of it. */
import type { SnapshotFrom } from "xstate"
import type { OrderSnapshot } from "./OrderSnapshot.ts"
import type { OrderMachine } from "./orderMachine.ts"

/** Finding the states of a value takes long, and there are few values: each is looked up once for a machine. */
export const make = (machine: OrderMachine): ((snapshot: OrderSnapshot) => SnapshotFrom<OrderMachine>) => {
  const restored = new Map<string, SnapshotFrom<OrderMachine>>()
  return ({ result, asking, context }) => {
    const name = `${result}.${asking}`
    const known = restored.get(name) ?? machine.resolveState({ value: { result, asking }, context })
    restored.set(name, known)
    return { ...known, context }
  }
}
