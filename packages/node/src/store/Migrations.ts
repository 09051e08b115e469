/**
 * Brings a database to this library's schema, forward only, and refuses one that is not the store's or
 * that a newer library made. Which versions a database has seen stands in its table `umf_migrations`.
 */
import * as Effect from "effect/Effect"
import * as Migrator from "effect/sql/Migrator"
import { SqlClient } from "effect/sql/SqlClient"
import { isSqlError, type SqlError } from "effect/sql/SqlError"
import * as migrations from "./migrations/index.ts"
import { mapped } from "./SqlFailure.ts"
import { StoreError, StoreIncompatible, StoreRefused } from "./StoreError.ts"

const TABLE = "umf_migrations"

/** The newest version of the schema that this library knows. */
export const newest: number = migrations.newest

/** From which version to which; the same twice where nothing was to be done, from 0 for an empty database. */
export interface Migrated {
  readonly from: number
  readonly to: number
}

const incompatible = (what: string): StoreError => new StoreError({ reason: new StoreIncompatible({ what }) })

const foreign = incompatible(
  "its tables are not those of a store of orders. Give the store a database, or a file, of its own."
)

/** Names of the tables in the database that concern the store; in SQLite, of all tables. */
const tables = (sql: SqlClient): Effect.Effect<ReadonlySet<string>, SqlError> =>
  Effect.map(
    sql.onDialectOrElse({
      pg: () => sql<{
        name: string
      }>`SELECT relname::text AS name FROM pg_class
         WHERE relkind IN ('r', 'p') AND pg_table_is_visible(oid) AND relname LIKE 'umf\\_%'`,
      orElse: () =>
        sql<{
          name: string
        }>`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`
    }),
    (rows) => new Set(rows.map(({ name }) => name))
  )

const ours = ["umf_orders", "umf_history", "umf_outbox"]

/**
 * The version of the database's schema, 0 for none yet. Writes nothing. Fails with StoreIncompatible for a
 * schema that is newer than the library's or is not the store's; in SQLite that goes for any other tables
 * in a file without a store, which then is somebody else's file.
 */
export const version: Effect.Effect<number, StoreError, SqlClient> = Effect.retry(
  Effect.suspend(() => look),
  // Tables and versions are read one after the other: what another process commits in between looks foreign.
  { times: 3, while: (error) => error === foreign }
)

const look: Effect.Effect<number, StoreError, SqlClient> = mapped(
  Effect.gen(function* () {
    const sql = yield* SqlClient
    const there = yield* tables(sql)
    const seen = there.has(TABLE)
      ? yield* sql<{ id: number; name: string }>`
          SELECT migration_id AS id, name FROM ${sql(TABLE)} ORDER BY migration_id`
      : []
    const last = seen.at(-1)
    if (last === undefined) {
      const mayBegin = sql.onDialectOrElse({
        pg: () => !ours.some((table) => there.has(table)),
        orElse: () => there.size === (there.has(TABLE) ? 1 : 0)
      })
      return mayBegin ? 0 : yield* foreign
    }
    const known = new Set(Object.keys(migrations.all))
    if (seen.some(({ id, name }) => id <= newest && !known.has(`${id}_${name}`))) return yield* foreign
    if (last.id > newest) {
      return yield* incompatible(
        `its schema has version ${last.id}, and this library knows versions up to ${newest}. Use the library that made it, or a newer one.`
      )
    }
    return ours.every((table) => there.has(table)) ? last.id : yield* foreign
  })
)

/** The error of a migration that failed; its cause tells, where that is the database's. */
const failed = (error: Migrator.MigrationError): SqlError | StoreError =>
  isSqlError(error.cause)
    ? error.cause
    : new StoreError({
        reason: new StoreRefused({ what: `its schema could not be brought up to date (${error.kind}).` })
      })

/**
 * Brings the schema to the newest version, each version in one transaction with those before it. Does
 * nothing, and needs no permission to, where it is there already. Safe to be run by several processes.
 */
export const migrate: Effect.Effect<Migrated, StoreError, SqlClient> = Effect.gen(function* () {
  const from = yield* version
  if (from === newest) return { from, to: newest }
  const loader = Migrator.fromRecord(migrations.all)
  yield* mapped(
    Effect.catchTag(Migrator.make({})({ loader, table: TABLE }), "MigrationError", (error) =>
      Effect.fail(failed(error))
    )
  )
  return { from, to: yield* version }
})

/** Fails with StoreIncompatible unless the schema is the newest: for those who may only look. */
export const assertNewest: Effect.Effect<void, StoreError, SqlClient> = Effect.flatMap(version, (found) =>
  found === newest
    ? Effect.void
    : Effect.fail(
        incompatible(
          found === 0
            ? "there is no store of orders in it."
            : `its schema has version ${found} and would have to be brought to ${newest}: open it for writing once, or run "umf-order migrate".`
        )
      )
)
