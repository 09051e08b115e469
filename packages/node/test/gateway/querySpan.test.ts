import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import type { GatewayOptions } from "../../src/gateway/GatewayConfig.ts"
import { OrderGateway } from "../../src/gateway/OrderGateway.ts"
import * as Span from "../../src/gateway/Span.ts"
import { live, platform, type Reaction } from "../support/gateways.ts"
import * as Keys from "../support/keys.ts"
import { order } from "../support/orders.ts"
import * as Servers from "../support/servers.ts"
import { attributes, collector, parentOf } from "../support/tracing.ts"

const orderId = "20261125-000001"
const query = OrderGateway.use((gateway) =>
  Effect.exit(gateway.query(order(orderId, { amount: "8888" }), "refund"))
)
const asked = { "umf.mer_id": "90000001", "umf.order": "20***01", "umf.operation": "refund" }

/** The span of a query to a platform that reacts like that, with time enough to end. */
const spanOf = Effect.fnUntraced(function* (
  react: (index: number) => Reaction,
  options: GatewayOptions = {},
  interruptedAfter?: number
) {
  const { collect, named, text } = collector()
  yield* Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(query)
    if (interruptedAfter !== undefined) {
      yield* TestClock.adjust(interruptedAfter)
      return yield* Fiber.interrupt(fiber)
    }
    yield* TestClock.adjust("30 minutes")
    yield* Fiber.join(fiber)
  }).pipe(Effect.provide(platform(react).layer(options)), collect)
  const [span, ...more] = named("umf.query")
  assert.deepStrictEqual(more, [])
  assert.strictEqual(span?.status._tag, "Ended")
  for (const hidden of [orderId, "8888", "4200000001"]) assert.notInclude(text(), hidden)
  assert.notMatch(text(), /[A-Za-z0-9+/]{100,}/)
  return span
})

const fault: Reaction = { status: 502, body: "" }

describe("the span of a query", () => {
  it.effect("given an answer after a fault, it has the verdict and how often was tried", () =>
    Effect.gen(function* () {
      const span = yield* spanOf((index) => (index === 0 ? fault : { body: Keys.answers.closed }))
      assert.deepStrictEqual(attributes(span), {
        ...asked,
        "umf.attempts": 2,
        "umf.outcome": "answered",
        "umf.verdict": "Closed"
      })
      assert.strictEqual(span?.kind, "client")
    })
  )

  const faults: ReadonlyArray<readonly [string, Reaction, string, string, number]> = [
    ["HTTP 502", fault, "Http", "HttpStatus", 3],
    ["a refused connection", "refuses the connection", "Connection", "Unreachable", 3],
    ["an answer about another amount", { body: Keys.answers.otherAmount }, "Implausible", "Implausible", 1],
    [
      "a forged answer",
      { body: Keys.answers.paid.replace("SUCCESS", "NOTPAY") },
      "Unverified",
      "Unverified",
      1
    ]
  ]
  for (const [name, reaction, kind, reason, attempts] of faults) {
    it.effect(`given ${name}, it has the kind of the fault, and nothing of what came`, () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(attributes(yield* spanOf(() => reaction)), {
          ...asked,
          "umf.attempts": attempts,
          "umf.outcome": "faulted",
          "umf.fault": kind,
          "umf.reason": reason
        })
      })
    )
  }

  it.effect("given an interruption, it ends, and says so", () =>
    Effect.gen(function* () {
      const span = yield* spanOf(() => "never answers", {}, 1000)
      assert.deepStrictEqual(attributes(span), { ...asked, "umf.outcome": "interrupted" })
    })
  )

  it.live(
    "given a tracer, no header and no field of the request tells of it, and the span is in the app's own",
    () =>
      Effect.gen(function* () {
        const server = yield* Servers.http((_, response) => response.end(Keys.answers.paid))
        const { collect, named, spans } = collector()
        yield* query.pipe(
          Effect.withSpan("a merchant's own span"),
          Effect.provide(live({ baseUrl: server.url })),
          collect
        )
        const [request] = server.requests
        assert.deepStrictEqual(Object.keys(request?.headers ?? {}).sort(), [
          "accept",
          "connection",
          "content-length",
          "content-type",
          "host"
        ])
        assert.deepStrictEqual(Object.keys(JSON.parse(request?.body ?? "{}")).sort(), [
          "merId",
          "orderId",
          "sign"
        ])
        assert.strictEqual(parentOf(named("umf.query")[0]), "a merchant's own span")
        assert.deepStrictEqual(
          spans.map(({ name }) => name),
          ["a merchant's own span", "umf.query"]
        )
      })
  )

  it.effect("given no tracer, none is made", () =>
    Effect.gen(function* () {
      const current = Span.within("some span", {}, () => Effect.exit(Effect.currentSpan))
      assert.strictEqual((yield* current)._tag, "Failure")
      assert.strictEqual((yield* collector().collect(current))._tag, "Success")
    })
  )
})
