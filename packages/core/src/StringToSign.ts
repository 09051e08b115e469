/**
 * The platform's two signing texts (PROTOCOL.md 4, checked against its published requests and answers).
 *
 * - Request: every non-empty field but the signature's, as `name=value`, sorted by name, joined by `&`.
 * - Answer: every non-empty value but the signature's, sorted by name, joined by `|`.
 *
 * Names sort by UTF-16 code unit (upper case before lower case). `null`, `""` and absence are the same:
 * no value. Numbers enter as they stand in the JSON text. A nested object contributes its own fields,
 * sorted by its names, in its place. Arrays have no published rule and are refused.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Json, JsonObject } from "./LosslessJson.ts"

/** A field whose contribution to the signing text is not defined by the platform: an array. */
export class NoSigningRule extends Schema.TaggedError<NoSigningRule>()("NoSigningRule", {
  /** Path of names to the field, joined by dots. */
  field: Schema.String
}) {
  override get message(): string {
    return `The field "${this.field}" holds an array; the platform publishes no rule for arrays in the string to sign.`
  }
}

/** One scalar of a message in signing order. */
export interface Leaf {
  readonly name: string
  /** Names from the outermost object to this value, joined by dots. */
  readonly path: string
  readonly value: string
}

/** The text of a scalar as it enters the signing text; `""` where there is no value. */
export const scalarText = (json: Exclude<Json, JsonObject | { readonly _tag: "Array" }>): string => {
  switch (json._tag) {
    case "Null":
      return ""
    case "Boolean":
      return String(json.value)
    case "Number":
      return json.text
    case "String":
      return json.value
  }
}

// The default order of strings in JavaScript is the wanted one: by UTF-16 code unit. No name stands twice.
const byName = (a: readonly [string, unknown], b: readonly [string, unknown]): number =>
  a[0] < b[0] ? -1 : 1

/** Every non-empty scalar of `message` but the top-level field `signField`, in signing order. */
export const leaves = (
  message: JsonObject,
  signField: string
): Result.Result<ReadonlyArray<Leaf>, NoSigningRule> => {
  const found: Array<Leaf> = []
  const visit = (object: JsonObject, prefix: string): NoSigningRule | undefined => {
    for (const [name, value] of [...object.members].sort(byName)) {
      if (prefix === "" && name === signField) continue
      const path = prefix + name
      if (value._tag === "Array") return new NoSigningRule({ field: path })
      if (value._tag === "Object") {
        const refused = visit(value, `${path}.`)
        if (refused !== undefined) return refused
        continue
      }
      const text = scalarText(value)
      if (text !== "") found.push({ name, path, value: text })
    }
    return undefined
  }
  const refused = visit(message, "")
  return refused === undefined ? Result.succeed(found) : Result.fail(refused)
}

/** The string to sign of a request, from its leaves. */
export const requestText = (all: ReadonlyArray<Leaf>): string =>
  all.map((leaf) => `${leaf.name}=${leaf.value}`).join("&")

/** The string to sign of an answer, from its leaves. */
export const answerText = (all: ReadonlyArray<Leaf>): string => all.map((leaf) => leaf.value).join("|")

/** The string to sign of a request. */
export const request = (message: JsonObject, signField = "sign"): Result.Result<string, NoSigningRule> =>
  Result.map(leaves(message, signField), requestText)

/** The string to sign of an answer. */
export const answer = (message: JsonObject, signField = "sign"): Result.Result<string, NoSigningRule> =>
  Result.map(leaves(message, signField), answerText)
