/** A function of the app that is called for each order which comes to a result. */
import * as Effect from "effect/Effect"
import type { OrderTransition } from "../sync/OrderTransition.ts"
import * as Plain from "./Plain.ts"
import type { PlainTransition } from "./PlainState.ts"

/** The longest text of a failure that is logged. */
const LONGEST_ERROR = 200

/** What a failure is called in the log: never more than its name and message. */
const textOf = (thrown: unknown): string =>
  (thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : "what was thrown is no error").slice(
    0,
    LONGEST_ERROR
  )

/**
 * Calls the function, where a transition is one into a result. What it throws, or rejects with, is logged. It is
 * not waited for: a slow one would miss the next.
 */
export const hear =
  (
    listener: (transition: PlainTransition) => unknown
  ): ((transition: OrderTransition) => Effect.Effect<void>) =>
  (transition) => {
    if (transition.settled !== true) return Effect.void
    return Effect.tryPromise({ try: async () => listener(Plain.transition(transition)), catch: textOf }).pipe(
      Effect.catch((error) =>
        Effect.annotateLogs(Effect.logError("A listener of onSettled failed."), { error })
      ),
      Effect.forkDetach({ startImmediately: true }),
      Effect.asVoid
    )
  }
