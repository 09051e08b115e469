/**
 * One request to the sandbox, by its path: the query, the admin API, or the welcome. Whatever goes wrong
 * becomes an answer; a fault of the sandbox itself is logged and answered with HTTP 500.
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Signature } from "@umf-order-sync/core"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as AdminApi from "./AdminApi.ts"
import * as HttpExchange from "./HttpExchange.ts"
import * as Platform from "./Platform.ts"
import * as QueryApi from "./QueryApi.ts"

/** What requests are answered from. */
export interface Services {
  readonly platform: Platform.Platform
  /** The text of `GET /`, for a sandbox that was reached at `origin`. */
  readonly welcome: (origin: string) => string
}

/** Answers one request. */
export const route = (
  request: IncomingMessage,
  response: ServerResponse,
  services: Services
): Effect.Effect<void> =>
  dispatch(request, response, services).pipe(
    Effect.catchTag("HttpRefused", (refused) => Effect.sync(() => HttpExchange.refuse(response, refused))),
    Effect.catchCause((cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.interrupt
        : Effect.andThen(
            Effect.logError("The sandbox could not answer a request", cause),
            Effect.sync(() => fault(response))
          )
    )
  )

const dispatch = Effect.fnUntraced(function* (
  request: IncomingMessage,
  response: ServerResponse,
  { platform, welcome }: Services
): Effect.fn.Return<void, HttpExchange.HttpRefused | Signature.SigningFailed> {
  yield* HttpExchange.requireLoopbackHost(request)
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/"
  if (AdminApi.isAdminPath(path)) {
    return yield* AdminApi.handle(request, response, path, platform.administration)
  }
  if (path === "/") {
    yield* requireMethod(request, path, "GET")
    return HttpExchange.text(response, welcome(`http://${request.headers.host}`))
  }
  if (Platform.isQueryPath(path)) {
    yield* requireMethod(request, path, "POST")
    return yield* QueryApi.handle(request, response, path, platform)
  }
  return yield* new HttpExchange.HttpRefused({
    status: 404,
    message: `There is nothing at ${path}. Queries go to …/pay/orderquery; GET / tells the rest.`
  })
})

const requireMethod = (
  request: IncomingMessage,
  path: string,
  allow: "GET" | "POST"
): Effect.Effect<void, HttpExchange.HttpRefused> =>
  request.method === allow
    ? Effect.void
    : Effect.fail(
        new HttpExchange.HttpRefused({ status: 405, message: `${path} takes ${allow} only.`, allow })
      )

const fault = (response: ServerResponse): void => {
  if (response.headersSent) {
    response.destroy()
    return
  }
  HttpExchange.json(response, 500, { error: "The sandbox itself has a fault. Its log tells which." })
}
