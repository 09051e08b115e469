/** What is special about orders in Postgres: several processes, and a network in between. */
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import { OrderStore, type StoredOrder } from "../../src/store/OrderStore.ts"
import * as PostgresStore from "../../src/store/PostgresStore.ts"
import type { StoreError } from "../../src/store/StoreError.ts"
import { order } from "../support/orders.ts"
import * as Postgres from "../support/postgres.ts"
import * as Proxy from "../support/proxy.ts"
import { noted, notice, polled, stored } from "../support/stores.ts"

/** One process's store: the same URL gives another one each time. */
const process = (
  url: string,
  more: Partial<PostgresStore.Options> = {}
): Effect.Effect<
  { readonly store: OrderStore["Service"]; readonly sql: SqlClient },
  StoreError,
  Scope.Scope
> =>
  Effect.map(
    Layer.build(Layer.fresh(PostgresStore.layer({ url: Redacted.make(url), ...more }))),
    (services) => ({
      store: Context.get(services, OrderStore),
      sql: Context.get(services, SqlClient)
    })
  )

const rule = <A, E>(text: string, body: (url: string) => Effect.Effect<A, E, Scope.Scope>): void =>
  it.live(text, () => Effect.flatMap(Postgres.database, body))

/** Ends every connection to the database but the one that says so. */
const killAll = (url: string) =>
  Postgres.run(
    url,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()`
  )

describe("several processes", () => {
  rule("given processes that begin with an empty database at once, all of them open", (url) =>
    Effect.gen(function* () {
      const all = yield* Effect.all(
        Array.from({ length: 4 }, () => process(url)),
        { concurrency: "unbounded" }
      )
      assert.isTrue(all.every(({ store }) => store.isShared))
      const created = yield* Effect.forEach(all, ({ store }) => store.create([stored("a")]), {
        concurrency: "unbounded"
      })
      assert.strictEqual(created.flat().filter(({ isNew }) => isNew).length, 1)
    })
  )

  rule("given two that save the same orders at once, each version is written by one of them", (url) =>
    Effect.gen(function* () {
      const both = yield* Effect.all([process(url), process(url)])
      let orders: ReadonlyArray<StoredOrder> = Array.from({ length: 20 }, (_, index) => stored(`${index}`))
      yield* both[0].store.create(orders)
      for (let round = 1; round <= 20; round++) {
        const results = yield* Effect.forEach(
          both,
          ({ store }, who) =>
            store.save(
              orders.map((one) => ({
                ...polled(one, { polls: who }),
                history: [noted(round)],
                notices: [notice(one, round)]
              }))
            ),
          { concurrency: "unbounded" }
        )
        orders = orders.map((one, index) => {
          const winners = results.flatMap((saved, who) => (saved[index] === true ? [who] : []))
          assert.strictEqual(winners.length, 1)
          return polled(one, { polls: winners[0] ?? -1 }).next
        })
      }
      for (const one of orders) {
        const { order: key } = one.snapshot.context
        assert.deepStrictEqual(yield* both[1].store.get(key), Option.some(one))
        assert.strictEqual((yield* both[1].store.history(key, 0)).length, 20)
      }
    })
  )

  rule("given steps, those that must survive wait for the disk and mere polls don't", (url) =>
    Effect.gen(function* () {
      const { store, sql } = yield* process(url)
      yield* sql`CREATE TABLE seen (level TEXT)`
      yield* sql.unsafe(`CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NEW; END $$`)
      yield* sql`CREATE TRIGGER see BEFORE INSERT OR UPDATE ON umf_orders FOR EACH ROW EXECUTE FUNCTION see()`
      const seen = Effect.map(sql<{ level: string }>`DELETE FROM seen RETURNING level`, (rows) =>
        rows.map(({ level }) => level)
      )
      let one = stored("a")
      const save = (more: object) => {
        const write = { ...polled(one), ...more }
        one = write.next
        return store.save([write])
      }
      yield* store.create([one])
      assert.deepStrictEqual(yield* seen, ["on"], "new orders")
      yield* save({})
      assert.deepStrictEqual(yield* seen, ["off"], "a poll")
      yield* save({ history: [noted(1)] })
      assert.deepStrictEqual(yield* seen, ["off"], "a poll with history")
      yield* save({ mustSurvive: true })
      assert.deepStrictEqual(yield* seen, ["on"], "a fact")
      yield* save({})
      yield* seen
      yield* store.transaction(save({}))
      assert.deepStrictEqual(yield* seen, ["on"], "a poll within a merchant's own transaction")
    })
  )
})

describe("a network in between", () => {
  rule(
    "given connections that the server ended, the store fails as not available at most, and heals",
    (url) =>
      Effect.gen(function* () {
        const { store } = yield* process(url)
        yield* store.create([stored("a")])
        yield* killAll(url)
        const first = yield* Effect.result(store.get(order("a")))
        if (first._tag === "Failure") assert.strictEqual(first.failure.reason._tag, "StoreUnavailable")
        assert.isTrue(Option.isSome(yield* store.get(order("a"))))
        assert.deepStrictEqual(yield* store.save([polled(stored("a"))]), [true])
      })
  )

  rule(
    "given a connection that breaks in a transaction, that is not available, and nothing is written",
    (url) =>
      Effect.gen(function* () {
        const { store } = yield* process(url)
        const broken = store.transaction(
          Effect.gen(function* () {
            yield* store.create([stored("a")])
            yield* killAll(url)
            return yield* store.create([stored("b")])
          })
        )
        const error = yield* Effect.flip(broken)
        assert.deepStrictEqual([error.reason._tag, error.isRetryable], ["StoreUnavailable", true])
        assert.deepStrictEqual(yield* store.get(order("a")), Option.none())
      })
  )

  rule("given a server that is away for a while, the store says so and is back with it", (url) =>
    Effect.gen(function* () {
      const proxy = yield* Proxy.make(url)
      const { store } = yield* process(proxy.url)
      yield* store.create([stored("a")])
      proxy.cut()
      for (let tries = 0; tries < 3; tries++) {
        const error = yield* Effect.flip(store.save([polled(stored("a"))]))
        assert.deepStrictEqual([error.reason._tag, error.isRetryable], ["StoreUnavailable", true])
        const other = yield* Effect.flip(store.create([stored("b")]))
        assert.strictEqual(other.reason._tag, "StoreUnavailable")
      }
      proxy.mend()
      assert.deepStrictEqual(yield* store.save([polled(stored("a"))]), [true])
    })
  )

  rule("given a server that falls silent, the store gives up after its time and says so", (url) =>
    Effect.gen(function* () {
      const proxy = yield* Proxy.make(url)
      const { store } = yield* process(proxy.url, { timeOut: "100 millis" })
      yield* store.create([stored("a")])
      proxy.silence()
      // Later than the store's time, but before the driver stops waiting for its connection to be usable again.
      yield* Effect.forkScoped(Effect.delay(Effect.sync(proxy.cut), "400 millis"))
      const error = yield* Effect.flip(store.get(order("a")))
      assert.strictEqual(error.reason._tag, "StoreUnavailable")
      assert.include(error.message, "100ms")
    })
  )

  rule(
    "given a connection that breaks at the commit, it is not known what came of it, and that is told",
    (url) =>
      Effect.gen(function* () {
        const proxy = yield* Proxy.make(url)
        // Without prepared statements each text is on the line.
        const { store } = yield* process(proxy.url, { prepare: false })
        yield* store.create([stored("a")])
        proxy.cutAfter("COMMIT")
        const error = yield* Effect.flip(store.create([stored("b")]))
        assert.deepStrictEqual([error.reason._tag, error.isRetryable], ["StoreUnavailable", true])
        // Here it did go through, so the retry finds the order there.
        const direct = yield* process(url)
        const [again] = yield* direct.store.create([stored("b")])
        assert.strictEqual(again?.isNew, false)
      })
  )

  rule("given a wrong password or no such database, it is refused without a word of the URL", (url) =>
    Effect.gen(function* () {
      const wrongPassword = new URL(url)
      wrongPassword.password = "hunter2-secret"
      const noDatabase = new URL(url)
      noDatabase.pathname = "/secret-name"
      for (const wrong of [wrongPassword, noDatabase]) {
        const error = yield* Effect.flip(process(wrong.href))
        assert.deepStrictEqual([error.reason._tag, error.isRetryable], ["StoreRefused", false])
        assert.notInclude(JSON.stringify(error) + error.message + String(error.stack), "secret")
      }
    })
  )

  rule("given nobody who listens, it is not available", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(process("postgres://me:secret@127.0.0.1:1/orders"))
      assert.strictEqual(error.reason._tag, "StoreUnavailable")
      assert.include(error.message, "ECONNREFUSED")
      assert.notInclude(error.message, "secret")
    })
  )
})
