/**
 * The platform's notifications for apps that don't use Effect: in node:http, Express and Fastify, and on the
 * web platform. The types that are reached from here are none of Effect's.
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import { ConfigInvalid } from "../gateway/GatewayConfig.ts"
import * as PlatformVerifier from "../keys/PlatformVerifier.ts"
import type { PlainDuration } from "../promise/PlainOptions.ts"
import * as Rejection from "../promise/Rejection.ts"
import { readPlatformKey } from "../UmfOrderSync.ts"
import type { HintTarget } from "./HintTarget.ts"
import * as NodeExchange from "./NodeExchange.ts"
import * as NotificationExchange from "./NotificationExchange.ts"
import * as Hint from "./NotificationHint.ts"
import * as NotificationReply from "./NotificationReply.ts"
import * as WebExchange from "./WebExchange.ts"

/** What is needed of an `OrderSync`. */
export interface NotifiedSync {
  /** Resolves with nothing for an order that is not known; `settled` is true for one that has its result. */
  readonly get: (orderId: string) => Promise<unknown>
  readonly hint: (orderId: string) => Promise<void>
}

/** An option of another name is refused. */
export interface NotificationOptions {
  /**
   * The platform's certificate or public key, a file's path or the file's bytes: with it a notification that
   * the platform has signed is verified. If left out, none is, and orders with a result are never woken.
   */
  readonly platformCert?: string | Uint8Array | undefined
  /**
   * Notifications that name another merchant are not followed. If left out, the number is not looked at: by
   * the platform's page it may be another one than the one that orders are asked with.
   */
  readonly merId?: string | undefined
  /** What is replied to a notification. HTTP 200 with `{"retCode":"0000",…}` as JSON, if not said. */
  readonly reply?: NotificationReply.ReplyOptions | undefined
  /** How long a body may take to come. 5 s by default. */
  readonly bodyTimeout?: PlainDuration | undefined
  /** An order is woken by an unverified notification at most once in this time. 10 s by default. */
  readonly unverifiedEvery?: PlainDuration | undefined
  /** The same for a verified one. 1 s by default. */
  readonly verifiedEvery?: PlainDuration | undefined
  /** So many verified ones a second are followed in all, and as many that are not. 20 by default. */
  readonly perSecond?: number | undefined
}

/** What a Fastify request has, as far as it is needed. */
export interface FastifyRequestLike {
  readonly raw: IncomingMessage
  readonly body: unknown
}

/** What a Fastify reply has, as far as it is needed. */
export interface FastifyReplyLike {
  readonly raw: ServerResponse
  readonly code: (status: number) => unknown
  readonly header: (name: string, value: string) => unknown
}

/**
 * Handlers of one URL. None of them throws, and all reply before they act: the same for every order, known
 * or not.
 */
export interface NotificationHandler {
  /** For `http.createServer`, and for Express: `app.post("/umf/notify", handler.node)`, with body parsers or without. */
  readonly node: (request: NodeExchange.NodeRequest, response: ServerResponse) => Promise<void>
  /**
   * For a route of Fastify, in a scope of its own. Fastify's parsers refuse forms, and answer broken JSON with
   * parts of it; there they are left out, and the body is read here:
   *
   *   app.register(async (scope) => {
   *     scope.removeAllContentTypeParsers()
   *     scope.addContentTypeParser("*", (_request, _payload, done) => done(null))
   *     scope.post("/umf/notify", handler.fastify)
   *   })
   */
  readonly fastify: (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<string>
  /** For Hono (`c.req.raw`), route handlers of Next, Bun and Deno. The body must not have been read. */
  readonly web: (request: Request) => Promise<Response>
  /** Resolves once no notification is being followed: for an app that stops, before it closes its `OrderSync`. */
  readonly idle: () => Promise<void>
}

const isSettled = (order: unknown): boolean =>
  typeof order === "object" && order !== null && "settled" in order && order.settled === true

const syncTarget = (sync: NotifiedSync, merId: string | undefined): HintTarget => ({
  keyOf: ({ orderId, claims }) =>
    merId === undefined || claims.merId === undefined || claims.merId === merId ? orderId : undefined,
  look: ({ orderId }) =>
    Effect.map(
      Effect.tryPromise(() => sync.get(orderId)),
      (order) => (order === undefined || order === null ? "unknown" : isSettled(order) ? "settled" : "open")
    ),
  wake: ({ orderId }) => Effect.tryPromise(() => sync.hint(orderId))
})

const optionNames: { readonly [name in keyof Required<NotificationOptions>]: true } = {
  platformCert: true,
  merId: true,
  reply: true,
  bodyTimeout: true,
  unverifiedEvery: true,
  verifiedEvery: true,
  perSecond: true
}

const make = Effect.fnUntraced(function* (sync: NotifiedSync, options: NotificationOptions) {
  // A misspelt platformCert would leave every notification unverified, and nobody would be told.
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(optionNames, name))
  if (unknown !== undefined) {
    return yield* new ConfigInvalid({ setting: unknown, message: `${unknown} is no option: check its name.` })
  }
  const { platformCert } = options
  const verifier =
    platformCert === undefined ? undefined : PlatformVerifier.make(yield* readPlatformKey({ platformCert }))
  const exchange = yield* NotificationExchange.make(options)
  const target = syncTarget(sync, options.merId)
  const hint = yield* Hint.make(target, options, verifier).pipe(
    // It lives as long as the handler: what is under way ends by itself, within its own time limit.
    Effect.provideService(Scope.Scope, yield* Scope.make())
  )
  return { exchange, hint }
})

/** What is replied where something here is broken. */
const broken: NotificationReply.Reply = {
  status: 500,
  contentType: "text/plain; charset=utf-8",
  body: "The notification could not be taken.\n"
}

/**
 * Makes the handlers. Rejects with `UmfKeyError` or `UmfConfigError` if the options can't work.
 *
 *   const notifications = await createNotificationHandler(sync, { platformCert: "platform.cert.crt" })
 *   app.post("/umf/notify", notifications.node)
 */
export const createNotificationHandler = async (
  sync: NotifiedSync,
  options: NotificationOptions = {}
): Promise<NotificationHandler> => {
  const made = await Effect.runPromise(
    Effect.result(Effect.mapError(make(sync, options), Rejection.fromFailure))
  )
  if (Result.isFailure(made)) throw made.failure
  const { exchange, hint } = made.success
  const context = Context.make(Hint.NotificationHint, hint)
  const answer = (incoming: NotificationExchange.Incoming): Promise<NotificationReply.Reply> =>
    Effect.runPromiseWith(context)(
      Effect.catchCause(exchange(incoming), (cause) =>
        Effect.as(Effect.logError("A notification met a defect.", cause), broken)
      )
    )
  return {
    node: async (request, response) =>
      NodeExchange.send(request, response, await answer(NodeExchange.incoming(request, request.body))),
    fastify: async (request, reply) => {
      const said = await answer(NodeExchange.incoming(request.raw, request.body))
      NodeExchange.endUnread(request.raw, reply.raw)
      reply.code(said.status)
      for (const [name, value] of Object.entries(NotificationReply.headersOf(said))) reply.header(name, value)
      return said.body
    },
    web: async (request) => WebExchange.toResponse(await answer(WebExchange.incoming(request))),
    idle: () => Effect.runPromise(hint.idle)
  }
}
