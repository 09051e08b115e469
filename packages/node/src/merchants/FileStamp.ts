/**
 * When files were last written, and how large they are: enough to see that one was changed, on any drive and
 * whichever way an editor writes. A file that isn't there has a stamp too.
 */
import { stat } from "node:fs/promises"
import * as Effect from "effect/Effect"
import * as KeyFile from "../keys/KeyFile.ts"

/** Stamps by path. */
export type Stamps = ReadonlyMap<string, string>

const one = (path: string): Effect.Effect<readonly [string, string]> =>
  Effect.promise(async () => {
    try {
      const { mtimeNs, size } = await stat(path, { bigint: true })
      return [path, `${mtimeNs} ${size}`] as const
    } catch (error) {
      return [path, KeyFile.codeOf(error)] as const
    }
  })

/** The stamps of these files now. Never fails. */
export const take = (paths: Iterable<string>): Effect.Effect<Stamps> =>
  Effect.map(Effect.forEach(new Set(paths), one, { concurrency: 16 }), (stamps) => new Map(stamps))

/** What is another in `now` than it was in `before`: one line for each file, the same for the same change. */
export const differences = (before: Stamps, now: Stamps): ReadonlyArray<string> =>
  [...now].flatMap(([path, stamp]) => (before.get(path) === stamp ? [] : [`${path} ${stamp}`]))
