import { assert, describe, it } from "@effect/vitest"
import { type Order, RetCode, type Verdict } from "@umf-order-sync/core"
import { OrderStep } from "@umf-order-sync/machine"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { CircuitOpen, GatewayError, NotSent } from "../../src/gateway/GatewayError.ts"
import * as Bucket from "../../src/store/Bucket.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { fresh, OrderStore } from "../../src/store/OrderStore.ts"
import { StoreError, StoreRefused } from "../../src/store/StoreError.ts"
import { Buckets, everything } from "../../src/sync/Buckets.ts"
import { OrderDesk } from "../../src/sync/OrderDesk.ts"
import { OrderSync, type OrderSyncOptions } from "../../src/sync/OrderSync.ts"
import * as Fakes from "../support/fakes.ts"
import { order } from "../support/orders.ts"

const second = 1000

interface World {
  readonly desk: OrderDesk["Service"]
  readonly store: OrderStore["Service"]
  readonly gateway: ReturnType<typeof Fakes.gateway>
}

/** Runs a test with a service whose gateway has that script. */
const service = <A, E>(
  script: Fakes.Script,
  options: OrderSyncOptions & { readonly buckets?: Buckets },
  body: (world: World) => Effect.Effect<A, E, Scope.Scope>
) =>
  Effect.gen(function* () {
    const gateway = Fakes.gateway(script)
    const shared = yield* Fakes.sharedStore
    const world = Effect.gen(function* () {
      return yield* body({ desk: yield* OrderDesk, store: yield* OrderStore, gateway })
    })
    return yield* Effect.provide(
      world,
      // The test's clock stands still at the end, so nothing is waited for then.
      OrderSync.layer({ grace: 0, ...options }).pipe(
        Layer.provide(Layer.succeed(Buckets, options.buckets ?? everything)),
        Layer.provide(gateway.layer),
        Layer.provideMerge(shared)
      )
    )
  })

const many = (count: number, name: string, more: Parameters<typeof order>[1] = {}) =>
  Array.from({ length: count }, (_, index) => ({ order: order(`${name}${index}`, more) }))

/** Lets time pass so that whatever happens at an instant has room to happen before the next one. */
const inSmallSteps = (millis: number) =>
  Effect.repeat(TestClock.adjust("10 millis"), { times: millis / 10 - 1 })

const stateOf = (world: World, one: Order.OrderRef) =>
  Effect.map(world.store.get(one), (found) => Option.getOrThrow(found).snapshot)

describe("the places", () => {
  it.effect("given more orders than places, never more are asked at once, and all of them are asked", () => {
    let now = 0
    let most = 0
    const slow = Effect.sync(() => {
      now += 1
      most = Math.max(most, now)
    }).pipe(
      Effect.andThen(Effect.sleep("1 second")),
      Effect.andThen(Effect.sync(() => (now -= 1))),
      Effect.as("Paid" as const)
    )
    return service(
      () => slow,
      { concurrency: 7 },
      ({ desk, gateway }) =>
        Effect.gen(function* () {
          yield* desk.handOverAll(many(50, "o"))
          yield* TestClock.adjust("8 seconds")
          assert.deepStrictEqual([most, gateway.asked.length, gateway.most()], [7, 50, 1])
        })
    )
  })

  it.effect("given a backlog, a fresh order is asked before it, and the backlog goes on all the same", () =>
    service(
      () => Effect.as(Effect.sleep("1 second"), "Paying" as const),
      { concurrency: 4 },
      ({ desk, store, gateway }) =>
        Effect.gen(function* () {
          // An outage's backlog: 2,000 orders that have been due for an hour.
          yield* TestClock.adjust("1 hour")
          const steps = OrderStep.make()
          yield* store.create(
            many(2000, "old").map(({ order: one }) => fresh(steps.start({ order: one, at: 0 }).snapshot, 0))
          )
          const before = gateway.asked.length
          for (let round = 0; round < 10; round++) {
            const fresh = order(`fresh${round}`)
            const handedAt = yield* Clock.currentTimeMillis
            yield* desk.handOver(fresh)
            yield* TestClock.adjust("3 seconds")
            const asked = gateway.asked.find(({ order: one }) => one.orderId === fresh.orderId)
            assert.isDefined(asked)
            assert.isAtMost((asked?.at ?? 0) - handedAt, second)
          }
          const backlog = gateway.asked
            .slice(before)
            .filter(({ order: one }) => one.orderId.startsWith("old"))
          assert.isAtLeast(backlog.length, 50)
        })
    )
  )

  it.effect("given a merchant at its limit, another merchant's orders don't wait for it", () =>
    service(
      () => "Paid",
      {
        concurrency: 4,
        rateLimitOf: (merId) => (merId === "1" ? { limit: 2, windowMillis: second } : undefined)
      },
      ({ desk, gateway }) =>
        Effect.gen(function* () {
          yield* desk.handOverAll(many(1000, "a", { merId: "1" }))
          yield* desk.handOverAll(many(100, "b", { merId: "2" }))
          const asked = (merId: string) =>
            gateway.asked.filter(({ order: one }) => one.merId === merId).length
          yield* inSmallSteps(second)
          assert.strictEqual(asked("2"), 100)
          yield* inSmallSteps(9 * second)
          assert.isAtMost(asked("1"), 22)
          assert.isAtLeast(asked("1"), 20)
        })
    )
  )
})

