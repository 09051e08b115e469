/** What stores in a database do besides: transactions with others' statements, damaged rows, columns for people. */
import { assert, describe, it } from "@effect/vitest"
import { OrderQueryAnswer } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { SqlClient } from "effect/sql/SqlClient"
import { isSqlError } from "effect/sql/SqlError"
import * as Bucket from "../../../src/store/Bucket.ts"
import { OrderStore } from "../../../src/store/OrderStore.ts"
import { order } from "../../support/orders.ts"
import { idsOf, noted, notice, polled, type Subject, stored } from "../../support/stores.ts"

/** What is logged meanwhile. */
const logged = () => {
  const lines: Array<string> = []
  return {
    lines,
    layer: Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))])
  }
}

export const keeping = ({ name, layer }: Subject<OrderStore | SqlClient>): void => {
  const rule = <A, E>(
    text: string,
    body: (store: OrderStore["Service"], sql: SqlClient) => Effect.Effect<A, E>
  ): void =>
    it.effect(text, () =>
      Effect.gen(function* () {
        return yield* body(yield* OrderStore, yield* SqlClient)
      }).pipe(Effect.provide(layer))
    )

  const due = (store: OrderStore["Service"], now: number) =>
    Effect.map(store.due({ now, buckets: Bucket.all, newest: 10, oldest: 10, exceptMerchants: [] }), idsOf)

  describe(`keeping orders in ${name}`, () => {
    rule(
      "given a transaction that fails, nothing of it is left, the merchant's own rows included",
      (store, sql) =>
        Effect.gen(function* () {
          const one = stored("a")
          yield* sql`CREATE TABLE shipments (order_id TEXT)`
          yield* store.create([one])
          const work = Effect.gen(function* () {
            yield* sql`INSERT INTO shipments VALUES ('a')`
            yield* store.create([stored("b")])
            const write = {
              ...polled(one),
              history: [noted(1)],
              notices: [notice(one, 1)],
              mustSurvive: true
            }
            assert.deepStrictEqual(yield* store.save([write]), [true])
            assert.deepStrictEqual(yield* store.history(order("a"), 0), [noted(1)])
          })
          const error = yield* Effect.flip(store.transaction(Effect.andThen(work, Effect.fail("no stock"))))
          assert.strictEqual(error, "no stock")
          assert.deepStrictEqual(yield* store.get(order("a")), Option.some(one))
          assert.deepStrictEqual(yield* store.get(order("b")), Option.none())
          assert.deepStrictEqual(yield* store.history(order("a"), 0), [])
          assert.deepStrictEqual(yield* sql`SELECT * FROM shipments`, [])
          yield* store.transaction(work)
          assert.strictEqual((yield* sql`SELECT * FROM shipments`).length, 1)
          assert.deepStrictEqual(yield* store.get(order("a")), Option.some(polled(one).next))
        })
    )

    rule("given a SqlError of the merchant's own in a transaction, it comes out as it is", (store, sql) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(store.transaction(sql`SELECT * FROM no_such_table`))
        assert.isTrue(isSqlError(error))
      })
    )

    rule(
      "given a step that breaks a rule of a table, all of its batch is undone and no value is told",
      (store, sql) =>
        Effect.gen(function* () {
          const [a, b] = [stored("a"), stored("b")]
          yield* store.create([a, b])
          const twice = { id: "4006-8888-secret" }
          const error = yield* Effect.flip(
            store.save([
              { ...polled(a), history: [noted(1)], notices: [notice(a, 1, twice)] },
              { ...polled(b), notices: [notice(b, 1, twice)] }
            ])
          )
          assert.deepStrictEqual([error._tag, error.reason._tag], ["StoreError", "StoreRefused"])
          assert.notInclude(JSON.stringify(error) + error.message + String(error), "secret")
          assert.deepStrictEqual(yield* store.get(order("a")), Option.some(a))
          assert.deepStrictEqual(yield* store.history(order("a"), 0), [])
          assert.deepStrictEqual(yield* sql`SELECT id FROM umf_outbox`, [])
        })
    )

    const damages = [
      "{",
      `{"version":2,"result":"open","asking":"idle","context":{}}`,
      `{"version":1,"result":"pending","asking":"idle","context":{"order":{"orderId":"4006-8888-secret"}}}`
    ]
    for (const [index, damage] of damages.entries()) {
      rule(
        `given a row that can't be read (${index + 1}), it stands in nobody's way and nothing of it is told`,
        (store, sql) => {
          const { lines, layer: logging } = logged()
          return Effect.gen(function* () {
            const now = 1_790_000_000_000
            yield* store.create([stored("bad", { due: 5 }), stored("good", { due: 6 })])
            yield* sql`UPDATE umf_orders SET snapshot = ${damage} WHERE order_id = 'bad'`
            const error = yield* Effect.flip(store.get(order("bad")))
            assert.strictEqual(error.reason._tag, "StoreIncompatible")
            assert.match(error.message, /order bad/)
            assert.deepStrictEqual(yield* due(store, now), ["good"])
            assert.deepStrictEqual(
              lines.filter((line) => line.includes("Order bad of merchant 90000001")).length,
              1
            )
            assert.deepStrictEqual(yield* due(store, now), ["good"])
            assert.strictEqual(lines.length, 1)
            assert.strictEqual(yield* store.nextDueAt({ now, buckets: Bucket.all }), now + 3_600_000)
            assert.deepStrictEqual(idsOf((yield* store.list({ limit: 5 })).orders), ["good"])
            const again = yield* Effect.flip(store.create([stored("bad"), stored("new")]))
            assert.strictEqual(again.reason._tag, "StoreIncompatible")
            assert.deepStrictEqual(yield* store.get(order("new")), Option.none())
            assert.notInclude([...lines, error.message, JSON.stringify(error)].join(), "secret")
          }).pipe(Effect.provide(logging))
        }
      )
    }

    rule("given a notice that can't be read, it stands in nobody's way", (store, sql) => {
      const { lines, layer: logging } = logged()
      return Effect.gen(function* () {
        const [a, b] = [stored("a"), stored("b")]
        yield* store.create([a, b])
        yield* store.save([
          { ...polled(a), notices: [notice(a, 1)] },
          { ...polled(b, { updatedAt: 5 }), notices: [notice(b, 1)] }
        ])
        yield* sql`UPDATE umf_outbox SET notice = '{"type":"order.future"}' WHERE order_id = 'a'`
        const pending = Effect.map(store.pendingNotices({ now: 9, buckets: Bucket.all, limit: 1 }), (found) =>
          found.map((one) => one.notice.id)
        )
        assert.deepStrictEqual(yield* pending, [])
        assert.deepStrictEqual(yield* pending, [notice(b, 1).id])
        assert.strictEqual(yield* store.nextNoticeAt({ now: 9, buckets: Bucket.all }), 3_600_009)
        assert.strictEqual(lines.length, 1)
        assert.include(lines[0], notice(a, 1).id)
      }).pipe(Effect.provide(logging))
    })

    rule("given a row that holds another order, it is not taken for either", (store, sql) =>
      Effect.gen(function* () {
        yield* store.create([stored("a", { due: 5 }), stored("b", { due: 6 })])
        yield* sql`UPDATE umf_orders SET snapshot =
          (SELECT snapshot FROM umf_orders WHERE order_id = 'b') WHERE order_id = 'a'`
        const error = yield* Effect.flip(store.get(order("a")))
        assert.strictEqual(error.reason._tag, "StoreIncompatible")
        assert.deepStrictEqual(yield* due(store, 9), ["b"])
      })
    )

    rule("given buckets, the next time is told of their orders alone", (store) =>
      Effect.gen(function* () {
        yield* store.create([stored("a", { due: 10 }), stored("b", { due: 20 })])
        assert.notStrictEqual(Bucket.of(order("a")), Bucket.of(order("b")))
        assert.strictEqual(yield* store.nextDueAt({ now: 0, buckets: [Bucket.of(order("b"))] }), 20)
        assert.strictEqual(yield* store.nextDueAt({ now: 0, buckets: [] }), undefined)
      })
    )

    rule("given a cursor that is none, the list is refused", (store) =>
      Effect.gen(function* () {
        for (const cursor of ["", "nonsense", Buffer.from("[1,2]").toString("base64url")]) {
          const error = yield* Effect.flip(store.list({ cursor, limit: 1 }))
          assert.strictEqual(error.reason._tag, "StoreRefused")
        }
      })
    )

    rule("given a paid order, people who look with SQL see what it is about", (store, sql) =>
      Effect.gen(function* () {
        const answer = Schema.decodeUnknownSync(OrderQueryAnswer.OrderQueryAnswer)({
          retCode: "0000",
          amount: "999999999999999999"
        })
        const one = stored("a", { state: "paid", due: 12, createdAt: 3 })
        const context = {
          ...one.snapshot.context,
          order: order("a", { transactionId: "317", orderDate: "20260729", payType: "WX", amount: "1" }),
          payment: { at: 9, answer },
          told: "Paid" as const
        }
        yield* store.create([{ ...one, snapshot: { ...one.snapshot, context } }])
        const [row] =
          yield* sql`SELECT bucket, state, tag, due_at, snapshot_version, transaction_id, order_date,
          pay_type, CAST(amount AS TEXT) AS amount, paid_at, told, reason FROM umf_orders`
        assert.deepStrictEqual(
          { ...row, due_at: Number(row?.due_at), paid_at: Number(row?.paid_at) },
          {
            bucket: Bucket.of(order("a")),
            state: "paid",
            tag: "settled",
            due_at: 12,
            snapshot_version: 1,
            transaction_id: "317",
            order_date: "20260729",
            pay_type: "WX",
            amount: "999999999999999999",
            paid_at: 9,
            told: "Paid",
            reason: null
          }
        )
      })
    )

    rule("given more old entries than are deleted at a time, all of them go", (store) =>
      Effect.gen(function* () {
        const given = Array.from({ length: 150 }, (_, index) => stored(`${index}`))
        yield* store.create(given)
        const history = Array.from({ length: 15 }, (_, index) => noted(index + 1))
        yield* store.save(given.map((one) => ({ ...polled(one), history })))
        assert.strictEqual(yield* store.prune(100), 150 * 15)
      })
    )
  })
}
