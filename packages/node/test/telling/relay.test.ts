import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import type { Notice } from "../../src/store/Notice.ts"
import { OrderStore } from "../../src/store/OrderStore.ts"
import { unavailable } from "../../src/store/StoreError.ts"
import { Ledger } from "../../src/sync/Ledger.ts"
import { NoticeHandler } from "../../src/telling/NoticeHandler.ts"
import * as Relay from "../../src/telling/Relay.ts"
import { storePaid, storeStory } from "../support/notices.ts"
import { order } from "../support/orders.ts"

const second = 1000

interface Told {
  readonly at: number
  readonly notice: Notice
}

/** A handler that does what `respond` says, and keeps a list of what it was told. */
const handler = (respond: (told: Told, index: number) => Effect.Effect<unknown, unknown>) => {
  const told: Array<Told> = []
  const layer = NoticeHandler.layer((notice) =>
    Effect.gen(function* () {
      const entry = { at: yield* Clock.currentTimeMillis, notice }
      yield* respond(entry, told.push(entry) - 1)
    })
  )
  return { told, layer }
}

const relaying = <A, E, R>(
  handling: Layer.Layer<NoticeHandler>,
  store: Layer.Layer<OrderStore>,
  body: Effect.Effect<A, E, R | OrderStore>,
  options: Relay.RelayOptions = {}
) =>
  Effect.gen(function* () {
    yield* Relay.make({ grace: 0, ...options })
    return yield* body
  }).pipe(
    Effect.scoped,
    Effect.provide(Layer.merge(handling, Ledger.layer().pipe(Layer.provideMerge(store))))
  )

const pendingOf = (orderId: string) =>
  OrderStore.use((store) => store.notices(order(orderId))).pipe(
    Effect.map((notices) => notices.filter(({ deliveredAt }) => deliveredAt === undefined))
  )

const types = (told: ReadonlyArray<Told>, orderId: string) =>
  told.filter(({ notice }) => notice.orderId === orderId).map(({ notice }) => notice.type)

const inSteps = (millis: number) => Effect.repeat(TestClock.adjust(millis / 50), { times: 49 })

describe("the relay", () => {
  it.effect("given several notices of an order, they arrive once each, in their order", () => {
    const { told, layer } = handler(() => Effect.sleep(10))
    return relaying(
      layer,
      MemoryStore.layer,
      Effect.gen(function* () {
        yield* storeStory("a")
        yield* storePaid("b")
        yield* inSteps(70 * second)
        assert.deepStrictEqual(types(told, "a"), [
          "order.paid",
          "order.refund_failed",
          "order.refund_accepted"
        ])
        assert.deepStrictEqual(types(told, "b"), ["order.paid"])
        assert.deepStrictEqual(yield* pendingOf("a"), [])
        yield* TestClock.adjust("1 day")
        assert.strictEqual(told.length, 4)
      })
    )
  })

  it.effect(
    "given a handler that fails, dies or hangs, it is tried again after longer and longer pauses, with the same id",
    () => {
      const troubles = [Effect.fail("no"), Effect.die(new Error("a bug")), Effect.never]
      const { told, layer } = handler(
        (_, index) => troubles[index] ?? (index < 6 ? Effect.fail("no") : Effect.void)
      )
      return relaying(
        layer,
        MemoryStore.layer,
        Effect.gen(function* () {
          yield* storePaid("a")
          yield* inSteps(20 * 60 * second)
          assert.strictEqual(told.length, 7)
          assert.strictEqual(new Set(told.map(({ notice }) => notice.id)).size, 1)
          const pauses = told.slice(1).map(({ at }, index) => at - (told[index]?.at ?? 0))
          // Between half and the whole of 5, 10, 20 … s; the third began with a minute's time-out. Steps are 24 s.
          for (const [index, pause] of pauses.entries()) {
            const whole = 5 * second * 2 ** index + (index === 2 ? 60 * second : 0)
            assert.isAtLeast(pause, whole / 2)
            assert.isAtMost(pause, whole + 25 * second)
          }
          assert.deepStrictEqual(yield* pendingOf("a"), [])
        })
      )
    }
  )

  it.effect(
    "given an order whose notice can't be handed over, its later ones wait, and other orders' don't",
    () => {
      const { told, layer } = handler(({ notice }) =>
        notice.orderId === "a" ? Effect.fail("no") : Effect.void
      )
      return relaying(
        layer,
        MemoryStore.layer,
        Effect.gen(function* () {
          yield* storeStory("a")
          yield* Effect.forEach(Array.from({ length: 30 }), (_, index) => storePaid(`b${index}`))
          yield* inSteps(2 * second)
          assert.deepStrictEqual([...new Set(types(told, "a"))], ["order.paid"])
          assert.strictEqual(told.filter(({ notice }) => notice.orderId.startsWith("b")).length, 30)
          const [first] = yield* pendingOf("a")
          assert.deepStrictEqual([first?.notice.type, first?.attempts], ["order.paid", 1])
          assert.isString(first?.lastError)
        })
      )
    }
  )

  it.effect(
    "given a process that ends between the handing over and the mark, the next one hands over again",
    () =>
      Effect.gen(function* () {
        const shared = Layer.succeed(OrderStore, yield* Effect.provide(OrderStore, MemoryStore.layer))
        const forgetful = Layer.effect(
          OrderStore,
          Effect.map(OrderStore, (store) =>
            OrderStore.of({ ...store, noticeDelivered: () => Effect.fail(unavailable("gone")) })
          )
        ).pipe(Layer.provide(shared))
        const first = handler(() => Effect.void)
        yield* relaying(first.layer, forgetful, Effect.andThen(storePaid("a"), TestClock.adjust("1 millis")))
        assert.isAtLeast(first.told.length, 1)
        const second = handler(() => Effect.void)
        yield* relaying(second.layer, shared, TestClock.adjust("1 second"))
        assert.deepStrictEqual(
          second.told.map(({ notice }) => notice.id),
          [first.told[0]?.notice.id]
        )
      })
  )

  it.effect("given more notices than places, never more are on their way than that", () => {
    let now = 0
    let most = 0
    const { told, layer } = handler(() =>
      Effect.gen(function* () {
        now += 1
        most = Math.max(most, now)
        yield* Effect.sleep(100)
        now -= 1
      })
    )
    return relaying(
      layer,
      MemoryStore.layer,
      Effect.gen(function* () {
        yield* Effect.forEach(Array.from({ length: 20 }), (_, index) => storePaid(`b${index}`))
        yield* inSteps(5 * second)
        assert.deepStrictEqual([told.length, most], [20, 3])
      }),
      { concurrency: 3 }
    )
  })
})
