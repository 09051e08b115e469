/** A service's API over a real socket, with orders in memory, and a caller that knows nothing of Effect. */
import { request as httpRequest } from "node:http"
import type { Order } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { ApiServer, type ApiServerOptions } from "../../src/api/ApiServer.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import type { OrderStore } from "../../src/store/OrderStore.ts"
import { Ledger } from "../../src/sync/Ledger.ts"
import { OrderDesk } from "../../src/sync/OrderDesk.ts"

export const token = "a-token-for-tests-0123456789"
export const merId = "90000001" as Order.MerchantId

/** What came back. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly text: string
  /** The body as JSON; `undefined` where it is none. */
  readonly json: Json
}

type Name =
  | "status"
  | "title"
  | "type"
  | "field"
  | "errors"
  | "results"
  | "orders"
  | "history"
  | "notices"
  | "next"
  | "orderId"
  | "state"
  | "amount"
  | "payType"
  | "paths"
  | "components"
  | "securitySchemes"
  | "schemas"
  | "responses"
  | "payment"
  | "lastAnswer"

/** Any JSON, looked into without ceremony: what is not there, a test finds out. */
export type Json = { readonly [K in Name]: Json } & { readonly [name: string]: Json }

export interface Sent {
  readonly method?: string
  /** An object is sent as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Instead of the right one; none at all if `null`. */
  readonly token?: string | null
}

const read = (text: string): Json => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined as unknown as Json
  }
}

/** One request, sent as it is: node:http neither corrects the path nor the Host header. */
export const send = (url: string, path: string, sent: Sent = {}): Effect.Effect<Answer> =>
  Effect.promise(
    () =>
      new Promise<Answer>((resolve, reject) => {
        const { method = sent.body === undefined ? "GET" : "POST", body } = sent
        const content = body === undefined || typeof body === "string" ? body : JSON.stringify(body)
        const given = sent.token === undefined ? token : sent.token
        const { hostname, port } = new URL(url)
        const outgoing = httpRequest(
          {
            hostname,
            port,
            path,
            method,
            agent: false,
            headers: {
              ...(given === null ? {} : { authorization: `Bearer ${given}` }),
              ...(content === undefined ? {} : { "content-type": "application/json" }),
              ...sent.headers
            }
          },
          (incoming) => {
            const chunks: Array<Buffer> = []
            incoming.on("data", (chunk: Buffer) => chunks.push(chunk))
            incoming.on("end", () => {
              const text = Buffer.concat(chunks).toString("utf8")
              resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, json: read(text) })
            })
          }
        )
        outgoing.on("error", reject)
        outgoing.end(content)
      })
  )

export interface Service {
  readonly url: string
  readonly send: (path: string, sent?: Sent) => Effect.Effect<Answer>
}

/** What was logged, each entry as the JSON text that a log file would get. */
export interface Log {
  readonly lines: Array<string>
}

/** Runs a test against a service; its desk and its store are at hand too. */
export const serving = <A, E>(
  body: (
    service: Service,
    log: Log
  ) => Effect.Effect<A, E, ApiServer | OrderDesk | Ledger | OrderStore | Scope.Scope>,
  options: Partial<ApiServerOptions> & { readonly store?: Layer.Layer<OrderStore> } = {}
) => {
  const log: Log = { lines: [] }
  const { store = MemoryStore.layer, ...rest } = options
  const logger = Logger.layer([
    Logger.map(Logger.formatJson, (line) => {
      log.lines.push(line)
    })
  ])
  return Effect.gen(function* () {
    const { url } = yield* ApiServer
    return yield* body({ url, send: (path, sent) => send(url, path, sent) }, log)
  }).pipe(
    Effect.provide(
      ApiServer.layer({ port: 0, token: Redacted.make(token), merId, ...rest }).pipe(
        Layer.provideMerge(OrderDesk.layer),
        Layer.provideMerge(Ledger.layer()),
        Layer.provideMerge(store),
        Layer.provideMerge(logger)
      )
    ),
    Effect.scoped
  )
}
