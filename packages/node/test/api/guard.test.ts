/** What holds for every request: token, host, limits, problems, the log, and the end of the service. */
import { connect } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { Api } from "../../src/api/Api.ts"
import { ApiServer } from "../../src/api/ApiServer.ts"
import * as TokenBucket from "../../src/api/TokenBucket.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { OrderStore } from "../../src/store/OrderStore.ts"
import { StoreError, StoreRefused, unavailable } from "../../src/store/StoreError.ts"
import { Ledger } from "../../src/sync/Ledger.ts"
import { OrderDesk } from "../../src/sync/OrderDesk.ts"
import { type Answer, merId, send, serving, token } from "./api.ts"

const assertProblem = (answer: Answer, status: number): void => {
  assert.strictEqual(answer.status, status, answer.text)
  assert.strictEqual(answer.headers["content-type"], "application/problem+json")
  assert.strictEqual(Number(answer.json.status), status)
  for (const name of ["type", "title", "detail"]) assert.isString(answer.json[name], name)
}

/** Every route of the API as a request, with its path filled in. */
const routes = Object.values(Api.groups).flatMap((group) =>
  Object.values(group.endpoints).map(({ method, path }) => ({
    method,
    pattern: path as string,
    path: (path as string).replace(":merId", merId).replace(":orderId", "some-order")
  }))
)
const guarded = routes.filter(({ path }) => !path.startsWith("/health/"))

/** The store in memory, where one call does something else. */
const storeWith = (change: Partial<OrderStore["Service"]>): Layer.Layer<OrderStore> =>
  Layer.effect(
    OrderStore,
    Effect.map(OrderStore, (store) => OrderStore.of({ ...store, ...change }))
  ).pipe(Layer.provide(MemoryStore.layer))

describe("the token", () => {
  it.live.each(guarded)("$method $path asks for it", ({ method, path }) =>
    serving((service) =>
      Effect.gen(function* () {
        for (const wrong of [null, "", "wrong", `${token}x`, token.slice(1), token.toUpperCase()]) {
          const refused = yield* service.send(path, { method, token: wrong })
          assertProblem(refused, 401)
          assert.match(String(refused.headers["www-authenticate"]), /^Bearer/)
        }
        const basic = yield* service.send(path, {
          method,
          token: null,
          headers: { authorization: `Basic ${token}` }
        })
        assertProblem(basic, 401)
      })
    )
  )

  it.live("health and the OpenAPI document need none", () =>
    serving((service) =>
      Effect.gen(function* () {
        for (const path of ["/health/live", "/health/ready", "/openapi.json"]) {
          assert.strictEqual((yield* service.send(path, { token: null })).status, 200, path)
        }
      })
    )
  )

  it.live("given a token that can be guessed, nothing is served", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(serving(() => Effect.void, { token: Redacted.make("short") }))
      assert.isTrue(Exit.isFailure(exit))
      assert.include(String(exit), "16 characters")
    })
  )
})

describe("hosts", () => {
  it.live.each(["evil.example", "evil.example:8787", "127.0.0.1.evil.example", "a b", "[::2]"])(
    'given the Host "%s" on loopback, 421',
    (host) =>
      serving((service) =>
        Effect.gen(function* () {
          for (const path of ["/health/live", "/v1/summary", "/openapi.json"]) {
            assertProblem(yield* service.send(path, { headers: { host } }), 421)
          }
        })
      )
  )

  it.live("given a name of loopback, it is answered", () =>
    serving((service) =>
      Effect.gen(function* () {
        for (const host of ["localhost", "LOCALHOST:1", "127.0.0.1:8787", "[::1]:8787"]) {
          assert.strictEqual((yield* service.send("/health/live", { headers: { host } })).status, 200, host)
        }
      })
    )
  )
})

