/** Ends a scope once it is retired and nobody uses it any more: what was begun with it may go on to its end. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"

/** The users of a scope. */
export interface Lease {
  /** Counts a user, at once. */
  readonly enter: () => void
  /** Counts a user that is done. */
  readonly leave: Effect.Effect<void>
  /** Ends the scope, now or with its last user. */
  readonly retire: Effect.Effect<void>
}

export const make = (scope: Scope.Closeable): Lease => {
  let users = 0
  let retired = false
  const endIfDone = Effect.suspend(() =>
    retired && users === 0 ? Scope.close(scope, Exit.void) : Effect.void
  )
  return {
    enter: () => {
      users++
    },
    leave: Effect.suspend(() => {
      users--
      return endIfDone
    }),
    retire: Effect.suspend(() => {
      retired = true
      return endIfDone
    })
  }
}
