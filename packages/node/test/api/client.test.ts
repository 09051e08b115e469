/** The plain desk at hand and the one behind the API are the same to whoever uses them. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Order } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as ApiClient from "../../src/api/ApiClient.ts"
import * as LocalDesk from "../../src/api/LocalDesk.ts"
import * as OrderInput from "../../src/api/OrderInput.ts"
import { type ApiError, PlainDesk } from "../../src/api/PlainDesk.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { OrderStore } from "../../src/store/OrderStore.ts"
import { unavailable } from "../../src/store/StoreError.ts"
import { Ledger } from "../../src/sync/Ledger.ts"
import { OrderDesk } from "../../src/sync/OrderDesk.ts"
import { merId, serving, token } from "./api.ts"

type Desk = PlainDesk["Service"]

/** Runs the same against the desk at hand, and against the one behind an API. */
const both = <E>(name: string, body: (desk: Desk) => Effect.Effect<void, E>): void => {
  const local = LocalDesk.layer({ merId }).pipe(
    Layer.provide(OrderDesk.layer),
    Layer.provide(Ledger.layer()),
    Layer.provide(MemoryStore.layer)
  )
  it.live(`at hand: ${name}`, () => Effect.flatMap(PlainDesk, body).pipe(Effect.provide(local)))
  it.live(`over HTTP: ${name}`, () => serving(({ url }) => over(url, body)))
}

const over = <A, E>(
  url: string,
  body: (desk: Desk) => Effect.Effect<A, E>,
  given: string = token
): Effect.Effect<A, E | ApiError> =>
  Effect.flatMap(PlainDesk, body).pipe(Effect.provide(ApiClient.layer({ url, token: Redacted.make(given) })))

const input = (fields: object) => OrderInput.decode(fields)
const key = (orderId: string) => ({ merId, orderId: Order.OrderId.make(orderId) })

describe("the plain desk", () => {
  both("given an order twice, it is new once; another fact is a conflict", (desk) =>
    Effect.gen(function* () {
      const given = yield* input({
        orderId: "a b/汉",
        amount: "0008888",
        payType: "WX",
        orderedAt: "2026-11-24T09:30:00+08:00"
      })
      const first = yield* desk.add(given)
      assert.isTrue(first.isNew)
      assert.deepInclude(first.order, { merId, orderId: "a b/汉", amount: "8888", state: "open" })
      const again = yield* desk.add(given)
      assert.deepStrictEqual(again, { order: first.order, isNew: false })
      const error = yield* Effect.flip(desk.add(yield* input({ orderId: "a b/汉", amount: 1 })))
      assert.deepInclude(error, { _tag: "OrderConflict", field: "amount", orderId: "a b/汉" })
    })
  )

  both("given an order that is unknown, each of its requests says so", (desk) =>
    Effect.gen(function* () {
      for (const name of ["hint", "refundRequested", "voidRequested", "resume"] as const) {
        const error = yield* Effect.flip(desk.request(name, key("none")))
        assert.strictEqual(error._tag, "UnknownOrder")
      }
      assert.strictEqual((yield* Effect.flip(desk.get(key("none"))))._tag, "UnknownOrder")
    })
  )

  both("given 250 orders, the pages hold each once, and what was asked for only", (desk) =>
    Effect.gen(function* () {
      const inputs = yield* Effect.forEach(Array.from({ length: 250 }), (_, index) =>
        input({ orderId: `o-${index}` })
      )
      const results = yield* desk.addAll(inputs)
      assert.isTrue(results.every(({ status, index }, place) => status === "new" && index === place))
      const found: Array<string> = []
      let cursor: string | undefined
      do {
        const page = yield* desk.list({ limit: 60, cursor, merId, states: ["polling", "paid"], since: 0 })
        found.push(...page.orders.map(({ orderId }) => orderId))
        cursor = page.next
      } while (cursor !== undefined)
      assert.strictEqual(found.length, 250)
      assert.strictEqual(new Set(found).size, 250)
      assert.deepStrictEqual((yield* desk.list({ limit: 10, until: 1 })).orders, [])
      const { orders, polling } = yield* desk.summary
      assert.deepStrictEqual([orders, polling], [250, 250])
    })
  )

  both("given a request, the order's history holds it", (desk) =>
    Effect.gen(function* () {
      yield* desk.add(yield* input({ orderId: "a" }))
      const order = yield* desk.request("refundRequested", key("a"))
      assert.deepStrictEqual([order.state, order.operation], ["refunding", "refund"])
      const { history, notices, ...rest } = yield* desk.get(key("a"))
      assert.deepStrictEqual(rest, order)
      assert.deepStrictEqual(
        history.map(({ kind }) => kind),
        ["noted", "moved"]
      )
      assert.deepStrictEqual(notices, [])
      assert.strictEqual(yield* desk.resumeAll({ merId, reason: "TimeLimit" }), 0)
      assert.strictEqual(yield* desk.resumeAll({}), 0)
    })
  )
})

describe("the client", () => {
  const summary = (desk: Desk) => desk.summary

  it.live("given a wrong token, it is refused, and the error does not show it", () =>
    serving(({ url }) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(over(url, summary, "another-token-0123456789"))
        assert.deepInclude(error, { _tag: "ApiError", reason: "TokenRefused", isRetryable: false })
        assert.notInclude(JSON.stringify(error), "another-token")
      })
    )
  )

  it.live("given nobody who listens, it is unreachable, which can pass", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(over("http://127.0.0.1:1", summary))
      assert.deepInclude(error, { _tag: "ApiError", reason: "Unreachable", isRetryable: true })
      assert.include(error.message, "ECONNREFUSED")
    })
  )

  it.live("given a store that is away, it is unavailable, which can pass", () =>
    serving(
      ({ url }) =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(over(url, summary))
          assert.deepInclude(error, { _tag: "ApiError", reason: "Unavailable", isRetryable: true })
        }),
      {
        store: Layer.effect(
          OrderStore,
          Effect.map(OrderStore, (store) =>
            OrderStore.of({ ...store, counts: () => Effect.fail(unavailable("away")) })
          )
        ).pipe(Layer.provide(MemoryStore.layer))
      }
    )
  )

  it.live.each([
    "http://192.0.2.1:8787",
    "http://localhost.example",
    "ftp://127.0.0.1",
    "127.0.0.1:8787",
    "http://user:secret@127.0.0.1:8787"
  ])("given the address %s, the token is not sent there", (url) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(over(url, summary))
      assert.deepInclude(error, { _tag: "ApiError", reason: "Refused" })
      assert.notInclude(error.message, "secret")
    })
  )

  it.live(
    "given another server, its answer is not taken for this API's; nothing but the request is sent",
    () =>
      Effect.gen(function* () {
        const seen: Array<string> = []
        const server = createServer((request, response) => {
          seen.push(...Object.keys(request.headers))
          response.setHeader("content-type", "application/json").end('{"orders":"many"}')
        })
        yield* Effect.acquireRelease(
          Effect.callback<void>((resume) => void server.listen(0, "127.0.0.1", () => resume(Effect.void))),
          () => Effect.sync(() => server.close())
        )
        const { port } = server.address() as AddressInfo
        const error = yield* Effect.flip(over(`http://127.0.0.1:${port}`, summary))
        assert.deepInclude(error, { _tag: "ApiError", reason: "Unreadable", isRetryable: false })
        assert.includeMembers(seen, ["authorization"])
        for (const header of ["b3", "traceparent"]) assert.notInclude(seen, header)
      }).pipe(Effect.scoped)
  )
})
