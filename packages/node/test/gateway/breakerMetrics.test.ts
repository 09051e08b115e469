import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import type { GatewayOptions } from "../../src/gateway/GatewayConfig.ts"
import { OrderGateway } from "../../src/gateway/OrderGateway.ts"
import { platform, type Reaction } from "../support/gateways.ts"
import * as Keys from "../support/keys.ts"
import { alone, linesOf, valueOf } from "../support/metrics.ts"
import { order } from "../support/orders.ts"

const options: GatewayOptions = {
  baseUrl: "https://platform.example/in-pay-client",
  retries: 0,
  circuitBreaker: { failures: 3, openFor: "15 seconds" }
}
const fault: Reaction = { status: 502, body: "" }
const paid: Reaction = { body: Keys.answers.paid }

const ask = OrderGateway.use((gateway) => Effect.exit(gateway.query(order("order-1", { amount: "8888" }))))
const asked = (times: number) => Effect.forEach(Array.from({ length: times }), () => ask, { discard: true })

const isOpen = valueOf("umf_breaker_open")
const opened = valueOf("umf_breaker_opened_total")

/** A test with a gateway whose platform reacts like that to its requests. */
const withPlatform = <A, E>(
  react: (index: number) => Reaction,
  test: Effect.Effect<A, E, OrderGateway>
): Effect.Effect<A, E> => alone(Effect.provide(test, platform(react).layer(options)))

describe("the metrics of the circuit breaker", () => {
  it.effect("are there before anything is asked, with their help and their types", () =>
    withPlatform(
      () => paid,
      Effect.gen(function* () {
        const [openHelp, ...open] = yield* linesOf("umf_breaker_open")
        assert.match(String(openHelp), /^# HELP umf_breaker_open 1 while /)
        assert.deepStrictEqual(open, [
          "# TYPE umf_breaker_open gauge",
          'umf_breaker_open{origin="https://platform.example"} 0'
        ])
        const [openedHelp, ...openings] = yield* linesOf("umf_breaker_opened_total")
        assert.match(String(openedHelp), /^# HELP umf_breaker_opened_total How often /)
        assert.deepStrictEqual(openings, [
          "# TYPE umf_breaker_opened_total counter",
          'umf_breaker_opened_total{origin="https://platform.example"} 0'
        ])
      })
    )
  )

  it.effect("given too many faults in a row, it is open until a probe is answered", () =>
    withPlatform(
      (index) => (index < 3 ? fault : paid),
      Effect.gen(function* () {
        yield* asked(2)
        assert.deepStrictEqual([yield* isOpen, yield* opened], [0, 0])
        yield* asked(1)
        assert.deepStrictEqual([yield* isOpen, yield* opened], [1, 1])
        yield* asked(5)
        assert.deepStrictEqual([yield* isOpen, yield* opened], [1, 1])
        yield* TestClock.adjust("15 seconds")
        assert.strictEqual(yield* isOpen, 1)
        yield* asked(1)
        assert.deepStrictEqual([yield* isOpen, yield* opened], [0, 1])
      })
    )
  )

  it.effect("given a probe under way, it is still open; given one that fails, it opened once more", () =>
    withPlatform(
      (index) => (index < 3 ? fault : index === 3 ? { ...fault, afterMillis: 2000 } : paid),
      Effect.gen(function* () {
        yield* asked(3)
        yield* TestClock.adjust("15 seconds")
        const probe = yield* Effect.forkChild(ask)
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual([yield* isOpen, yield* opened], [1, 1])
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(probe)
        assert.deepStrictEqual([yield* isOpen, yield* opened], [1, 2])
        yield* TestClock.adjust("15 seconds")
        yield* asked(1)
        assert.deepStrictEqual([yield* isOpen, yield* opened], [0, 2])
      })
    )
  )

  it.effect("given a breaker that nobody asked for so long that it was forgotten, it is closed again", () =>
    withPlatform(
      (index) => (index < 3 ? fault : paid),
      Effect.gen(function* () {
        yield* asked(3)
        yield* TestClock.adjust("3 hours")
        assert.strictEqual(yield* isOpen, 1)
        yield* asked(1)
        assert.deepStrictEqual([yield* isOpen, yield* opened], [0, 1])
      })
    )
  )
})
