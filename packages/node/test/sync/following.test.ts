import { assert, describe, it } from "@effect/vitest"
import type { Order } from "@umf-order-sync/core"
import { OrderStep } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { fresh, OrderStore } from "../../src/store/OrderStore.ts"
import { OrderSync, type OrderSyncOptions } from "../../src/sync/OrderSync.ts"
import type { OrderTransition } from "../../src/sync/OrderTransition.ts"
import * as Fakes from "../support/fakes.ts"
import { order } from "../support/orders.ts"

const second = 1000
const minute = 60 * second
const day = 24 * 60 * minute

/** Runs a test with a gateway of that script, and the store in memory or the one given. */
const following = <A, E>(
  script: Fakes.Script,
  body: (
    sync: OrderSync["Service"],
    gateway: ReturnType<typeof Fakes.gateway>
  ) => Effect.Effect<A, E, Scope.Scope>,
  options: OrderSyncOptions & { readonly store?: Layer.Layer<OrderStore> } = {}
) => {
  const gateway = Fakes.gateway(script)
  return OrderSync.use((sync) => body(sync, gateway)).pipe(
    Effect.provide(
      // The test's clock stands still at the end, so nothing is waited for then.
      OrderSync.layer({ grace: 0, ...options }).pipe(
        Layer.provide([gateway.layer, options.store ?? MemoryStore.layer])
      )
    )
  )
}

/** Collects all transitions of the service from now on. */
const watch = Effect.fnUntraced(function* (sync: OrderSync["Service"]) {
  const seen: Array<OrderTransition> = []
  yield* Effect.forkScoped(
    Stream.runForEach(sync.allTransitions, (transition) => Effect.sync(() => seen.push(transition)))
  )
  yield* Effect.yieldNow
  return seen
})

const times = (gateway: { readonly asked: ReadonlyArray<Fakes.Asked> }) => gateway.asked.map(({ at }) => at)
const to = (transitions: ReadonlyArray<OrderTransition>) => transitions.map((transition) => transition.to)
const stateOf = (sync: OrderSync["Service"], asked: Order.OrderRef) =>
  Effect.map(sync.get(asked), (found) => Option.getOrUndefined(Option.map(found, ({ result }) => result)))

const a = order("a", { amount: "8888", orderDate: "20260729" })

