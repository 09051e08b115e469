/** Refunds and voids, asked for by a merchant as soon as the orders whose scripts want them are paid. */
import * as Effect from "effect/Effect"
import type { Running } from "../../src/sandbox/Sandbox.ts"
import type { Case } from "./cases.ts"
import type { Seen } from "./facts.ts"
import type { Job } from "./worker.ts"

export interface Requests {
  /** Asks for what is due, once each, of the platform and of the service. */
  readonly ask: (seen: ReadonlyMap<string, Seen>) => Effect.Effect<void>
  /** When each was asked for, in ms since the epoch, by order number. */
  readonly asked: ReadonlyMap<string, number>
}

export const make = (
  sandbox: Running,
  cases: ReadonlyArray<Case>,
  assign: (jobs: ReadonlyArray<Job>) => void
): Requests => {
  const asked = new Map<string, number>()
  const ask = Effect.fnUntraced(function* (seen: ReadonlyMap<string, Seen>): Effect.fn.Return<void> {
    for (const { orderId, script } of cases) {
      if (seen.get(orderId)?.state !== "paid" || asked.has(orderId)) continue
      if (script.onRefund !== undefined) {
        asked.set(orderId, Date.now())
        yield* Effect.orDie(sandbox.requestRefund(orderId))
        assign([{ refundRequested: orderId }])
      } else if (script.onVoid !== undefined) {
        asked.set(orderId, Date.now())
        yield* Effect.orDie(sandbox.requestVoid(orderId))
        assign([{ voidRequested: orderId }])
      }
    }
  })
  return { ask, asked }
}
