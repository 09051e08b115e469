/**
 * The span of one query, with its waits and retries: `umf.query`. It says which order was asked about in a
 * masked form only, and holds nothing of what was sent or came back but the verdict.
 */
import type { Order, Verdict } from "@umf-order-sync/core"
import * as Cause from "effect/Cause"
import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as GatewayError from "./GatewayError.ts"
import { masked } from "./Masked.ts"
import * as Span from "./Span.ts"

/** How a query ended, in the words of the machine and the metrics. */
const outcomeOf = (
  exit: Exit.Exit<Verdict.Conclusion, GatewayError.GatewayError>
): Readonly<Record<string, string>> => {
  if (Exit.isSuccess(exit)) return { "umf.outcome": "answered", "umf.verdict": exit.value.verdict }
  const error = Option.getOrUndefined(Exit.findErrorOption(exit))
  if (error === undefined) {
    return { "umf.outcome": Cause.hasInterruptsOnly(exit.cause) ? "interrupted" : "defect" }
  }
  return {
    "umf.outcome": "faulted",
    "umf.fault": GatewayError.toFault(error),
    "umf.reason": error.reason._tag
  }
}

/** Runs a query in its span; `ask` is given what counts its tries there. */
export const within = (
  order: Order.OrderRef,
  operation: Order.Operation,
  ask: (tries: (count: number) => void) => Effect.Effect<Verdict.Conclusion, GatewayError.GatewayError>
): Effect.Effect<Verdict.Conclusion, GatewayError.GatewayError> =>
  Span.within(
    "umf.query",
    {
      begin: () => ({
        kind: "client",
        attributes: {
          "umf.mer_id": order.merId,
          "umf.order": masked(order.orderId),
          "umf.operation": operation
        }
      }),
      outcome: outcomeOf
    },
    (tell) => ask((count) => tell("umf.attempts", count))
  )
