/** Notices that wait to be handed over, and what is deleted after a time. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Bucket from "../../../src/store/Bucket.ts"
import { OrderStore, type StoredOrder } from "../../../src/store/OrderStore.ts"
import { order } from "../../support/orders.ts"
import { noted, notice, polled, type Subject, stored } from "../../support/stores.ts"

const withNotices = (before: StoredOrder, updatedAt: number, ...seqs: ReadonlyArray<number>) => ({
  ...polled(before, { updatedAt }),
  notices: seqs.map((seq) => notice(before, seq))
})

export const outbox = ({ name, layer }: Subject): void => {
  const rule = <A, E>(text: string, body: (store: OrderStore["Service"]) => Effect.Effect<A, E>): void =>
    it.effect(text, () => OrderStore.use(body).pipe(Effect.provide(layer)))

  const pending = (store: OrderStore["Service"], now: number, more = {}) =>
    Effect.map(store.pendingNotices({ now, buckets: Bucket.all, limit: 10, ...more }), (found) =>
      found.map((one) => one.notice.id)
    )
  const next = (store: OrderStore["Service"], now: number) => store.nextNoticeAt({ now, buckets: Bucket.all })

  describe(`notices in ${name}`, () => {
    rule("given a notice, it is pending as it was written, from the moment of its step", (store) =>
      Effect.gen(function* () {
        const one = stored("a", { amount: "8888" })
        yield* store.create([one])
        const { transactionId: _, ...facts } = one.snapshot.context.order
        const given = notice(one, 1, { ...facts, late: "AfterClosed", reason: "TimeLimit", paySeq: "4" })
        yield* store.save([{ ...polled(one, { updatedAt: 5 }), notices: [given] }])
        const kept = { notice: given, createdAt: 5, attempts: 0, nextAt: 5 }
        assert.deepStrictEqual(yield* store.pendingNotices({ now: 5, buckets: Bucket.all, limit: 1 }), [kept])
        assert.deepStrictEqual(yield* store.notices(order("a")), [kept])
        assert.deepStrictEqual(yield* pending(store, 4), [])
        assert.strictEqual(yield* next(store, 4), 5)
      })
    )

    rule("given several of one order, they come one after the other, and of each order the first", (store) =>
      Effect.gen(function* () {
        const [a, b] = [stored("a"), stored("b")]
        yield* store.create([a, b])
        yield* store.save([withNotices(a, 5, 1, 2), withNotices(b, 6, 1)])
        assert.deepStrictEqual(yield* pending(store, 9), [notice(a, 1).id, notice(b, 1).id])
        yield* store.noticeDelivered(notice(a, 1).id, 9)
        assert.sameMembers([...(yield* pending(store, 9))], [notice(a, 2).id, notice(b, 1).id])
        assert.strictEqual((yield* pending(store, 9, { limit: 1 })).length, 1)
      })
    )

    rule("given a try in vain, the notice waits and so do those after it", (store) =>
      Effect.gen(function* () {
        const a = stored("a")
        yield* store.create([a])
        yield* store.save([withNotices(a, 5, 1, 2)])
        yield* store.noticeFailed(notice(a, 1).id, { nextAt: 50, error: "HTTP 500 \0" })
        assert.deepStrictEqual(yield* pending(store, 49), [])
        assert.strictEqual(yield* next(store, 5), 50)
        const [first] = yield* store.pendingNotices({ now: 50, buckets: Bucket.all, limit: 10 })
        assert.deepStrictEqual([first?.attempts, first?.nextAt, first?.notice.seq], [1, 50, 1])
        assert.match(first?.lastError ?? "", /^HTTP 500/)
        yield* store.noticeDelivered(notice(a, 1).id, 51)
        assert.deepStrictEqual(yield* pending(store, 51), [notice(a, 2).id])
        const [delivered] = yield* store.notices(order("a"))
        assert.deepStrictEqual([delivered?.attempts, delivered?.deliveredAt], [2, 51])
        assert.strictEqual(yield* next(store, 51), undefined)
      })
    )

    rule(
      "given a notice that was put off by a clock a year ahead, it is tried once that is mended",
      (store) =>
        Effect.gen(function* () {
          const year = 365 * 24 * 3_600_000
          const [a, b] = [stored("a"), stored("b")]
          yield* store.create([a, b])
          yield* store.save([withNotices(a, 5, 1), withNotices(b, 5, 1)])
          yield* store.noticeFailed(notice(a, 1).id, { nextAt: year, error: "HTTP 500" })
          yield* store.noticeFailed(notice(b, 1).id, { nextAt: 3_600_000, error: "HTTP 500" })
          yield* store.replan(10)
          // A pause that is as long as pauses may be is kept.
          assert.deepStrictEqual(yield* pending(store, 10), [notice(a, 1).id])
          assert.strictEqual(yield* next(store, 10), 3_600_000)
        })
    )

    rule("given some buckets, only their notices are pending", (store) =>
      Effect.gen(function* () {
        const [a, b] = [stored("a"), stored("b")]
        yield* store.create([a, b])
        yield* store.save([withNotices(a, 5, 1), withNotices(b, 5, 1)])
        const buckets = [Bucket.of(order("a"))]
        assert.deepStrictEqual(yield* pending(store, 9, { buckets }), [notice(a, 1).id])
        assert.deepStrictEqual(yield* pending(store, 9, { buckets: [] }), [])
        assert.strictEqual(yield* store.nextNoticeAt({ now: 0, buckets: [] }), undefined)
      })
    )

    rule("given an id that there is not, delivering and failing are refused", (store) =>
      Effect.gen(function* () {
        const refused = yield* Effect.flip(store.noticeDelivered("none", 1))
        assert.deepStrictEqual([refused.reason._tag, refused.isRetryable], ["StoreRefused", false])
        const also = yield* Effect.flip(store.noticeFailed("none", { nextAt: 1, error: "" }))
        assert.strictEqual(also.reason._tag, "StoreRefused")
      })
    )

    rule("given a time, older entries and notices handed over before it go, pending ones never", (store) =>
      Effect.gen(function* () {
        const a = stored("a")
        yield* store.create([a])
        yield* store.save([
          { ...withNotices(a, 5, 1, 2, 3), history: [noted(1, 10), noted(2, 20), noted(3, 30)] }
        ])
        yield* store.noticeDelivered(notice(a, 1).id, 10)
        yield* store.noticeDelivered(notice(a, 2).id, 20)
        assert.strictEqual(yield* store.prune(20), 2)
        assert.deepStrictEqual(yield* store.history(order("a"), 0), [noted(2, 20), noted(3, 30)])
        const kept = yield* store.notices(order("a"))
        assert.deepStrictEqual(
          kept.map((one) => one.notice.seq),
          [2, 3]
        )
        assert.strictEqual(yield* store.prune(1000), 3)
        assert.deepStrictEqual(yield* pending(store, 1000), [notice(a, 3).id])
      })
    )
  })
}
