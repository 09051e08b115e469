/**
 * The scripts that ship with the sandbox, by name. An order whose number is a script's name, or begins
 * with it and a "-" or ".", follows that script without being created first: `paid-after-3-0001`.
 */
import type { NamedScript } from "./Script.ts"
import { attacks } from "./scripts/attacks.ts"
import { outcomes } from "./scripts/outcomes.ts"
import { refundsAndVoids } from "./scripts/refundsAndVoids.ts"
import { troubles } from "./scripts/troubles.ts"

/** All scripts, in the order in which they are best read. */
export const scripts: ReadonlyArray<NamedScript> = [...outcomes, ...refundsAndVoids, ...troubles, ...attacks]

const byName: ReadonlyMap<string, NamedScript> = new Map(scripts.map((script) => [script.name, script]))

/** The script of that name. */
export const named = (name: string): NamedScript | undefined => byName.get(name)

/** The script that an order number asks for: the longest name that is the number, or begins it. */
export const forOrderId = (orderId: string): NamedScript | undefined => {
  for (let end = orderId.length; end > 0; end--) {
    const separator = orderId[end]
    if (separator !== undefined && separator !== "-" && separator !== ".") continue
    const script = byName.get(orderId.slice(0, end))
    if (script !== undefined) return script
  }
  return undefined
}
