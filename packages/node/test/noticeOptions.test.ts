import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import * as NoticeOptions from "../src/NoticeOptions.ts"
import * as MemoryStore from "../src/store/MemoryStore.ts"
import { OrderStore } from "../src/store/OrderStore.ts"
import * as SqliteStore from "../src/store/SqliteStore.ts"
import { Ledger } from "../src/sync/Ledger.ts"
import { storePaid } from "./support/notices.ts"
import { order } from "./support/orders.ts"
import { until } from "./support/servers.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "umf-notices-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** Tells about one paid order with those options, over a store in a file, until that is done. */
const telling = (options: NoticeOptions.TellingOptions) =>
  Effect.gen(function* () {
    const store = SqliteStore.layer({ file: join(yield* folder, "orders.sqlite") })
    return yield* Effect.gen(function* () {
      const sql = yield* SqlClient
      yield* sql`CREATE TABLE receipts (id TEXT)`
      yield* storePaid("a", Date.now())
      yield* Layer.build(
        NoticeOptions.layer({ relay: { backOff: { base: 20, cap: 20 }, timeout: 100 }, ...options })
      )
      const orders = yield* OrderStore
      let isDone = false
      yield* Effect.forkScoped(
        Effect.forever(
          Effect.andThen(
            Effect.map(orders.notices(order("a")), ([notice]) => {
              isDone = notice?.deliveredAt !== undefined
            }),
            Effect.sleep(5)
          )
        )
      )
      yield* until(() => isDone)
      return yield* sql<{ readonly id: string }>`SELECT id FROM receipts`
    }).pipe(Effect.scoped, Effect.provide(Ledger.layer().pipe(Layer.provideMerge(store))))
  }).pipe(Effect.scoped)

describe("a handler inside the store's own transaction", () => {
  it.live(
    "given a handler that takes too long, what it writes after its time is refused, and it is told again",
    () =>
      Effect.gen(function* () {
        const outcomes: Array<string> = []
        let calls = 0
        const rows = yield* telling({
          onNoticeInTransaction: async (notice, sql) => {
            calls += 1
            if (calls === 1) await new Promise((resolve) => setTimeout(resolve, 300))
            await sql("INSERT INTO receipts VALUES (?)", [notice.id]).then(
              () => outcomes.push("written"),
              (error: Error) => outcomes.push(error.message)
            )
          }
        })
        yield* until(() => outcomes.length === 2)
        assert.strictEqual(rows.length, 1)
        assert.include(outcomes.join(), "written")
        assert.include(outcomes.join(), "the notice's transaction is over".slice(4))
      })
  )

  it.live(
    "given one that writes and then rejects, what it wrote is undone, and only the last try's stays",
    () =>
      Effect.gen(function* () {
        let calls = 0
        const rows = yield* telling({
          onNoticeInTransaction: async (notice, sql) => {
            await sql("INSERT INTO receipts VALUES (?)", [notice.id])
            calls += 1
            if (calls < 3) throw new Error("not yet")
          }
        })
        assert.deepStrictEqual([calls, rows.length], [3, 1])
      })
  )
})

describe("options that can't work", () => {
  const build = (options: NoticeOptions.TellingOptions) =>
    Effect.flip(
      Effect.scoped(
        Effect.provide(
          Layer.build(NoticeOptions.layer(options)),
          Ledger.layer().pipe(Layer.provideMerge(MemoryStore.layer))
        )
      )
    )

  it.effect("given a transactional handler and a store in memory, it is refused at the start", () =>
    Effect.gen(function* () {
      const error = yield* build({ onNoticeInTransaction: async () => {} })
      assert.include(error.message, "store in a file or in Postgres")
    })
  )

  it.effect("given two handlers, they are refused at the start", () =>
    Effect.gen(function* () {
      const error = yield* build({ onNotice: () => {}, onNoticeInTransaction: async () => {} })
      assert.include(error.message, "Only one")
    })
  )
})
