/**
 * Serves the API over HTTP, on loopback unless another address is asked for. It ends with its scope: no
 * new requests are taken then, and those under way get a few seconds.
 *
 * It speaks plain HTTP. On another address than loopback, something in front of it has to do TLS.
 */
import { createServer } from "node:http"
import { isIPv6 } from "node:net"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type { ServeError } from "effect/http/HttpServerError"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { OrderDesk } from "../sync/OrderDesk.ts"
import { Authorization } from "./Api.ts"
import * as ApiGuard from "./ApiGuard.ts"
import * as ApiHandlers from "./ApiHandlers.ts"
import * as BearerToken from "./BearerToken.ts"
import * as LocalDesk from "./LocalDesk.ts"
import type { Merchants } from "./OrderInput.ts"
import * as Problem from "./Problem.ts"
import * as TokenBucket from "./TokenBucket.ts"

/** What holds where nothing is said. */
export const defaults = { host: "127.0.0.1", port: 8787, requestsPerSecond: 200 } as const

export interface ApiServerOptions extends Merchants {
  /** The address to listen on; 127.0.0.1 if not said. */
  readonly host?: string | undefined
  /** 8787 if not said; 0 takes any that is free. */
  readonly port?: number | undefined
  /** What callers have to show; at least 16 characters. */
  readonly token: Redacted.Redacted<string>
  /** Whether the service takes work: neither starting nor stopping. Yes, if not said. */
  readonly ready?: Effect.Effect<boolean> | undefined
  /** How many requests a second are let in, over all callers; 200 if not said. */
  readonly requestsPerSecond?: number | undefined
}

/** The API can't be served: its options can't be used, or the address can't be listened on. */
export class ApiNotServed extends Schema.TaggedError<ApiNotServed>()("ApiNotServed", {
  /** What is wrong, and what to do. Holds no token. */
  message: Schema.String
}) {}

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "::1"])

const inUrl = (host: string): string => (isIPv6(host) ? `[${host}]` : host)

/** The names by which callers may mean this service; any where it does not listen on loopback. */
const hostsOf = (host: string): ReadonlySet<string> | undefined =>
  LOOPBACK.has(host) ? new Set([...[...LOOPBACK].map(inUrl), inUrl(host)]) : undefined

const notListening = (host: string, port: number, { cause }: ServeError): ApiNotServed => {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : "unknown"
  const help =
    code === "EADDRINUSE"
      ? "Another program has this port: choose another one, or 0 for any that is free."
      : "Check the address, or choose another port."
  return new ApiNotServed({ message: `The API can't listen on ${host} port ${port} (${code}). ${help}` })
}

const authorization = (token: Redacted.Redacted<string>): Layer.Layer<Authorization> => {
  const isToken = BearerToken.check(token)
  const refused = Effect.fail(
    new Problem.TokenRefused({ detail: "Send the service's token as: Authorization: Bearer TOKEN" })
  )
  return Layer.succeed(Authorization, {
    bearer: (handler, { credential }) => (isToken(credential) ? handler : refused)
  })
}

const make = Effect.fnUntraced(function* (
  options: ApiServerOptions
): Effect.fn.Return<ApiServer["Service"], ApiNotServed, OrderDesk | Scope.Scope> {
  const { token, ready = Effect.succeed(true) } = options
  const host = options.host ?? defaults.host
  const port = options.port ?? defaults.port
  const requestsPerSecond = options.requestsPerSecond ?? defaults.requestsPerSecond
  if (Redacted.value(token).length < BearerToken.SHORTEST) {
    return yield* new ApiNotServed({
      message: `The API's token is shorter than ${BearerToken.SHORTEST} characters. Take one that can't be guessed, such as the output of: openssl rand -hex 32`
    })
  }
  if (!(requestsPerSecond >= 1)) {
    return yield* new ApiNotServed({ message: "requestsPerSecond must be 1 or more." })
  }
  const routes = ApiHandlers.layer(ready).pipe(
    Layer.provide([
      authorization(token),
      LocalDesk.layer(options),
      // An order number of 64 characters takes up to 576 in a path.
      Layer.succeed(HttpRouter.RouterConfig, { maxParamLength: 1024 })
    ]),
    Layer.provide(NodeHttpServer.layerHttpServices)
  )
  const handler = yield* HttpRouter.toHttpEffect(routes)
  const server = yield* NodeHttpServer.make(
    () => createServer({ requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 5_000 }),
    { host, port, exclusive: true, gracefulShutdownTimeout: "5 seconds" }
  ).pipe(Effect.mapError((error) => notListening(host, port, error)))
  yield* server.serve(
    ApiGuard.guarded(handler, { hosts: hostsOf(host), bucket: TokenBucket.make(requestsPerSecond) })
  )
  const { address } = server
  const bound = "port" in address ? address.port : port
  return { host, port: bound, url: `http://${inUrl(host)}:${bound}` }
})

/** A running API. */
export class ApiServer extends Context.Service<
  ApiServer,
  {
    readonly host: string
    /** The one that is listened on, also where 0 was asked for. */
    readonly port: number
    /** Without a path, such as "http://127.0.0.1:8787". */
    readonly url: string
  }
>()("@umf-order-sync/node/api/ApiServer") {
  static readonly layer = (options: ApiServerOptions): Layer.Layer<ApiServer, ApiNotServed, OrderDesk> =>
    Layer.effect(ApiServer, make(options))
}
