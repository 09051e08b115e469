/** What is special about orders in a SQLite file: one process for a file, power cuts, foreign files. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import * as Bucket from "../../src/store/Bucket.ts"
import { OrderStore } from "../../src/store/OrderStore.ts"
import * as SqliteStore from "../../src/store/SqliteStore.ts"
import type { StoreError } from "../../src/store/StoreError.ts"
import * as FileLock from "../../src/store/sqlite/FileLock.ts"
import { order } from "../support/orders.ts"
import { folder, idsOf, noted, notice, polled, stored } from "../support/stores.ts"

/** The file of a test, which is not there yet. */
const newFile = Effect.map(folder, (path) => join(path, "orders.db"))

const rule = <A, E>(text: string, body: (file: string) => Effect.Effect<A, E, Scope.Scope>): void =>
  it.effect(text, () => Effect.flatMap(newFile, body))

/** Opens the store for as long as an effect runs. */
const opened = <A, E>(
  file: string,
  body: (store: OrderStore["Service"], sql: SqlClient) => Effect.Effect<A, E>
): Effect.Effect<A, E | StoreError> =>
  Effect.gen(function* () {
    return yield* body(yield* OrderStore, yield* SqlClient)
  }).pipe(Effect.provide(SqliteStore.layer({ file })))

const refusal = (layer: Layer.Layer<never, StoreError>) => Effect.flip(Effect.scoped(Layer.build(layer)))
const openingFails = (file: string) => refusal(SqliteStore.layer({ file }))

/** Another process that holds the file; killed with the scope at the latest. */
const holder = (file: string, address?: string): Effect.Effect<ChildProcess, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const script = fileURLToPath(new URL("../support/lockHolder.ts", import.meta.url))
      const child = spawn(process.execPath, [script, file, ...(address === undefined ? [] : [address])], {
        stdio: ["ignore", "pipe", "inherit"]
      })
      await once(child.stdout, "data")
      return child
    }),
    (child) => Effect.promise(() => killed(child))
  )

const killed = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill("SIGKILL")
  await once(child, "exit")
}

describe("one process for one file", () => {
  rule("given a file that another process holds, opening is refused and tells who it is", (file) =>
    Effect.gen(function* () {
      const child = yield* holder(file, "http://127.0.0.1:8787")
      const error = yield* openingFails(file)
      assert.strictEqual(error.reason._tag, "StoreLocked")
      assert.isFalse(error.isRetryable)
      assert.include(error.message, `process ${child.pid} (API on http://127.0.0.1:8787)`)
      assert.isFalse(existsSync(file), "nothing is made for who is refused")
    })
  )

  rule("given a holder that was killed, the file is free", (file) =>
    Effect.gen(function* () {
      const child = yield* holder(file)
      assert.include((yield* openingFails(file)).message, `process ${child.pid}`)
      yield* Effect.promise(() => killed(child))
      assert.isTrue(existsSync(`${file}-holder`), "it had no time to clean up")
      yield* opened(file, (store) => store.create([stored("a")]))
    })
  )

  rule(
    "given a file that this process has open, opening it again is refused, under another name too",
    (file) =>
      Effect.gen(function* () {
        yield* opened(file, () =>
          Effect.gen(function* () {
            const error = yield* openingFails(file)
            assert.include(error.message, `process ${process.pid}`)
            symlinkSync(file, `${file}-link`)
            const other = yield* openingFails(`${file}-link`)
            assert.strictEqual(other.reason._tag, "StoreLocked")
            assert.strictEqual((yield* openingFails(file)).reason._tag, "StoreLocked", "still")
          })
        )
        yield* opened(file, (store) => store.create([stored("a")]))
        assert.isFalse(existsSync(`${file}-holder`))
      })
  )

  rule("given that the holder can't be written down, opening is refused, and the lock is let go of", (file) =>
    Effect.gen(function* () {
      // A folder with something in it can be neither replaced nor removed, whoever tries.
      mkdirSync(join(`${file}-holder`, "something"), { recursive: true })
      const error = yield* openingFails(file)
      assert.strictEqual(error.reason._tag, "StoreRefused")
      rmSync(`${file}-holder`, { recursive: true })
      yield* opened(file, (store) => store.create([stored("a")]))
    })
  )

  rule("given an address that is told later, who is refused learns it", (file) =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const services = yield* Scope.provide(Layer.build(SqliteStore.layer({ file })), scope)
      const lock = yield* Effect.provide(FileLock.FileLock, services)
      assert.notInclude((yield* openingFails(file)).message, "http")
      yield* lock.publish("http://127.0.0.1:9999")
      assert.include((yield* openingFails(file)).message, "(API on http://127.0.0.1:9999)")
      assert.deepStrictEqual(
        Option.map(FileLock.holder(file), ({ address }) => address),
        Option.some("http://127.0.0.1:9999")
      )
      yield* Scope.close(scope, Exit.void)
    })
  )
})

