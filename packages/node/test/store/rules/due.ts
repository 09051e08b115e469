/** Which orders are due, and when the next one is. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bucket from "../../../src/store/Bucket.ts"
import { type DueRequest, OrderStore } from "../../../src/store/OrderStore.ts"
import { order } from "../../support/orders.ts"
import { idsOf, type Subject, stored } from "../../support/stores.ts"

const request = (more: Partial<DueRequest> = {}): DueRequest => ({
  now: 1000,
  buckets: Bucket.all,
  newest: 100,
  oldest: 100,
  exceptMerchants: [],
  ...more
})

export const due = ({ name, layer }: Subject): void => {
  const rule = <A, E>(text: string, body: (store: OrderStore["Service"]) => Effect.Effect<A, E>): void =>
    it.effect(text, () => OrderStore.use(body).pipe(Effect.provide(layer)))

  const dueIds = (store: OrderStore["Service"], more?: Partial<DueRequest>) =>
    Effect.map(store.due(request(more)), idsOf)

  describe(`due orders in ${name}`, () => {
    rule("given a time, those are due whose wait ends then or before, and none that has no plan", (store) =>
      Effect.gen(function* () {
        yield* store.create([
          stored("before", { due: 999 }),
          stored("now", { due: 1000 }),
          stored("later", { due: 1001 }),
          stored("never", { state: "paid" })
        ])
        assert.sameMembers([...(yield* dueIds(store))], ["before", "now"])
        assert.deepStrictEqual(yield* dueIds(store, { now: 998 }), [])
      })
    )

    rule(
      "given a query that was under way when its process died, the order is due since it was saved",
      (store) =>
        Effect.gen(function* () {
          const one = stored("a", { createdAt: 500 })
          yield* store.create([{ ...one, snapshot: { ...one.snapshot, asking: "querying" } }])
          assert.deepStrictEqual(yield* dueIds(store, { now: 499 }), [])
          assert.deepStrictEqual(yield* dueIds(store, { now: 500 }), ["a"])
          assert.strictEqual(yield* store.nextDueAt(request({ now: 499 })), 500)
        })
    )

    rule(
      "given a clock that was set back an hour, what was saved in its future is planned anew, and nothing else",
      (store) =>
        Effect.gen(function* () {
          const hour = 3_600_000
          yield* store.create([
            stored("ahead", { createdAt: hour, due: hour + 3000 }),
            stored("usual", { createdAt: 0, due: hour })
          ])
          assert.strictEqual(yield* store.replan(0), 1)
          assert.deepStrictEqual(yield* dueIds(store, { now: 2999 }), [])
          assert.deepStrictEqual(yield* dueIds(store, { now: 3000 }), ["ahead"])
          assert.strictEqual(yield* store.replan(1000), 0)
        })
    )

    rule("given more than are wanted, those due for longest come and those begun last, none twice", (store) =>
      Effect.gen(function* () {
        // The later one became due, the longer ago it began: only with the order "0" is it otherwise.
        yield* store.create(
          Array.from({ length: 10 }, (_, index) =>
            stored(`${index}`, { due: 100 + index, startedAt: index === 0 ? 99 : 50 - index })
          )
        )
        const some = (newest: number, oldest: number) =>
          Effect.map(dueIds(store, { newest, oldest }), (ids) => ids.toSorted())
        assert.deepStrictEqual(yield* some(3, 2), ["0", "1", "2", "3", "4"])
        assert.deepStrictEqual(yield* some(3, 0), ["0", "1", "2"])
        assert.deepStrictEqual(yield* some(0, 2), ["0", "1"])
        assert.deepStrictEqual(yield* some(0, 0), [])
        assert.strictEqual((yield* some(5, 5)).length, 10)
        assert.strictEqual((yield* some(7, 7)).length, 10)
      })
    )

    rule("given a crowd that has been due for long, one that began just now is among the newest", (store) =>
      Effect.gen(function* () {
        yield* store.create([
          ...Array.from({ length: 50 }, (_, index) => stored(`old-${index}`, { due: 900 + index })),
          stored("new", { due: 910, startedAt: 905 })
        ])
        const ids = yield* dueIds(store, { newest: 1, oldest: 2 })
        assert.sameMembers([...ids], ["new", "old-0", "old-1"])
      })
    )

    rule("given many that are alike, none comes twice and the number holds", (store) =>
      Effect.gen(function* () {
        yield* store.create(Array.from({ length: 20 }, (_, index) => stored(`${index}`, { due: 5 })))
        for (const [newest, oldest] of [
          [8, 8],
          [15, 15],
          [1, 0],
          [0, 1]
        ] as const) {
          const some = yield* dueIds(store, { newest, oldest })
          assert.strictEqual(new Set(some).size, Math.min(newest + oldest, 20))
          assert.strictEqual(some.length, Math.min(newest + oldest, 20))
        }
      })
    )

    rule("given some buckets, only their orders are due", (store) =>
      Effect.gen(function* () {
        const ids = Array.from({ length: 100 }, (_, index) => `order-${index}`)
        yield* store.create(ids.map((id) => stored(id, { due: 5 })))
        const third = Bucket.all.filter((bucket) => bucket % 3 === 0)
        const theirs = ids.filter((id) => Bucket.of(order(id)) % 3 === 0)
        assert.isAbove(theirs.length, 10)
        assert.deepStrictEqual((yield* dueIds(store, { buckets: third })).toSorted(), theirs.toSorted())
        assert.deepStrictEqual(yield* dueIds(store, { buckets: [] }), [])
      })
    )

    rule("given merchants whose turn it is not, the others' orders come", (store) =>
      Effect.gen(function* () {
        yield* store.create(
          ["1", "2", "3"].flatMap((merId) => [1, 2].map((due) => stored(`${merId}-${due}`, { merId, due })))
        )
        assert.deepStrictEqual(
          (yield* dueIds(store, { exceptMerchants: ["1", "3"], newest: 1, oldest: 1 })).toSorted(),
          ["2-1", "2-2"]
        )
      })
    )

    rule("given what becomes due later, the next time is told", (store) =>
      Effect.gen(function* () {
        const next = (now: number) => store.nextDueAt({ now, buckets: Bucket.all })
        assert.strictEqual(yield* next(0), undefined)
        yield* store.create([stored("a", { due: 10 }), stored("b", { due: 20 }), stored("c")])
        assert.strictEqual(yield* next(0), 10)
        assert.strictEqual(yield* next(10), 20)
        assert.strictEqual(yield* next(20), undefined)
      })
    )
  })
}
