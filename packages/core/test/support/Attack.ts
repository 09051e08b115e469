/**
 * What a party on the path can do to a signed answer without its key (PROTOCOL.md 5).
 *
 * An answer is signed as a sequence of values. `Piece` is one of them with the names under which it
 * stands (more than one where it is nested). The attacks here change names, borders, nesting, empty
 * fields and JSON types; all but a few leave the signed text as it was.
 */
import * as fc from "fast-check"
import { type Members, Raw, type Value } from "./SignedAnswer.ts"

interface Piece {
  readonly path: ReadonlyArray<string>
  readonly text: string
}

/** The known names in signing order, and names that are unknown before, between and after them. */
export const knownNames: ReadonlyArray<string> = [
  "amount",
  "paySeq",
  "payType",
  "platDate",
  "platTime",
  "retCode",
  "retMsg",
  "transState",
  "transactionId"
]

export const piecesOf = (fields: Members, path: ReadonlyArray<string> = []): ReadonlyArray<Piece> =>
  [...fields]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value]) => {
      if (Array.isArray(value)) return piecesOf(value as Members, [...path, name])
      const text = value instanceof Raw ? value.json : value === null ? "" : String(value)
      return text === "" ? [] : [{ path: [...path, name], text }]
    })

/** Every way to give the pieces known names that fit their shapes, in order; the rest become unknown. */
export const everyRenaming = (
  texts: ReadonlyArray<string>,
  fits: (name: string, text: string) => boolean,
  unknownAt: (slot: number, index: number) => string
): ReadonlyArray<ReadonlyArray<readonly [string, string]>> => {
  const found: Array<ReadonlyArray<readonly [string, string]>> = []
  const visit = (index: number, slot: number, done: ReadonlyArray<readonly [string, string]>): void => {
    const text = texts[index]
    if (text === undefined) {
      found.push(done)
      return
    }
    for (const [at, name] of knownNames.entries()) {
      if (at < slot) continue
      if (fits(name, text)) visit(index + 1, at + 1, [...done, [name, text]])
    }
    for (let at = slot; at <= knownNames.length; at++) {
      if (at > slot && at !== 5 && at !== 6 && at !== 7 && at !== 9) continue
      visit(index + 1, at, [...done, [unknownAt(at, index), text]])
    }
  }
  visit(0, 0, [])
  return found
}
