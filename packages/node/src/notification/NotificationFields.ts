/**
 * The fields of a notification, in whatever form they came: JSON, a form, a query string, or an object that
 * a framework has parsed already. Pure; gives one shape, and judges nothing.
 */
import { LosslessJson } from "@umf-order-sync/core"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"

/** At most so many bytes are read of a body. The platform's notifications have some 1,500. */
export const MAX_BYTES = 16 * 1024

const limits: LosslessJson.Limits = { maxLength: MAX_BYTES, maxDepth: 16 }

/**
 * Bytes are read as UTF-8, and what is none is replaced: the order's number may be sound all the same, and a
 * text with a replaced character fits no signature.
 */
const utf8 = new TextDecoder()

/** A form, or a query string without its "?". None, where a name stands twice: it could mean two things. */
export const fromForm = (text: string): LosslessJson.JsonObject | undefined => {
  if (text.length > MAX_BYTES) return undefined
  const members = new Map<string, LosslessJson.Json>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (members.has(name)) return undefined
    members.set(name, { _tag: "String", value })
  }
  return { _tag: "Object", members }
}

/** JSON or a form, told apart by how it begins: the header content-type may say anything. */
export const fromText = (text: string): LosslessJson.JsonObject | undefined => {
  if (!text.trimStart().startsWith("{")) return fromForm(text.trim())
  const json = LosslessJson.parse(text, limits)
  return Result.isSuccess(json) && json.success._tag === "Object" ? json.success : undefined
}

/** The same, as bytes in UTF-8. */
export const fromBytes = (bytes: Uint8Array): LosslessJson.JsonObject | undefined =>
  bytes.length > MAX_BYTES ? undefined : fromText(utf8.decode(bytes))

/**
 * What a framework has parsed: an object, a text, or bytes. Numbers have lost their text by then; where one
 * was written in another way than JavaScript writes it, a signature over it can't be verified any more.
 */
export const fromParsed = (body: unknown): LosslessJson.JsonObject | undefined => {
  if (typeof body === "string") return body.length > MAX_BYTES ? undefined : fromText(body)
  if (body instanceof Uint8Array) return fromBytes(body)
  // What is counted is about what it took as JSON, so that nothing gets in this way that would not in another.
  let left = MAX_BYTES
  const toJson = (value: unknown, depth: number): LosslessJson.Json | undefined => {
    left -= typeof value === "string" ? value.length + 3 : 2
    if (left < 0 || depth > limits.maxDepth) return undefined
    if (value === null || value === undefined) return { _tag: "Null" }
    if (typeof value === "string") return { _tag: "String", value }
    if (typeof value === "boolean") return { _tag: "Boolean", value }
    if (typeof value === "number" || typeof value === "bigint") return { _tag: "Number", text: String(value) }
    if (Array.isArray(value)) {
      const items: Array<LosslessJson.Json> = []
      for (const item of value) {
        const json = toJson(item, depth + 1)
        if (json === undefined) return undefined
        items.push(json)
      }
      return { _tag: "Array", items }
    }
    return Predicate.isObject(value) ? toObject(value, depth) : undefined
  }
  const toObject = (value: object, depth: number): LosslessJson.JsonObject | undefined => {
    const members = new Map<string, LosslessJson.Json>()
    for (const [name, member] of Object.entries(value)) {
      left -= name.length + 3
      const json = toJson(member, depth + 1)
      if (json === undefined) return undefined
      members.set(name, json)
    }
    return { _tag: "Object", members }
  }
  return Predicate.isObject(body) && !Array.isArray(body) ? toObject(body, 0) : undefined
}
