/** The same handler behind each framework, on a real socket. */
import { createServer, type RequestListener, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { serve } from "@hono/node-server"
import { Signature } from "@umf-order-sync/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import express from "express"
import Fastify from "fastify"
import { Hono } from "hono"
import {
  createNotificationHandler,
  type NotificationHandler,
  type NotificationOptions,
  type NotifiedSync
} from "../../src/notification/createNotificationHandler.ts"
import type { HintTarget } from "../../src/notification/HintTarget.ts"
import { make, NotificationHint } from "../../src/notification/NotificationHint.ts"
import * as NotificationRoute from "../../src/notification/NotificationRoute.ts"
import * as Keys from "../support/keys.ts"

/** A running app; what it hinted at is in the order of its coming. */
export interface App {
  readonly url: string
  readonly hinted: ReadonlyArray<string>
  readonly looked: ReadonlyArray<string>
  /** Waits until everything that was taken is followed. */
  readonly idle: Effect.Effect<void>
}

const listening = (server: Server): Promise<string> =>
  new Promise((resolve) => {
    const told = () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    if (server.listening) told()
    else server.once("listening", told)
  })

const stopped = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

/** Knows the orders whose number begins with "order-"; those with "order-settled" have a result. Follows nothing. */
export const recording = () => {
  const hinted: Array<string> = []
  const looked: Array<string> = []
  const sync: NotifiedSync = {
    get: async (orderId) => {
      looked.push(orderId)
      return orderId.startsWith("order-")
        ? { orderId, settled: orderId.startsWith("order-settled") }
        : undefined
    },
    hint: async (orderId) => {
      hinted.push(orderId)
    }
  }
  return { sync, hinted, looked }
}

type Start = (
  handler: NotificationHandler
) => Promise<{ readonly url: string; readonly stop: () => Promise<void> }>

const overNode =
  (listener: (handler: NotificationHandler) => RequestListener): Start =>
  async (handler) => {
    const server = createServer(listener(handler)).listen(0, "127.0.0.1")
    return { url: await listening(server), stop: () => stopped(server) }
  }

const withExpress = (parsers: ReadonlyArray<express.RequestHandler>): Start =>
  overNode((handler) => {
    const app = express()
    for (const parser of parsers) app.use(parser)
    app.all("/umf/notify", handler.node)
    return app
  })

const withFastify =
  (bare: boolean): Start =>
  async (handler) => {
    const app = Fastify()
    app.register(async (scope) => {
      if (bare) {
        scope.removeAllContentTypeParsers()
        scope.addContentTypeParser("*", (_request, _payload, done) => done(null))
      }
      scope.route({ method: ["GET", "POST", "PUT"], url: "/umf/notify", handler: handler.fastify })
    })
    const url = await app.listen({ port: 0, host: "127.0.0.1" })
    return {
      url,
      stop: async () => {
        app.server.closeAllConnections()
        await app.close()
      }
    }
  }

const withHono: Start = async (handler) => {
  const app = new Hono()
  app.all("/umf/notify", (c) => handler.web(c.req.raw))
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server
  return { url: await listening(server), stop: () => stopped(server) }
}

const fromPromises =
  (start: Start) =>
  (options: NotificationOptions = {}): Effect.Effect<App, never, Scope.Scope> =>
    Effect.gen(function* () {
      const { sync, hinted, looked } = recording()
      const handler = yield* Effect.promise(() =>
        createNotificationHandler(sync, { platformCert: Buffer.from(Keys.platform.certificate), ...options })
      )
      const { url } = yield* Effect.acquireRelease(
        Effect.promise(() => start(handler)),
        ({ stop }) => Effect.promise(stop)
      )
      return { url, hinted, looked, idle: Effect.promise(handler.idle) }
    })

const withEffect = ({
  reply,
  bodyTimeout,
  ...limits
}: NotificationOptions = {}): Effect.Effect<App, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { sync, hinted, looked } = recording()
    const target: HintTarget = {
      keyOf: ({ orderId }) => orderId,
      look: ({ orderId }) =>
        Effect.map(
          Effect.promise(() => sync.get(orderId)),
          (found) =>
            found === undefined ? "unknown" : orderId.startsWith("order-settled") ? "settled" : "open"
        ),
      wake: ({ orderId }) => Effect.promise(() => sync.hint(orderId))
    }
    const verifier = yield* Effect.provide(Signature.Verifier, Keys.layer)
    const hint = yield* make(target, limits, verifier)
    const routes = NotificationRoute.layer("/umf/notify", { reply, bodyTimeout })
    const server = HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true }).pipe(
      Layer.provide(Layer.succeed(NotificationHint, hint)),
      Layer.provideMerge(
        NodeHttpServer.layer(() => createServer(), {
          port: 0,
          host: "127.0.0.1",
          gracefulShutdownTimeout: 0
        })
      )
    )
    const { address } = Context.get(yield* Layer.build(server), HttpServer.HttpServer)
    const url = `http://127.0.0.1:${"port" in address ? address.port : 0}`
    return { url, hinted, looked, idle: hint.idle }
  }).pipe(Effect.orDie)

/** An app with the handler at /umf/notify, by the name of what is around it. */
export const apps: ReadonlyArray<
  readonly [name: string, start: (options?: NotificationOptions) => Effect.Effect<App, never, Scope.Scope>]
> = [
  ["node:http", fromPromises(overNode((handler) => handler.node))],
  ["Express", fromPromises(withExpress([]))],
  [
    "Express with its parsers",
    fromPromises(withExpress([express.json(), express.urlencoded(), express.text()]))
  ],
  ["Express with raw bodies", fromPromises(withExpress([express.raw({ type: "*/*" })]))],
  ["Fastify", fromPromises(withFastify(true))],
  ["Hono", fromPromises(withHono)],
  ["Effect", withEffect]
]

export const nodeApp = fromPromises(overNode((handler) => handler.node))
export const fastifyWithItsParsers = fromPromises(withFastify(false))
