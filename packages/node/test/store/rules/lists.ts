/** Pages of orders, and counts. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type ListRequest, OrderStore } from "../../../src/store/OrderStore.ts"
import { idsOf, notice, polled, type Subject, stored } from "../../support/stores.ts"

/** All pages of a request. */
const pages = (
  store: OrderStore["Service"],
  request: ListRequest
): ReturnType<typeof Effect.succeed<ReadonlyArray<ReadonlyArray<string>>>> =>
  Effect.gen(function* () {
    const found: Array<ReadonlyArray<string>> = []
    let cursor: string | undefined
    do {
      const page = yield* Effect.orDie(store.list({ ...request, cursor }))
      found.push(idsOf(page.orders))
      cursor = page.next
    } while (cursor !== undefined && found.length < 100)
    return found
  })

export const lists = ({ name, layer }: Subject): void => {
  const rule = <A, E>(text: string, body: (store: OrderStore["Service"]) => Effect.Effect<A, E>): void =>
    it.effect(text, () => OrderStore.use(body).pipe(Effect.provide(layer)))

  describe(`lists in ${name}`, () => {
    rule("given orders of different ages, the newest come first, page by page", (store) =>
      Effect.gen(function* () {
        yield* store.create([2, 5, 1, 4, 3].map((createdAt) => stored(`${createdAt}`, { createdAt })))
        assert.deepStrictEqual(yield* pages(store, { limit: 2 }), [["5", "4"], ["3", "2"], ["1"]])
        assert.deepStrictEqual(yield* pages(store, { limit: 5 }), [["5", "4", "3", "2", "1"]])
      })
    )

    rule(
      "given many orders of the same instant, merchants and states, all pages hold each order once",
      (store) =>
        Effect.gen(function* () {
          const states = ["open", "paid", "closed", "unresolved"] as const
          const merchants = ["1", "12", "2"]
          const given = Array.from({ length: 60 }, (_, index) =>
            stored(`${["a", "B", "ä", "_", "Z"][index % 5]}${index}`, {
              merId: merchants[index % 3] ?? "",
              state: states[index % 4] ?? "open",
              createdAt: Math.floor(index / 20)
            })
          )
          yield* store.create(given)
          for (const limit of [1, 7, 60]) {
            const found = (yield* pages(store, { limit })).flat()
            assert.strictEqual(found.length, 60)
            assert.deepStrictEqual(found.toSorted(), idsOf(given).toSorted())
          }
          const of2 = (yield* pages(store, { limit: 3, merId: "2", states: ["paid", "attention"] })).flat()
          const expected = given.filter(
            ({ snapshot: { result, context } }) =>
              context.order.merId === "2" && (result === "paid" || result === "unresolved")
          )
          assert.deepStrictEqual(of2.toSorted(), idsOf(expected).toSorted())
        })
    )

    rule("given states, tags and times, exactly those orders come", (store) =>
      Effect.gen(function* () {
        const given = ["open", "paid", "closed", "unresolved", "refunding"] as const
        yield* store.create(given.map((state, createdAt) => stored(state, { state, createdAt })))
        const list = (request: Omit<ListRequest, "limit">) =>
          Effect.map(store.list({ limit: 10, ...request }), ({ orders }) => idsOf(orders))
        assert.deepStrictEqual(yield* list({ states: ["settled"] }), ["closed", "paid"])
        assert.deepStrictEqual(yield* list({ states: ["attention", "open"] }), ["unresolved", "open"])
        assert.deepStrictEqual(yield* list({ states: ["polling"] }), ["refunding", "open"])
        assert.deepStrictEqual(yield* list({ states: ["voided"] }), [])
        assert.deepStrictEqual(yield* list({ states: [] }), [])
        assert.deepStrictEqual(yield* list({ since: 1, until: 3 }), ["closed", "paid"])
        assert.deepStrictEqual(yield* list({ merId: "other" }), [])
      })
    )

    rule(
      "given a text to search for, the orders whose number contains it come, and it is no pattern",
      (store) =>
        Effect.gen(function* () {
          const given = ["A-100%1", "B-1001", "a-10_1", "b'--1001", "C-2001"]
          yield* store.create(given.map((id, createdAt) => stored(id, { createdAt })))
          const found = (search: string) =>
            Effect.map(store.list({ limit: 10, search }), ({ orders }) => idsOf(orders))
          assert.deepStrictEqual(yield* found("1001"), ["b'--1001", "B-1001"])
          assert.deepStrictEqual(yield* found("0%"), ["A-100%1"])
          assert.deepStrictEqual(yield* found("_"), ["a-10_1"])
          assert.deepStrictEqual(yield* found("a-"), ["a-10_1"])
          assert.deepStrictEqual(yield* found("'--"), ["b'--1001"])
          assert.deepStrictEqual(yield* found("x"), [])
          assert.strictEqual((yield* found("")).length, 5)
          const [first, second] = yield* pages(store, { limit: 1, search: "1001" })
          assert.deepStrictEqual([first, second], [["b'--1001"], ["B-1001"]])
        })
    )

    rule("given an order that moved on, lists and counts know it by its new state", (store) =>
      Effect.gen(function* () {
        const one = stored("a", { due: 5 })
        yield* store.create([one])
        yield* store.save([polled(one, { snapshot: { ...one.snapshot, result: "paid" } })])
        assert.deepStrictEqual((yield* store.list({ states: ["polling"], limit: 1 })).orders, [])
        assert.deepStrictEqual(idsOf((yield* store.list({ states: ["paid"], limit: 1 })).orders), ["a"])
        assert.deepStrictEqual((yield* store.counts(0)).states, { paid: 1 })
      })
    )

    rule("given nothing, all counts are zero", (store) =>
      Effect.map(store.counts(0), (counts) =>
        assert.deepStrictEqual(counts, { states: {}, due: 0, pendingNotices: 0, failingNotices: 0 })
      )
    )

    rule("given orders and notices, they are counted by what they wait for", (store) =>
      Effect.gen(function* () {
        const [a, b] = [stored("a", { due: 10 }), stored("b", { due: 20 })]
        yield* store.create([a, b, stored("c", { due: 30 }), stored("d", { state: "paid" })])
        yield* store.save([
          { ...polled(a, { updatedAt: 7 }), notices: [notice(a, 1), notice(a, 2)] },
          { ...polled(b, { updatedAt: 5 }), notices: [notice(b, 1)] }
        ])
        yield* store.noticeDelivered(notice(b, 1).id, 8)
        yield* store.noticeFailed(notice(a, 1).id, { nextAt: 9, error: "HTTP 500" })
        assert.deepStrictEqual(yield* store.counts(20), {
          states: { open: 3, paid: 1 },
          due: 2,
          oldestDueAt: 10,
          pendingNotices: 2,
          failingNotices: 1,
          oldestNoticeAt: 7
        })
      })
    )
  })
}
