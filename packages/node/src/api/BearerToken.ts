/** Whether a caller has the token: compared as hashes, so that time tells nothing of where texts differ. */
import { createHash, timingSafeEqual } from "node:crypto"
import * as Redacted from "effect/Redacted"

/** A token shorter than this could be guessed, or was forgotten. */
export const SHORTEST = 16

const hash = (token: string): Buffer => createHash("sha256").update(token, "utf8").digest()

/** A check against this token. An empty text never passes. */
export const check = (token: Redacted.Redacted<string>): ((given: Redacted.Redacted<string>) => boolean) => {
  const expected = hash(Redacted.value(token))
  return (given) => {
    const isEqual = timingSafeEqual(hash(Redacted.value(given)), expected)
    return isEqual && Redacted.value(given) !== ""
  }
}
