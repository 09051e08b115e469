/**
 * One POST: body in, text of the answer out, or the reason why not. Knows HTTP and limits; knows nothing
 * of signatures and orders.
 *
 * Nothing goes to the platform but the request: no tracing headers. No redirect is followed, no
 * compression offered, and no byte read beyond the limit. Interruption ends the socket.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import type { GatewayConfig } from "./GatewayConfig.ts"
import { HttpStatus, Unreachable, Unreadable } from "./GatewayError.ts"

/** What can go wrong on the way. */
export type TransportReason = Unreachable | HttpStatus | Unreadable

/**
 * Which connection a question may take. On one that was used before, an answer that nobody asked for may lie
 * unread, and is taken for the next question's. An order whose `transactionId` is known tells it apart, where
 * the answer names one; all else is asked over a `fresh` connection, that nobody has sent anything on yet.
 */
export type Connection = "fresh" | "kept"

/** Read by `layerHttpClient`'s client; a client of the caller's own does as it does. */
const connection = Context.Reference<Connection>("@umf-order-sync/node/gateway/Transport/connection", {
  defaultValue: () => "fresh"
})

type Pool = Pick<GatewayConfig, "connections">

const pool = ({ connections }: Pool, pipelining: 0 | 1) =>
  Layer.build(
    NodeHttpClient.layerUndiciOptions({
      connections,
      pipelining,
      keepAliveTimeout: 30_000,
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: 16_384,
      connect: { rejectUnauthorized: true, timeout: 30_000 }
    })
  ).pipe(Effect.map(Context.get(HttpClient.HttpClient)))

/**
 * Connections for a gateway: kept ones, and such as are closed after one answer. Their time-outs are
 * switched off: the gateway's own hold. TLS is verified whatever the environment says.
 */
export const layerHttpClient = (config: Pool): Layer.Layer<HttpClient.HttpClient> =>
  Layer.effect(
    HttpClient.HttpClient,
    Effect.gen(function* () {
      const clients = { kept: yield* pool(config, 1), fresh: yield* pool(config, 0) }
      return HttpClient.makeWith(
        (request) =>
          Effect.flatMap(Effect.service(connection), (which) => clients[which].postprocess(request)),
        clients.kept.preprocess
      )
    })
  )

/** Codes of the system or of the HTTP library, dug out of nested causes; never their messages. */
export const errorCode = (error: unknown, depth = 0): string => {
  if (depth > 5 || typeof error !== "object" || error === null) return "no code"
  if ("code" in error && typeof error.code === "string") return error.code
  if ("errors" in error && Array.isArray(error.errors)) return errorCode(error.errors[0], depth + 1)
  if ("reason" in error) return errorCode(error.reason, depth + 1)
  return "cause" in error ? errorCode(error.cause, depth + 1) : "no code"
}

const unreadable = (what: string) => Effect.fail(new Unreadable({ what }))

const readText = Effect.fnUntraced(function* (
  response: HttpClientResponse.HttpClientResponse,
  limit: number
): Effect.fn.Return<string, Unreadable | HttpClientError.HttpClientError> {
  const encoding = response.headers["content-encoding"]
  if (encoding !== undefined && encoding !== "identity") return yield* unreadable("it is compressed")
  if (Number(response.headers["content-length"] ?? 0) > limit) {
    return yield* unreadable(`it is larger than ${limit} bytes`)
  }
  const chunks: Array<Uint8Array> = []
  let size = 0
  yield* Stream.runForEach(response.stream, (chunk) => {
    size += chunk.byteLength
    if (size > limit) return unreadable(`it is larger than ${limit} bytes`)
    chunks.push(chunk)
    return Effect.void
  })
  // Fatal: a replaced byte would change what was signed.
  return yield* Effect.try({
    try: () => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks)),
    catch: () => new Unreadable({ what: "it is not UTF-8" })
  })
})

/** Posts a JSON body, over a connection of this kind, and reads the answer of an HTTP status 200. No time-out of its own. */
export const post = (
  client: HttpClient.HttpClient,
  config: Pick<GatewayConfig, "url" | "origin" | "maxBodyBytes">,
  body: string,
  which: Connection
): Effect.Effect<string, TransportReason> =>
  Effect.gen(function* () {
    const request = HttpClientRequest.post(config.url).pipe(
      HttpClientRequest.acceptJson,
      HttpClientRequest.bodyText(body, "application/json; charset=UTF-8")
    )
    const response = yield* HttpClient.withScope(client).execute(request)
    if (response.status !== 200) return yield* new HttpStatus({ status: response.status })
    return yield* readText(response, config.maxBodyBytes)
  }).pipe(
    // The scope takes the socket back whatever was left unread: an unread body would block its connection.
    Effect.scoped,
    Effect.catchTag("HttpClientError", (error) =>
      Effect.fail(new Unreachable({ origin: config.origin, code: errorCode(error) }))
    ),
    Effect.provideService(connection, which),
    Effect.provideService(HttpClient.TracerPropagationEnabled, false),
    Effect.provideService(HttpClient.TracerDisabledWhen, () => true)
  )
