import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Redacted from "effect/Redacted"
import { OrderGateway } from "../../src/gateway/OrderGateway.ts"
import { Merchants } from "../../src/merchants/Merchants.ts"
import * as Sandbox from "../../src/sandbox/Sandbox.ts"
import { order } from "../support/orders.ts"
import * as Servers from "../support/servers.ts"
import { A, B, directory, entry, platform, twoMerchants, writeKeys, writeList } from "./shop.ts"

const C = order("of c", { merId: "90000003" }).merId

const ask = (merId: string, orderId = "order-1") =>
  OrderGateway.use((gateway) => gateway.query(order(orderId, { merId, amount: "8888" })))

describe("an order is asked about with its own merchant's keys", () => {
  it.live("given two merchants at one platform, each signs and verifies with its own", () =>
    Effect.gen(function* () {
      const server = yield* platform
      const file = twoMerchants(yield* directory)
      yield* Effect.gen(function* () {
        assert.strictEqual((yield* ask(A)).verdict, "Paid")
        assert.strictEqual((yield* ask(B)).verdict, "Paid")
        assert.deepStrictEqual(server.arrived, [
          { merId: A, orderId: "order-1", key: "a" },
          { merId: B, orderId: "order-1", key: "b" }
        ])
      }).pipe(Effect.provide(Merchants.layer({ file, baseUrl: server.url })))
    })
  )

  it.live("given another merchant's certificate, the answer is not believed", () =>
    Effect.gen(function* () {
      const server = yield* platform
      const path = yield* directory
      twoMerchants(path)
      writeKeys(path, "a", { key: "a", cert: "platformB" })
      const file = writeList(path, [entry(A, "a"), entry(B, "b")])
      yield* Effect.gen(function* () {
        assert.strictEqual((yield* Effect.flip(ask(A))).reason._tag, "Unverified")
        assert.strictEqual((yield* ask(B)).verdict, "Paid")
      }).pipe(Effect.provide(Merchants.layer({ file, baseUrl: server.url })))
    })
  )

  it.live("given an address of its own, a merchant's orders are asked about there", () =>
    Effect.gen(function* () {
      const path = yield* directory
      const [server, sandbox] = yield* Effect.all([platform, Sandbox.make()])
      writeKeys(path, "b", { key: "b", cert: "platformB" })
      writeFileSync(join(path, "a.key.p8"), Redacted.value(sandbox.merchantPrivateKey))
      writeFileSync(join(path, "a.cert.crt"), sandbox.platformCert)
      const file = writeList(path, [entry(A, "a", { baseUrl: sandbox.baseUrl }), entry(B, "b")])
      yield* Effect.gen(function* () {
        assert.strictEqual((yield* ask(A, "paid-1")).verdict, "Paid")
        assert.strictEqual((yield* ask(B, "paid-2")).verdict, "Paid")
      }).pipe(Effect.provide(Merchants.layer({ file, baseUrl: server.url })))
      assert.deepStrictEqual(
        (yield* sandbox.received).map(({ fields, signature }) => [fields.orderId, signature]),
        [["paid-1", "ok"]]
      )
      assert.deepStrictEqual(
        server.arrived.map(({ orderId }) => orderId),
        ["paid-2"]
      )
    })
  )

  it.live(
    "given a merchant that is not listed, nothing is sent, and the error says what is missing where",
    () =>
      Effect.gen(function* () {
        const server = yield* platform
        const file = twoMerchants(yield* directory)
        const error = yield* Effect.flip(ask("90000009")).pipe(
          Effect.provide(Merchants.layer({ file, baseUrl: server.url }))
        )
        assert.strictEqual(error.reason._tag, "NotSent")
        assert.isFalse(error.isRetryable)
        assert.include(error.message, "no keys for merchant 90000009")
        assert.include(error.message, file)
        assert.deepStrictEqual(server.arrived, [])
      })
  )
})

