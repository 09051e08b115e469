import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import type { Notice } from "../../src/store/Notice.ts"
import { OrderStore } from "../../src/store/OrderStore.ts"
import { type StoreError, unavailable } from "../../src/store/StoreError.ts"
import { Ledger } from "../../src/sync/Ledger.ts"
import { NoticeHandler } from "../../src/telling/NoticeHandler.ts"
import * as Relay from "../../src/telling/Relay.ts"
import { storePaid } from "../support/notices.ts"
import { order } from "../support/orders.ts"

type Store = OrderStore["Service"]

/** A store in memory of which some operations are others. */
const changed = (change: (store: Store) => Partial<Store>): Layer.Layer<OrderStore> =>
  Layer.effect(
    OrderStore,
    Effect.map(OrderStore, (store) => OrderStore.of({ ...store, ...change(store) }))
  ).pipe(Layer.provide(MemoryStore.layer))

const around = (handler: Layer.Layer<NoticeHandler>, store: Layer.Layer<OrderStore> = MemoryStore.layer) =>
  Layer.merge(handler, Ledger.layer().pipe(Layer.provideMerge(store)))

const isDelivered = (orderId: string) =>
  OrderStore.use((store) => store.notices(order(orderId))).pipe(
    Effect.map((notices) => notices.map(({ deliveredAt }) => deliveredAt !== undefined))
  )

/** Fails until it is told that the disk has room again. */
const fullDisk = () => {
  const disk = { isFull: true }
  const writing = (effect: Effect.Effect<void, StoreError>): Effect.Effect<void, StoreError> =>
    Effect.suspend(() => (disk.isFull ? Effect.fail(unavailable("the disk is full.")) : effect))
  const store = changed(({ noticeDelivered, noticeFailed }) => ({
    noticeDelivered: (id, at) => writing(noticeDelivered(id, at)),
    noticeFailed: (id, failure) => writing(noticeFailed(id, failure))
  }))
  return { disk, store }
}

describe("the relay, where the store takes no writes", () => {
  it.effect.each([
    ["arrives", Effect.void, 1],
    ["does not arrive", Effect.fail("no"), 2]
  ] as const)(
    "given a notice that %s, it is handed over once until the store is back",
    ([, first, tries]) => {
      const { disk, store } = fullDisk()
      const told: Array<string> = []
      const handler = NoticeHandler.layer((notice) =>
        Effect.andThen(
          Effect.sleep(1),
          Effect.suspend(() => (told.push(notice.id) === 1 ? first : Effect.void))
        )
      )
      return Effect.gen(function* () {
        yield* Relay.make({ grace: 0 })
        yield* storePaid("a")
        for (let second = 0; second < 300; second++) yield* TestClock.adjust("1 second")
        assert.strictEqual(told.length, 1)
        assert.deepStrictEqual(yield* isDelivered("a"), [false])
        disk.isFull = false
        for (let second = 0; second < 60; second++) yield* TestClock.adjust("1 second")
        assert.strictEqual(told.length, tries)
        assert.deepStrictEqual(yield* isDelivered("a"), [true])
      }).pipe(Effect.scoped, Effect.provide(around(handler, store)))
    }
  )

  it.effect("given a handler's failure that can't even be named, it is not tried without a pause", () => {
    let tries = 0
    const unnameable = new (class extends Error {
      override get message(): string {
        throw new Error("a bug")
      }
    })()
    const handler = NoticeHandler.layer(() =>
      Effect.suspend(() => {
        tries += 1
        return Effect.fail(unnameable)
      })
    )
    return Effect.gen(function* () {
      yield* Relay.make({ grace: 0 })
      yield* storePaid("a")
      for (let second = 0; second < 10; second++) yield* TestClock.adjust("1 second")
      assert.isAtLeast(tries, 1)
      assert.isAtMost(tries, 12)
    }).pipe(Effect.scoped, Effect.provide(around(handler)))
  })
})

describe("the relay, where reading takes its time", () => {
  it.effect(
    "given a notice that arrives while pending ones are read, it is not handed over once more",
    () => {
      const told: Array<Notice["orderId"]> = []
      // What was pending when the question came, told 100 ms later.
      const store = changed(({ pendingNotices }) => ({
        pendingNotices: (request) => Effect.tap(pendingNotices(request), () => Effect.sleep(100))
      }))
      const handler = NoticeHandler.layer(({ orderId }) =>
        Effect.suspend(() => {
          told.push(orderId)
          return Effect.sleep(orderId === "a" ? 150 : 60)
        })
      )
      return Effect.gen(function* () {
        yield* storePaid("a")
        yield* storePaid("b")
        yield* Relay.make({ grace: 0 })
        // The end of b's is the beginning of a reading during which a's ends.
        for (let step = 0; step < 100; step++) yield* TestClock.adjust(10)
        assert.deepStrictEqual(told.sort(), ["a", "b"])
      }).pipe(Effect.scoped, Effect.provide(around(handler, store)))
    }
  )
})

describe("the relay, when it stops", () => {
  const stopping = (handler: Layer.Layer<NoticeHandler>, seconds: number) =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      yield* storePaid("a")
      yield* Effect.provideService(Relay.make({ grace: "10 seconds" }), Scope.Scope, scope)
      yield* TestClock.adjust(1)
      const stop = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      yield* storePaid("b")
      yield* TestClock.adjust(seconds * 1000 - 2)
      assert.isUndefined(stop.pollUnsafe())
      yield* TestClock.adjust(3)
      yield* Fiber.join(stop)
      yield* TestClock.adjust("1 hour")
      return { a: yield* isDelivered("a"), b: yield* isDelivered("b") }
    }).pipe(Effect.provide(around(handler)))

  it.effect("given a notice on its way, it may still arrive, and no other is begun", () =>
    Effect.gen(function* () {
      const handler = NoticeHandler.layer(() => Effect.sleep("5 seconds"))
      assert.deepStrictEqual(yield* stopping(handler, 5), { a: [true], b: [false] })
    })
  )

  it.effect("given one that never arrives, it is let go of, and stays pending", () =>
    Effect.gen(function* () {
      const handler = NoticeHandler.layer(() => Effect.never)
      assert.deepStrictEqual(yield* stopping(handler, 10), { a: [false], b: [false] })
    })
  )
})

describe("a handler", () => {
  it.effect("given a service where it was built, it is that one's, whatever the relay was given", () => {
    class Where extends Context.Service<Where, string>()("test/Where") {}
    const handler = NoticeHandler.layer(() =>
      Effect.flatMap(Where, (where) => (where === "the handler's" ? Effect.void : Effect.fail(where)))
    ).pipe(Layer.provide(Layer.succeed(Where, "the handler's")))
    return Effect.gen(function* () {
      yield* Relay.make({ grace: 0 })
      yield* storePaid("a")
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* isDelivered("a"), [true])
    }).pipe(
      Effect.scoped,
      Effect.provide(around(handler)),
      Effect.provide(Layer.succeed(Where, "the relay's"))
    )
  })
})
