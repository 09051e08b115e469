/**
 * Orders, their history, and the notices that wait to be handed over.
 *
 * One row of `umf_orders` is the whole truth of an order: `snapshot`, as JSON. The other columns are drawn
 * from it, for the queries of the store and for people who look with SQL. Times are ms since the epoch,
 * amounts are fen. Names of Postgres's types are understood by SQLite too; keys are compared byte by byte
 * in both, whatever the database's language.
 */
import * as Effect from "effect/Effect"
import * as SqlClient from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

/** Creates the tables of version 1. */
export const orders: Effect.Effect<void, SqlError, SqlClient.SqlClient> = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const key = sql.literal(sql.onDialectOrElse({ pg: () => `TEXT COLLATE "C"`, orElse: () => "TEXT" }))
  // A poll moves its row to another place in the index, so dead rows come fast: cleaned up early, and with
  // room on the page for the next version of a row.
  const busy = sql.literal(
    sql.onDialectOrElse({
      pg: () =>
        "WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02)",
      orElse: () => ""
    })
  )
  const clustered = sql.literal(sql.onDialectOrElse({ sqlite: () => "WITHOUT ROWID", orElse: () => "" }))
  const statements = [
    sql`CREATE TABLE umf_orders (
      mer_id ${key} NOT NULL,
      order_id ${key} NOT NULL,
      bucket INTEGER NOT NULL,
      version INTEGER NOT NULL,
      snapshot TEXT NOT NULL,
      snapshot_version INTEGER NOT NULL,
      state ${key} NOT NULL,
      tag TEXT NOT NULL,
      due_at BIGINT,
      started_at BIGINT NOT NULL,
      polls INTEGER NOT NULL,
      history_seq INTEGER NOT NULL,
      notice_seq INTEGER NOT NULL,
      fault_run TEXT,
      created_at BIGINT NOT NULL,
      updated_at BIGINT NOT NULL,
      transaction_id TEXT,
      order_date TEXT,
      pay_type TEXT,
      amount BIGINT,
      paid_at BIGINT,
      told TEXT,
      reason TEXT,
      PRIMARY KEY (mer_id, order_id)
    ) ${busy}`,
    // By time first, whichever buckets are wanted: a process owns all of them or a good part, and the
    // others are skipped within the index. The merchant stands in it for those whose turn it is not, the
    // start for finding the newest of many that are due.
    sql`CREATE INDEX umf_orders_due ON umf_orders (due_at, bucket, mer_id, started_at)
        WHERE due_at IS NOT NULL`,
    sql`CREATE INDEX umf_orders_by_state ON umf_orders (state, created_at, mer_id, order_id)`,
    sql`CREATE INDEX umf_orders_by_merchant ON umf_orders (mer_id, state, created_at, order_id)`,

    sql`CREATE TABLE umf_history (
      mer_id ${key} NOT NULL,
      order_id ${key} NOT NULL,
      seq INTEGER NOT NULL,
      at BIGINT NOT NULL,
      kind TEXT NOT NULL,
      entry TEXT NOT NULL,
      PRIMARY KEY (mer_id, order_id, seq)
    ) ${clustered}`,
    sql`CREATE INDEX umf_history_at ON umf_history (at)`,

    sql`CREATE TABLE umf_outbox (
      id ${key} NOT NULL PRIMARY KEY,
      mer_id ${key} NOT NULL,
      order_id ${key} NOT NULL,
      seq INTEGER NOT NULL,
      bucket INTEGER NOT NULL,
      type TEXT NOT NULL,
      notice TEXT NOT NULL,
      created_at BIGINT NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0,
      next_at BIGINT NOT NULL,
      delivered_at BIGINT,
      last_error TEXT,
      UNIQUE (mer_id, order_id, seq)
    )`,
    sql`CREATE INDEX umf_outbox_pending ON umf_outbox (next_at, bucket) WHERE delivered_at IS NULL`,
    sql`CREATE INDEX umf_outbox_delivered ON umf_outbox (delivered_at) WHERE delivered_at IS NOT NULL`
  ]
  yield* Effect.forEach(statements, (statement) => statement.unprepared, { discard: true })
})
