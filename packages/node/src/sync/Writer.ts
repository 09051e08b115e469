/**
 * Writes steps to the store, those that come at the same time in one transaction. A store that is away
 * for a while stops nothing: a step is written when it is back, and until then nothing is told of it.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { keyText, type OrderStore, type OrderWrite } from "../store/OrderStore.ts"
import type { StoreError } from "../store/StoreError.ts"

export interface Writer {
  /** Writes one step. `false` where somebody else has saved the order meanwhile, and nothing was written. */
  readonly write: (write: OrderWrite) => Effect.Effect<boolean, StoreError>
}

/** At most so many steps in one transaction. */
const MOST = 256

interface Letter {
  readonly write: OrderWrite
  readonly written: Deferred.Deferred<boolean, StoreError>
}

const untilStored = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("30 seconds")])

export const make = Effect.fnUntraced(function* (
  store: OrderStore["Service"]
): Effect.fn.Return<Writer, never, Scope.Scope> {
  const mailbox = yield* Queue.unbounded<Letter>()
  let isAway = false

  const save = (writes: ReadonlyArray<OrderWrite>) =>
    store.save(writes).pipe(
      Effect.tapError((error) => {
        if (!error.isRetryable || isAway) return Effect.void
        isAway = true
        return Effect.logWarning("Steps can't be written now; they are kept and tried again.", error)
      }),
      Effect.retry({ schedule: untilStored, while: (error) => error.isRetryable }),
      Effect.tap(() => {
        if (!isAway) return Effect.void
        isAway = false
        return Effect.logInfo("The order store is back.")
      })
    )

  /** Two steps of one order can't be in one transaction: the second waits for the next one. */
  const takeBatch = (waiting: Array<Letter>): ReadonlyArray<Letter> => {
    const batch = new Map<string, Letter>()
    const later: Array<Letter> = []
    for (const letter of waiting) {
      const key = keyText(letter.write.next.snapshot.context.order)
      if (batch.size < MOST && !batch.has(key)) batch.set(key, letter)
      else later.push(letter)
    }
    waiting.splice(0, waiting.length, ...later)
    return [...batch.values()]
  }

  const waiting: Array<Letter> = []
  const turn = Effect.gen(function* () {
    const arrived = waiting.length === 0 ? yield* Queue.takeAll(mailbox) : yield* Queue.clear(mailbox)
    waiting.push(...arrived)
    const batch = takeBatch(waiting)
    const exit = yield* Effect.exit(save(batch.map(({ write }) => write)))
    // One step that the store refuses must not take the others with it.
    const isMixed = Exit.isFailure(exit) && batch.length > 1
    for (const [index, { write, written }] of batch.entries()) {
      const own = isMixed
        ? yield* Effect.exit(Effect.map(save([write]), ([saved]) => saved === true))
        : Exit.map(exit, (saved) => saved[index] === true)
      yield* Deferred.done(written, own)
    }
  })
  yield* Effect.forkScoped(Effect.forever(turn))

  return {
    // Whoever is interrupted while waiting has sent its step all the same.
    write: (write) =>
      Effect.suspend(() => {
        const written = Deferred.makeUnsafe<boolean, StoreError>()
        Queue.offerUnsafe(mailbox, { write, written })
        return Deferred.await(written)
      })
  }
})
