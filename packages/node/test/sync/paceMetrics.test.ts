import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import { CircuitOpen, GatewayError } from "../../src/gateway/GatewayError.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { OrderDesk } from "../../src/sync/OrderDesk.ts"
import { OrderSync, type OrderSyncOptions } from "../../src/sync/OrderSync.ts"
import * as Fakes from "../support/fakes.ts"
import { alone, linesOf, valueOf } from "../support/metrics.ts"
import { order } from "../support/orders.ts"

const waiting = valueOf("umf_pace_waiting")

/** Hands over so many orders of each merchant to a service whose gateway has that script. */
const serving = <A, E>(
  script: Fakes.Script,
  options: OrderSyncOptions,
  orders: { readonly [merId: string]: number },
  test: Effect.Effect<A, E>
) =>
  Effect.gen(function* () {
    const desk = yield* OrderDesk
    const all = Object.entries(orders).flatMap(([merId, count]) =>
      Array.from({ length: count }, (_, index) => ({ order: order(`order-${index}`, { merId }) }))
    )
    yield* desk.handOverAll(all)
    yield* TestClock.adjust("10 millis")
    return yield* test
  }).pipe(
    Effect.provide(
      OrderSync.layer({ grace: 0, ...options }).pipe(
        Layer.provide(Fakes.gateway(script).layer),
        Layer.provide(MemoryStore.layer)
      )
    ),
    alone
  )

/** Time in small steps, so that whatever happens at an instant has room to happen before the next one. */
const pass = (millis: number) => Effect.repeat(TestClock.adjust(10), { times: millis / 10 - 1 })

describe("umf_pace_waiting", () => {
  it.effect(
    "given more due orders than a merchant's rate, it counts that merchant until all were asked",
    () =>
      serving(
        () => "Paid",
        { rateLimitOf: () => ({ limit: 1, windowMillis: 1000 }) },
        { "90000001": 3, "90000002": 1 },
        Effect.gen(function* () {
          const [help, type] = yield* linesOf("umf_pace_waiting")
          assert.match(String(help), /^# HELP umf_pace_waiting Merchants without a turn/)
          assert.strictEqual(type, "# TYPE umf_pace_waiting gauge")
          assert.isAtLeast(yield* waiting, 1)
          yield* pass(1500)
          assert.strictEqual(yield* waiting, 1)
          yield* pass(2500)
          assert.strictEqual(yield* waiting, 0)
        })
      )
  )

  it.effect("given a merchant that is left alone, it counts that one until it is asked again", () => {
    const open = Effect.fail(new GatewayError({ reason: new CircuitOpen({ retryAfterMillis: 5000 }) }))
    return serving(
      (index) => (index === 0 ? open : "Paid"),
      {},
      { "90000001": 1 },
      Effect.gen(function* () {
        yield* pass(1000)
        assert.strictEqual(yield* waiting, 1)
        yield* pass(6000)
        assert.strictEqual(yield* waiting, 0)
      })
    )
  })
})