describe("the schedule", () => {
  it.effect("given an order that is never decided, it is asked at these times and then needs a person", () =>
    following(
      () => "Paying",
      (sync, gateway) =>
        Effect.gen(function* () {
          const seen = yield* watch(sync)
          const tracked = yield* Effect.forkChild(sync.track(a))
          yield* TestClock.adjust("40 minutes")
          // Every 3 s for 5 minutes; then 10 s, 30 s, 1 m, 3 m, 5 m, 5 m …; the last one on the 40th minute.
          const first = Array.from({ length: 101 }, (_, index) => index * 3)
          const later = [310, 340, 400, 580, 880, 1180, 1480, 1780, 2080, 2380, 2400]
          assert.deepStrictEqual(
            times(gateway),
            [...first, ...later].map((at) => at * second)
          )
          const snapshot = yield* Fiber.join(tracked)
          assert.deepStrictEqual([snapshot.result, snapshot.context.reason], ["unresolved", "TimeLimit"])
          assert.deepStrictEqual(to(seen).slice(-1), ["unresolved"])
          assert.deepStrictEqual([seen.at(-1)?.at, seen.at(-1)?.attention], [40 * minute, true])
        })
    )
  )

  it.effect(
    "given an unresolved order, it is asked again after 10 minutes and an hour, and then no more",
    () =>
      following(
        () => "Paying",
        (sync, gateway) =>
          Effect.gen(function* () {
            yield* Effect.forkChild(sync.track(a))
            yield* TestClock.adjust("40 minutes")
            const before = gateway.asked.length
            yield* TestClock.adjust("30 days")
            assert.deepStrictEqual(times(gateway).slice(before), [50 * minute, 100 * minute])
            assert.strictEqual(yield* stateOf(sync, a), "unresolved")
          })
      )
  )

  it.effect("given an order that was made earlier, the schedule counts from then", () =>
    following(
      () => "Paying",
      (sync, gateway) =>
        Effect.gen(function* () {
          yield* TestClock.adjust("1 hour")
          yield* Effect.forkChild(sync.track(a, { orderedAt: 55 * minute }))
          yield* TestClock.adjust("4 minutes")
          assert.deepStrictEqual(
            times(gateway),
            [60, 60 + 10 / 60, 60 + 40 / 60, 60 + 100 / 60].map((m) => Math.round(m * minute))
          )
        })
    )
  )

  it.effect("given faults, the pauses grow up to 5 minutes, and no fault ends the order", () =>
    following(
      () => Fakes.fault,
      (sync, gateway) =>
        Effect.gen(function* () {
          yield* Effect.forkChild(sync.track(a))
          yield* TestClock.adjust("39 minutes")
          assert.deepStrictEqual(
            times(gateway).map((at) => at / second),
            [0, 3, 9, 21, 45, 93, 189, 381, 681, 981, 1281, 1581, 1881, 2181]
          )
          assert.strictEqual(yield* stateOf(sync, a), "open")
          yield* TestClock.adjust("1 minute")
          assert.strictEqual(times(gateway).at(-1), 40 * minute)
          assert.strictEqual(yield* stateOf(sync, a), "unresolved")
        })
    )
  )

  it.effect("given a gateway that takes 65 s for each answer, it is never asked twice at once", () =>
    following(
      () => Effect.as(Effect.sleep("65 seconds"), "Paying" as const),
      (sync, gateway) =>
        Effect.gen(function* () {
          yield* Effect.forkChild(sync.track(a))
          yield* TestClock.adjust("4 minutes")
          yield* sync.hint(a)
          yield* sync.hint(a)
          yield* TestClock.adjust("4 hours")
          assert.strictEqual(gateway.most(), 1)
          const gaps = times(gateway)
            .slice(1)
            .map((at, index) => at - (times(gateway)[index] ?? 0))
          // Hints while a question is under way ask once more when its answer is there, and only once.
          const early = gaps.filter((gap) => gap < 68 * second)
          assert.deepStrictEqual(early, [65 * second])
          assert.isAtMost(Math.max(...gaps.slice(0, 4)), 68 * second)
          assert.strictEqual(yield* stateOf(sync, a), "unresolved")
        })
    )
  )

  it.effect("given a recheck after 60 days, there is none before, and one then", () =>
    following(
      (index) => (index < 2 ? "Closed" : "Paid"),
      (sync, gateway) =>
        Effect.gen(function* () {
          yield* Effect.forkChild(sync.track(a))
          yield* TestClock.adjust("1 minute")
          assert.strictEqual(yield* stateOf(sync, a), "closed")
          const closedAt = times(gateway).at(-1) ?? 0
          const before = gateway.asked.length
          yield* TestClock.adjust("59 days")
          assert.strictEqual(gateway.asked.length, before)
          yield* TestClock.adjust("1 day")
          assert.deepStrictEqual(times(gateway).slice(before), [closedAt + 60 * day])
          assert.strictEqual(yield* stateOf(sync, a), "paid")
        }),
      { schedule: { recheckAfter: [60 * day], confirmAfter: 3 * second } }
    )
  )

  it.live("the same with the real clock, whose timers end at 24 days", () =>
    following(
      () => "Closed",
      (sync, gateway) =>
        Effect.gen(function* () {
          yield* sync.track(a)
          assert.strictEqual(yield* stateOf(sync, a), "closed")
          const before = gateway.asked.length
          yield* Effect.sleep(100)
          assert.strictEqual(gateway.asked.length, before)
        }),
      { schedule: { firstEvery: 1, confirmAfter: 1, recheckAfter: [60 * day] } }
    )
  )
})

