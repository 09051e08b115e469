/**
 * Opaque names for what must not be told, such as order numbers: the same thing gets the same name as long as
 * the process lives, and the name tells nothing of it. Only what was named lately can be found by its name.
 */
import { createHmac, randomBytes } from "node:crypto"

export interface Handles<A> {
  /** The name of a thing; the same text stands for the same thing. */
  readonly idOf: (text: string, thing: A) => string
  /** What a name stands for; `undefined` for a name that was never given, or was forgotten. */
  readonly find: (id: string) => A | undefined
}

/** Names for the `most` things that were named or looked for last. */
export const make = <A>(most: number): Handles<A> => {
  const secret = randomBytes(32)
  const known = new Map<string, A>()
  /** Puts a name last, so that the first one of the map is the one not used for longest. */
  const touch = (id: string, thing: A): void => {
    known.delete(id)
    known.set(id, thing)
    if (known.size <= most) return
    for (const oldest of known.keys()) {
      known.delete(oldest)
      return
    }
  }
  return {
    idOf: (text, thing) => {
      const id = createHmac("sha256", secret).update(text, "utf8").digest("base64url").slice(0, 22)
      touch(id, thing)
      return id
    },
    find: (id) => {
      const thing = known.get(id)
      if (thing !== undefined) touch(id, thing)
      return thing
    }
  }
}
