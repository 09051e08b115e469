/**
 * Answers as the platform would send them, built without the code under test: fields in, signed JSON
 * text out. The string to sign is computed here a second time, from PROTOCOL.md 4.
 */
import * as Result from "effect/Result"
import type { Operation } from "../../src/Order.ts"
import { type Unverified, verify } from "../../src/OrderQueryAnswer.ts"
import type { Implausible, Known } from "../../src/Plausibility.ts"
import { type Conclusion, fromAnswer } from "../../src/Verdict.ts"
import type { Keys } from "./Keys.ts"

/** JSON text that enters the body as it stands: `new Raw("1.0")`. */
export class Raw {
  readonly json: string
  constructor(json: string) {
    this.json = json
  }
}

export type Value = string | number | boolean | null | Raw | Members
/** The members of an object in the order in which they stand in the text. */
export type Members = ReadonlyArray<readonly [name: string, value: Value]>

const isMembers = (value: Value): value is Members => Array.isArray(value)

export const members = (fields: Readonly<Record<string, Value | undefined>>): Members =>
  Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))

export const toJson = (value: Value): string => {
  if (value instanceof Raw) return value.json
  if (isMembers(value)) {
    return `{${value.map(([name, inner]) => `${JSON.stringify(name)}:${toJson(inner)}`).join(",")}}`
  }
  return JSON.stringify(value)
}

/** The non-empty values of an object in signing order, by PROTOCOL.md 4. */
export const signedValues = (object: Members): ReadonlyArray<string> =>
  valuesOf(object.filter(([name]) => name !== "sign"))

const valuesOf = (object: Members): ReadonlyArray<string> =>
  [...object]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, value]) => {
      if (isMembers(value)) return valuesOf(value)
      const text = value instanceof Raw ? value.json : value === null ? "" : String(value)
      return text === "" ? [] : [text]
    })

/** The text of a signed answer. */
export const body = (keys: Keys, fields: Members): string =>
  toJson([...fields, ["sign", keys.sign(signedValues(fields).join("|"))]])

/** The whole way from the text of an answer to a verdict, or to the error that stopped it. */
export const conclude = (
  keys: Keys,
  text: string,
  known: Known,
  operation: Operation = "payment"
): Result.Result<Conclusion, Unverified | Implausible> =>
  Result.flatMap(keys.verifying(verify(text)), (answer) => fromAnswer(answer, known, operation))

/** A conclusion in one word: the verdict, or in brackets the reason or rule that refused the answer. */
export const outcome = (result: Result.Result<Conclusion, Unverified | Implausible>): string => {
  if (Result.isSuccess(result)) return result.success.verdict
  return result.failure._tag === "Implausible" ? `(${result.failure.rule})` : `(${result.failure.reason})`
}
