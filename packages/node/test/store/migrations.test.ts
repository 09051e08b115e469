/** Stores that older libraries made open, those of newer ones and foreign ones are refused. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Reactivity from "effect/reactivity/Reactivity"
import type * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import * as Bucket from "../../src/store/Bucket.ts"
import * as Migrations from "../../src/store/Migrations.ts"
import { OrderStore } from "../../src/store/OrderStore.ts"
import * as PostgresStore from "../../src/store/PostgresStore.ts"
import * as SqliteStore from "../../src/store/SqliteStore.ts"
import type { StoreError } from "../../src/store/StoreError.ts"
import * as SqliteClient from "../../src/store/sqlite/SqliteClient.ts"
import { order } from "../support/orders.ts"
import * as Postgres from "../support/postgres.ts"
import { folder, idsOf, noted, polled, stored } from "../support/stores.ts"

const folderOfFixtures = new URL("./fixtures/", import.meta.url)
const fixture = (name: string): string => readFileSync(new URL(name, folderOfFixtures), "utf8")

/** A place for a store, and the ways to it. */
interface Place {
  /** Runs statements that end with ";" and a line break. */
  readonly run: (statements: string) => Effect.Effect<void>
  readonly store: Layer.Layer<OrderStore | SqlClient, StoreError>
  /** The client without a store. */
  readonly client: Layer.Layer<SqlClient>
}

const sqlite: Effect.Effect<Place, never, Scope.Scope> = Effect.map(folder, (path) => {
  const file = join(path, "orders.db")
  return {
    run: (statements) =>
      Effect.sync(() => {
        const database = new DatabaseSync(file)
        database.exec(statements)
        database.close()
      }),
    store: SqliteStore.layer({ file }),
    client: Layer.effect(SqlClient, Effect.orDie(SqliteClient.make({ file }))).pipe(
      Layer.provide(Reactivity.layer)
    )
  }
})

const postgres: Effect.Effect<Place, never, Scope.Scope> = Effect.map(Postgres.database, (url) => ({
  run: (statements) =>
    Effect.forEach(
      statements.split(/;\n/).filter((one) => one.trim() !== ""),
      (one) => Postgres.run(url, one),
      { discard: true }
    ),
  store: PostgresStore.layer({ url: Redacted.make(url) }),
  client: Layer.effect(SqlClient, Effect.orDie(PostgresStore.client({ url: Redacted.make(url) })))
}))

