/**
 * An HttpClient that hands each request to a platform in this process: no socket, no server, and all time
 * by the clock of the fiber that asks. What a delivery says of delays, cuts and resets happens to it.
 *
 * Bodies are streams of Effect and not of the web: those are read by promises, which a test clock does
 * not see, so time could go on while one is being read.
 */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Stream from "effect/Stream"
import type { Delivery } from "../sandbox/Delivery.ts"
import type { Platform } from "../sandbox/Platform.ts"

type Request = HttpClientRequest.HttpClientRequest
type Response = HttpClientResponse.HttpClientResponse

/** A client of that platform. */
export const make = (platform: Platform): HttpClient.HttpClient =>
  HttpClient.make((request, url) =>
    Effect.gen(function* () {
      const { body } = request
      if (body._tag !== "Uint8Array") return yield* Effect.die(new Error("A query's body is bytes."))
      const { delivery, scale } = yield* Effect.orDie(
        platform.answer({
          body: body.body,
          path: url.pathname,
          headerNames: Object.keys(request.headers)
        })
      )
      return yield* deliver(request, delivery, scale)
    })
  )

/** What the system and the HTTP library say where a connection breaks. */
const broken = (code: string): Error => Object.assign(new Error(`The script says: ${code}`), { code })

const deliver = Effect.fnUntraced(function* (
  request: Request,
  delivery: Delivery,
  scale: number
): Effect.fn.Return<Response, HttpClientError.HttpClientError> {
  const { body, delayMs, headers, manner, status } = delivery
  yield* Effect.sleep(delayMs / scale)
  if (manner._tag === "Reset") {
    const reason = new HttpClientError.TransportError({ request, cause: broken("ECONNRESET") })
    return yield* new HttpClientError.HttpClientError({ reason })
  }
  const bytes = new TextEncoder().encode(body)
  const response = HttpClientResponse.fromWeb(
    request,
    new globalThis.Response(null, {
      status,
      headers: { ...headers, "content-length": String(bytes.byteLength) }
    })
  )
  return Object.defineProperty(response, "stream", { value: streamOf(delivery, bytes, response, scale) })
})

const streamOf = (
  { manner }: Delivery,
  bytes: Uint8Array,
  response: Response,
  scale: number
): Stream.Stream<Uint8Array, HttpClientError.HttpClientError> => {
  switch (manner._tag) {
    case "CutHalfWay": {
      const { request } = response
      const reason = new HttpClientError.DecodeError({ request, response, cause: broken("UND_ERR_SOCKET") })
      return Stream.concat(
        Stream.succeed(bytes.subarray(0, Math.floor(bytes.byteLength / 2))),
        Stream.fail(new HttpClientError.HttpClientError({ reason }))
      )
    }
    case "Drip":
      return Stream.mapEffect(Stream.fromIterable(bytes), (byte) =>
        Effect.as(Effect.sleep(manner.everyMs / scale), Uint8Array.of(byte))
      )
    default:
      return Stream.succeed(bytes)
  }
}
