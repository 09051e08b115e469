/** Creating, reading and saving orders, and their history. */
import { assert, describe, it } from "@effect/vitest"
import { Amount, OrderQueryAnswer } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { MOST } from "../../../src/store/HistoryEntry.ts"
import { OrderStore, type StoredOrder } from "../../../src/store/OrderStore.ts"
import { order } from "../../support/orders.ts"
import { idsOf, noted, notice, polled, type Subject, stored } from "../../support/stores.ts"

const numbered = (count: number, facts = {}) =>
  Array.from({ length: count }, (_, index) => stored(`order-${index}`, facts))

const answer = Schema.decodeUnknownSync(OrderQueryAnswer.OrderQueryAnswer)({
  retCode: "0000",
  // JSON can carry what Postgres's texts can't.
  retMsg: "成功 \u0000 \ud800 'quoted' \\ \"",
  transState: "SUCCESS",
  amount: "999999999999999999",
  transactionId: "31711011432450012"
})

/** An order with everything that an order can have. */
const whole = (): StoredOrder => {
  const plain = stored("whole", { amount: "999999999999999999", state: "paid", due: 700, createdAt: 600 })
  return {
    ...plain,
    snapshot: {
      ...plain.snapshot,
      context: {
        ...plain.snapshot.context,
        payment: { at: 650, late: "AfterClosed", answer },
        told: "Paid",
        lastAnswer: { at: 650, verdict: "Paid", answer },
        lastFault: { at: 640, fault: "TimeOut" }
      }
    },
    version: 7,
    polls: 3,
    historySeq: 2,
    noticeSeq: 1,
    faultRun: { fault: "Http", count: 2, first: 610, last: 640 },
    createdAt: 1_790_000_000_000,
    updatedAt: 1_790_000_000_001
  }
}