/** Records how safe SQLite was told to be whenever a row of the table is written: 1 NORMAL, 2 FULL. */
const watch = (sql: SqlClient, table: string) =>
  Effect.gen(function* () {
    yield* sql`CREATE TABLE IF NOT EXISTS seen (level INTEGER)`
    for (const event of ["INSERT", "UPDATE"]) {
      yield* sql.unsafe(`CREATE TRIGGER seen_${table}_${event} AFTER ${event} ON ${table} BEGIN
        INSERT INTO seen SELECT synchronous FROM pragma_synchronous; END`)
    }
  })
const seen = (sql: SqlClient) =>
  Effect.gen(function* () {
    const rows = yield* sql<{ level: number }>`SELECT level FROM seen`
    yield* sql`DELETE FROM seen`
    return [...new Set(rows.map(({ level }) => level))]
  })

describe("a power cut", () => {
  rule("given steps, those that must survive wait for the disk and mere polls don't", (file) =>
    opened(file, (store, sql) =>
      Effect.gen(function* () {
        yield* watch(sql, "umf_orders")
        yield* watch(sql, "umf_outbox")
        let one = stored("a")
        const save = (more: object) => {
          const write = { ...polled(one), ...more }
          one = write.next
          return store.save([write])
        }
        yield* store.create([one])
        assert.deepStrictEqual(yield* seen(sql), [2], "new orders")
        yield* save({})
        assert.deepStrictEqual(yield* seen(sql), [1], "a poll")
        yield* save({ history: [noted(1)] })
        assert.deepStrictEqual(yield* seen(sql), [1], "a poll with history")
        yield* save({ notices: [notice(one, 1)], mustSurvive: true })
        assert.deepStrictEqual(yield* seen(sql), [2], "a fact")
        yield* store.noticeFailed(notice(one, 1).id, { nextAt: 1, error: "" })
        assert.deepStrictEqual(yield* seen(sql), [1], "a notice, which may go twice")
        yield* store.transaction(save({}))
        assert.deepStrictEqual(yield* seen(sql), [2], "a poll within a merchant's own transaction")
        yield* save({})
        yield* sql`UPDATE umf_orders SET told = told`
        assert.deepStrictEqual(yield* seen(sql), [1, 2], "a merchant's own statement after a poll")
      })
    )
  )

  rule("given a file that was closed, all is there when it opens again", (file) =>
    Effect.gen(function* () {
      const one = stored("a", { due: 5, amount: "8888" })
      const write = { ...polled(one), history: [noted(1)], notices: [notice(one, 1)] }
      yield* opened(file, (store) => Effect.andThen(store.create([one]), store.save([write])))
      yield* opened(file, (store) =>
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* store.get(order("a")), Option.some(write.next))
          assert.deepStrictEqual(yield* store.history(order("a"), 0), [noted(1)])
          assert.strictEqual((yield* store.notices(order("a"))).length, 1)
          assert.strictEqual(yield* store.nextDueAt({ now: 0, buckets: Bucket.all }), 5)
        })
      )
    })
  )

  rule("given a file with orders, nobody but its owner can read it", (file) =>
    opened(file, (store) =>
      Effect.gen(function* () {
        yield* store.create([stored("a")])
        for (const name of [file, `${file}-wal`]) assert.strictEqual(statSync(name).mode & 0o077, 0, name)
      })
    )
  )

  rule("given a full disk, writing is refused, nothing is lost, and it goes on once there is room", (file) =>
    opened(file, (store, sql) =>
      Effect.gen(function* () {
        const many = Array.from({ length: 500 }, (_, index) => stored(`order-${index}`))
        yield* store.create([stored("a")])
        yield* sql`PRAGMA max_page_count = 40`
        const error = yield* Effect.flip(store.create(many))
        assert.deepStrictEqual([error.reason._tag, error.isRetryable], ["StoreRefused", false])
        assert.include(error.message, "the disk is full")
        assert.deepStrictEqual((yield* store.counts(0)).states, { open: 1 })
        yield* sql`PRAGMA max_page_count = 100000`
        yield* store.create(many)
        assert.deepStrictEqual((yield* store.counts(0)).states, { open: 501 })
      })
    )
  )
})