describe("the places, where a merchant's rate is less than what is due", () => {
  it.effect("given a backlog and fresh orders that would take all turns, each gets half of them", () =>
    service(
      () => "Paying",
      { rateLimitOf: () => ({ limit: 10, windowMillis: second }) },
      ({ desk, store, gateway }) =>
        Effect.gen(function* () {
          yield* TestClock.adjust("10 minutes")
          const steps = OrderStep.make()
          yield* store.create(
            many(1000, "old").map(({ order: one }) => fresh(steps.start({ order: one, at: 0 }).snapshot, 0))
          )
          // Asked every 3 s each, they want 20 turns a second.
          yield* desk.handOverAll(many(60, "fresh"))
          yield* inSmallSteps(5 * second)
          const before = gateway.asked.length
          yield* inSmallSteps(20 * second)
          const asked = gateway.asked.slice(before)
          const backlog = asked.filter(({ order: one }) => one.orderId.startsWith("old"))
          assert.isAtLeast(asked.length, 180)
          assert.closeTo(backlog.length / asked.length, 0.5, 0.1)
          // Neither does one that comes now wait behind what was read before.
          const handedAt = yield* Clock.currentTimeMillis
          yield* desk.handOver(order("now"))
          yield* inSmallSteps(second)
          const first = gateway.asked.find(({ order: one }) => one.orderId === "now")
          assert.isAtMost((first?.at ?? Number.POSITIVE_INFINITY) - handedAt, 300)
        })
    )
  )
})

describe("the platform, left alone", () => {
  const open = Effect.suspend(() =>
    Effect.fail(new GatewayError({ reason: new CircuitOpen({ retryAfterMillis: 15 * second }) }))
  )

  it.effect(
    "given an open circuit breaker, nothing is concluded or counted, and it is asked when it closes",
    () =>
      service(
        (_, { at }) => (at < 40 * second ? open : "Paid"),
        {},
        (world) =>
          Effect.gen(function* () {
            const one = order("a")
            yield* world.desk.handOver(one)
            yield* TestClock.adjust("39 seconds")
            const { result, context } = yield* stateOf(world, one)
            assert.deepStrictEqual([result, context.faults, context.queries], ["open", 0, 1])
            assert.isAtMost(world.gateway.asked.length, 3)
            yield* TestClock.adjust("20 seconds")
            assert.strictEqual((yield* stateOf(world, one)).result, "paid")
          })
      )
  )

  it.effect("given an order whose time is over meanwhile, it goes to a person, not to a result", () =>
    service(
      () => open,
      {},
      (world) =>
        Effect.gen(function* () {
          const one = order("a")
          yield* world.desk.handOver(one)
          yield* TestClock.adjust("41 minutes")
          const { result, context } = yield* stateOf(world, one)
          assert.deepStrictEqual([result, context.reason], ["unresolved", "TimeLimit"])
        })
    )
  )

  it.effect(
    "given an unresolved order whose rechecks all come meanwhile, it is asked when the breaker closes",
    () =>
      service(
        (_, { at }) => (at < 44 * 60 * second ? "Paying" : at < 3 * 3600 * second ? open : "Paid"),
        {},
        (world) =>
          Effect.gen(function* () {
            const one = order("a")
            yield* world.desk.handOver(one)
            yield* TestClock.adjust("41 minutes")
            assert.strictEqual((yield* stateOf(world, one)).result, "unresolved")
            yield* TestClock.adjust("2 hours")
            assert.strictEqual((yield* stateOf(world, one)).context.faults, 0)
            yield* TestClock.adjust("1 hour")
            assert.strictEqual((yield* stateOf(world, one)).result, "paid")
          })
      )
  )
})

