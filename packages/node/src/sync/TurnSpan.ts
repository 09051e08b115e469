/**
 * The spans of one order's turn: `umf.turn`, with `umf.query` and `umf.save` in it. Each turn is a trace of
 * its own: the service goes on for months, and so would a trace that began with it.
 */
import * as Cause from "effect/Cause"
import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { masked } from "../gateway/Masked.ts"
import * as Span from "../gateway/Span.ts"
import type { StoredOrder } from "../store/OrderStore.ts"

/** What became of the turn, as far as its span tells. */
interface Outcome {
  readonly _tag: string
  readonly stored?: StoredOrder
}

const outcomeOf = (exit: Exit.Exit<Outcome, unknown>): Readonly<Record<string, unknown>> => {
  if (Exit.isFailure(exit)) {
    return { "umf.outcome": Cause.hasInterruptsOnly(exit.cause) ? "Interrupted" : "Refused" }
  }
  const { _tag, stored } = exit.value
  return { "umf.outcome": _tag, ...(stored !== undefined && { "umf.to": stored.snapshot.result }) }
}

/** Runs a turn in its span. */
export const within = <A extends Outcome, E>(
  { polls, snapshot }: StoredOrder,
  turn: Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  Span.within(
    "umf.turn",
    {
      begin: () => ({
        root: true,
        attributes: {
          "umf.mer_id": snapshot.context.order.merId,
          "umf.order": masked(snapshot.context.order.orderId),
          "umf.polls": polls,
          "umf.from": snapshot.result
        }
      }),
      outcome: outcomeOf
    },
    () => turn
  )

/** Runs the saving of a turn's step in its span. */
export const saving = <A, E>(save: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Span.within("umf.save", {}, () => save)
