/**
 * Signatures of notices that are sent to a URL, in the manner of Standard Webhooks: HMAC-SHA256 over
 * `id.timestamp.body`, so that any library for Standard Webhooks can check them. Pure; the clock is given.
 */
import { createHmac, timingSafeEqual } from "node:crypto"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** How far the time of sending may lie from the receiver's clock, both ways. */
export const TOLERANCE_SECONDS = 5 * 60

export const WebhookReason = Schema.Literals([
  "BadSecret",
  "MissingHeader",
  "BadTimestamp",
  "TooOld",
  "TooNew",
  "NoMatch",
  "BadBody"
])
export type WebhookReason = typeof WebhookReason.Type

const texts: Readonly<Record<WebhookReason, string>> = {
  BadSecret:
    "The webhook's secret can't be used: it must be whsec_ and then 24 to 64 bytes in base64. `openssl rand -base64 32` makes them.",
  MissingHeader: "A header is missing: webhook-id, webhook-timestamp or webhook-signature.",
  BadTimestamp: "The header webhook-timestamp is no number of seconds.",
  TooOld:
    "The message was sent more than 5 minutes ago by this clock: it may be replayed, or the clock may be wrong.",
  TooNew: "The message was sent more than 5 minutes ahead of this clock: the clock may be wrong.",
  NoMatch:
    "No signature fits: the secret is another one, or the body was changed or read as other than its raw text.",
  BadBody: "The signature fits, but the body is no notice."
}

/** A message that is not from this service, or can't be known to be; or a secret that can't be used. */
export class WebhookError extends Schema.TaggedError<WebhookError>()("WebhookError", {
  reason: WebhookReason
}) {
  /** The reason, for those who look at `code`. */
  readonly code: WebhookReason = this.reason
  override get message(): string {
    return texts[this.reason]
  }
}

export const fail = (reason: WebhookReason): Result.Result<never, WebhookError> =>
  Result.fail(new WebhookError({ reason }))

/** A secret as text, `whsec_…`, or as text that is kept out of logs. */
export type Secret = string | Redacted.Redacted<string>

/** The key of a secret. */
const keyOf = (secret: Secret): Result.Result<Buffer, WebhookError> => {
  const text = typeof secret === "string" ? secret : Redacted.value(secret)
  const found = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text.trim())?.[1]
  const key = Buffer.from(found ?? "", "base64")
  return found !== undefined && key.length >= 24 && key.length <= 64 ? Result.succeed(key) : fail("BadSecret")
}

/** Checks secrets, and gives their keys: one, or two while one takes the other's place. */
export const keysOf = (
  secrets: Secret | ReadonlyArray<Secret>
): Result.Result<ReadonlyArray<Buffer>, WebhookError> => {
  const given = typeof secrets === "string" || Redacted.isRedacted(secrets) ? [secrets] : secrets
  return given.length === 0 ? fail("BadSecret") : Result.all(given.map(keyOf))
}

const mac = (key: Buffer, id: string, seconds: number | string, body: string): Buffer =>
  createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest()

/** The value of the header `webhook-signature`: one signature for each key, separated by spaces. */
export const sign = (keys: ReadonlyArray<Buffer>, id: string, seconds: number, body: string): string =>
  keys.map((key) => `v1,${mac(key, id, seconds, body).toString("base64")}`).join(" ")

/** Headers as Node, a web `Request` or a plain object has them; their names in any case. */
export type Headers =
  | { readonly get: (name: string) => string | null }
  | Readonly<Record<string, string | ReadonlyArray<string> | undefined>>

const headerOf = (headers: Headers, name: string): string | undefined => {
  if (typeof headers.get === "function") return headers.get(name) ?? undefined
  const found = Object.entries(headers).find(([given]) => given.toLowerCase() === name)?.[1]
  return typeof found === "string" ? found : undefined
}

/** Checks a message that came in; gives its id. `now` is ms since the epoch. */
export const verify = (message: {
  readonly secrets: Secret | ReadonlyArray<Secret>
  readonly headers: Headers
  readonly body: string
  readonly now: number
}): Result.Result<string, WebhookError> =>
  Result.gen(function* () {
    const { headers, body, now } = message
    const keys = yield* keysOf(message.secrets)
    const id = headerOf(headers, "webhook-id")
    const timestamp = headerOf(headers, "webhook-timestamp")
    const signatures = headerOf(headers, "webhook-signature")
    if (!id || !timestamp || !signatures) return yield* fail("MissingHeader")
    if (!/^[0-9]{1,12}$/.test(timestamp)) return yield* fail("BadTimestamp")
    const age = Math.floor(now / 1000) - Number(timestamp)
    if (age > TOLERANCE_SECONDS) return yield* fail("TooOld")
    if (age < -TOLERANCE_SECONDS) return yield* fail("TooNew")
    const expected = keys.map((key) => mac(key, id, timestamp, body))
    // Every pair is compared in full, whichever fits.
    let fits = false
    for (const signature of signatures.split(" ")) {
      if (!/^v1,[A-Za-z0-9+/]{43}=$/.test(signature)) continue
      const given = Buffer.from(signature.slice(3), "base64")
      for (const one of expected) fits = timingSafeEqual(given, one) || fits
    }
    return fits ? id : yield* fail("NoMatch")
  })
