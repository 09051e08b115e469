/**
 * The span of one try to hand a notice over: `umf.notice`, a trace of its own. What the handler failed with is
 * not in it: that is the merchant's, and may hold anything.
 */
import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { masked } from "../gateway/Masked.ts"
import * as Span from "../gateway/Span.ts"
import type { PendingNotice } from "../store/Notice.ts"

/** Runs a try, which tells its own end, in its span; spans that the handler makes are in it. */
export const within = <A, E>(
  { attempts, notice }: PendingNotice,
  hand: Effect.Effect<Exit.Exit<A, E>>
): Effect.Effect<Exit.Exit<A, E>> =>
  Span.within(
    "umf.notice",
    {
      begin: () => ({
        root: true,
        kind: "producer",
        attributes: {
          "umf.notice": notice.id,
          "umf.type": notice.type,
          "umf.mer_id": notice.merId,
          "umf.order": masked(notice.orderId),
          "umf.attempts": attempts + 1
        }
      }),
      outcome: (ended) => ({
        "umf.outcome": Exit.isSuccess(ended)
          ? Exit.isSuccess(ended.value)
            ? "delivered"
            : "failed"
          : "interrupted"
      })
    },
    () => hand
  )
