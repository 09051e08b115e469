/**
 * The server's snapshot put back into the order machine. The page can ask it what a running machine can be asked:
 * its tags, what it matches, and whether it would take an event. Nothing runs: no timer, no query.
 */
import { type OrderMachine, type OrderSnapshot, orderMachine } from "@umf-order-sync/machine"
import type { SnapshotFrom } from "xstate"

export type MachineState = SnapshotFrom<OrderMachine>

const machine = orderMachine()

export const machineState = ({ result, asking, context }: OrderSnapshot.OrderSnapshot): MachineState =>
  machine.resolveState({ value: { result, asking }, context })
