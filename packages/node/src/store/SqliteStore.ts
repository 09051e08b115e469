/**
 * Orders in one SQLite file, for one process: what most merchants want. The file is locked for as long as
 * the layer lives, and brought to this library's schema when it opens.
 */
import { closeSync, existsSync, openSync, realpathSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Reactivity from "effect/reactivity/Reactivity"
import type * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import * as Migrations from "./Migrations.ts"
import { OrderStore } from "./OrderStore.ts"
import { mapped } from "./SqlFailure.ts"
import * as SqlOrderStore from "./SqlOrderStore.ts"
import { StoreError, StoreIncompatible, StoreRefused } from "./StoreError.ts"
import * as FileLock from "./sqlite/FileLock.ts"
import * as SqliteClient from "./sqlite/SqliteClient.ts"

export interface Options {
  /** Where the orders lie; made, for this user alone, where there is nothing yet. Its folder has to be there. */
  readonly file: string
  /** Where this process's API can be reached, for who finds the file locked; `FileLock.publish` tells it later. */
  readonly holderAddress?: string
}

const refused = (what: string): StoreError => new StoreError({ reason: new StoreRefused({ what }) })

/** The file's one true name, so that two ways to it meet at one lock. */
const placeOf = (file: string): Effect.Effect<string, StoreError> =>
  Effect.try({
    try: () => {
      const path = resolve(file)
      return existsSync(path) ? realpathSync(path) : join(realpathSync(dirname(path)), basename(path))
    },
    catch: () => refused(`the folder of ${file} is not there, or this user may not look into it.`)
  }).pipe(
    Effect.filterOrFail(
      () => file !== "" && !file.startsWith(":"),
      () => refused(`"${file}" is no name of a file. Orders that may be lost belong into MemoryStore.`)
    )
  )

/** Makes an empty file that only this user can read. An existing one is left alone: opening it would break its locks. */
const prepare = (file: string): Effect.Effect<void, StoreError> =>
  Effect.try({
    try: () => {
      if (!existsSync(file)) closeSync(openSync(file, "ax", 0o600))
    },
    catch: () => refused(`${file} can't be made: this user may not write into its folder.`)
  })

/**
 * A statement that writes, and changes nothing. A file that this user may only read is opened for that alone,
 * without a word: the service would begin, take over nothing and ask nothing.
 */
const assertWritable = (sql: SqlClient, file: string): Effect.Effect<void, StoreError> =>
  mapped(Effect.asVoid(sql`DELETE FROM umf_orders WHERE 1 = 0`)).pipe(
    Effect.mapError((error) =>
      error.isRetryable ? error : refused(`${file} can't be written: this user may only read it.`)
    )
  )

/** The client, and a first look that writes nothing. What can't be read as a database is no store. */
const open = (
  options: SqliteClient.Options
): Effect.Effect<SqlClient, StoreError, Scope.Scope | Reactivity.Reactivity> =>
  Effect.gen(function* () {
    const sql = yield* SqliteClient.make(options)
    yield* sql`SELECT COUNT(*) FROM sqlite_schema`
    return sql
  }).pipe(
    Effect.catchIf(
      ({ reason: { cause } }) => cause instanceof Error && "errcode" in cause && cause.errcode === 26,
      () =>
        Effect.fail(
          new StoreError({
            reason: new StoreIncompatible({ what: `${options.file} is no SQLite database.` })
          })
        )
    ),
    mapped
  )

const services = (sql: SqlClient): Context.Context<OrderStore | SqlClient> =>
  Context.make(SqlClient, sql).pipe(Context.add(OrderStore, SqlOrderStore.make(sql, { isShared: false })))

/**
 * The store in this file, and the client, so that a handler's own statements can take part in
 * `OrderStore.transaction`. Fails with StoreLocked where another process, or this one, has the file open;
 * with StoreIncompatible for a file that is no store or that a newer library made; with StoreRefused or
 * StoreUnavailable where it can't be opened.
 */
export const layer = ({
  file,
  holderAddress
}: Options): Layer.Layer<OrderStore | SqlClient | FileLock.FileLock, StoreError> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const place = yield* placeOf(file)
      const lock = yield* FileLock.acquire(place, holderAddress)
      yield* prepare(place)
      const sql = yield* open({ file: place })
      // Before anything is written into what may be somebody else's file.
      yield* Effect.provideService(Migrations.version, SqlClient, sql)
      yield* mapped(SqliteClient.writeAhead(sql))
      yield* Effect.provideService(Migrations.migrate, SqlClient, sql)
      yield* assertWritable(sql, file)
      return Context.add(services(sql), FileLock.FileLock, lock)
    })
  ).pipe(Layer.provide(Reactivity.layer))

/**
 * The same for looking only, while another process may have the file open: takes no lock, changes nothing,
 * and every write fails with StoreRefused. Fails with StoreIncompatible unless the schema is the newest.
 */
export const layerReadOnly = ({
  file
}: Pick<Options, "file">): Layer.Layer<OrderStore | SqlClient, StoreError> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const place = yield* placeOf(file)
      if (!existsSync(place)) return yield* refused(`${file} is not there.`)
      const sql = yield* open({ file: place, readOnly: true })
      yield* Effect.provideService(Migrations.assertNewest, SqlClient, sql)
      return services(sql)
    })
  ).pipe(Layer.provide(Reactivity.layer))