describe("tracking", () => {
  it.effect("given an order that is tracked twice, there is one stream of queries and both get the end", () =>
    following(
      (index) => (index < 3 ? "Paying" : "Paid"),
      (sync, gateway) =>
        Effect.gen(function* () {
          const one = yield* Effect.forkChild(sync.track(a))
          const two = yield* Effect.forkChild(sync.track(a))
          yield* TestClock.adjust("4 seconds")
          const three = yield* Effect.forkChild(sync.track(order("a")))
          yield* TestClock.adjust("1 minute")
          assert.deepStrictEqual(times(gateway), [0, 3 * second, 6 * second, 9 * second])
          const ends = yield* Effect.forEach([one, two, three], Fiber.join)
          assert.deepStrictEqual(
            ends.map(({ result }) => result),
            ["paid", "paid", "paid"]
          )
          // At rest it is not asked again: the end is known.
          assert.strictEqual((yield* sync.track(a)).result, "paid")
          yield* TestClock.adjust("1 day")
          assert.strictEqual(gateway.asked.length, 4)
        })
    )
  )

  const others: ReadonlyArray<readonly [string, Order.OrderRef]> = [
    ["amount", order("a", { amount: "1" })],
    ["orderDate", order("a", { orderDate: "20260730" })],
    ["transactionId", order("a", { transactionId: "2" })],
    ["payType", order("a", { payType: "AL" })]
  ]
  for (const [field, other] of others) {
    it.effect(`given another ${field}, it is a conflict and nothing is changed`, () =>
      following(
        () => "Paying",
        (sync, gateway) =>
          Effect.gen(function* () {
            const known = order("a", {
              amount: "8888",
              orderDate: "20260729",
              transactionId: "1",
              payType: "WX"
            })
            yield* Effect.forkChild(sync.track(known))
            yield* TestClock.adjust("4 seconds")
            const before = yield* sync.get(known)
            const error = yield* Effect.flip(sync.track(other))
            assert.strictEqual(error._tag, "OrderConflict")
            if (error._tag === "OrderConflict") assert.strictEqual(error.field, field)
            assert.include(error.message, field)
            assert.deepStrictEqual(yield* sync.get(known), before)
            const streamed = yield* Effect.flip(Stream.runDrain(sync.transitions(other)))
            assert.strictEqual(streamed._tag, "OrderConflict")
            yield* TestClock.adjust("5 seconds")
            assert.deepStrictEqual(times(gateway), [0, 3 * second, 6 * second, 9 * second])
            for (const { order } of gateway.asked) assert.deepStrictEqual(order, known)
          })
      )
    )
  }

  it.effect("given a fact later than the order, it is adopted, and another one is a conflict", () =>
    following(
      () => "Paying",
      (sync, gateway) =>
        Effect.gen(function* () {
          yield* Effect.forkChild(sync.track(order("a")))
          yield* TestClock.adjust("1 second")
          yield* Effect.forkChild(sync.track(order("a", { amount: "8888" })))
          yield* TestClock.adjust("3 seconds")
          assert.deepStrictEqual(
            gateway.asked.map(({ order }) => order.amount),
            [undefined, 8888n]
          )
          const error = yield* Effect.flip(sync.track(order("a", { amount: "1" })))
          assert.strictEqual(error._tag, "OrderConflict")
        })
    )
  )

  it.effect("given a track that is interrupted, the order is still followed", () =>
    following(
      (index) => (index < 5 ? "Paying" : "Paid"),
      (sync, gateway) =>
        Effect.gen(function* () {
          const tracked = yield* Effect.forkChild(sync.track(a))
          yield* TestClock.adjust("4 seconds")
          yield* Fiber.interrupt(tracked)
          yield* TestClock.adjust("1 minute")
          assert.strictEqual(gateway.asked.length, 6)
          assert.strictEqual(yield* stateOf(sync, a), "paid")
        })
    )
  )

  it.effect("given a hint, the order is asked at once, and nothing is concluded from the hint", () =>
    following(
      (index) => (index < 3 ? "Paying" : "Paid"),
      (sync, gateway) =>
        Effect.gen(function* () {
          yield* Effect.forkChild(sync.track(a))
          yield* TestClock.adjust("1 second")
          yield* sync.hint(a)
          yield* TestClock.adjust(0)
          assert.deepStrictEqual(times(gateway), [0, 1 * second])
          assert.strictEqual(yield* stateOf(sync, a), "open")
          // The wait begins anew; the old one does not ask as well.
          yield* TestClock.adjust("2 seconds")
          assert.strictEqual(gateway.asked.length, 2)
          yield* TestClock.adjust("1 second")
          assert.deepStrictEqual(times(gateway), [0, 1 * second, 4 * second])
        })
    )
  )

  it.effect("given a hint for a paid order, it is asked once, and stays paid", () =>
    following(
      (index) => (index === 0 ? "Paid" : "Closed"),
      (sync, gateway) =>
        Effect.gen(function* () {
          yield* sync.track(a)
          yield* sync.hint(a)
          yield* TestClock.adjust("1 day")
          assert.strictEqual(gateway.asked.length, 2)
          assert.strictEqual(yield* stateOf(sync, a), "paid")
        })
    )
  )

  it.effect("given an order that nobody tracks, hints and requests are refused and get finds nothing", () =>
    following(
      () => "Paid",
      (sync, gateway) =>
        Effect.gen(function* () {
          for (const note of [sync.hint, sync.refundRequested, sync.voidRequested, sync.resume]) {
            const error = yield* Effect.flip(note(a))
            assert.strictEqual(error._tag, "UnknownOrder")
          }
          assert.deepStrictEqual(yield* sync.get(a), Option.none())
          assert.strictEqual(gateway.asked.length, 0)
        })
    )
  )

  it.effect("given an order of another merchant with the same number, it is another order", () =>
    following(
      (_, { order }) => (order.merId === "1" ? "Paid" : "Paying"),
      (sync) =>
        Effect.gen(function* () {
          yield* sync.track(order("a", { merId: "1", amount: "1" }))
          yield* Effect.forkChild(sync.track(order("a", { merId: "2", amount: "2" })))
          yield* TestClock.adjust("1 second")
          assert.strictEqual(yield* stateOf(sync, order("a", { merId: "1" })), "paid")
          assert.strictEqual(yield* stateOf(sync, order("a", { merId: "2" })), "open")
        })
    )
  )
})