describe("several writers", () => {
  it.effect("given another worker that asked meanwhile, what this one brings late changes nothing", () =>
    service(
      (index) => (index === 0 ? Effect.as(Effect.sleep("10 seconds"), "Closed" as const) : Effect.never),
      {},
      (world) =>
        Effect.gen(function* () {
          const one = order("a")
          yield* world.desk.handOver(one)
          yield* TestClock.adjust("1 second")
          // The other worker: saved "paid" under the same fence.
          const stored = Option.getOrThrow(yield* world.store.get(one))
          const { snapshot } = OrderStep.make().step(stored.snapshot, {
            type: "answered.Paid",
            at: 1 * second,
            operation: "payment",
            answer: { retCode: RetCode.RetCode.make("0000"), transState: "SUCCESS" }
          })
          const next = { ...stored, snapshot, version: stored.version + 1, polls: stored.polls + 1 }
          yield* world.store.save([{ next, history: [], notices: [], mustSurvive: true }])
          yield* TestClock.adjust("1 minute")
          assert.deepStrictEqual(Option.getOrThrow(yield* world.store.get(one)), next)
        })
    )
  )

  it.effect("given a hint while a question is under way, one more question follows its answer at once", () =>
    service(
      () => Effect.as(Effect.sleep("10 seconds"), "Paying" as const),
      {},
      (world) =>
        Effect.gen(function* () {
          const one = order("a")
          yield* world.desk.handOver(one)
          yield* TestClock.adjust("2 seconds")
          yield* world.desk.hint(one)
          yield* world.desk.hint(one)
          yield* TestClock.adjust("25 seconds")
          assert.deepStrictEqual(
            world.gateway.asked.map(({ at }) => at / second),
            [0, 10, 23]
          )
        })
    )
  )

  it.effect("given a process that was stopped during a query, its old answer counts as a time-out", () =>
    service(
      (index) => (index === 0 ? Effect.as(Effect.sleep("20 minutes"), "Paid" as const) : "Paying"),
      {},
      (world) =>
        Effect.gen(function* () {
          const one = order("a")
          yield* world.desk.handOver(one)
          yield* TestClock.adjust("20 minutes")
          const { result, context } = yield* stateOf(world, one)
          assert.deepStrictEqual([result, context.lastFault?.fault], ["open", "TimeOut"])
        })
    )
  )

  it.effect("given some of the buckets, only their orders are asked", () => {
    const mine = Bucket.all.filter((bucket) => bucket % 2 === 0)
    const buckets = { ...everything, mine: () => mine, isMine: (bucket: number) => bucket % 2 === 0 }
    return service(
      () => "Paid",
      { buckets },
      ({ desk, gateway }) =>
        Effect.gen(function* () {
          const orders = many(200, "o")
          yield* desk.handOverAll(orders)
          yield* TestClock.adjust("1 minute")
          const expected = orders.filter(({ order: one }) => Bucket.of(one) % 2 === 0)
          assert.sameMembers(
            gateway.asked.map(({ order: one }) => one.orderId),
            expected.map(({ order: one }) => one.orderId)
          )
        })
    )
  })

  it.effect(
    "given a bucket that is given up, its query under way ends first, or is let go after the grace",
    () => {
      let giveUp: (bucket: number) => Effect.Effect<void> = () => Effect.die("nobody listens")
      const buckets: Buckets = {
        ...everything,
        listen: ({ beforeGivingUp }) => {
          giveUp = beforeGivingUp
        }
      }
      const one = order("a")
      return service(
        (index) =>
          index === 0
            ? Effect.as(Effect.sleep("4 seconds"), "Paying" as const)
            : index === 1
              ? Effect.never
              : "Paid",
        { buckets, grace: "5 seconds" },
        ({ desk, store, gateway }) =>
          Effect.gen(function* () {
            yield* desk.handOver(one)
            yield* TestClock.adjust("1 second")
            const first = yield* Effect.forkChild(giveUp(Bucket.of(one)))
            yield* TestClock.adjust("2 seconds")
            assert.isUndefined(first.pollUnsafe())
            yield* TestClock.adjust("1 second")
            yield* Fiber.join(first)
            assert.strictEqual(Option.getOrThrow(yield* store.get(one)).polls, 1)
            // The second query never ends by itself.
            yield* TestClock.adjust("10 seconds")
            const second = yield* Effect.forkChild(giveUp(Bucket.of(one)))
            yield* TestClock.adjust("5 seconds")
            yield* Fiber.join(second)
            // Let go, it left the order as due as it was: whoever has the bucket asks next.
            assert.deepStrictEqual(
              gateway.asked.map(({ at }) => at / 1000),
              [0, 7, 19]
            )
          })
      )
    }
  )
})

