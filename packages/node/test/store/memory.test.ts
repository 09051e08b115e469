import { assert, describe, it } from "@effect/vitest"
import { type OrderSnapshot, OrderStep } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { OrderStore } from "../../src/store/OrderStore.ts"
import { order } from "../support/orders.ts"

const snapshotOf = (orderId: string, at = 0, merId?: string): OrderSnapshot.OrderSnapshot =>
  OrderStep.make().start({ order: order(orderId, merId === undefined ? {} : { merId }), at }).snapshot

const withStore = <A, E>(body: (store: OrderStore["Service"]) => Effect.Effect<A, E>) =>
  OrderStore.use(body).pipe(Effect.provide(OrderStore.layerMemory))

describe("the store in memory", () => {
  it.effect("given a new order, it is stored with version 1 and found again", () =>
    withStore((store) =>
      Effect.gen(function* () {
        const first = snapshotOf("a")
        assert.deepStrictEqual(yield* store.create(first), { snapshot: first, version: 1 })
        assert.deepStrictEqual(
          yield* store.get(first.context.order),
          Option.some({ snapshot: first, version: 1 })
        )
        assert.strictEqual((yield* store.list).length, 1)
      })
    )
  )

  it.effect("given an order that is there, creating it again changes nothing and gives the first back", () =>
    withStore((store) =>
      Effect.gen(function* () {
        const first = yield* store.create(snapshotOf("a", 0))
        const moved = yield* store.save(snapshotOf("a", 5), first.version)
        assert.deepStrictEqual(yield* store.create(snapshotOf("a", 99)), moved)
        assert.deepStrictEqual(yield* store.list, [moved])
      })
    )
  )

  it.effect("given a version that somebody else has replaced, saving is refused and nothing is written", () =>
    withStore((store) =>
      Effect.gen(function* () {
        const first = yield* store.create(snapshotOf("a"))
        const second = yield* store.save(snapshotOf("a", 1), first.version)
        assert.strictEqual(second.version, 2)
        const error = yield* Effect.flip(store.save(snapshotOf("a", 2), first.version))
        assert.deepStrictEqual(
          [error._tag, error.reason._tag, error.isRetryable],
          ["StoreError", "StaleVersion", false]
        )
        assert.match(error.message, /saved by somebody else/)
        assert.deepStrictEqual(yield* store.get(order("a")), Option.some(second))
      })
    )
  )

  it.effect("given two writers with the same version, exactly one of them wins", () =>
    withStore((store) =>
      Effect.gen(function* () {
        const { version } = yield* store.create(snapshotOf("a"))
        const results = yield* Effect.forEach(
          Array.from({ length: 10 }, (_, index) => snapshotOf("a", index)),
          (snapshot) => Effect.result(store.save(snapshot, version)),
          { concurrency: "unbounded" }
        )
        assert.strictEqual(results.filter(({ _tag }) => _tag === "Success").length, 1)
      })
    )
  )

  it.effect("given an order that was never created, saving is refused and there is none", () =>
    withStore((store) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(store.save(snapshotOf("a"), 1))
        assert.strictEqual(error.reason._tag, "StaleVersion")
        assert.deepStrictEqual(yield* store.get(order("a")), Option.none())
      })
    )
  )

  it.effect("given the same number with two merchants, they are two orders", () =>
    withStore((store) =>
      Effect.gen(function* () {
        yield* store.create(snapshotOf("a", 0, "1"))
        yield* store.create(snapshotOf("a", 0, "2"))
        assert.strictEqual((yield* store.list).length, 2)
        const one = yield* store.get(order("a", { merId: "1" }))
        assert.strictEqual(Option.getOrThrow(one).snapshot.context.order.merId, "1")
        assert.deepStrictEqual(yield* store.get(order("a", { merId: "3" })), Option.none())
      })
    )
  )
})
