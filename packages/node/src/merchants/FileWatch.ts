/**
 * Looks now and then whether files changed, and has them read again. Looks rather than being told: the
 * system's notices miss what editors put in a file's place, and files on network drives.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

export interface WatchOptions {
  /** Time between two looks. 5 s by default. */
  readonly every?: Duration.Input | undefined
}

/** What is watched. */
export interface Watched {
  /** The files that are not as they were read, each with its stamp. */
  readonly changes: Effect.Effect<ReadonlyArray<string>>
  /** What could not be used when it was read. */
  readonly faults: () => ReadonlyArray<unknown>
  readonly reload: Effect.Effect<unknown>
}

/**
 * Never ends. A change is taken up once it was the same at two looks: files that belong together are then
 * likely to be all there. What could not be used is tried again at each look, as it may be read in the end
 * without another change.
 */
export const run = (watched: Watched, options: WatchOptions = {}): Effect.Effect<never> => {
  let last = ""
  const look = Effect.gen(function* () {
    const changes = (yield* watched.changes).join("\n")
    const isStill = changes === last
    last = changes
    if (isStill && (changes !== "" || watched.faults().length > 0)) yield* watched.reload
  })
  return look.pipe(
    Effect.catchCause((cause) =>
      Effect.logError("Changed files could not be looked for; tried again.", cause)
    ),
    Effect.delay(options.every ?? "5 seconds"),
    Effect.forever
  )
}
