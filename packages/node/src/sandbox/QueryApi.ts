/** `POST …/pay/orderquery` over HTTP: reads a query's body, asks the platform, and sends what it answers. */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Signature } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import { type HttpRefused, readBody } from "./HttpExchange.ts"
import type { Platform } from "./Platform.ts"
import { send } from "./Sending.ts"

/** Handles one query. */
export const handle = Effect.fnUntraced(function* (
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  platform: Platform
): Effect.fn.Return<void, HttpRefused | Signature.SigningFailed> {
  const body = yield* readBody(request)
  const { delivery, scale } = yield* platform.answer({
    body,
    path,
    headerNames: Object.keys(request.headers)
  })
  yield* send(response, delivery, scale)
})