describe("limits", () => {
  it.live("are the merchant's own where it has some, and the service's where not", () =>
    Effect.gen(function* () {
      const path = yield* directory
      twoMerchants(path)
      const file = writeList(path, [
        entry(A, "a", { rateLimit: { limit: 3, window: "2 seconds" } }),
        entry(B, "b")
      ])
      const rateLimit = { limit: 50, window: "1 minute" } as const
      yield* Effect.gen(function* () {
        const merchants = yield* Merchants
        assert.deepStrictEqual(merchants.list(), [
          { merId: A, rateLimit: { limit: 3, windowMillis: 2000 } },
          { merId: B, rateLimit: { limit: 50, windowMillis: 60_000 } }
        ])
        assert.deepStrictEqual(merchants.rateLimitOf(A), { limit: 3, windowMillis: 2000 })
        assert.isUndefined(merchants.rateLimitOf("90000009"))
        assert.isTrue(merchants.has(A))
        assert.isFalse(merchants.has("90000009"))
      }).pipe(Effect.provide(Merchants.layer({ file, rateLimit })))
    })
  )

  it.live("hold for each merchant by itself: one that waits for its turn holds up no other", () =>
    Effect.gen(function* () {
      const server = yield* platform
      const path = yield* directory
      twoMerchants(path)
      const file = writeList(path, [
        entry(A, "a", { rateLimit: { limit: 1, window: "1 hour" } }),
        entry(B, "b")
      ])
      yield* Effect.gen(function* () {
        yield* ask(A)
        const waits = yield* Effect.forkChild(ask(A))
        yield* ask(B)
        yield* ask(B)
        assert.isUndefined(waits.pollUnsafe())
        assert.deepStrictEqual(
          server.arrived.map(({ merId }) => merId),
          [A, B, B]
        )
        yield* Fiber.interrupt(waits)
      }).pipe(Effect.provide(Merchants.layer({ file, baseUrl: server.url })))
    })
  )

  it.live(
    "given two connections, merchants together send no third request before one of two is answered",
    () =>
      Effect.gen(function* () {
        const path = yield* directory
        twoMerchants(path)
        const file = writeList(path, [entry(A, "a"), entry(B, "b"), entry(C, "b")])
        let sent = 0
        const answered = yield* Deferred.make<void>()
        // Counts what is handed to the pool, where time-outs run already.
        const client = HttpClient.make((request) =>
          Effect.suspend(() => {
            sent++
            return Effect.as(
              Deferred.await(answered),
              HttpClientResponse.fromWeb(request, new Response("{}", { status: 404 }))
            )
          })
        )
        yield* Effect.gen(function* () {
          const asking = yield* Effect.forEach([A, A, B, B], (merId) =>
            Effect.forkChild(Effect.flip(ask(merId)))
          )
          const givenUp = yield* Effect.forkChild(ask(C))
          yield* Servers.until(() => sent === 2)
          yield* Effect.sleep(30)
          // A query that waits for a place can be given up, and takes none.
          yield* Fiber.interrupt(givenUp)
          assert.strictEqual(sent, 2)
          yield* Deferred.succeed(answered, undefined)
          yield* Effect.forEach(asking, Fiber.join)
          assert.strictEqual(sent, 4)
        }).pipe(
          Effect.provide(
            Merchants.layerOver({ file, connections: 2 }).pipe(
              Layer.provide([
                Layer.succeed(HttpClient.HttpClient, client),
                RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory)),
                CircuitBreaker.layerStoreMemory()
              ])
            )
          )
        )
      })
  )

  it.live("given faults of one merchant's queries, the platform's address is left alone by all", () =>
    Effect.gen(function* () {
      const server = yield* Servers.http((_, response) => {
        response.statusCode = 503
        response.end()
      })
      const file = twoMerchants(yield* directory)
      const circuitBreaker = { failures: 2, openFor: "1 hour" } as const
      yield* Effect.gen(function* () {
        yield* Effect.flip(ask(A))
        yield* Effect.flip(ask(A))
        assert.strictEqual((yield* Effect.flip(ask(B))).reason._tag, "CircuitOpen")
        assert.strictEqual(server.requests.length, 2)
      }).pipe(Effect.provide(Merchants.layer({ file, baseUrl: server.url, retries: 0, circuitBreaker })))
    })
  )
})
