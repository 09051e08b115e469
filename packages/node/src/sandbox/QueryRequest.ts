/**
 * Reads the body of a query as the platform would: strict JSON, signature first, then the fields. Says in
 * the platform's own terms what is wrong with it.
 */
import { LosslessJson, OrderQueryRequest, Signature, StringToSign } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Received } from "./Received.ts"

/** What became of a body. `fields` is what could be read of it in any case. */
export type QueryRequest = {
  readonly fields: ReadonlyMap<string, string>
  readonly signature: Received["signature"]
} & (
  | { readonly _tag: "Believed"; readonly request: OrderQueryRequest.OrderQueryRequest }
  | { readonly _tag: "SignatureRejected" }
  | { readonly _tag: "NotUnderstood"; readonly why: string }
)

const decodeRequest = Schema.decodeUnknownResult(OrderQueryRequest.OrderQueryRequest)
const requestFields = Object.entries(OrderQueryRequest.OrderQueryRequest.fields).map(
  ([name, schema]) => [name, Schema.is(schema)] as const
)

const notUnderstood = (
  why: string,
  fields: ReadonlyMap<string, string> = new Map(),
  signature: Received["signature"] = "not checked"
): QueryRequest => ({ _tag: "NotUnderstood", why, fields, signature })

/** Reads and judges a body for the merchant `merId`, with the merchant's public key. */
export const read = Effect.fnUntraced(function* (
  body: Uint8Array,
  merId: string
): Effect.fn.Return<QueryRequest, never, Signature.Verifier> {
  const text = yield* Effect.result(
    Effect.try({ try: () => new TextDecoder("utf-8", { fatal: true }).decode(body), catch: () => undefined })
  )
  if (Result.isFailure(text)) return notUnderstood("not UTF-8")
  const parsed = LosslessJson.parse(text.success)
  if (Result.isFailure(parsed)) return notUnderstood(`not JSON (${parsed.failure.rule})`)
  if (parsed.success._tag !== "Object") return notUnderstood("not a JSON object")
  const fields = scalars(parsed.success)
  const toSign = StringToSign.request(parsed.success)
  if (Result.isFailure(toSign)) return notUnderstood("a field is an array", fields)

  const sign = fields.get("sign") ?? ""
  if (sign === "") return { _tag: "SignatureRejected", fields, signature: "missing" }
  const bytes = Base64.decode(sign)
  const verifier = yield* Signature.Verifier
  const fits = Result.isSuccess(bytes) && (yield* verifier.verify(toSign.success, bytes.success))
  if (!fits) return { _tag: "SignatureRejected", fields, signature: "wrong" }
  if (fields.get("merId") !== merId) return { _tag: "SignatureRejected", fields, signature: "ok" }

  const request = decodeRequest(Object.fromEntries([...fields].filter(([, value]) => value !== "")))
  if (Result.isSuccess(request))
    return { _tag: "Believed", request: request.success, fields, signature: "ok" }
  const wrong = requestFields.find(([name, is]) => !is(fields.get(name)) && required(name, fields))
  return notUnderstood(`field ${wrong?.[0] ?? "unknown"}`, fields, "ok")
})

/** Whether a field must be there, or is. */
const required = (name: string, fields: ReadonlyMap<string, string>): boolean =>
  name === "merId" || name === "orderId" || (fields.get(name) ?? "") !== ""

/** The fields on the outermost level, as texts. */
const scalars = (object: LosslessJson.JsonObject): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  for (const [name, value] of object.members) {
    if (value._tag !== "Array" && value._tag !== "Object") found.set(name, StringToSign.scalarText(value))
  }
  return found
}
