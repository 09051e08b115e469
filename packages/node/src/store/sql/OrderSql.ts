/** Orders in SQL: creating, reading, the fenced saving of a batch, and who is due. */
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Fragment } from "effect/sql/Statement"
import * as Bucket from "../Bucket.ts"
import {
  CLOCK_SLACK,
  type DueRequest,
  keyText,
  LONGEST_NOTICE_PAUSE,
  type OrderKey,
  type StoredOrder
} from "../OrderStore.ts"
import type { StoreError } from "../StoreError.ts"
import * as Batch from "./Batch.ts"
import * as OrderRow from "./OrderRow.ts"

/** How far an order that can't be read is put off, in ms: it must not stand in the others' way. */
const PUT_OFF = 3_600_000

type Rows = Effect.Effect<ReadonlyArray<OrderRow.OrderRow>, SqlError>

/** Inserts those orders that are not there yet; gives the keys of those it inserted. */
export const insert = (
  sql: SqlClient,
  orders: ReadonlyArray<StoredOrder>
): Effect.Effect<ReadonlySet<string>, SqlError> => {
  const names = sql.literal(Batch.names(OrderRow.columns))
  const rows = Batch.from(sql, OrderRow.columns, orders.map(OrderRow.toRow))
  return Effect.map(
    sql<OrderRow.OrderRow>`
      INSERT INTO umf_orders (${names}) SELECT ${names} FROM ${rows} WHERE true
      ON CONFLICT DO NOTHING RETURNING mer_id, order_id`,
    (inserted) => new Set(inserted.map(OrderRow.keyOf))
  )
}

const keys = { mer_id: "TEXT", order_id: "TEXT" } as const

/** The rows of the orders with these keys, in no particular order. */
export const select = (sql: SqlClient, wanted: ReadonlyArray<OrderKey>): Rows => {
  const rows = Batch.from(
    sql,
    keys,
    wanted.map(({ merId, orderId }) => ({ mer_id: merId, order_id: orderId }))
  )
  return sql<OrderRow.OrderRow>`
    SELECT ${sql.literal(OrderRow.read)} FROM umf_orders
    WHERE (mer_id, order_id) IN (SELECT mer_id, order_id FROM ${rows})`
}

/** The row of one order. */
export const selectOne = (
  sql: SqlClient,
  { merId, orderId }: OrderKey
): Effect.Effect<OrderRow.OrderRow | undefined, SqlError> =>
  Effect.map(
    sql<OrderRow.OrderRow>`
      SELECT ${sql.literal(OrderRow.read)} FROM umf_orders WHERE mer_id = ${merId} AND order_id = ${orderId}`,
    ([row]) => row
  )

const assign = (names: ReadonlyArray<string>): string => names.map((name) => `${name} = v.${name}`).join(", ")
const all = assign(Object.keys(OrderRow.changing))
const allButState = assign(
  Object.keys(OrderRow.changing).filter((name) => name !== "state" && name !== "tag")
)

const updateRows = (
  sql: SqlClient,
  orders: ReadonlyArray<StoredOrder>,
  assignments: string,
  { from = "", where = "" }: { readonly from?: string; readonly where?: string } = {}
): Effect.Effect<ReadonlySet<string>, SqlError> =>
  orders.length === 0
    ? Effect.succeed(new Set())
    : Effect.map(
        sql<OrderRow.OrderRow>`
          UPDATE umf_orders SET ${sql.literal(assignments)}
          FROM ${Batch.from(sql, OrderRow.columns, orders.map(OrderRow.toRow))}${sql.literal(from)}
          WHERE umf_orders.mer_id = v.mer_id AND umf_orders.order_id = v.order_id
            AND umf_orders.version = v.version - 1${sql.literal(where)}
          RETURNING umf_orders.mer_id, umf_orders.order_id`,
        (written) => new Set(written.map(OrderRow.keyOf))
      )

/** Postgres learns with the statement that its commit needn't wait for the disk: a mere poll is one round trip. */
const updatePostgres = (
  sql: SqlClient,
  orders: ReadonlyArray<StoredOrder>,
  mayBeLost: boolean
): Effect.Effect<ReadonlySet<string>, SqlError> =>
  updateRows(
    sql,
    orders,
    all,
    mayBeLost
      ? {
          from: ", (SELECT set_config('synchronous_commit', 'off', true) AS lazily) AS c",
          where: " AND c.lazily IS NOT NULL"
        }
      : {}
  )

/**
 * SQLite writes an index anew for each column of it that is set, changed or not, which costs a poll as much
 * as all the rest: so the state is set only where it is not the stored one.
 */
const updateSqlite = (
  sql: SqlClient,
  orders: ReadonlyArray<StoredOrder>
): Effect.Effect<ReadonlySet<string>, SqlError> =>
  Effect.gen(function* () {
    const still = yield* updateRows(sql, orders, allButState, { where: " AND umf_orders.state = v.state" })
    const others = orders.filter((stored) => !still.has(keyText(stored.snapshot.context.order)))
    const moved = yield* updateRows(sql, others, all)
    return new Set([...still, ...moved])
  })

/**
 * Writes the rows whose stored version is one less than the new one; gives the keys of those it wrote.
 * `mayBeLost` concerns the whole transaction, so it is for who began it to say.
 */
export const update = (
  sql: SqlClient,
  orders: ReadonlyArray<StoredOrder>,
  mayBeLost: boolean
): Effect.Effect<ReadonlySet<string>, SqlError> =>
  sql.onDialectOrElse({
    pg: () => updatePostgres(sql, orders, mayBeLost),
    orElse: () => updateSqlite(sql, orders)
  })

