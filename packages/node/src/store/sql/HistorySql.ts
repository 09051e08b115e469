/** What happened to orders, in SQL. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { HistoryEntry, MOST } from "../HistoryEntry.ts"
import type { OrderKey, OrderWrite } from "../OrderStore.ts"
import * as Batch from "./Batch.ts"

const key = { mer_id: "TEXT", order_id: "TEXT", seq: "INTEGER" } as const
const columns = { ...key, at: "BIGINT", kind: "TEXT", entry: "TEXT" } as const

const EntryText = Schema.fromJsonString(HistoryEntry)
const encode = Schema.encodeSync(EntryText)
const decode = Schema.decodeUnknownOption(EntryText)

/** Writes the entries of these steps. For each that is one too many, the oldest of its order goes. */
export const insert = (sql: SqlClient, writes: ReadonlyArray<OrderWrite>): Effect.Effect<void, SqlError> =>
  Effect.gen(function* () {
    const entries = writes.flatMap(({ next, history }) => {
      const { merId, orderId } = next.snapshot.context.order
      return history.map((entry) => ({
        mer_id: merId,
        order_id: orderId,
        seq: entry.seq,
        at: entry.at,
        kind: entry.kind,
        entry: encode(entry)
      }))
    })
    if (entries.length === 0) return
    const names = sql.literal(Batch.names(columns))
    yield* sql`
      INSERT INTO umf_history (${names}) SELECT ${names} FROM ${Batch.from(sql, columns, entries)}`
    const tooOld = entries
      .filter(({ seq }) => seq > MOST)
      .map(({ mer_id, order_id, seq }) => ({ mer_id, order_id, seq: seq - MOST }))
    if (tooOld.length === 0) return
    const rows = Batch.from(sql, key, tooOld)
    yield* sql`
      DELETE FROM umf_history WHERE (mer_id, order_id, seq) IN (SELECT mer_id, order_id, seq FROM ${rows})`
  })

/** An order's entries after `after`, oldest first; one that a newer library wrote in a form of its own is left out. */
export const select = (
  sql: SqlClient,
  { merId, orderId }: OrderKey,
  after: number
): Effect.Effect<ReadonlyArray<HistoryEntry>, SqlError> =>
  Effect.map(
    sql<{ entry: string }>`
      SELECT entry FROM umf_history
      WHERE mer_id = ${merId} AND order_id = ${orderId} AND seq > ${after} ORDER BY seq`,
    (rows) => rows.flatMap(({ entry }) => Option.toArray(decode(entry)))
  )

/** Deletes at most `limit` entries older than `before`, the oldest first; gives how many. */
export const prune = (sql: SqlClient, before: number, limit: number): Effect.Effect<number, SqlError> =>
  Effect.map(
    sql`
      DELETE FROM umf_history WHERE (mer_id, order_id, seq) IN
        (SELECT mer_id, order_id, seq FROM umf_history WHERE at < ${before} ORDER BY at LIMIT ${limit})
      RETURNING seq`,
    (gone) => gone.length
  )
