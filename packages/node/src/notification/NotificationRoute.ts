/**
 * The platform's notifications as a route of an Effect app. The body is read within this room's own limit,
 * whatever the server's is.
 */
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpRouter from "effect/http/HttpRouter"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import type { ConfigInvalid } from "../gateway/GatewayConfig.ts"
import * as NotificationExchange from "./NotificationExchange.ts"
import { MAX_BYTES } from "./NotificationFields.ts"
import { NotificationHint } from "./NotificationHint.ts"
import * as NotificationReply from "./NotificationReply.ts"

const incoming = (request: HttpServerRequest): NotificationExchange.Incoming => ({
  method: request.method,
  url: request.originalUrl,
  contentLength: request.headers["content-length"],
  body: request.arrayBuffer.pipe(
    Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(MAX_BYTES)),
    Effect.map((buffer): NotificationExchange.Body => ({ _tag: "Bytes", bytes: new Uint8Array(buffer) })),
    Effect.mapError(
      ({ reason }) =>
        new NotificationExchange.BodyRefused({
          refusal:
            reason._tag === "RequestParseError" && reason.reason === "BodyTooLarge"
              ? "TooLarge"
              : "Unreadable"
        })
    )
  )
})

const toResponse = (reply: NotificationReply.Reply): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(reply.body, {
    status: reply.status,
    contentType: reply.contentType,
    headers: NotificationReply.headersOf(reply)
  })

/** The effect that answers one notification. Fails with `ConfigInvalid` where the options can't be used. */
export const make = (
  options?: NotificationExchange.ExchangeOptions
): Effect.Effect<
  Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest | NotificationHint>,
  ConfigInvalid
> =>
  Effect.map(NotificationExchange.make(options), (exchange) =>
    Effect.flatMap(HttpServerRequest, (request) => Effect.map(exchange(incoming(request)), toResponse))
  )

/** Adds the route for POST and GET to the router: `NotificationRoute.layer("/umf/notify")`. */
export const layer = (
  path: HttpRouter.PathInput,
  options?: NotificationExchange.ExchangeOptions
): Layer.Layer<never, ConfigInvalid, HttpRouter.HttpRouter | NotificationHint> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const router = yield* HttpRouter.HttpRouter
      const handler = Effect.provideService(yield* make(options), NotificationHint, yield* NotificationHint)
      yield* router.add("POST", path, handler)
      yield* router.add("GET", path, handler)
    })
  )
