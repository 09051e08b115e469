import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import { OrderGateway } from "../../src/gateway/OrderGateway.ts"
import * as Transport from "../../src/gateway/Transport.ts"
import * as Sandbox from "../../src/sandbox/Sandbox.ts"
import * as Gateways from "../support/gateways.ts"
import * as Keys from "../support/keys.ts"
import { order } from "../support/orders.ts"
import * as Servers from "../support/servers.ts"

const tracing = ["traceparent", "tracestate", "b3", "baggage", "x-b3-traceid", "x-b3-spanid", "x-b3-sampled"]

/** Sends one query and gives back what the platform received. */
const sent = Effect.fnUntraced(function* (asked: ReturnType<typeof order>) {
  const server = yield* Servers.http((_, response) => response.end(Keys.answers.paying))
  yield* OrderGateway.use((gateway) => gateway.query(asked)).pipe(
    Effect.provide(Gateways.live({ baseUrl: server.url, retries: 0 }))
  )
  const [request] = server.requests
  if (request === undefined) return yield* Effect.die("nothing arrived")
  const fields: { readonly [name: string]: unknown } = JSON.parse(request.body)
  return { headers: request.headers, fields }
})

const known = { transactionId: "90000000000000000001", orderDate: "20260729", payType: "WX" }

describe("the request", () => {
  it.live("has what is known of the order, is signed, and never holds the amount", () =>
    Effect.gen(function* () {
      const { fields } = yield* sent(order("order-1", { ...known, amount: "8888" }))
      const { sign, ...rest } = fields
      assert.deepStrictEqual(rest, { merId: "90000001", orderId: "order-1", ...known })
      assert.strictEqual(String(sign).length, 172)
      assert.isTrue(Keys.isSigned(fields))
    })
  )

  it.live("leaves out what is not known", () =>
    Effect.gen(function* () {
      const { fields } = yield* sent(order("order-1", { amount: "8888" }))
      assert.sameMembers(Object.keys(fields), ["merId", "orderId", "sign"])
      assert.isTrue(Keys.isSigned(fields))
      for (const name of ["transactionId", "orderDate", "payType"] as const) {
        const one = yield* sent(order("order-1", { [name]: known[name] }))
        assert.sameMembers(Object.keys(one.fields), ["merId", "orderId", "sign", name])
        assert.strictEqual(one.fields[name], known[name])
        assert.isTrue(Keys.isSigned(one.fields))
      }
    })
  )

  it.live("keeps characters outside of ASCII as they are", () =>
    Effect.gen(function* () {
      const { fields } = yield* sent(order("订单-1"))
      assert.strictEqual(fields.orderId, "订单-1")
      assert.isTrue(Keys.isSigned(fields))
    })
  )

  it.live(
    "is JSON in UTF-8, asks for no compression, and carries no tracing headers, also inside a span",
    () =>
      Effect.gen(function* () {
        const { headers } = yield* sent(order("order-1")).pipe(Effect.withSpan("a merchant's own span"))
        assert.match(headers["content-type"] ?? "", /^application\/json; *charset=utf-8$/i)
        assert.strictEqual(headers.accept, "application/json")
        assert.isUndefined(headers["accept-encoding"])
        assert.isUndefined(headers.cookie)
        assert.isUndefined(headers.authorization)
        for (const name of tracing) assert.notProperty(headers, name)
      })
  )

  it.live("would carry tracing headers if the client were used as it comes", () =>
    Effect.gen(function* () {
      const server = yield* Servers.http((_, response) => response.end("{}"))
      yield* HttpClient.get(server.url).pipe(
        Effect.flatMap((response) => response.text),
        Effect.withSpan("a merchant's own span"),
        Effect.provide(Transport.layerHttpClient({ connections: 1 }))
      )
      assert.property(server.requests[0]?.headers, "traceparent")
    })
  )

  it.live("is believed by the sandbox, with and without the facts that may be left out", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      yield* Effect.gen(function* () {
        const gateway = yield* OrderGateway
        yield* gateway.query(order("paid-bare"))
        const { transactionId } = yield* sandbox.order("paid-bare")
        yield* gateway.query(order("paid-bare", { ...known, transactionId, amount: "8888" }))
      }).pipe(Effect.provide(Gateways.toSandbox(sandbox)), Effect.withSpan("a merchant's own span"))
      const [bare, full] = yield* sandbox.received
      assert.deepStrictEqual([bare?.signature, full?.signature], ["ok", "ok"])
      assert.sameMembers(Object.keys(bare?.fields ?? {}), ["merId", "orderId", "sign"])
      assert.sameMembers(Object.keys(full?.fields ?? {}), ["merId", "orderId", "sign", ...Object.keys(known)])
      for (const received of [bare, full]) {
        for (const name of tracing) assert.notInclude(received?.headerNames ?? [], name)
      }
    })
  )
})
