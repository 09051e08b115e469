/**
 * Effect's `SqlClient` over Node's own SQLite. One connection, used by one fiber or transaction at a time:
 * calls are synchronous, so more of them would gain nothing. Transactions begin IMMEDIATE, so that none
 * finds out at its first write that it may not.
 *
 * The file is in WAL mode: others can read while this process writes. What `Durability.MustSurvive` says
 * decides whether a commit waits for the disk.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import type * as Reactivity from "effect/reactivity/Reactivity"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import * as SqlClient from "effect/sql/SqlClient"
import type { Connection } from "effect/sql/SqlConnection"
import { classifySqliteError, SqlError } from "effect/sql/SqlError"
import * as Statement from "effect/sql/Statement"
import * as Durability from "../Durability.ts"

export interface Options {
  readonly file: string
  /** Looks only; the file has to be there. */
  readonly readOnly?: boolean
}

/** How many statements stay prepared; list requests come in many shapes. */
const PREPARED = 200

/** How long a statement waits for another process's write, in ms. Only a reader's checkpoint can be in the way. */
const BUSY_TIMEOUT = 5000

const failure = (cause: unknown, operation: string): SqlError => {
  // Effect looks for SQLite's extended code in `errno`; Node has it in `errcode`.
  const coded =
    cause instanceof Error && "errcode" in cause ? Object.assign(cause, { errno: cause.errcode }) : cause
  return new SqlError({
    reason: classifySqliteError(coded, { message: "The statement failed.", operation })
  })
}

const attempt = <A>(operation: string, run: () => A): Effect.Effect<A, SqlError> =>
  Effect.try({ try: run, catch: (cause) => failure(cause, operation) })

const bindable = (value: unknown): SQLInputValue => {
  switch (typeof value) {
    case "undefined":
      return null
    case "boolean":
      return value ? 1 : 0
    case "string":
    case "number":
    case "bigint":
      return value
    default:
      if (value === null || value instanceof Uint8Array) return value
      return value instanceof Date ? value.toISOString() : JSON.stringify(value)
  }
}

/** The least recently used statement goes when there are too many. */
const statements = (database: DatabaseSync): ((sql: string) => StatementSync) => {
  const prepared = new Map<string, StatementSync>()
  return (sql) => {
    const known = prepared.get(sql)
    const statement = known ?? database.prepare(sql)
    prepared.delete(sql)
    prepared.set(sql, statement)
    const oldest = prepared.keys().next()
    if (prepared.size > PREPARED && oldest.done !== true) prepared.delete(oldest.value)
    return statement
  }
}

const connect = (database: DatabaseSync): Connection => {
  const prepare = statements(database)
  const all = (statement: StatementSync, params: ReadonlyArray<unknown>, bigInts: boolean) => {
    statement.setReadBigInts(bigInts)
    return statement.all(...params.map(bindable))
  }
  const run = (sql: string, params: ReadonlyArray<unknown>, isPrepared = true) =>
    Effect.flatMap(Effect.service(SqlClient.SafeIntegers), (bigInts) =>
      attempt("execute", () => all(isPrepared ? prepare(sql) : database.prepare(sql), params, bigInts))
    )
  const values = (sql: string, params: ReadonlyArray<unknown>) =>
    attempt("execute", () => {
      const statement = database.prepare(sql)
      statement.setReturnArrays(true)
      return statement.all(...params.map(bindable)).map((row) => Object.values(row))
    })
  const execute: Connection["execute"] = (sql, params, transform) =>
    transform === undefined ? run(sql, params) : Effect.map(run(sql, params), transform)
  return {
    execute,
    executeRaw: (sql, params) => run(sql, params),
    executeValues: values,
    executeValuesUnprepared: values,
    executeUnprepared: (sql, params, transform) =>
      transform === undefined ? run(sql, params, false) : Effect.map(run(sql, params, false), transform),
    executeStream: (sql, params, transform) =>
      Stream.unwrap(Effect.map(execute(sql, params, transform), Stream.fromIterable))
  }
}

const open = ({ file, readOnly = false }: Options): DatabaseSync => {
  // Not imported: an old Node, which has none, could then not even say that it is too old.
  const sqlite = process.getBuiltinModule("node:sqlite")
  const database = new sqlite.DatabaseSync(file, {
    readOnly,
    enableForeignKeyConstraints: true,
    timeout: BUSY_TIMEOUT
  })
  // 32 MiB of pages; a log that is written back at 16 MiB, where pages were often written more than once,
  // and that shrinks again after a burst.
  database.exec(`
    PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864`)
  return database
}

/**
 * Opens the file, which is made where there is none. Nothing is written, and nothing read, before the
 * first statement, so a file that is no database is told then; `writeAhead` belongs before the first write.
 */
export const make = (
  options: Options
): Effect.Effect<SqlClient.SqlClient, SqlError, Scope.Scope | Reactivity.Reactivity> =>
  Effect.gen(function* () {
    const database = yield* Effect.acquireRelease(
      attempt("connect", () => open(options)),
      (opened) => Effect.sync(() => opened.close())
    )
    const connection = connect(database)
    let synchronous: "FULL" | "NORMAL" | undefined
    // The pragma can't be changed within a transaction; this runs before each one.
    const settled = Effect.flatMap(Effect.service(Durability.MustSurvive), (mustSurvive) =>
      attempt("connect", () => {
        const wanted = mustSurvive ? "FULL" : "NORMAL"
        if (synchronous !== wanted) database.exec(`PRAGMA synchronous = ${wanted}`)
        synchronous = wanted
        return connection
      })
    )
    return yield* SqlClient.make({
      ...SqlClient.makeSqliteAcquirers({
        connection: settled,
        semaphore: yield* Semaphore.make(1),
        isTransaction: () => database.isTransaction
      }),
      beginTransaction: options.readOnly === true ? "BEGIN" : "BEGIN IMMEDIATE",
      prepareTransactionControls: true,
      releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`,
      compiler: Statement.makeCompilerSqlite(),
      driver: "sqlite-node",
      spanAttributes: [["db.system.name", "sqlite"]]
    })
  })

/** Puts the file into WAL mode, which it keeps. */
export const writeAhead = (sql: SqlClient.SqlClient): Effect.Effect<void, SqlError> =>
  Effect.asVoid(sql.unsafe("PRAGMA journal_mode = WAL").unprepared)
