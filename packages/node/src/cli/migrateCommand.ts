/** `umf-order migrate`: brings a store to this library's schema, which opening it for work does too. */
import { existsSync } from "node:fs"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Reactivity from "effect/reactivity/Reactivity"
import type * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import type { Migrated } from "../store/Migrations.ts"
import { mapped } from "../store/SqlFailure.ts"
import type { StoreError } from "../store/StoreError.ts"
import * as DeskOptions from "./DeskOptions.ts"
import * as Options from "./Options.ts"
import * as Output from "./Output.ts"

const migrations = Effect.promise(() => import("../store/Migrations.ts"))

/** The file is locked meanwhile, so nobody's work is disturbed. */
const migrateFile = Effect.fnUntraced(function* (file: string): Effect.fn.Return<Migrated, StoreError> {
  const { version } = yield* migrations
  const [store, client] = yield* Effect.promise(() =>
    Promise.all([import("../store/SqliteStore.ts"), import("../store/sqlite/SqliteClient.ts")])
  )
  const look = mapped(client.make({ file, readOnly: true })).pipe(
    Effect.flatMap((sql) => Effect.provideService(version, SqlClient, sql)),
    Effect.scoped,
    Effect.provide(Reactivity.layer)
  )
  // Where it can't be looked at, opening it for work says why.
  const from = existsSync(file) ? yield* Effect.option(look) : Option.some(0)
  const to = yield* Effect.provide(version, store.layer({ file }))
  return { from: Option.getOrElse(from, () => to), to }
})

const migratePostgres = (place: Extract<DeskOptions.StorePlace, { _tag: "Postgres" }>) =>
  Effect.gen(function* (): Effect.fn.Return<Migrated, StoreError, Scope.Scope> {
    const { migrate } = yield* migrations
    const { client } = yield* Effect.promise(() => import("../store/PostgresStore.ts"))
    const sql = yield* client({ url: place.url })
    return yield* Effect.provide(migrate, Layer.succeed(SqlClient, sql))
  }).pipe(Effect.scoped)

export const migrateCommand = Command.make(
  "migrate",
  DeskOptions.storeFlags,
  Effect.fnUntraced(function* (input) {
    const place = yield* DeskOptions.storePlace(input)
    const { from, to } = yield* place._tag === "Sqlite" ? migrateFile(place.file) : migratePostgres(place)
    if (yield* Options.Json) return yield* Output.json({ from, to })
    yield* Output.text(
      from === to
        ? `The store has version ${to}; there was nothing to do.`
        : `The store went from version ${from} to ${to}.`
    )
  })
).pipe(
  Command.withDescription(
    "Bring a store to this version's schema, or make one. Other commands do so too when they open it for work; this one is for doing it apart."
  )
)
