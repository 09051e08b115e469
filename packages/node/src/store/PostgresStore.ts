/**
 * Orders in Postgres, for several processes. Loads the client of Postgres, so it is imported by those alone
 * who want it.
 *
 * A lost connection heals by itself: what is asked meanwhile fails with StoreUnavailable, and the next
 * question opens a new one.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Reactivity from "effect/reactivity/Reactivity"
import type * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import * as Migrations from "./Migrations.ts"
import { OrderStore } from "./OrderStore.ts"
import { mapped } from "./SqlFailure.ts"
import * as SqlOrderStore from "./SqlOrderStore.ts"
import type { StoreError } from "./StoreError.ts"

export interface Options {
  /**
   * `postgres://user:password@host:port/database`. With `?sslmode=require` the connection is encrypted, and
   * the server's certificate is checked against its name.
   */
  readonly url: Redacted.Redacted<string>
  /** At most so many connections at a time; 10 if left out. */
  readonly maxConnections?: number
  /** How long an operation may take; 30 s if left out. */
  readonly timeOut?: Duration.Input
  /** `false` behind a pooler such as PgBouncer that hands a connection on after each transaction. */
  readonly prepare?: boolean
}

/** The client alone, without a look at the schema: for a command that migrates. */
export const client = ({
  url,
  maxConnections = 10,
  prepare = true
}: Options): Effect.Effect<SqlClient, StoreError, Scope.Scope> =>
  mapped(
    PgClient.make({
      url,
      maxConnections,
      prepare,
      applicationName: "umf-order-sync",
      connectTimeout: "10 seconds",
      keepAlive: "30 seconds"
    })
  ).pipe(Effect.provide(Reactivity.layer))

/**
 * The store in this database, and the client, so that a handler's own statements can take part in
 * `OrderStore.transaction`. Brings the schema up to date first. Fails with StoreUnavailable where Postgres
 * can't be reached, with StoreRefused where it does not let this user in, and with StoreIncompatible where
 * a newer library made the tables, or somebody else.
 */
export const layer = (options: Options): Layer.Layer<OrderStore | SqlClient, StoreError> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const sql = yield* client(options)
      yield* Effect.provideService(Migrations.migrate, SqlClient, sql)
      const timeOut = Duration.fromInputUnsafe(options.timeOut ?? "30 seconds")
      return Context.make(SqlClient, sql).pipe(
        Context.add(OrderStore, SqlOrderStore.make(sql, { isShared: true, timeOut }))
      )
    })
  )
