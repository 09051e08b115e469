/**
 * What holds for every request, whatever its route: who may be meant by its Host header, how many are let
 * in, how much is read, that every error is a problem, and a line in the log that gives no order away.
 */

import * as ByteSize from "effect/ByteSize"
import type * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpServerError from "effect/http/HttpServerError"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as ProblemDetails from "effect/http/ProblemDetails"
import type * as Scope from "effect/Scope"
import { masked } from "../telling/Masked.ts"
import * as Problem from "./Problem.ts"
import * as Route from "./Route.ts"
import type { TokenBucket } from "./TokenBucket.ts"

/** At most so much is read of a body … */
export const BODY = 64 * 1024
/** … and of one with many orders. */
export const BULK_BODY = 1024 * 1024

export interface GuardOptions {
  /** Host names that a Host header may have; any if `undefined`. */
  readonly hosts: ReadonlySet<string> | undefined
  readonly bucket: TokenBucket
}

type Handler = Effect.Effect<HttpServerResponse.HttpServerResponse, unknown, HttpServerRequest | Scope.Scope>

/** The name in a Host header, without its port; "" where there is none that can be read. */
const hostName = (header: string | undefined): string => {
  const found = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/.exec((header ?? "").toLowerCase())
  return found?.[1] ?? ""
}

const isHealth = (route: Route.Route | undefined): boolean => route?.pattern.startsWith("/health/") === true

/** Why a request is not let in; `undefined` where it is. */
const refusal = (
  request: HttpServerRequest,
  route: Route.Route | undefined,
  now: number,
  { hosts, bucket }: GuardOptions
): HttpServerResponse.HttpServerResponse | undefined => {
  if (hosts !== undefined && !hosts.has(hostName(request.headers.host))) {
    return Problem.toResponse(Problem.ofStatus(421))
  }
  // A probe that is turned away would have a busy service restarted.
  const wait = isHealth(route) ? 0 : bucket.take(now)
  if (wait > 0) {
    const { type, status, title } = new Problem.TooManyRequests({})
    const detail = "Requests come faster than this service takes them. Wait as long as Retry-After says."
    return Problem.toResponse(
      { type, status, title, detail },
      { "retry-after": String(Math.ceil(wait / 1000)) }
    )
  }
  if (route === undefined) return Problem.toResponse(Problem.ofStatus(404))
  if (!route.methods.includes(request.method)) {
    return Problem.toResponse(Problem.ofStatus(405), { allow: route.methods.join(", ") })
  }
  const length = Number(request.headers["content-length"] ?? 0)
  return length > limitOf(route) ? Problem.toResponse(Problem.ofStatus(413)) : undefined
}

const limitOf = (route: Route.Route | undefined): number =>
  route?.pattern === "/v1/orders/bulk" ? BULK_BODY : BODY

/** Where a defect came from, without its message, which may hold anything. */
const whereabouts = (cause: Cause.Cause<unknown>): ReadonlyArray<string> =>
  cause.reasons.flatMap((reason) => {
    const error = reason._tag === "Die" ? reason.defect : reason._tag === "Fail" ? reason.error : undefined
    if (!(error instanceof Error)) return []
    const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line))
    return [error.name, ...frames.slice(0, 5).map((line) => line.trim())]
  })

/** The answer to a request that no handler answered. An interruption stays one. */
const rescued = (cause: Cause.Cause<unknown>): Effect.Effect<HttpServerResponse.HttpServerResponse, never> =>
  cause.reasons.every((reason) => reason._tag === "Interrupt")
    ? Effect.failCause(cause as Cause.Cause<never>)
    : Effect.flatMap(HttpServerError.causeResponse(cause), ([response]) =>
        response.status < 500
          ? Effect.succeed(response)
          : Effect.logError("A request met a defect.").pipe(
              Effect.annotateLogs({ where: whereabouts(cause) }),
              Effect.as(response)
            )
      )

const contentType = ({ headers, body }: HttpServerResponse.HttpServerResponse): string =>
  headers["content-type"] ?? ("contentType" in body ? body.contentType : undefined) ?? ""

const seconds: Readonly<Record<number, string>> = { 429: "1", 503: "5" }

/** Every error as a problem, and the headers that belong to its status. */
const finished = (response: HttpServerResponse.HttpServerResponse): HttpServerResponse.HttpServerResponse => {
  const { status } = response
  const isProblem = contentType(response).startsWith(ProblemDetails.contentType)
  const told = status < 400 || isProblem ? response : Problem.toResponse(Problem.ofStatus(status))
  const retryAfter = seconds[status]
  return HttpServerResponse.setHeaders(told, {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...(status === 401 ? { "www-authenticate": 'Bearer realm="umf-order"' } : {}),
    ...(retryAfter === undefined || told.headers["retry-after"] !== undefined
      ? {}
      : { "retry-after": retryAfter })
  })
}

const logged = (
  request: HttpServerRequest,
  route: Route.Route | undefined,
  status: number,
  millis: number
): Effect.Effect<void> => {
  const log = isHealth(route) && status < 400 ? Effect.logDebug("request") : Effect.logInfo("request")
  return Effect.annotateLogs(log, {
    method: request.method,
    route: route?.pattern ?? "none",
    status,
    millis,
    ...(route?.orderId === undefined ? {} : { orderId: masked(route.orderId) })
  })
}

/** The handler, guarded. */
export const guarded = (
  handler: Handler,
  options: GuardOptions
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest | Scope.Scope> =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest
    const began = yield* Clock.currentTimeMillis
    const route = Route.find(request.url)
    const refused = refusal(request, route, began, options)
    const answered =
      refused === undefined
        ? yield* handler.pipe(
            Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(limitOf(route))),
            Effect.catchCause(rescued)
          )
        : refused
    const response = finished(answered)
    yield* logged(request, route, response.status, (yield* Clock.currentTimeMillis) - began)
    return response
  })