describe("transitions", () => {
  it.effect("given a payment, they tell the way to it, and end with the rest", () =>
    following(
      (index) => (index < 2 ? "Paying" : "Paid"),
      (sync) =>
        Effect.gen(function* () {
          const collected = yield* Effect.forkChild(Stream.runCollect(sync.transitions(a)))
          yield* TestClock.adjust("1 minute")
          const seen = yield* Fiber.join(collected)
          assert.deepStrictEqual(
            seen.map(({ at, from, to, because }) => [at / second, `${from} -> ${to}`, because]),
            [
              [0, "open.querying -> open.waiting", "answered Paying (01000000)"],
              [3, "open.waiting -> open.querying", "the wait is over"],
              [3, "open.querying -> open.waiting", "answered Paying (01000000)"],
              [6, "open.waiting -> open.querying", "the wait is over"],
              [6, "open.querying -> paid", "answered Paid (0000 SUCCESS)"]
            ]
          )
          const last = seen.at(-1)
          assert.deepStrictEqual(
            [last?.settled, last?.attention, last?.merId, last?.orderId],
            [true, undefined, a.merId, a.orderId]
          )
          // At rest there is nothing more to tell.
          assert.deepStrictEqual(yield* Stream.runCollect(sync.transitions(a)), [])
        })
    )
  )

  it.effect("given a refund that was asked for after the payment, it is followed to its end", () =>
    following(
      (_, { operation }) => (operation === "refund" ? "RefundAccepted" : "Paid"),
      (sync, gateway) =>
        Effect.gen(function* () {
          const seen = yield* watch(sync)
          yield* sync.track(a)
          yield* sync.refundRequested(a)
          assert.strictEqual(
            (yield* Effect.forkChild(sync.track(a)).pipe(
              Effect.tap(TestClock.adjust("1 minute")),
              Effect.flatMap(Fiber.join)
            )).result,
            "refunded"
          )
          assert.deepStrictEqual(
            gateway.asked.map(({ operation }) => operation),
            ["payment", "refund"]
          )
          assert.deepStrictEqual(
            to(seen).filter((state) => !state.includes(".")),
            ["paid", "refunded"]
          )
          const snapshot = Option.getOrThrow(yield* sync.get(a))
          assert.isDefined(snapshot.context.payment)
        })
    )
  )

  it.effect("given a void that was asked for while the order is being paid, it is followed", () =>
    following(
      (_, { operation }) => (operation === "void" ? "Voided" : "Paying"),
      (sync, gateway) =>
        Effect.gen(function* () {
          const tracked = yield* Effect.forkChild(sync.track(a))
          yield* TestClock.adjust("1 second")
          yield* sync.voidRequested(a)
          yield* TestClock.adjust("1 minute")
          assert.strictEqual((yield* Fiber.join(tracked)).result, "voided")
          assert.deepStrictEqual(
            gateway.asked.map(({ operation }) => operation),
            ["payment", "void"]
          )
        })
    )
  )

  it.effect(
    "given 0000 after a refund request, it takes two such answers, 30 s apart, to call it failed",
    () =>
      following(
        (_, { operation }) => (operation === "refund" ? "RefundFailed" : "Paid"),
        (sync, gateway) =>
          Effect.gen(function* () {
            yield* sync.track(a)
            yield* sync.refundRequested(a)
            yield* TestClock.adjust("1 minute")
            const refunds = gateway.asked.filter(({ operation }) => operation === "refund")
            const [first] = refunds
            const last = refunds.at(-1)
            assert.strictEqual((last?.at ?? 0) - (first?.at ?? 0), 30 * second)
            assert.strictEqual(yield* stateOf(sync, a), "refundFailed")
          })
      )
  )

  it.effect("given a query under way when the refund is asked for, its answer is no refund that failed", () =>
    following(
      (_, { operation }) =>
        operation === "refund" ? "RefundAccepted" : Effect.as(Effect.sleep("10 seconds"), "Paid" as const),
      (sync, gateway) =>
        Effect.gen(function* () {
          const seen = yield* watch(sync)
          yield* Effect.forkChild(sync.track(a))
          yield* TestClock.adjust("5 seconds")
          yield* sync.refundRequested(a)
          yield* TestClock.adjust("1 minute")
          assert.strictEqual(yield* stateOf(sync, a), "refunded")
          assert.notInclude(to(seen).join(" "), "Failure")
          assert.strictEqual(gateway.most(), 1)
          assert.isDefined(Option.getOrThrow(yield* sync.get(a)).context.payment)
        })
    )
  )

  it.effect(
    "given money that arrives after the order was closed, allTransitions tells it at the recheck",
    () =>
      following(
        (_, { at }) => (at <= 9 * minute ? "Closed" : "Paid"),
        (sync, gateway) =>
          Effect.gen(function* () {
            const seen = yield* watch(sync)
            const snapshot = yield* Effect.forkChild(sync.track(a)).pipe(
              Effect.tap(TestClock.adjust("1 minute")),
              Effect.flatMap(Fiber.join)
            )
            assert.deepStrictEqual([snapshot.result, snapshot.context.restedAt], ["closed", 30 * second])
            const before = gateway.asked.length
            yield* TestClock.adjust("1 day")
            assert.deepStrictEqual(times(gateway).slice(before), [10 * minute + 30 * second])
            const last = seen.at(-1)
            assert.deepStrictEqual(
              [last?.to, last?.late, last?.settled, last?.at],
              ["paid", "AfterClosed", true, 10 * minute + 30 * second]
            )
          })
      )
  )

  it.effect("given an unresolved order that a person resumes, its time is counted anew", () =>
    following(
      (index) =>
        index < 2 ? "Contradictory" : index === 2 ? "Contradictory" : index < 5 ? "Paying" : "Paid",
      (sync, gateway) =>
        Effect.gen(function* () {
          const snapshot = yield* Effect.forkChild(sync.track(a)).pipe(
            Effect.tap(TestClock.adjust("1 minute")),
            Effect.flatMap(Fiber.join)
          )
          assert.deepStrictEqual([snapshot.result, snapshot.context.reason], ["unresolved", "Contradictions"])
          const before = gateway.asked.length
          yield* sync.resume(a)
          yield* TestClock.adjust("1 minute")
          assert.deepStrictEqual(times(gateway).slice(before, before + 3), [
            minute,
            minute + 3 * second,
            minute + 6 * second
          ])
          assert.strictEqual(yield* stateOf(sync, a), "paid")
        })
    )
  )

  it.effect(
    "given a key that the platform rejects, a person is asked and nobody queries until it is resumed",
    () =>
      following(
        (index) => (index === 0 ? "SignatureRejected" : "Paid"),
        (sync, gateway) =>
          Effect.gen(function* () {
            const snapshot = yield* sync.track(a)
            assert.deepStrictEqual(
              [snapshot.result, snapshot.context.reason],
              ["rejected", "SignatureRejected"]
            )
            yield* TestClock.adjust("30 days")
            assert.strictEqual(gateway.asked.length, 1)
            yield* sync.resume(a)
            yield* TestClock.adjust("1 second")
            assert.strictEqual(yield* stateOf(sync, a), "paid")
          })
      )
  )
})

