/** Notices to the merchant, in SQL: written with the step that led to them, handed over later. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Fragment } from "effect/sql/Statement"
import * as Bucket from "../Bucket.ts"
import { Notice, type PendingNotice } from "../Notice.ts"
import type { OrderKey, OrderWrite } from "../OrderStore.ts"
import { StoreError, StoreRefused } from "../StoreError.ts"
import * as Batch from "./Batch.ts"
import { inBuckets } from "./OrderSql.ts"

const columns = {
  id: "TEXT",
  mer_id: "TEXT",
  order_id: "TEXT",
  seq: "INTEGER",
  bucket: "INTEGER",
  type: "TEXT",
  notice: "TEXT",
  created_at: "BIGINT",
  next_at: "BIGINT"
} as const

interface NoticeRow {
  readonly id: string
  readonly notice: string
  readonly created_at: number | bigint
  readonly attempts: number
  readonly next_at: number | bigint
  readonly delivered_at: number | bigint | null
  readonly last_error: string | null
}
const read = "id, notice, created_at, attempts, next_at, delivered_at, last_error"

const NoticeText = Schema.fromJsonString(Notice)
const encode = Schema.encodeSync(NoticeText)
const decode = Schema.decodeUnknownOption(NoticeText)

/** Writes the notices of these steps, to be handed over at once. */
export const insert = (sql: SqlClient, writes: ReadonlyArray<OrderWrite>): Effect.Effect<void, SqlError> => {
  const notices = writes.flatMap(({ next, notices }) =>
    notices.map((notice) => ({
      id: notice.id,
      mer_id: notice.merId,
      order_id: notice.orderId,
      seq: notice.seq,
      bucket: Bucket.of(notice),
      type: notice.type,
      notice: encode(notice),
      created_at: next.updatedAt,
      next_at: next.updatedAt
    }))
  )
  const names = sql.literal(Batch.names(columns))
  return notices.length === 0
    ? Effect.void
    : Effect.asVoid(
        sql`INSERT INTO umf_outbox (${names}) SELECT ${names} FROM ${Batch.from(sql, columns, notices)}`
      )
}

type Kept = PendingNotice & { readonly deliveredAt?: number }

const fromRow = (row: NoticeRow): Option.Option<Kept> =>
  Option.map(decode(row.notice), (notice) => ({
    notice,
    createdAt: Number(row.created_at),
    attempts: row.attempts,
    nextAt: Number(row.next_at),
    ...(row.delivered_at === null ? {} : { deliveredAt: Number(row.delivered_at) }),
    ...(row.last_error === null ? {} : { lastError: row.last_error })
  }))

/** How far a notice that can't be read is put off, in ms: it must not stand in the others' way. */
const PUT_OFF = 3_600_000

/** One that a newer library wrote in a form of its own is left to that one. */
const fromRows = (rows: ReadonlyArray<NoticeRow>): ReadonlyArray<Kept> =>
  rows.flatMap((row) => Option.toArray(fromRow(row)))

/** An order's notices, oldest first. */
export const select = (
  sql: SqlClient,
  { merId, orderId }: OrderKey
): Effect.Effect<ReadonlyArray<Kept>, SqlError> =>
  Effect.map(
    sql<NoticeRow>`
      SELECT ${sql.literal(read)} FROM umf_outbox
      WHERE mer_id = ${merId} AND order_id = ${orderId} ORDER BY seq`,
    fromRows
  )

interface Wanted {
  readonly now: number
  readonly buckets: ReadonlyArray<number>
}

/** Pending, in these buckets, and with none pending before it: a later notice never overtakes. */
const isFirst = (sql: SqlClient, buckets: ReadonlyArray<number>): Fragment => sql`
  delivered_at IS NULL${inBuckets(sql, buckets)} AND NOT EXISTS (
    SELECT 1 FROM umf_outbox AS earlier
    WHERE earlier.mer_id = umf_outbox.mer_id AND earlier.order_id = umf_outbox.order_id
      AND earlier.seq < umf_outbox.seq AND earlier.delivered_at IS NULL)`

/** Notices to hand over now, those that have waited longest first. One that can't be read is put off, with a line in the log. */
export const pending = (
  sql: SqlClient,
  { now, buckets, limit }: Wanted & { readonly limit: number }
): Effect.Effect<ReadonlyArray<PendingNotice>, SqlError> =>
  Effect.gen(function* () {
    if (buckets.length === 0) return []
    const rows = yield* sql<NoticeRow>`
      SELECT ${sql.literal(read)} FROM umf_outbox
      WHERE next_at <= ${now} AND ${isFirst(sql, buckets)} ORDER BY next_at LIMIT ${limit}`
    const found = rows.map((row) => ({ row, notice: fromRow(row) }))
    for (const { row, notice } of found) {
      if (Option.isSome(notice)) continue
      yield* Effect.logError(
        `Notice ${row.id} can't be read: a newer version of this library wrote it, or it was damaged. It is not handed over for an hour.`
      )
      yield* sql`UPDATE umf_outbox SET next_at = ${now + PUT_OFF} WHERE id = ${row.id}`
    }
    return found.flatMap(({ notice }) => Option.toArray(notice))
  })

/** When the next notice is to be tried after `now`. */
export const nextAt = (
  sql: SqlClient,
  { now, buckets }: Wanted
): Effect.Effect<number | undefined, SqlError> =>
  buckets.length === 0
    ? Effect.succeed(undefined)
    : Effect.map(
        sql<NoticeRow>`
          SELECT next_at FROM umf_outbox
          WHERE next_at > ${now} AND ${isFirst(sql, buckets)} ORDER BY next_at LIMIT 1`,
        ([row]) => (row === undefined ? undefined : Number(row.next_at))
      )

const oneOf = (changed: ReadonlyArray<unknown>): Effect.Effect<void, StoreError> =>
  changed.length > 0
    ? Effect.void
    : Effect.fail(new StoreError({ reason: new StoreRefused({ what: "there is no such notice." }) }))

/** Notes that a notice was handed over. Fails with StoreRefused where there is none of that id. */
export const delivered = (
  sql: SqlClient,
  id: string,
  at: number
): Effect.Effect<void, SqlError | StoreError> =>
  Effect.flatMap(
    sql`UPDATE umf_outbox SET delivered_at = ${at}, attempts = attempts + 1 WHERE id = ${id} RETURNING id`,
    oneOf
  )

/** Notes that a try to hand a notice over was in vain. Fails like `delivered`. */
export const failed = (
  sql: SqlClient,
  id: string,
  { nextAt: at, error }: { readonly nextAt: number; readonly error: string }
): Effect.Effect<void, SqlError | StoreError> =>
  Effect.flatMap(
    // Postgres can't hold a NUL.
    sql`UPDATE umf_outbox
        SET next_at = ${at}, last_error = ${error.replaceAll("\0", "\uFFFD")}, attempts = attempts + 1
        WHERE id = ${id} RETURNING id`,
    oneOf
  )

/** Deletes at most `limit` notices that were handed over before `before`; gives how many. */
export const prune = (sql: SqlClient, before: number, limit: number): Effect.Effect<number, SqlError> =>
  Effect.map(
    sql`
      DELETE FROM umf_outbox WHERE id IN
        (SELECT id FROM umf_outbox WHERE delivered_at IS NOT NULL AND delivered_at < ${before}
         ORDER BY delivered_at LIMIT ${limit})
      RETURNING id`,
    (gone) => gone.length
  )
