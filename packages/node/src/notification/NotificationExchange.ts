/**
 * From a request to its reply, for every framework in the same way: the body is read within its limits, the
 * notification is handed on, and the reply says nothing of what will come of it.
 */
import type { LosslessJson } from "@umf-order-sync/core"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ConfigInvalid } from "../gateway/GatewayConfig.ts"
import * as Notification from "./Notification.ts"
import * as NotificationFields from "./NotificationFields.ts"
import { NotificationHint } from "./NotificationHint.ts"
import * as NotificationMetrics from "./NotificationMetrics.ts"
import * as NotificationReply from "./NotificationReply.ts"

/** A body that was not read. */
export class BodyRefused extends Schema.TaggedError<BodyRefused>()("BodyRefused", {
  refusal: Schema.Literals(["TooLarge", "TooSlow", "Unreadable"])
}) {
  override get message(): string {
    return NotificationReply.refused(this.refusal).body.trim()
  }
}

/** A body as bytes, or as a framework has parsed it. */
export type Body =
  | { readonly _tag: "Bytes"; readonly bytes: Uint8Array }
  | { readonly _tag: "Parsed"; readonly value: unknown }

/** One request, as far as it matters. */
export interface Incoming {
  readonly method: string
  /** Path and query. */
  readonly url: string
  /** The header content-length, where there is one. */
  readonly contentLength: string | null | undefined
  /** Reads at most `NotificationFields.MAX_BYTES`. */
  readonly body: Effect.Effect<Body, BodyRefused>
}

export interface ExchangeOptions {
  /** What is replied to a notification. HTTP 200 with `{"retCode":"0000",…}`, if not said. */
  readonly reply?: NotificationReply.ReplyOptions | undefined
  /** How long a body may take to come. 5 s by default. */
  readonly bodyTimeout?: Duration.Input | undefined
}

export type Exchange = (incoming: Incoming) => Effect.Effect<NotificationReply.Reply, never, NotificationHint>

const queryOf = (url: string): string => {
  const at = url.indexOf("?")
  return at === -1 ? "" : (url.slice(at + 1).split("#")[0] ?? "")
}

const fieldsOf = (body: Body): LosslessJson.JsonObject | undefined =>
  body._tag === "Bytes" ? NotificationFields.fromBytes(body.bytes) : NotificationFields.fromParsed(body.value)

/** The notification in one place; `undefined` where there is none. */
const notificationIn = (
  fields: LosslessJson.JsonObject | undefined
): Notification.Notification | undefined =>
  fields === undefined ? undefined : Notification.fromFields(fields)

/** Checks the options. Fails with `ConfigInvalid` where they can't be used. */
export const make = Effect.fnUntraced(function* (
  options: ExchangeOptions = {}
): Effect.fn.Return<Exchange, ConfigInvalid> {
  const reply = yield* NotificationReply.make(options.reply)
  const timeout = Option.getOrUndefined(Duration.fromInput(options.bodyTimeout ?? "5 seconds"))
  if (timeout === undefined || !(Duration.toMillis(timeout) > 0 && Duration.toMillis(timeout) <= 60_000)) {
    return yield* new ConfigInvalid({
      setting: "bodyTimeout",
      message: "bodyTimeout must be a length of time above 0, and at most a minute."
    })
  }

  /** What the body says; what the query string says, where the body says nothing. */
  const read = Effect.fnUntraced(function* (
    incoming: Incoming
  ): Effect.fn.Return<Notification.Notification | undefined, BodyRefused> {
    if (Number(incoming.contentLength ?? 0) > NotificationFields.MAX_BYTES) {
      return yield* new BodyRefused({ refusal: "TooLarge" })
    }
    const body = yield* Effect.timeoutOrElse(incoming.body, {
      duration: timeout,
      orElse: () => Effect.fail(new BodyRefused({ refusal: "TooSlow" }))
    })
    return (
      notificationIn(fieldsOf(body)) ?? notificationIn(NotificationFields.fromForm(queryOf(incoming.url)))
    )
  })

  const refuse = (refusal: NotificationReply.Refusal) =>
    Effect.as(NotificationMetrics.count("refused", "none"), NotificationReply.refused(refusal))

  return (incoming) =>
    Effect.gen(function* () {
      if (incoming.method !== "POST" && incoming.method !== "GET") return yield* refuse("Method")
      const notification = yield* read(incoming)
      if (notification === undefined) return yield* refuse("Unreadable")
      const hint = yield* NotificationHint
      yield* hint.receive(notification)
      return reply
    }).pipe(Effect.catchTag("BodyRefused", ({ refusal }) => refuse(refusal)))
})
