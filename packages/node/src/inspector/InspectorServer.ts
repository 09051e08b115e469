/**
 * Serves the inspector on loopback, behind its guard. It ends with its scope, within about a second, whoever
 * still looks.
 */
import { randomBytes } from "node:crypto"
import { createServer, type IncomingMessage } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import * as ByteSize from "effect/ByteSize"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as HttpMiddleware from "effect/http/HttpMiddleware"
import type { ServeError } from "effect/http/HttpServerError"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as BearerToken from "../api/BearerToken.ts"
import * as RequestGuard from "./RequestGuard.ts"
import * as Routes from "./Routes.ts"

/** Where the inspector is served. */
export interface ServerOptions {
  /** 0 (default) takes any that is free. */
  readonly port?: number | undefined
  /** What the page has to show; a random one if not said. At least 16 characters. */
  readonly token?: Redacted.Redacted<string> | undefined
}

/** The inspector can't be served: its options can't be used, or there is something in the way. */
export class InspectorNotServed extends Schema.TaggedError<InspectorNotServed>()("InspectorNotServed", {
  /** What is wrong, and what to do. Holds no token. */
  message: Schema.String
}) {
  /** The same names as the errors of the promise interface have. */
  readonly code = "INSPECTOR_NOT_SERVED"
  readonly retryable = false
}

/** A running inspector's addresses. */
export interface Served {
  /** Without a path, such as "http://127.0.0.1:40123". */
  readonly origin: string
  /** What a person opens: the token is in it, after the "#", which browsers send nowhere. */
  readonly url: string
}

const HOST = "127.0.0.1"

/** Streams end by themselves when the inspector stops; what hangs on longer is cut. */
const GRACE = "500 millis"

const notListening = (port: number, { cause }: ServeError): InspectorNotServed => {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "unknown"
  const help =
    code === "EADDRINUSE"
      ? "Another program has this port: choose another one, or 0 for any that is free."
      : "Choose another port, or 0 for any that is free."
  return new InspectorNotServed({
    message: `The inspector can't listen on ${HOST} port ${port} (${code}). ${help}`
  })
}

const checked = (token: Redacted.Redacted<string>): Effect.Effect<string, InspectorNotServed> => {
  const text = Redacted.value(token)
  // It goes into an address and a header as it is.
  return /^[A-Za-z0-9._~-]+$/.test(text) && text.length >= BearerToken.SHORTEST
    ? Effect.succeed(text)
    : Effect.fail(
        new InspectorNotServed({
          message: `The inspector's token must be at least ${BearerToken.SHORTEST} letters, digits, ".", "_", "~" or "-". Leave it out to have a random one.`
        })
      )
}

/** Reads what there is of a body, so that one that is too large is refused however it is sent. */
const readBody = (
  request: HttpServerRequest
): Effect.Effect<HttpServerResponse.HttpServerResponse | undefined> =>
  request.arrayBuffer.pipe(
    Effect.provideService(HttpIncomingMessage.MaxBodySize, ByteSize.bytes(RequestGuard.BODY)),
    Effect.match({
      onSuccess: () => undefined,
      onFailure: () => Routes.failed(413, "The body is too large, or broken.")
    })
  )

const guarded = (
  routes: ReturnType<typeof Routes.make>,
  address: Parameters<typeof RequestGuard.refuse>[1]
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest | Scope.Scope> =>
  Effect.gen(function* () {
    const request = yield* HttpServerRequest
    const arrived = NodeHttpServerRequest.toIncomingMessage(request) as IncomingMessage
    const began = yield* Clock.currentTimeMillis
    const refused = RequestGuard.refuse(arrived, address)
    const { pattern, answer } =
      refused === undefined
        ? routes(request.method, request.url)
        : {
            pattern: "refused",
            answer: Effect.succeed(
              HttpServerResponse.setHeaders(
                Routes.failed(refused.status, refused.error),
                refused.headers ?? {}
              )
            )
          }
    const tooLarge = refused === undefined && request.method === "POST" ? yield* readBody(request) : undefined
    const response = tooLarge ?? (yield* answer)
    yield* Effect.logDebug("inspector request").pipe(
      Effect.annotateLogs({
        method: request.method,
        route: pattern,
        status: response.status,
        millis: (yield* Clock.currentTimeMillis) - began
      })
    )
    return HttpServerResponse.setHeaders(response, RequestGuard.headers)
  })

/** Serves; ends with its scope. `end` is told first, so that open streams end by themselves. */
export const serve = Effect.fnUntraced(function* (
  options: ServerOptions,
  routes: ReturnType<typeof Routes.make>,
  end: () => void
): Effect.fn.Return<Served, InspectorNotServed, Scope.Scope> {
  const { port = 0 } = options
  const token = options.token ?? Redacted.make(randomBytes(32).toString("base64url"))
  const text = yield* checked(token)
  const node = createServer({
    requestTimeout: 30_000,
    headersTimeout: 10_000,
    keepAliveTimeout: 5_000,
    connectionsCheckingInterval: 2_000
  })
  // Viewers have 16 places; whoever opens connections without end must not use up the process's own.
  node.maxConnections = 200
  const server = yield* NodeHttpServer.make(() => node, {
    host: HOST,
    port,
    exclusive: true,
    gracefulShutdownTimeout: GRACE
  }).pipe(Effect.mapError((error) => notListening(port, error)))
  // Finalizers run in the reverse order: streams end, requests get their time, what is left is cut.
  yield* Effect.addFinalizer(() => Effect.sync(() => node.closeAllConnections()))
  const bound = "port" in server.address ? server.address.port : port
  const host = `${HOST}:${bound}`
  const isToken = BearerToken.check(token)
  yield* server
    .serve(guarded(routes, { host, isToken: (given) => isToken(Redacted.make(given)) }))
    // A trace would hold each request's address.
    .pipe(Effect.provideService(HttpMiddleware.TracerDisabledWhen, () => true))
  yield* Effect.addFinalizer(() => Effect.sync(end))
  const origin = `http://${host}`
  return { origin, url: `${origin}/#token=${text}` }
})
