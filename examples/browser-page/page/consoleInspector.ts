/** The smallest XState inspector: a line in the console for each state. Any other one takes its place. */
import type { OrderInspection } from "@umf-order-sync/machine"

export const consoleInspector: OrderInspection.Inspect = (event) => {
  if (event.type !== "@xstate.snapshot" || !("value" in event.snapshot)) return
  console.info(`[xstate] ${event.event.type} -> ${JSON.stringify(event.snapshot.value)}`)
}