describe("troubles of the store and the clock", () => {
  /** The store in memory, which refuses to save one order, alone or with others. */
  const refusing = (orderId: string) =>
    Layer.effect(
      OrderStore,
      Effect.map(OrderStore, (store) =>
        OrderStore.of({
          ...store,
          save: (writes) =>
            writes.some(({ next }) => next.snapshot.context.order.orderId === orderId)
              ? Effect.fail(new StoreError({ reason: new StoreRefused({ what: "damaged" }) }))
              : store.save(writes)
        })
      )
    ).pipe(Layer.provide(MemoryStore.layer))

  it.effect(
    "given one order whose steps are refused, it is left alone for a while, and the others go on",
    () => {
      const gateway = Fakes.gateway(() => "Paid")
      return Effect.gen(function* () {
        const desk = yield* OrderDesk
        yield* desk.handOverAll([{ order: order("bad") }, ...many(100, "o")])
        yield* inSmallSteps(second)
        assert.deepStrictEqual((yield* desk.counts).states, { paid: 100, open: 1 })
        const asked = () => gateway.asked.filter(({ order: one }) => one.orderId === "bad").length
        assert.strictEqual(asked(), 1)
        yield* TestClock.adjust("31 seconds")
        assert.strictEqual(asked(), 2)
      }).pipe(
        Effect.provide(OrderSync.layer({ grace: 0 }).pipe(Layer.provide([gateway.layer, refusing("bad")])))
      )
    }
  )

  it.effect("given a store that refuses everything, the platform is left alone after a few tries", () => {
    const gateway = Fakes.gateway(() => "Paid")
    return Effect.gen(function* () {
      const desk = yield* OrderDesk
      yield* desk.handOverAll(many(100, "o"))
      yield* inSmallSteps(second)
      assert.isAtMost(gateway.asked.length, 8)
      yield* TestClock.adjust("1 hour")
      assert.isAtMost(gateway.asked.length, 8 * 121)
    }).pipe(
      Effect.provide(
        OrderSync.layer({ grace: 0, concurrency: 4 }).pipe(
          Layer.provide([gateway.layer, Fakes.storeThatRefuses])
        )
      )
    )
  })

  it.effect(
    "given keys that can't sign, nothing is counted, and the merchant is tried again every 30 s",
    () => {
      const unsigned = Effect.suspend(() =>
        Effect.fail(new GatewayError({ reason: new NotSent({ what: "there are no keys." }) }))
      )
      return service(
        (_, { at }) => (at < 100 * second ? unsigned : "Paid"),
        {},
        (world) =>
          Effect.gen(function* () {
            yield* world.desk.handOverAll(many(50, "o"))
            yield* TestClock.adjust("90 seconds")
            const { result, context } = yield* stateOf(world, order("o0"))
            assert.deepStrictEqual([result, context.faults], ["open", 0])
            yield* inSmallSteps(40 * second)
            assert.deepStrictEqual((yield* world.desk.counts).states, { paid: 50 })
          })
      )
    }
  )

  it.live("given a clock that is set back an hour, the asking goes on as before", () => {
    let shift = 0
    const now = () => Date.now() + shift
    const shifting: Clock.Clock = {
      currentTimeMillisUnsafe: now,
      currentTimeMillis: Effect.sync(now),
      currentTimeNanosUnsafe: () => BigInt(now()) * 1_000_000n,
      currentTimeNanos: Effect.sync(() => BigInt(now()) * 1_000_000n),
      monotonicTimeNanosUnsafe: () => process.hrtime.bigint(),
      monotonicTimeNanos: Effect.sync(() => process.hrtime.bigint()),
      sleep: (duration) =>
        Effect.callback((resume) => {
          const timer = setTimeout(() => resume(Effect.void), Duration.toMillis(duration))
          return Effect.sync(() => clearTimeout(timer))
        })
    }
    return service(
      () => "Paying",
      { schedule: { firstEvery: 50 } },
      ({ desk, gateway }) =>
        Effect.gen(function* () {
          yield* desk.handOver(order("a"))
          yield* Effect.sleep(200)
          shift = -3_600_000
          yield* Effect.sleep(100)
          const before = gateway.asked.length
          yield* Effect.sleep(500)
          assert.isAtLeast(gateway.asked.length - before, 3)
        })
    ).pipe(Effect.provideService(Clock.Clock, shifting))
  })
})