/** The condition for these buckets; none where it is all of them, so that nothing has to be compared. */
export const inBuckets = (sql: SqlClient, buckets: ReadonlyArray<number>): Fragment =>
  new Set(buckets).size === Bucket.BUCKETS ? sql.literal("") : sql` AND ${sql.in("bucket", buckets)}`

/** The condition for being due. */
const isDue = (sql: SqlClient, { now, buckets, exceptMerchants }: DueRequest): Fragment => {
  const except =
    exceptMerchants.length === 0 ? sql.literal("") : sql` AND mer_id NOT IN ${sql.in(exceptMerchants)}`
  return sql`due_at IS NOT NULL AND due_at <= ${now}${inBuckets(sql, buckets)}${except}`
}

const longestDue = (sql: SqlClient, request: DueRequest, limit: number): Rows =>
  sql<OrderRow.OrderRow>`
    SELECT ${sql.literal(OrderRow.read)} FROM umf_orders WHERE ${isDue(sql, request)}
    ORDER BY due_at LIMIT ${limit}`

/**
 * Who began last became due last, or nearly so: the newest are looked for among so many that became due
 * last, which takes 10 ms at most, however many wait.
 */
const WINDOW = 10_000

/** Found in the index alone, where the database can: few rows are read that are not given back. */
const lastStarted = (sql: SqlClient, request: DueRequest, limit: number): Rows => {
  const place = sql.literal(sql.onDialectOrElse({ pg: () => "ctid", orElse: () => "rowid" }))
  return sql<OrderRow.OrderRow>`
    SELECT ${sql.literal(OrderRow.read)} FROM umf_orders WHERE ${place} IN (
      SELECT place FROM (
        SELECT ${place} AS place, started_at FROM umf_orders WHERE ${isDue(sql, request)}
        ORDER BY due_at DESC LIMIT ${WINDOW}) AS lately
      ORDER BY started_at DESC LIMIT ${limit})
    ORDER BY started_at DESC`
}

const dueRows = (sql: SqlClient, request: DueRequest): Rows =>
  Effect.gen(function* () {
    const { newest, oldest } = request
    const longest = yield* longestDue(sql, request, newest + oldest)
    if (newest <= 0 || longest.length < newest + oldest) return longest
    const first = longest.slice(0, oldest)
    const known = new Set(first.map(OrderRow.keyOf))
    const last = yield* lastStarted(sql, request, newest + oldest)
    return [...last.filter((row) => !known.has(OrderRow.keyOf(row))).slice(0, newest), ...first]
  })

/** Puts off orders that can't be read, unless somebody who can has written them meanwhile. */
const putOff = (
  sql: SqlClient,
  now: number,
  rows: ReadonlyArray<OrderRow.OrderRow>
): Effect.Effect<void, SqlError> =>
  Effect.forEach(
    rows,
    ({ mer_id, order_id, version }) =>
      Effect.andThen(
        Effect.logError(
          `Order ${order_id} of merchant ${mer_id} can't be read: a newer version of this library wrote it, or it was damaged. It is not asked about for an hour.`
        ),
        sql`UPDATE umf_orders SET due_at = ${now + PUT_OFF}
            WHERE mer_id = ${mer_id} AND order_id = ${order_id} AND version = ${version}`
      ),
    { discard: true }
  )

/** Orders whose time has come: where they are many, those whose asking began last, then those due for longest. */
export const due = (
  sql: SqlClient,
  request: DueRequest
): Effect.Effect<ReadonlyArray<StoredOrder>, SqlError> =>
  Effect.gen(function* () {
    if (request.buckets.length === 0 || request.newest + request.oldest <= 0) return []
    const { orders, unreadable } = yield* OrderRow.fromRows(yield* dueRows(sql, request))
    yield* putOff(sql, request.now, unreadable)
    return orders
  })

/** When the next order becomes due after `now`. */
export const nextDueAt = (
  sql: SqlClient,
  { now, buckets }: Pick<DueRequest, "now" | "buckets">
): Effect.Effect<number | undefined, SqlError> =>
  buckets.length === 0
    ? Effect.succeed(undefined)
    : Effect.map(
        sql<{ due_at: number | bigint }>`
          SELECT due_at FROM umf_orders WHERE due_at IS NOT NULL AND due_at > ${now}${inBuckets(sql, buckets)}
          ORDER BY due_at LIMIT 1`,
        ([row]) => (row === undefined ? undefined : Number(row.due_at))
      )

/** Plans anew what was saved in the future, as `OrderStore.replan` says. */
export const replan = (sql: SqlClient, now: number): Effect.Effect<number, SqlError> =>
  Effect.gen(function* () {
    const mended = yield* sql`
      UPDATE umf_orders SET due_at = due_at - (updated_at - ${now}), updated_at = ${now}
      WHERE due_at IS NOT NULL AND updated_at > ${now + CLOCK_SLACK} RETURNING bucket`
    yield* sql`
      UPDATE umf_outbox SET next_at = ${now}
      WHERE delivered_at IS NULL AND next_at > ${now}
        AND (created_at > ${now + CLOCK_SLACK} OR next_at > ${now + LONGEST_NOTICE_PAUSE + CLOCK_SLACK})`
    return mended.length
  })

/** Orders by their keys. Fails with StoreIncompatible where one of them can't be read. */
export const byKey = (
  rows: ReadonlyArray<OrderRow.OrderRow>
): Effect.Effect<ReadonlyMap<string, StoredOrder>, StoreError> =>
  Effect.map(
    Effect.forEach(rows, OrderRow.fromRow),
    (orders) => new Map(orders.map((stored) => [keyText(stored.snapshot.context.order), stored]))
  )
