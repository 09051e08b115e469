/** The shop's routes. Everything that lasts is in the store; the process may end anywhere. */
import { randomBytes } from "node:crypto"
import { type NotificationHandler, type OrderSync, UmfError } from "@umf-order-sync/node"
import fastify, { type FastifyInstance } from "fastify"
import type * as Tasks from "./Tasks.ts"

/** What the shop sells, in fen. Prices come from here, and never from a request. */
const prices: Readonly<Record<string, bigint>> = { tea: 8888n, cup: 2500n }

export interface Parts {
  readonly sync: Pick<OrderSync, "get" | "handOver">
  readonly notifications: Pick<NotificationHandler, "fastify">
  readonly tasks: Pick<Tasks.Tasks, "of">
  readonly prefix: string
}

/** A number that nobody can guess and no other order has: prefix, day, and 24 random hexadecimal digits. */
const newOrderId = (prefix: string): string => {
  const day = new Date().toISOString().slice(0, 10).replaceAll("-", "")
  return `${prefix}${day}-${randomBytes(12).toString("hex")}`
}

const statusOf = (error: UmfError): number => {
  switch (error.code) {
    case "INPUT_INVALID":
      return 400
    case "ORDER_CONFLICT":
      return 409
    default:
      return error.retryable || error.code === "CLOSED" ? 503 : 500
  }
}

const orderBody = {
  type: "object",
  required: ["article"],
  additionalProperties: false,
  properties: { article: { type: "string", enum: Object.keys(prices) } }
} as const

interface OrderBody {
  readonly article: string
}

interface OrderParams {
  readonly orderId: string
}

export const make = ({ sync, notifications, tasks, prefix }: Parts): FastifyInstance => {
  // The paths hold order numbers, which don't belong into logs.
  const app = fastify({ logger: true, disableRequestLogging: true, bodyLimit: 16 * 1024 })

  app.setErrorHandler((error: Error & { readonly statusCode?: number }, request, reply) => {
    const status = error instanceof UmfError ? statusOf(error) : (error.statusCode ?? 500)
    const isOurs = status >= 500
    if (isOurs) {
      const code = error instanceof UmfError ? error.code : error.name
      request.log.error({ code, route: request.routeOptions.url }, "A request failed.")
    }
    if (status === 503) reply.header("retry-after", "5")
    return reply.code(status).send({ error: isOurs ? "The shop can't do that now." : error.message })
  })

  app.post<{ Body: OrderBody }>("/orders", { schema: { body: orderBody } }, async (request, reply) => {
    const { article } = request.body
    const orderId = newOrderId(prefix)
    // Before the platform is asked to take the payment: should this process end in between, the order is
    // followed all the same, and nobody has paid for something that the shop doesn't know.
    const { state } = await sync.handOver({ orderId, amount: prices[article] })
    return reply.code(201).header("location", `/orders/${orderId}`).send({ orderId, state })
  })

  app.get<{ Params: OrderParams }>("/orders/:orderId", async (request, reply) => {
    const { orderId } = request.params
    const order = await sync.get(orderId)
    if (order === undefined) return reply.code(404).send({ error: "There is no such order." })
    return { ...order, tasks: tasks.of(orderId) }
  })

  // The platform's notification is a hint to ask now, and never taken for the result. Fastify's own parsers
  // refuse forms; in this scope the body is left to the handler.
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null))
    scope.post("/umf/notify", notifications.fastify)
  })

  return app
}