export const orders = ({ name, layer }: Subject): void => {
  const rule = <A, E>(text: string, body: (store: OrderStore["Service"]) => Effect.Effect<A, E>): void =>
    it.effect(text, () => OrderStore.use(body).pipe(Effect.provide(layer)))

  describe(`orders in ${name}`, () => {
    rule("given a new order, it is found again as it was, whatever it holds", (store) =>
      Effect.gen(function* () {
        const given = whole()
        assert.deepStrictEqual(yield* store.create([given]), [{ stored: given, isNew: true }])
        assert.deepStrictEqual(yield* store.get(given.snapshot.context.order), Option.some(given))
        assert.strictEqual(
          given.snapshot.context.payment?.answer.amount,
          Amount.fromWire("999999999999999999")
        )
      })
    )

    rule(
      "given an order that is there, creating it again changes nothing and gives the stored one back",
      (store) =>
        Effect.gen(function* () {
          const first = stored("a")
          yield* store.create([first])
          const { next } = polled(first)
          yield* store.save([polled(first)])
          assert.deepStrictEqual(yield* store.create([stored("b"), stored("a", { createdAt: 99 })]), [
            { stored: stored("b"), isNew: true },
            { stored: next, isNew: false }
          ])
          assert.deepStrictEqual(yield* store.get(order("a")), Option.some(next))
        })
    )

    rule(
      "given the same new order twice in one request, the first is new and the second is that one",
      (store) =>
        Effect.gen(function* () {
          const first = stored("a", { createdAt: 1 })
          assert.deepStrictEqual(yield* store.create([first, stored("a", { createdAt: 2 })]), [
            { stored: first, isNew: true },
            { stored: first, isNew: false }
          ])
        })
    )

    rule("given many orders at once, all are created, in the order of the request", (store) =>
      Effect.gen(function* () {
        const given = numbered(700)
        const created = yield* store.create(given)
        assert.deepStrictEqual(
          created,
          given.map((one) => ({ stored: one, isNew: true }))
        )
        assert.deepStrictEqual(yield* store.create([]), [])
      })
    )

    rule("given the same number with two merchants, they are two orders, and a third has none", (store) =>
      Effect.gen(function* () {
        yield* store.create([stored("a", { merId: "1" }), stored("a", { merId: "2" })])
        const found = yield* store.get(order("a", { merId: "1" }))
        assert.strictEqual(Option.getOrThrow(found).snapshot.context.order.merId, "1")
        assert.deepStrictEqual(yield* store.get(order("a", { merId: "3" })), Option.none())
      })
    )

    rule("given numbers with odd characters, each is its own order", (store) =>
      Effect.gen(function* () {
        const odd = [
          "a'b",
          'a"b',
          "a\\b",
          "a%",
          "a_",
          "A%",
          "a b",
          "订单",
          "😀",
          "ä",
          "a\u0308",
          "{}",
          "$1",
          "?"
        ]
        yield* store.create(odd.map((id) => stored(id)))
        for (const id of odd) {
          assert.deepStrictEqual(yield* store.get(order(id)), Option.some(stored(id)), id)
        }
      })
    )

    rule("given a version that somebody else has replaced, the step is refused and leaves nothing", (store) =>
      Effect.gen(function* () {
        const [a, b] = [stored("a"), stored("b")]
        yield* store.create([a, b])
        const write = (before: StoredOrder, polls: number) => ({
          ...polled(before, { polls }),
          history: [noted(polls)],
          notices: [notice(before, polls)]
        })
        assert.deepStrictEqual(yield* store.save([write(a, 1)]), [true])
        assert.deepStrictEqual(yield* store.save([write(a, 2), write(b, 3)]), [false, true])
        assert.deepStrictEqual(yield* store.get(order("a")), Option.some(write(a, 1).next))
        assert.deepStrictEqual(yield* store.history(order("a"), 0), [noted(1)])
        const kept = yield* store.notices(order("a"))
        assert.deepStrictEqual(
          kept.map((one) => one.notice.seq),
          [1]
        )
        assert.deepStrictEqual(yield* store.history(order("b"), 0), [noted(3)])
      })
    )

    rule(
      "given a version from the future, or an order that was never created, the step is refused",
      (store) =>
        Effect.gen(function* () {
          yield* store.create([stored("a")])
          const early = { ...polled(stored("a")), next: { ...stored("a"), version: 3 } }
          assert.deepStrictEqual(yield* store.save([early, polled(stored("never"))]), [false, false])
          assert.deepStrictEqual(yield* store.get(order("never")), Option.none())
          assert.deepStrictEqual(yield* store.save([]), [])
        })
    )

    rule("given ten writers with the same version at once, exactly one of them wins", (store) =>
      Effect.gen(function* () {
        const first = stored("a")
        yield* store.create([first])
        const results = yield* Effect.forEach(
          Array.from({ length: 10 }, (_, index) => polled(first, { polls: index + 1 })),
          (write) => Effect.map(store.save([write]), ([won]) => ({ won, write })),
          { concurrency: "unbounded" }
        )
        const winners = results.filter(({ won }) => won)
        assert.strictEqual(winners.length, 1)
        assert.deepStrictEqual(yield* store.get(order("a")), Option.fromUndefinedOr(winners[0]?.write.next))
      })
    )

    rule("given batches of many sizes, with steps that move orders among them, all are saved", (store) =>
      Effect.gen(function* () {
        let now = numbered(256, { due: 5 })
        yield* store.create(now)
        for (const size of [256, 65, 64, 17, 4, 1]) {
          const writes = now.slice(0, size).map((one, index) =>
            polled(
              one,
              index % 3 === 0
                ? {
                    snapshot: { ...one.snapshot, result: index % 2 === 0 ? "paid" : "closed" },
                    updatedAt: size
                  }
                : { updatedAt: size }
            )
          )
          assert.deepStrictEqual(
            yield* store.save(writes),
            writes.map(() => true)
          )
          now = [...writes.map(({ next }) => next), ...now.slice(size)]
        }
        for (const one of now) {
          assert.deepStrictEqual(yield* store.get(one.snapshot.context.order), Option.some(one))
        }
        const { orders: paid } = yield* store.list({ states: ["paid"], limit: 256 })
        assert.deepStrictEqual(
          idsOf(paid).toSorted(),
          idsOf(now.filter(({ snapshot }) => snapshot.result === "paid")).toSorted()
        )
      })
    )

    rule("given history, it is read oldest first and from where one left off", (store) =>
      Effect.gen(function* () {
        const first = stored("a")
        yield* store.create([first, stored("b")])
        const entries = [
          noted(1),
          { seq: 2, at: 2, kind: "faults", fault: "Http", count: 3, first: 1, last: 2 },
          {
            seq: 3,
            at: 3,
            kind: "moved",
            from: "open.waiting",
            to: "paid",
            because: "answered Paid",
            answer: { verdict: "Paid", retCode: "0000", transState: "SUCCESS", amount: "8888" }
          },
          { seq: 4, at: 3, kind: "told", fact: "Paid", late: "AfterClosed", noticeId: "n" },
          { seq: 5, at: 3, kind: "personAsked", reason: "TimeLimit", noticeId: "m" }
        ] as const
        yield* store.save([{ ...polled(first), history: entries }])
        assert.deepStrictEqual(yield* store.history(order("a"), 0), entries)
        assert.deepStrictEqual(yield* store.history(order("a"), 3), entries.slice(3))
        assert.deepStrictEqual(yield* store.history(order("b"), 0), [])
      })
    )

    rule(
      `given more than ${MOST} entries, the newest of the order are kept, and other orders keep theirs`,
      (store) =>
        Effect.gen(function* () {
          let one = stored("a")
          const other = stored("b")
          yield* store.create([one, other])
          yield* store.save([{ ...polled(other), history: [noted(1)] }])
          for (let seq = 1; seq <= MOST + 10; seq += 3) {
            const write = { ...polled(one), history: [noted(seq), noted(seq + 1), noted(seq + 2)] }
            yield* store.save([write])
            one = write.next
          }
          const kept = yield* store.history(order("a"), 0)
          assert.strictEqual(kept.length, MOST)
          assert.strictEqual(kept.at(-1)?.seq, MOST + 10)
          assert.strictEqual(kept[0]?.seq, 11)
          assert.strictEqual((yield* store.history(order("b"), 0)).length, 1)
        })
    )

    rule("given an effect that fails in a transaction, its own error comes out", (store) =>
      Effect.gen(function* () {
        assert.strictEqual(yield* store.transaction(Effect.succeed(1)), 1)
        assert.strictEqual(yield* Effect.flip(store.transaction(Effect.fail("mine"))), "mine")
        const created = yield* store.transaction(store.create([stored("a")]))
        assert.strictEqual(created[0]?.isNew, true)
        assert.isTrue(Option.isSome(yield* store.get(order("a"))))
      })
    )
  })
}