describe("the end of the service", () => {
  it.effect("given queries under way, it waits for them, saves what they bring, and begins no new one", () =>
    Effect.gen(function* () {
      const answer = yield* Deferred.make<Verdict.Verdict>()
      const gateway = Fakes.gateway(() => Deferred.await(answer))
      const shared = yield* Fakes.sharedStore
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(
        OrderSync.layer({ concurrency: 1 }).pipe(
          Layer.provide([gateway.layer, shared]),
          Layer.provideMerge(shared)
        ),
        scope
      )
      const [one, two] = [order("a"), order("b")]
      yield* Effect.provide(
        OrderDesk.use((desk) => desk.handOverAll([{ order: one }, { order: two }])),
        context
      )
      yield* TestClock.adjust("1 second")
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      yield* TestClock.adjust("1 second")
      assert.isUndefined(closing.pollUnsafe())
      yield* Deferred.succeed(answer, "Paid")
      yield* Fiber.join(closing)
      const store = yield* Effect.provide(OrderStore, shared)
      const results = yield* Effect.forEach([one, two], (key) =>
        Effect.map(store.get(key), (found) => Option.getOrThrow(found).snapshot.result)
      )
      assert.sameMembers(results, ["paid", "open"])
      assert.strictEqual(gateway.asked.length, 1)
    })
  )

  it.effect(
    "given a query that doesn't end in time, it is let go, and its order is asked in the next life",
    () =>
      Effect.gen(function* () {
        const gateway = Fakes.gateway((index) => (index === 0 ? Effect.never : "Paid"))
        const shared = yield* Fakes.sharedStore
        const life = (body: Effect.Effect<unknown, unknown, OrderDesk>) =>
          Effect.provide(
            body,
            OrderSync.layer({ grace: "3 seconds" }).pipe(Layer.provide([gateway.layer, shared]))
          )
        const one = order("a")
        const first = yield* Effect.forkChild(
          life(
            Effect.andThen(
              OrderDesk.use((desk) => desk.handOver(one)),
              Effect.sleep("1 second")
            )
          )
        )
        yield* TestClock.adjust("4 seconds")
        yield* Fiber.join(first)
        const second = yield* Effect.forkChild(life(Effect.sleep("1 second")))
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(second)
        const store = yield* Effect.provide(OrderStore, shared)
        assert.strictEqual(Option.getOrThrow(yield* store.get(one)).snapshot.result, "paid")
      })
  )
})