describe("looking only", () => {
  const looking = <A, E>(file: string, body: (store: OrderStore["Service"]) => Effect.Effect<A, E>) =>
    OrderStore.use(body).pipe(Effect.provide(SqliteStore.layerReadOnly({ file })))

  rule("given a file that a process has open, another sees what it wrote and can't write", (file) =>
    opened(file, (store) =>
      Effect.gen(function* () {
        yield* store.create([stored("a", { due: 5 })])
        yield* looking(file, (look) =>
          Effect.gen(function* () {
            yield* store.create([stored("b")])
            assert.sameMembers([...idsOf((yield* look.list({ limit: 5 })).orders)], ["a", "b"])
            const writes = [
              Effect.asVoid(look.create([stored("c")])),
              Effect.asVoid(look.save([polled(stored("a"))]))
            ]
            for (const write of writes) {
              const error = yield* Effect.flip(write)
              assert.strictEqual(error.reason._tag, "StoreRefused")
            }
          })
        )
        assert.strictEqual((yield* store.list({ limit: 5 })).orders.length, 2)
      })
    )
  )

  rule("given a file that nobody has open, it can be looked at, and stays free", (file) =>
    Effect.gen(function* () {
      yield* opened(file, (store) => store.create([stored("a")]))
      const found = yield* looking(file, (look) => look.get(order("a")))
      assert.isTrue(Option.isSome(found))
      yield* opened(file, (store) => store.create([stored("b")]))
    })
  )

  rule("given no file, or one without a store, looking is refused and makes nothing", (file) =>
    Effect.gen(function* () {
      const none = yield* refusal(SqliteStore.layerReadOnly({ file }))
      assert.strictEqual(none.reason._tag, "StoreRefused")
      assert.isFalse(existsSync(file))
      new DatabaseSync(file).close()
      writeFileSync(file, "")
      const empty = yield* refusal(SqliteStore.layerReadOnly({ file }))
      assert.strictEqual(empty.reason._tag, "StoreIncompatible")
      assert.include(empty.message, "no store of orders")
    })
  )
})

describe("files that are no stores", () => {
  rule("given a file that is no database, it is refused and left as it was", (file) =>
    Effect.gen(function* () {
      const text = "date;amount\n20260729;8888\n".repeat(100)
      writeFileSync(file, text)
      const error = yield* openingFails(file)
      assert.strictEqual(error.reason._tag, "StoreIncompatible")
      assert.include(error.message, "is no SQLite database")
      assert.strictEqual(readFileSync(file, "utf8"), text)
    })
  )

  rule("given a database of another program, it is refused and left as it was", (file) =>
    Effect.gen(function* () {
      const database = new DatabaseSync(file)
      database.exec("CREATE TABLE cookies (name TEXT)")
      database.close()
      const before = readFileSync(file)
      const error = yield* openingFails(file)
      assert.strictEqual(error.reason._tag, "StoreIncompatible")
      assert.deepStrictEqual(readFileSync(file), before)
    })
  )

  rule("given a merchant's own tables in a store's file, it opens", (file) =>
    Effect.gen(function* () {
      yield* opened(file, (_, sql) => sql`CREATE TABLE shipments (order_id TEXT)`)
      yield* opened(file, (store) => store.create([stored("a")]))
    })
  )

  rule("given no folder, a folder in place of the file, or no name, it is refused", (file) =>
    Effect.gen(function* () {
      const folderMissing = yield* openingFails(join(file, "orders.db"))
      assert.strictEqual(folderMissing.reason._tag, "StoreRefused")
      assert.include(folderMissing.message, "folder")
      for (const name of ["", ":memory:"]) {
        assert.strictEqual((yield* openingFails(name)).reason._tag, "StoreRefused", name)
      }
      mkdirSync(file)
      assert.isDefined(yield* openingFails(file))
    })
  )
})