describe("problems", () => {
  it.live("given a path that is none, 404; a method that is none, 405 with those that are", () =>
    serving((service) =>
      Effect.gen(function* () {
        for (const path of ["/", "/v1", "/v2/orders", "/v1/orders/", "/v1/orders/a/b/c", "//v1/orders"]) {
          assertProblem(yield* service.send(path), 404)
        }
        const wrong = yield* service.send("/v1/orders", { method: "DELETE" })
        assertProblem(wrong, 405)
        assert.strictEqual(wrong.headers.allow, "POST, GET, HEAD")
        assertProblem(yield* service.send("/v1/orders/1/2/hint"), 405)
        assertProblem(yield* service.send("/health/live", { method: "OPTIONS" }), 405)
      })
    )
  )

  it.live("given a body above the limit, 413, whether its length is told or not", () =>
    serving((service) =>
      Effect.gen(function* () {
        const body = JSON.stringify({ orderId: "a", padding: "x".repeat(64 * 1024) })
        assertProblem(yield* service.send("/v1/orders", { body }), 413)
        const headers = { "transfer-encoding": "chunked" }
        assertProblem(yield* service.send("/v1/orders", { body, headers }), 413)
        const bulk = JSON.stringify([{ orderId: "a" }, { padding: "x".repeat(900 * 1024) }])
        const taken = yield* service.send("/v1/orders/bulk", { body: bulk })
        assert.strictEqual(taken.status, 200)
        const tooMuch = `[${bulk.slice(1, -1)},${bulk.slice(1, -1)}]`
        assertProblem(yield* service.send("/v1/orders/bulk", { body: tooMuch }), 413)
        assertProblem(yield* service.send("/v1/orders/bulk", { body: tooMuch, headers }), 413)
      })
    )
  )

  it.live("given a store that is away, 503 with Retry-After, and it is not ready", () =>
    serving(
      (service) =>
        Effect.gen(function* () {
          for (const path of ["/v1/orders", "/v1/summary", "/health/ready"]) {
            const answer = yield* service.send(path)
            assertProblem(answer, 503)
            assert.isAbove(Number(answer.headers["retry-after"]), 0)
            assert.notInclude(answer.text, "10.0.0.7")
          }
          assert.strictEqual((yield* service.send("/health/live")).status, 200)
        }),
      {
        store: storeWith({
          list: () => Effect.fail(unavailable("no route to 10.0.0.7")),
          counts: () => Effect.fail(unavailable("no route to 10.0.0.7"))
        })
      }
    )
  )

  it.live("given a store that refuses, or a defect, 500 without the inside", () =>
    serving(
      (service, log) =>
        Effect.gen(function* () {
          const refused = yield* service.send("/v1/orders", { body: { orderId: "a-secret-order" } })
          assertProblem(refused, 500)
          const defect = yield* service.send("/v1/summary")
          assertProblem(defect, 500)
          for (const text of [refused.text, defect.text, ...log.lines]) {
            assert.notMatch(text, /a-secret-order|\/disk|inner/)
          }
          assert.isTrue(log.lines.some((line) => line.includes("StoreRefused")))
          assert.isTrue(log.lines.some((line) => line.includes("TypeError")))
        }),
      {
        store: storeWith({
          create: () =>
            Effect.fail(new StoreError({ reason: new StoreRefused({ what: "no room on /disk" }) })),
          counts: () => Effect.die(new TypeError("inner a-secret-order"))
        })
      }
    )
  )

  it.live("given a service that says it is stopping, it is not ready, and lives", () =>
    serving(
      (service) =>
        Effect.gen(function* () {
          assertProblem(yield* service.send("/health/ready", { token: null }), 503)
          assert.strictEqual((yield* service.send("/health/live", { token: null })).status, 200)
        }),
      { ready: Effect.succeed(false) }
    )
  )
})

describe("the rate limit", () => {
  it("given 2 a second, the third at once waits, and time gives more, up to 2", () => {
    const bucket = TokenBucket.make(2)
    assert.deepStrictEqual([bucket.take(0), bucket.take(0), bucket.take(0)], [0, 0, 500])
    assert.deepStrictEqual([bucket.take(250), bucket.take(500), bucket.take(500)], [250, 0, 500])
    assert.deepStrictEqual([bucket.take(9_000), bucket.take(9_000), bucket.take(9_000)], [0, 0, 500])
    // A clock that is set back stops nothing for long.
    assert.deepStrictEqual([bucket.take(0), bucket.take(500)], [500, 0])
  })

  it.live("given more than that, 429 with Retry-After for all callers, and none for probes", () =>
    serving(
      (service) =>
        Effect.gen(function* () {
          const answers = yield* Effect.forEach(
            Array.from({ length: 6 }),
            (_, index) => service.send("/v1/summary", { token: index % 2 === 0 ? token : "wrong" }),
            { concurrency: 1 }
          )
          const last = answers.at(-1)
          assert.isDefined(last)
          if (last === undefined) return
          assertProblem(last, 429)
          assert.isAbove(Number(last.headers["retry-after"]), 0)
          assert.strictEqual((yield* service.send("/health/live")).status, 200)
        }),
      { requestsPerSecond: 2 }
    )
  )
})

