/**
 * What the platform sends to a merchant's URL when an order is paid, read without trust. Pure.
 *
 * The platform has published several forms of it over the years: JSON or a form, with the order's number under
 * several names, signed like a request (`name=value` joined by "&") with the platform's key. So fields are
 * looked for by all of their published names, and a signature like an answer's is tried too.
 *
 * Whatever it says, nothing is concluded from it: it may be forged, and a true one says nothing that a query
 * doesn't say better. It tells which order may have news.
 */
import { type LosslessJson, Order, StringToSign } from "@umf-order-sync/core"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** A signature, and the texts that it may be over. */
export interface Signed {
  /** As a request is signed, and as an answer is; none where no rule says how to sign these fields. */
  readonly texts: ReadonlyArray<string>
  readonly signature: Uint8Array
}

/** A notification, as far as it matters: which order, who signed it. */
export interface Notification {
  readonly orderId: Order.OrderId
  /** What it claims besides. Neither checked nor believed, and not used but for the merchant's number. */
  readonly claims: Claims
  /** Absent where it carries no signature. */
  readonly signed?: Signed
}

/** Texts as they stood there, at most 128 characters each. */
export interface Claims {
  /** By the platform's page this may be another number than the one that orders are asked with. */
  readonly merId?: string
  readonly transactionId?: string
  readonly amount?: string
  readonly retCode?: string
}

/** The published names of each field; the first one that has a value counts. */
const names = {
  orderId: ["orderId", "partnerOrderId", "orderNo"],
  merId: ["merId", "subMerId", "acqMerId"],
  transactionId: ["transactionId"],
  amount: ["amount", "txnAmt"],
  retCode: ["retCode", "respCode"],
  signature: ["sign", "signature"]
} as const

const LONGEST_CLAIM = 128

/** Base64 of a signature with 8,192 bits. */
const LONGEST_SIGNATURE = 1368

/** The first of the names that has a value, with its text. */
const find = (
  fields: LosslessJson.JsonObject,
  among: ReadonlyArray<string>
): { readonly name: string; readonly text: string } | undefined => {
  for (const name of among) {
    const json = fields.members.get(name)
    if (json === undefined || json._tag === "Object" || json._tag === "Array") continue
    const text = StringToSign.scalarText(json)
    if (text !== "") return { name, text }
  }
  return undefined
}

const decodeComponent = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Base64 that a form may have bent: escaped once more, or with its "+" read as a space. */
const signatureBytes = (text: string): Uint8Array =>
  Buffer.from(decodeComponent(text).replaceAll(" ", "+"), "base64")

const signedOf = (fields: LosslessJson.JsonObject): Signed | undefined => {
  const found = find(fields, names.signature)
  if (found === undefined) return undefined
  const leaves = StringToSign.leaves(fields, found.name)
  const readable = Result.isSuccess(leaves) && found.text.length <= LONGEST_SIGNATURE
  return {
    texts: readable
      ? [StringToSign.requestText(leaves.success), StringToSign.answerText(leaves.success)]
      : [],
    signature: readable ? signatureBytes(found.text) : new Uint8Array()
  }
}

const claimsOf = (fields: LosslessJson.JsonObject): Claims =>
  Object.fromEntries(
    (["merId", "transactionId", "amount", "retCode"] as const).flatMap((name) => {
      const text = find(fields, names[name])?.text
      return text !== undefined && text.length <= LONGEST_CLAIM ? [[name, text]] : []
    })
  )

const isOrderId = Schema.is(Order.OrderId)

/** Reads the fields; `undefined` where they name no order. */
export const fromFields = (fields: LosslessJson.JsonObject): Notification | undefined => {
  const orderId = find(fields, names.orderId)?.text
  if (!isOrderId(orderId)) return undefined
  const signed = signedOf(fields)
  return { orderId, claims: claimsOf(fields), ...(signed === undefined ? {} : { signed }) }
}