describe("troubles", () => {
  it.effect("given a defect in the gateway, it becomes a fault, and the order goes on", () =>
    following(
      (index) => (index === 0 ? Effect.die(new Error("a bug")) : index === 1 ? throwing() : "Paid"),
      (sync, gateway) =>
        Effect.gen(function* () {
          const tracked = yield* Effect.forkChild(sync.track(a))
          yield* TestClock.adjust("1 second")
          const snapshot = Option.getOrThrow(yield* sync.get(a))
          assert.deepStrictEqual([snapshot.result, snapshot.context.lastFault?.fault], ["open", "Local"])
          yield* TestClock.adjust("1 minute")
          assert.strictEqual((yield* Fiber.join(tracked)).result, "paid")
          assert.strictEqual(gateway.asked.length, 3)
        })
    )
  )

  it.effect("given a gateway that interrupts itself, the order is asked again", () =>
    following(
      (index) => (index === 0 ? Effect.interrupt : "Paid"),
      (sync, gateway) =>
        Effect.gen(function* () {
          const tracked = yield* Effect.forkChild(sync.track(a))
          yield* TestClock.adjust("1 minute")
          assert.strictEqual((yield* Fiber.join(tracked)).result, "paid")
          assert.strictEqual(gateway.asked.length, 2)
        })
    )
  )

  it.effect("given a store that refuses for good, whoever waits for the order learns of it", () =>
    following(
      () => Effect.as(Effect.sleep("1 second"), "Paid" as const),
      (sync) =>
        Effect.gen(function* () {
          const tracked = yield* Effect.forkChild(Effect.flip(sync.track(a)))
          const streamed = yield* Effect.forkChild(Effect.flip(Stream.runDrain(sync.transitions(a))))
          yield* TestClock.adjust("10 seconds")
          assert.deepStrictEqual(
            [(yield* Fiber.join(tracked))._tag, (yield* Fiber.join(streamed))._tag],
            ["StoreError", "StoreError"]
          )
        }),
      { store: Fakes.storeThatRefuses }
    )
  )

  // Away for 100 s; by then the store is tried every 30 s, so that it is found back at 111 s.
  const away = { store: Fakes.storeThatIsAway((now) => now < 100 * second) }

  it.effect(
    "given a store that is away for a while, nothing is lost and nothing is told before it is kept",
    () =>
      following(
        (index) => (index < 2 ? "Paying" : "Paid"),
        (sync, gateway) =>
          Effect.gen(function* () {
            const seen = yield* watch(sync)
            const tracked = yield* Effect.forkChild(sync.track(a))
            yield* TestClock.adjust("100 seconds")
            assert.deepStrictEqual([seen.length, gateway.asked.length], [0, 1])
            yield* TestClock.adjust("1 minute")
            assert.strictEqual((yield* Fiber.join(tracked)).result, "paid")
            assert.strictEqual(gateway.asked.length, 3)
            assert.deepStrictEqual(to(seen), [
              "open.waiting",
              "open.querying",
              "open.waiting",
              "open.querying",
              "paid"
            ])
          }),
        away
      )
  )

  it.effect(
    "given a refund request while the store is away, it is kept, and taken in when the store is back",
    () =>
      following(
        (_, { operation }) => (operation === "refund" ? "RefundAccepted" : "Paid"),
        (sync) =>
          Effect.gen(function* () {
            yield* Effect.forkChild(sync.track(a))
            yield* TestClock.adjust("50 seconds")
            const requested = yield* Effect.forkChild(sync.refundRequested(a))
            yield* TestClock.adjust("50 seconds")
            assert.isUndefined(requested.pollUnsafe())
            yield* TestClock.adjust("1 minute")
            yield* Fiber.join(requested)
            assert.strictEqual(yield* stateOf(sync, a), "refunded")
            assert.isDefined(Option.getOrThrow(yield* sync.get(a)).context.payment)
          }),
        away
      )
  )
})

