/** The same for apps with Effect: `it.effect` brings the clock. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import { OrderGateway } from "../../src/gateway/OrderGateway.ts"
import type { Notice } from "../../src/store/Notice.ts"
import { OrderDesk } from "../../src/sync/OrderDesk.ts"
import { OrderSync } from "../../src/sync/OrderSync.ts"
import { layerTest, TestPlatform } from "../../src/testing.ts"
import { order } from "../support/orders.ts"

const secondsOf = (orderId: string) =>
  TestPlatform.use((platform) =>
    Effect.map(platform.queries(orderId), (queries) => queries.map(({ at }) => at.getTime() / 1000))
  )

describe("layerTest", () => {
  it.effect(
    "given an order that is paid at the third query, it is tracked to its end by the test's clock",
    () =>
      Effect.gen(function* () {
        const platform = yield* TestPlatform
        const sync = yield* OrderSync
        yield* platform.createOrder({ orderId: "o1", script: "notpay-then-paid", amount: 1n })
        const tracked = yield* Effect.forkChild(sync.track(order("o1", { amount: "1" })))
        yield* TestClock.adjust("1 minute")
        assert.strictEqual((yield* Fiber.join(tracked)).result, "paid")
        assert.deepStrictEqual(yield* secondsOf("o1"), [0, 3, 6])
      }).pipe(Effect.provide(layerTest()))
  )

  it.effect(
    "given troubles, they pass by the test's clock: a time-out, a slow answer, a connection that breaks",
    () =>
      Effect.gen(function* () {
        const platform = yield* TestPlatform
        const sync = yield* OrderSync
        yield* platform.createOrder({ orderId: "o1", script: ["paying", "paid"] })
        yield* platform.answerNext("o1", "time-out", { delayed: "paying", by: "20 seconds" }, "cut")
        const tracked = yield* Effect.forkChild(sync.track(order("o1")))
        yield* TestClock.adjust("10 minutes")
        assert.strictEqual((yield* Fiber.join(tracked)).result, "paid")
        const [first, second, third, fourth, ...more] = yield* secondsOf("o1")
        assert.deepStrictEqual([first, second, third], [0, 68, 91])
        // A broken connection is tried again at once, with jitter.
        assert.isTrue(fourth !== undefined && fourth > 91 && fourth < 92)
        assert.strictEqual(more.length, 1)
      }).pipe(Effect.provide(layerTest()))
  )

  it.effect("given durable orders, they are asked for 3 days, in one adjustment", () =>
    Effect.gen(function* () {
      const sync = yield* OrderSync
      const tracked = yield* Effect.forkChild(sync.track(order("never-decided")))
      yield* TestClock.adjust("3 days")
      const snapshot = yield* Fiber.join(tracked)
      assert.deepStrictEqual([snapshot.result, snapshot.context.reason], ["unresolved", "TimeLimit"])
      assert.strictEqual((yield* secondsOf("never-decided")).at(-1), 3 * 24 * 3600)
    }).pipe(Effect.provide(layerTest({ durable: true })))
  )

  it.effect("given a refund request, gateway, desk and platform are the same ones", () =>
    Effect.gen(function* () {
      const platform = yield* TestPlatform
      const desk = yield* OrderDesk
      const gateway = yield* OrderGateway
      const o1 = order("paid-then-refund-1")
      yield* desk.handOver(o1)
      yield* TestClock.adjust("1 second")
      yield* platform.requestRefund(o1.orderId)
      yield* desk.refundRequested(o1)
      yield* TestClock.adjust("1 minute")
      const found = yield* desk.get(o1)
      assert.strictEqual(Option.getOrUndefined(found)?.snapshot.result, "refunded")
      assert.strictEqual((yield* gateway.query(o1, "refund")).verdict, "RefundAccepted")
      assert.strictEqual((yield* platform.queries(o1.orderId)).length, 3)
    }).pipe(Effect.provide(layerTest()))
  )

  it.effect("given onNotice, it is told", () => {
    const told: Array<Notice> = []
    return Effect.gen(function* () {
      const desk = yield* OrderDesk
      yield* desk.handOver(order("paid-after-3-1"))
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(
        told.map(({ type, at }) => [type, at]),
        [["order.paid", 9000]]
      )
    }).pipe(Effect.provide(layerTest({ onNotice: (notice) => told.push(notice) })))
  })

  it.effect("given what the platform can't do, it fails as the sandbox does", () =>
    Effect.gen(function* () {
      const platform = yield* TestPlatform
      yield* platform.createOrder({ orderId: "o1" })
      const again = yield* Effect.flip(platform.createOrder({ orderId: "o1" }))
      assert.deepStrictEqual([again._tag, again.kind], ["Refused", "OrderExists"])
    }).pipe(Effect.provide(TestPlatform.layer({ merId: "12345678" })))
  )
})
