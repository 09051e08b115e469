/**
 * Signs the fields of an answer as the platform does, over the very JSON text that will be sent; and what
 * somebody on the path can do to a signed answer afterwards (PROTOCOL.md 5).
 */
import { LosslessJson, Signature, StringToSign } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { AnswerFields } from "./AnswerFields.ts"

/** Fields with their signature in `sign`, last. Sandbox only: signs whatever it is given. */
export const sign = (
  fields: AnswerFields
): Effect.Effect<AnswerFields, Signature.SigningFailed, Signature.Signer> => {
  const { sign: _, ...rest } = fields
  const text = stringToSign(JSON.stringify(rest))
  return Signature.Signer.use((signer) =>
    Effect.map(signer.sign(text), (signature) => ({ ...rest, sign: signature }))
  )
}

const limits: LosslessJson.Limits = { maxLength: 64 * 1_048_576, maxDepth: 2 }

/** The string to sign of an answer without arrays, which JSON.stringify wrote. */
const stringToSign = (json: string): string => {
  const object = Result.getOrThrow(LosslessJson.parse(json, limits))
  return object._tag === "Object" ? Result.getOrThrow(StringToSign.answer(object)) : ""
}

/** One field under another name. The signature still fits if the order of names stays the same. */
export const rename = (fields: AnswerFields, from: string, to: string): AnswerFields =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name === from ? to : name, value]))

/** Two fields, neighbours by name, as one: their values joined by "|". The signature still fits. */
export const merge = (fields: AnswerFields, first: string, second: string): AnswerFields => {
  const { [second]: value, ...rest } = fields
  return value === undefined ? fields : { ...rest, [first]: `${rest[first]}|${value}` }
}

/** The same without the signature. */
export const unsign = (fields: AnswerFields): AnswerFields => {
  const { sign: _, ...rest } = fields
  return rest
}

/** The same with one bit of the signature turned over. */
export const breakSignature = (fields: AnswerFields): AnswerFields => {
  const bytes = Buffer.from(String(fields.sign), "base64")
  const last = bytes.length - 1
  bytes[last] = (bytes[last] ?? 0) ^ 1
  return { ...fields, sign: bytes.toString("base64") }
}