/** A gateway that throws where it should give an effect. */
const throwing = (): never => {
  throw new Error("another bug")
}

describe("a process that begins anew", () => {
  it.effect("given a query that was under way, it is asked again; given a wait, it goes on", () =>
    Effect.gen(function* () {
      const store = yield* Fakes.sharedStore
      const b = order("b")
      yield* following(
        (_, { order }) => (order.orderId === "a" ? Effect.never : "Paying"),
        (sync) =>
          Effect.gen(function* () {
            yield* Effect.forkChild(sync.track(a))
            yield* Effect.forkChild(sync.track(b))
            yield* TestClock.adjust("1 second")
            assert.strictEqual(Option.getOrThrow(yield* sync.get(a)).asking, "querying")
            assert.strictEqual(Option.getOrThrow(yield* sync.get(b)).asking, "waiting")
          }),
        { store }
      )
      yield* following(
        () => Effect.as(Effect.sleep(10), "Paid" as const),
        (sync, gateway) =>
          Effect.gen(function* () {
            const seen = yield* watch(sync)
            yield* TestClock.adjust(0)
            assert.deepStrictEqual(
              gateway.asked.map(({ at, order }) => [at, order.orderId]),
              [[1 * second, "a"]]
            )
            yield* TestClock.adjust("1 minute")
            assert.deepStrictEqual(
              gateway.asked.map(({ at, order }) => [at, order.orderId]),
              [
                [1 * second, "a"],
                [3 * second, "b"]
              ]
            )
            assert.sameMembers(
              seen.filter(({ settled }) => settled).map(({ orderId }) => orderId),
              ["a", "b"]
            )
          }),
        { store }
      )
    })
  )

  it.effect("given a wait that ended while nobody ran, it is asked at once", () =>
    Effect.gen(function* () {
      const store = yield* Fakes.sharedStore
      yield* following(
        () => "Paying",
        (sync) => Effect.andThen(Effect.forkChild(sync.track(a)), TestClock.adjust("1 second")),
        { store }
      )
      yield* TestClock.adjust("1 day")
      yield* following(
        () => "Paid",
        (sync, gateway) =>
          Effect.gen(function* () {
            const tracked = yield* Effect.forkChild(sync.track(a))
            yield* TestClock.adjust(0)
            assert.deepStrictEqual(times(gateway), [day + second])
            assert.strictEqual((yield* Fiber.join(tracked)).result, "paid")
          }),
        { store }
      )
    })
  )

  it.effect("given a closed order, its recheck still comes; given a paid one, it is left alone", () =>
    Effect.gen(function* () {
      const store = yield* Fakes.sharedStore
      const b = order("b")
      yield* following(
        (_, { order }) => (order.orderId === "a" ? "Closed" : "Paid"),
        (sync) =>
          Effect.gen(function* () {
            yield* Effect.forkChild(sync.track(a))
            yield* Effect.forkChild(sync.track(b))
            yield* TestClock.adjust("1 minute")
          }),
        { store }
      )
      yield* following(
        () => "Paid",
        (sync, gateway) =>
          Effect.gen(function* () {
            const seen = yield* watch(sync)
            yield* TestClock.adjust("1 day")
            assert.deepStrictEqual(
              gateway.asked.map(({ at, order }) => [at, order.orderId]),
              [[10 * minute + 30 * second, "a"]]
            )
            assert.deepStrictEqual(
              seen.filter(({ settled }) => settled).map(({ late }) => late),
              ["AfterClosed"]
            )
          }),
        { store }
      )
    })
  )

  it.effect("given what an earlier life stored, tracking it again is no second stream of queries", () =>
    Effect.gen(function* () {
      const store = yield* Fakes.sharedStore
      const { snapshot } = OrderStep.make().start({ order: a, at: 0 })
      yield* OrderStore.use((orders) => orders.create([fresh(snapshot, 0)])).pipe(Effect.provide(store))
      yield* following(
        (index) => (index < 2 ? "Paying" : "Paid"),
        (sync, gateway) =>
          Effect.gen(function* () {
            const tracked = yield* Effect.forkChild(sync.track(a))
            yield* TestClock.adjust("1 minute")
            assert.strictEqual((yield* Fiber.join(tracked)).result, "paid")
            assert.deepStrictEqual(times(gateway), [0, 3 * second, 6 * second])
          }),
        { store }
      )
    })
  )
})