for (const [name, place] of [
  ["sqlite", sqlite],
  ["postgres", postgres]
] as const) {
  const rule = <A, E>(text: string, body: (place: Place) => Effect.Effect<A, E, Scope.Scope>): void =>
    it.effect(text, () => Effect.flatMap(place, body))
  const refused = ({ store }: Place) => Effect.flip(Effect.scoped(Layer.build(store)))

  describe(`migrations in ${name}`, () => {
    rule(
      "given an empty database, it comes to the newest version, and a second time nothing is done",
      ({ client }) =>
        Effect.gen(function* () {
          assert.strictEqual(yield* Migrations.version, 0)
          const { newest } = Migrations
          assert.deepStrictEqual(yield* Migrations.migrate, { from: 0, to: newest })
          assert.deepStrictEqual(yield* Migrations.migrate, { from: newest, to: newest })
          assert.strictEqual(yield* Migrations.version, newest)
        }).pipe(Effect.provide(client))
    )

    const made = readdirSync(folderOfFixtures).filter((file) => file.endsWith(`.${name}.sql`))
    it("given all versions up to the newest, there is a store of each", () => {
      assert.deepStrictEqual(
        made.toSorted(),
        Array.from({ length: Migrations.newest }, (_, index) => `v${index + 1}.${name}.sql`)
      )
    })

    for (const file of made) {
      rule(`given the store ${file}, all that is in it can be read and goes on`, (given) =>
        Effect.gen(function* () {
          yield* given.run(fixture(file))
          yield* Effect.gen(function* () {
            assert.strictEqual(yield* Migrations.version, Migrations.newest)
            const store = yield* OrderStore
            const key = (orderId: string) => order(orderId, { merId: "30000102" })
            const first = 1_509_517_965_000

            const { orders } = yield* store.list({ limit: 10 })
            assert.deepStrictEqual(idsOf(orders), ["faulty-3", "paid-2", "asked'1"])
            assert.deepStrictEqual((yield* store.counts(first)).states, { open: 2, paid: 1 })
            const due = yield* store.due({
              now: first + 60_000,
              buckets: Bucket.all,
              newest: 5,
              oldest: 5,
              exceptMerchants: []
            })
            assert.sameMembers([...idsOf(due)], ["faulty-3", "asked'1"])

            const paid = Option.getOrThrow(yield* store.get(key("paid-2")))
            assert.deepStrictEqual(
              [paid.snapshot.result, paid.version, paid.polls, paid.historySeq, paid.noticeSeq],
              ["paid", 2, 1, 2, 2]
            )
            assert.strictEqual(paid.snapshot.context.payment?.answer.amount?.toString(), "100")
            assert.deepStrictEqual([paid.createdAt, paid.updatedAt], [first + 1, first + 600])
            const faulty = Option.getOrThrow(yield* store.get(key("faulty-3")))
            assert.deepStrictEqual(faulty.faultRun, {
              fault: "Http",
              count: 1,
              first: first + 500,
              last: first + 500
            })

            const history = yield* store.history(paid.snapshot.context.order, 0)
            assert.deepStrictEqual(
              history.map(({ kind }) => kind),
              ["moved", "told"]
            )
            const notices = yield* store.notices(paid.snapshot.context.order)
            assert.deepStrictEqual(
              notices.map(({ notice, attempts, deliveredAt, lastError }) => [
                notice.seq,
                attempts,
                deliveredAt,
                lastError
              ]),
              [
                [1, 1, first + 700, undefined],
                [2, 1, undefined, "HTTP 500"]
              ]
            )

            const write = { ...polled(paid), history: [noted(3)], mustSurvive: true }
            assert.deepStrictEqual(yield* store.save([write]), [true])
            assert.strictEqual((yield* store.create([stored("new")]))[0]?.isNew, true)
          }).pipe(Effect.provide(given.store))
        })
      )
    }

    rule("given a store that a newer library made, it is refused and told which version it has", (given) =>
      Effect.gen(function* () {
        yield* given.run(fixture(`v${Migrations.newest}.${name}.sql`))
        const newer = Migrations.newest + 1
        yield* given.run(`INSERT INTO umf_migrations (migration_id, name) VALUES (${newer}, 'future');\n`)
        const error = yield* refused(given)
        assert.strictEqual(error.reason._tag, "StoreIncompatible")
        assert.include(error.message, `version ${newer}`)
      })
    )

    const foreign: ReadonlyArray<readonly [what: string, statements: string]> = [
      ["a table of the store's name that somebody else made", "CREATE TABLE umf_orders (id TEXT);\n"],
      [
        "migrations of another program",
        "CREATE TABLE umf_migrations (migration_id INTEGER, name TEXT);\nINSERT INTO umf_migrations VALUES (1, 'users');\n"
      ],
      ["a store that lost a table", `${fixture(`v1.${name}.sql`)}DROP TABLE umf_outbox;\n`]
    ]
    for (const [what, statements] of foreign) {
      rule(`given ${what}, it is refused and nothing is made`, (given) =>
        Effect.gen(function* () {
          yield* given.run(statements)
          const error = yield* refused(given)
          assert.strictEqual(error.reason._tag, "StoreIncompatible")
          const again = yield* Effect.flip(Effect.provide(Migrations.migrate, given.client))
          assert.strictEqual(again.reason._tag, "StoreIncompatible")
        })
      )
    }
  })
}
