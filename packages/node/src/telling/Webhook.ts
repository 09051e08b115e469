/**
 * Telling a merchant by a signed POST to its URL, and reading such a message on the other side.
 *
 * TLS is always verified, no redirect is followed, nothing but the message is sent, and nothing of the
 * answer but its status is read. Only a status 2xx means that the notice has arrived.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { ConfigInvalid, isLoopback } from "../gateway/GatewayConfig.ts"
import { errorCode } from "../gateway/Transport.ts"
import type { Notice } from "../store/Notice.ts"
import * as NoticeBody from "./NoticeBody.ts"
import { NoticeHandler } from "./NoticeHandler.ts"
import * as WebhookSignature from "./WebhookSignature.ts"
import { WebhookError } from "./WebhookSignature.ts"

/** What holds where nothing is said. */
export const defaults = { timeout: "15 seconds" } as const

export interface WebhookOptions {
  /** Where notices go. https, unless it is this machine itself. */
  readonly url: string
  /** `whsec_` and then 24 to 64 bytes in base64. Two of them while one takes the other's place: both sign. */
  readonly secret: WebhookSignature.Secret | ReadonlyArray<WebhookSignature.Secret>
  /** Time for one try. 15 s by default. */
  readonly timeout?: Duration.Input | undefined
}

/** The merchant's server answered with another status than 2xx. */
export class WebhookRefused extends Schema.TaggedError<WebhookRefused>()("WebhookRefused", {
  status: Schema.Int
}) {
  override get message(): string {
    return `The merchant's URL answered with HTTP status ${this.status}. Only 2xx means that a notice has arrived; redirects are not followed.`
  }
}

/** The merchant's server could not be reached, or gave no answer in time. */
export class WebhookUnreachable extends Schema.TaggedError<WebhookUnreachable>()("WebhookUnreachable", {
  /** The system's word for it, such as ECONNREFUSED, or "time-out". */
  code: Schema.String
}) {
  override get message(): string {
    return `The merchant's URL could not be reached (${this.code}).`
  }
}

const invalid = (setting: string, message: string) => Effect.fail(new ConfigInvalid({ setting, message }))

const checkedUrl = Effect.fnUntraced(function* (text: string): Effect.fn.Return<string, ConfigInvalid> {
  const url = URL.parse(text)
  if (url === null) return yield* invalid("webhook.url", "The webhook's URL is not a URL.")
  if (url.username !== "" || url.password !== "") {
    return yield* invalid("webhook.url", "The webhook's URL must not hold a user name or a password.")
  }
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname))) {
    return yield* invalid(
      "webhook.url",
      "The webhook's URL must begin with https://; http:// is for loopback addresses only."
    )
  }
  return url.href
})

const make = Effect.fnUntraced(function* (options: WebhookOptions) {
  const url = yield* checkedUrl(options.url)
  const keys = yield* Effect.fromResult(WebhookSignature.keysOf(options.secret)).pipe(
    Effect.mapError(({ message }) => new ConfigInvalid({ setting: "webhook.secret", message }))
  )
  const timeout = Duration.fromInputUnsafe(options.timeout ?? defaults.timeout)
  const client = yield* HttpClient.HttpClient

  const hand = Effect.fnUntraced(
    function* (notice: Notice) {
      const seconds = Math.floor((yield* Clock.currentTimeMillis) / 1000)
      const body = NoticeBody.encode(notice)
      const request = HttpClientRequest.post(url).pipe(
        HttpClientRequest.setHeaders({
          "webhook-id": notice.id,
          "webhook-timestamp": String(seconds),
          "webhook-signature": WebhookSignature.sign(keys, notice.id, seconds, body)
        }),
        HttpClientRequest.bodyText(body, "application/json; charset=UTF-8")
      )
      const response = yield* HttpClient.withScope(client).execute(request)
      if (response.status < 200 || response.status > 299) {
        return yield* new WebhookRefused({ status: response.status })
      }
    },
    // The scope takes the socket back with whatever was left unread.
    Effect.scoped,
    Effect.timeoutOrElse({
      duration: timeout,
      orElse: () => Effect.fail(new WebhookUnreachable({ code: "time-out" }))
    }),
    Effect.catchTag("HttpClientError", (error) =>
      Effect.fail(new WebhookUnreachable({ code: errorCode(error) }))
    ),
    Effect.provideService(HttpClient.TracerPropagationEnabled, false),
    Effect.provideService(HttpClient.TracerDisabledWhen, () => true)
  )
  return NoticeHandler.of({ transactional: false, hand })
})

/** Hands notices over by a signed POST. Fails with ConfigInvalid for a URL or a secret that can't be used. */
export const layer = (options: WebhookOptions): Layer.Layer<NoticeHandler, ConfigInvalid> =>
  Layer.effect(NoticeHandler, make(options)).pipe(
    Layer.provide(
      NodeHttpClient.layerUndiciOptions({
        connections: 16,
        pipelining: 1,
        headersTimeout: 0,
        bodyTimeout: 0,
        connect: { rejectUnauthorized: true, timeout: 15_000 }
      })
    )
  )

/** What came in, on the merchant's side. `body` is the raw text: parsing it and writing it anew changes it. */
export interface Incoming {
  readonly secret: WebhookOptions["secret"]
  readonly headers: WebhookSignature.Headers
  readonly body: string
}

/**
 * The notice in a message, once its signature and its time were checked. A notice may come more than once:
 * `id` is the same each time.
 */
export const receive = Effect.fnUntraced(function* ({
  secret,
  headers,
  body
}: Incoming): Effect.fn.Return<Notice, WebhookError> {
  const now = yield* Clock.currentTimeMillis
  const id = yield* Effect.fromResult(WebhookSignature.verify({ secrets: secret, headers, body, now }))
  const notice = yield* Effect.mapError(
    NoticeBody.decode(body),
    () => new WebhookError({ reason: "BadBody" })
  )
  return notice.id === id ? notice : yield* new WebhookError({ reason: "BadBody" })
})

/** The same without Effect: gives the notice, or throws a WebhookError whose `code` tells why. */
export const verifyWebhook = (incoming: Incoming): Notice =>
  Result.getOrThrowWith(Effect.runSync(Effect.result(receive(incoming))), (error) => error)
