/**
 * Orders in any database that Effect's `SqlClient` reaches and `Migrations` has prepared. This module puts
 * the statements of `sql/` into transactions and says what their failures mean; the layers of SQLite and
 * Postgres stand in modules of their own.
 */
import * as Arr from "effect/Array"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { MustSurvive } from "./Durability.ts"
import { keyText, OrderStore, type OrderWrite } from "./OrderStore.ts"
import { mapped } from "./SqlFailure.ts"
import { type StoreError, unavailable } from "./StoreError.ts"
import * as HistorySql from "./sql/HistorySql.ts"
import * as ListSql from "./sql/ListSql.ts"
import * as OrderRow from "./sql/OrderRow.ts"
import * as OrderSql from "./sql/OrderSql.ts"
import * as OutboxSql from "./sql/OutboxSql.ts"

export interface Options {
  readonly isShared: boolean
  /** How long an operation may take; without it as long as it takes, where there is no network in between. */
  readonly timeOut?: Duration.Duration
}

/** Rows that are deleted at a time, so that others get their turn. */
const PRUNED = 1000

/** Lets a merchant's own failure through a transaction as it is, even where it is a SqlError too. */
class Theirs<E> {
  readonly error: E
  constructor(error: E) {
    this.error = error
  }
}

const transaction =
  (sql: SqlClient): OrderStore["Service"]["transaction"] =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    mapped(sql.withTransaction(Effect.mapError(effect, (error) => new Theirs(error)))).pipe(
      Effect.mapError((error) => (error instanceof Theirs ? error.error : error))
    )

const save = (
  sql: SqlClient,
  writes: ReadonlyArray<OrderWrite>
): Effect.Effect<ReadonlyArray<boolean>, SqlError> =>
  Effect.gen(function* () {
    const keyOf = ({ next }: OrderWrite) => keyText(next.snapshot.context.order)
    const mustSurvive = writes.some((write) => write.mustSurvive)
    // In somebody else's transaction that is not ours to say.
    const isNested = Option.isSome(yield* Effect.serviceOption(sql.transactionService))
    const update = OrderSql.update(
      sql,
      writes.map(({ next }) => next),
      !mustSurvive && !isNested
    )
    // Most batches are mere polls: one statement, which is a transaction of its own.
    const saved = writes.every(({ history, notices }) => history.length + notices.length === 0)
      ? update
      : sql.withTransaction(
          Effect.tap(update, (keys) => {
            const fresh = writes.filter((write) => keys.has(keyOf(write)))
            return Effect.andThen(HistorySql.insert(sql, fresh), OutboxSql.insert(sql, fresh))
          })
        )
    const keys = yield* Effect.provideService(saved, MustSurvive, mustSurvive)
    return writes.map((write) => keys.has(keyOf(write)))
  })

/** Orders in one INSERT. */
const INSERTED = 256

const create = (sql: SqlClient): OrderStore["Service"]["create"] =>
  Effect.fnUntraced(function* (orders) {
    const inserted = new Set<string>()
    for (const some of Arr.chunksOf(orders, INSERTED)) {
      for (const key of yield* mapped(OrderSql.insert(sql, some))) inserted.add(key)
    }
    const keyed = orders.map((stored) => {
      const { order } = stored.snapshot.context
      // Of two with the same key in one request the first is the new one.
      return { stored, order, isNew: inserted.delete(keyText(order)) }
    })
    const known = keyed.filter(({ isNew }) => !isNew).map(({ order }) => order)
    if (known.length === 0) return keyed.map(({ stored, isNew }) => ({ stored, isNew }))
    const found = yield* OrderSql.byKey(yield* mapped(OrderSql.select(sql, known)))
    return keyed.map(({ stored, order, isNew }) => ({
      stored: isNew ? stored : (found.get(keyText(order)) ?? stored),
      isNew
    }))
  })

/** Repeats a deletion of some rows until it finds no more. */
const inParts = (some: Effect.Effect<number, SqlError>): Effect.Effect<number, SqlError> =>
  Effect.gen(function* () {
    let gone = 0
    let last = PRUNED
    while (last >= PRUNED) {
      last = yield* some
      gone += last
      yield* Effect.yieldNow
    }
    return gone
  })

/** The store over this client. The schema has to be there. */
export const make = (sql: SqlClient, { isShared, timeOut }: Options): OrderStore["Service"] => {
  const told = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, Exclude<E, SqlError> | StoreError> =>
    timeOut === undefined
      ? mapped(effect)
      : Effect.timeoutOrElse(mapped(effect), {
          duration: timeOut,
          orElse: () =>
            Effect.fail(unavailable(`the database gave no answer within ${Duration.format(timeOut)}.`))
        })
  const lazily = Effect.provideService(MustSurvive, false)
  /** For what may be lost, and for what writes nothing. */
  const lightly = <A, E>(effect: Effect.Effect<A, E>) => told(lazily(effect))
  return OrderStore.of({
    isShared,
    create: (orders) =>
      orders.length === 0 ? Effect.succeed([]) : told(sql.withTransaction(create(sql)(orders))),
    get: (key) =>
      lightly(
        Effect.flatMap(OrderSql.selectOne(sql, key), (row) =>
          row === undefined ? Effect.succeedNone : Effect.map(OrderRow.fromRow(row), Option.some)
        )
      ),
    save: (writes) => (writes.length === 0 ? Effect.succeed([]) : told(save(sql, writes))),
    due: (request) => lightly(OrderSql.due(sql, request)),
    nextDueAt: (request) => lightly(OrderSql.nextDueAt(sql, request)),
    replan: (now) => told(OrderSql.replan(sql, now)),
    list: (request) => lightly(ListSql.list(sql, request)),
    counts: (now) => lightly(ListSql.counts(sql, now)),
    history: (key, after) => lightly(HistorySql.select(sql, key, after)),
    notices: (key) => lightly(OutboxSql.select(sql, key)),
    pendingNotices: (request) => lightly(OutboxSql.pending(sql, request)),
    nextNoticeAt: (request) => lightly(OutboxSql.nextAt(sql, request)),
    // A notice that is handed over again after a power cut has the same id.
    noticeDelivered: (id, at) => lightly(OutboxSql.delivered(sql, id, at)),
    noticeFailed: (id, failure) => lightly(OutboxSql.failed(sql, id, failure)),
    prune: (before) =>
      Effect.map(
        Effect.all([
          mapped(lazily(inParts(HistorySql.prune(sql, before, PRUNED)))),
          mapped(lazily(inParts(OutboxSql.prune(sql, before, PRUNED))))
        ]),
        ([entries, notices]) => entries + notices
      ),
    transaction: transaction(sql)
  })
}