describe("many orders", () => {
  // With the real clock: the test's clock wakes its sleepers one by one, which takes long for so many.
  it.live(
    "given three thousand that are under way at once, all of them finish",
    () =>
      following(
        () => Effect.as(Effect.sleep(20), "Paid" as const),
        (sync, gateway) =>
          Effect.gen(function* () {
            const orders = Array.from({ length: 3000 }, (_, index) => order(`order-${index}`))
            const ends = yield* Effect.forEach(orders, (one) => sync.track(one), { concurrency: "unbounded" })
            assert.isTrue(ends.every(({ result }) => result === "paid"))
            assert.deepStrictEqual([gateway.asked.length, gateway.most()], [3000, 1])
          })
      ),
    30_000
  )
})

describe("a schedule that can't be used", () => {
  const bad: ReadonlyArray<OrderSyncOptions> = [
    { schedule: { handOverAfter: Number.NaN } },
    { schedule: { firstEvery: 0 } },
    { schedule: { gaps: [-1] } }
  ]
  for (const options of bad) {
    it.effect(`is refused before anything is asked: ${Object.keys(options.schedule ?? {})}`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(
          following(
            () => "Paying",
            () => Effect.void,
            options
          )
        )
        assert.strictEqual(error._tag, "ConfigInvalid")
      })
    )
  }

  it.effect("a change that is undefined is no change", () =>
    following(
      () => "Paid",
      (sync) => Effect.map(sync.track(a), ({ result }) => assert.strictEqual(result, "paid")),
      { schedule: { firstEvery: undefined } as unknown as OrderSyncOptions["schedule"] & {} }
    )
  )
})