describe("documents", () => {
  it.live("the OpenAPI document is JSON with all routes, each operation named, and asks for the token", () =>
    serving((service) =>
      Effect.gen(function* () {
        const { json, headers } = yield* service.send("/openapi.json", { token: null })
        assert.match(String(headers["content-type"]), /^application\/json/)
        assert.match(String(json.openapi), /^3\.1/)
        const names = new Set<string>()
        for (const { method, pattern } of routes) {
          const operation = json.paths[pattern.replace(/:(\w+)/g, "{$1}")]?.[method.toLowerCase()]
          assert.isDefined(operation, `${method} ${pattern}`)
          if (operation === undefined) continue
          names.add(String(operation.operationId))
          const security = Object.values(operation.security ?? {})
          assert.strictEqual(security.length > 0, !pattern.startsWith("/health/"), pattern)
          for (const [status, response] of Object.entries(operation.responses)) {
            const types = Object.keys(response.content ?? {})
            if (Number(status) >= 400) assert.deepStrictEqual(types, ["application/problem+json"], pattern)
          }
        }
        assert.strictEqual(names.size, routes.length)
        assert.strictEqual(String(json.components.securitySchemes.bearer?.scheme).toLowerCase(), "bearer")
        // Every reference leads somewhere.
        const references = JSON.stringify(json).match(/#\/components\/schemas\/[^"]+/g) ?? []
        assert.isAbove(references.length, 5)
        for (const reference of references) {
          assert.isDefined(json.components.schemas[reference.split("/").at(-1) ?? ""], reference)
        }
      })
    )
  )

  it.live("given a metric, it can be scraped", () =>
    serving((service) =>
      Effect.gen(function* () {
        yield* Metric.update(Metric.counter("umf_test_total", { incremental: true }), 3)
        const { status, text, headers } = yield* service.send("/metrics")
        assert.strictEqual(status, 200)
        assert.match(String(headers["content-type"]), /^text\/plain; version=0\.0\.4/)
        assert.match(text, /^umf_test_total 3$/m)
      })
    )
  )
})

describe("the log", () => {
  it.live("given requests, each has a line, without a whole order number, a body or a token", () =>
    serving((service, log) =>
      Effect.gen(function* () {
        yield* service.send("/v1/orders", { body: { orderId: "20261124-0001", amount: "8888" } })
        yield* service.send(`/v1/orders/${merId}/20261124-0001?x=20261124-0001`)
        const lines = log.lines.map((line) => JSON.parse(line).annotations)
        assert.deepInclude(lines[0], { method: "POST", route: "/v1/orders", status: 201 })
        assert.deepInclude(lines[1], {
          method: "GET",
          route: "/v1/orders/:merId/:orderId",
          status: 200,
          orderId: "20***01"
        })
        assert.notMatch(log.lines.join("\n"), new RegExp(`20261124-0001|8888|${token}`))
      })
    )
  )
})

describe("the end", () => {
  it.live("given a request under way when the service ends, it is answered, and no new one is taken", () =>
    Effect.gen(function* () {
      const entered = yield* Deferred.make<void>()
      const goOn = yield* Deferred.make<void>()
      const store = storeWith({
        counts: () =>
          Effect.andThen(
            Deferred.succeed(entered, undefined),
            Effect.as(Deferred.await(goOn), { states: {}, due: 0, pendingNotices: 0, failingNotices: 0 })
          )
      })
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(
        ApiServer.layer({ port: 0, token: Redacted.make(token) }).pipe(
          Layer.provide(OrderDesk.layer),
          Layer.provide(Ledger.layer()),
          Layer.provide(store)
        ),
        scope
      )
      const { url, port } = yield* Effect.provide(ApiServer, context)
      const answer = yield* Effect.forkChild(send(url, "/v1/summary"))
      yield* Deferred.await(entered)
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      // The port is given up first.
      yield* Effect.promise(async () => {
        while (await isOpen(port)) await new Promise((resolve) => setTimeout(resolve, 5))
      })
      yield* Deferred.succeed(goOn, undefined)
      assert.strictEqual((yield* Fiber.join(answer)).status, 200)
      yield* Fiber.join(closing)
    })
  )

  it.live("given a port that is taken, it says so, and what to do", () =>
    serving((service) =>
      Effect.gen(function* () {
        const { port } = new URL(service.url)
        const exit = yield* Effect.exit(serving(() => Effect.void, { port: Number(port) }))
        assert.match(String(exit), /EADDRINUSE.*choose another one/)
      })
    )
  )
})

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1")
    socket.on("connect", () => {
      socket.destroy()
      resolve(true)
    })
    socket.on("error", () => resolve(false))
  })
