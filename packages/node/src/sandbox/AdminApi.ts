/**
 * The admin API over HTTP: `Administration` in JSON, on loopback only. Refusals are `{ "error": … }` with
 * a 4xx status.
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import * as Effect from "effect/Effect"
import type { Administration } from "./Administration.ts"
import { HttpRefused, json, readBody, requireJson, requireOwnOrigin } from "./HttpExchange.ts"
import type { NewOrder, RefusalKind, Refused } from "./SandboxState.ts"
import { scripts } from "./scripts.ts"

/** Where the admin API lives. */
export const prefix = "/admin"

/** Whether a path is the admin API's. */
export const isAdminPath = (path: string): boolean => path === prefix || path.startsWith(`${prefix}/`)

/** What a request comes to: a status and a JSON value. */
type Reply = Effect.Effect<readonly [status: number, value: unknown], HttpRefused | Refused>

type Route = { readonly [method in "GET" | "POST"]?: () => Reply }

const ok = <A>(effect: Effect.Effect<A, Refused>): Reply => Effect.map(effect, (value) => [200, value])

const statusOf: { readonly [kind in RefusalKind]: number } = {
  UnknownOrder: 404,
  UnknownScript: 400,
  OrderExists: 409,
  AskedOtherwise: 409,
  InvalidInput: 400
}

/** Handles one request. */
export const handle = Effect.fnUntraced(function* (
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  administration: Administration
): Effect.fn.Return<void, HttpRefused> {
  yield* requireOwnOrigin(request)
  const route = yield* find(path, request, administration)
  const method = request.method === "GET" || request.method === "POST" ? request.method : undefined
  const reply = method === undefined ? undefined : route[method]
  if (reply === undefined) {
    const allow = Object.keys(route).join(", ")
    return yield* new HttpRefused({ status: 405, message: `${path} takes ${allow} only.`, allow })
  }
  if (method === "POST") yield* requireJson(request)
  const [status, value] = yield* Effect.catchTag(reply(), "Refused", ({ kind, message }) =>
    Effect.fail(new HttpRefused({ status: statusOf[kind], message }))
  )
  json(response, status, value)
})

/** What the path offers. Fails with status 404 where it is nothing of ours. */
const find = (
  path: string,
  request: IncomingMessage,
  administration: Administration
): Effect.Effect<Route, HttpRefused> =>
  Effect.gen(function* () {
    const [collection, id, action, ...more] = yield* segments(path.slice(prefix.length + 1))
    if (more.length === 0) {
      if (id === undefined) {
        if (collection === "scripts") return { GET: () => Effect.succeed([200, scripts]) }
        if (collection === "received") return { GET: () => ok(administration.received) }
        if (collection === "orders") {
          return { GET: () => ok(administration.orders), POST: () => create(request, administration) }
        }
      } else if (collection === "orders" && id !== "") {
        if (action === undefined) return { GET: () => ok(administration.order(id)) }
        if (action === "refund") return { POST: () => ok(administration.requestRefund(id)) }
        if (action === "void") return { POST: () => ok(administration.requestVoid(id)) }
      }
    }
    return yield* new HttpRefused({
      status: 404,
      message: `There is nothing at ${path}. GET / tells what there is.`
    })
  })

const segments = (path: string): Effect.Effect<ReadonlyArray<string>, HttpRefused> =>
  Effect.try({
    try: () => path.split("/").map(decodeURIComponent),
    catch: () => new HttpRefused({ status: 400, message: "The path holds a broken %-escape." })
  })

const create = (request: IncomingMessage, administration: Administration): Reply =>
  Effect.gen(function* () {
    const body = yield* readBody(request)
    const input = yield* Effect.try({
      // `createOrder` checks what it is given, whatever its type says.
      try: () => JSON.parse(body.toString("utf8")) as typeof NewOrder.Encoded,
      catch: () =>
        new HttpRefused({
          status: 400,
          message: 'The body is not JSON. Send one like {"orderId": "my-1", "script": "paid-after-3"}.'
        })
    })
    return [201, yield* administration.createOrder(input)]
  })
