/**
 * One process for one file. Beside `orders.db` lies `orders.db-lock`, an empty SQLite database on which
 * the holder keeps a transaction open: the kernel frees that lock when the process ends, kill -9 included.
 * Who holds it, for people, stands in `orders.db-holder`; only the holder writes it. It is no table of the
 * lock's own database, because to publish a row there the lock would have to be let go for a moment.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import type { DatabaseSync } from "node:sqlite"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { StoreError, StoreLocked, StoreRefused } from "../StoreError.ts"

/** Who holds a file. */
export const Holder = Schema.Struct({
  pid: Schema.Int,
  /** Since when, ms since the epoch. */
  since: Schema.Int,
  /** Where its API can be reached. */
  address: Schema.optionalKey(Schema.String)
})
export type Holder = typeof Holder.Type

const HolderText = Schema.fromJsonString(Holder)
const decodeHolder = Schema.decodeUnknownOption(HolderText)
const encodeHolder = Schema.encodeSync(HolderText)

/** The lock of this process on its store's file. */
export class FileLock extends Context.Service<
  FileLock,
  {
    readonly file: string
    /** Tells others where this process's API can be reached; of no use to the lock itself. */
    readonly publish: (address: string) => Effect.Effect<void, StoreError>
  }
>()("@umf-order-sync/node/store/sqlite/FileLock") {}

/** Who holds the file, as far as that is known; what a process that was killed left behind counts too. */
export const holder = (file: string): Option.Option<Holder> => {
  try {
    return decodeHolder(readFileSync(`${file}-holder`, "utf8"))
  } catch {
    return Option.none()
  }
}

/** The holder in words. */
export const describe = ({ pid, address }: Holder): string =>
  `process ${pid}${address === undefined ? "" : ` (API on ${address})`}`

const locked = (file: string): StoreError =>
  new StoreError({
    reason: new StoreLocked({
      file,
      holder: Option.match(holder(file), { onNone: () => "another process", onSome: describe })
    })
  })

const refused = (file: string, cause: unknown): StoreError => {
  const code = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : ""
  return new StoreError({
    reason: new StoreRefused({
      what: `${file} can't be locked${code}: its folder has to be there, and this user has to be allowed to write in it.`
    })
  })
}

/** SQLite's "somebody else has it", whatever the details. */
const isBusy = (cause: unknown): boolean =>
  cause instanceof Error && "errcode" in cause && (Number(cause.errcode) & 0xff) === 5

const take = (file: string): DatabaseSync => {
  // Loaded here: Node 22 warns of it, which concerns nobody who only asks for a command's help.
  const sqlite = process.getBuiltinModule("node:sqlite")
  const database = new sqlite.DatabaseSync(`${file}-lock`, { timeout: 0 })
  try {
    database.exec("PRAGMA journal_mode = DELETE; BEGIN IMMEDIATE")
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}

/** Under another name first, so that nobody reads half a text. */
const write = (file: string, told: Holder): void => {
  writeFileSync(`${file}-holder.new`, encodeHolder(told), { mode: 0o644 })
  renameSync(`${file}-holder.new`, `${file}-holder`)
}

/**
 * Takes the lock for as long as the scope lives. Fails with StoreLocked, which tells the holder, where
 * somebody has it, this process itself included; with StoreRefused where the folder can't be written.
 */
export const acquire = (
  file: string,
  address?: string
): Effect.Effect<FileLock["Service"], StoreError, Scope.Scope> =>
  Effect.gen(function* () {
    const since = yield* Clock.currentTimeMillis
    const attempt = <A>(run: () => A): Effect.Effect<A, StoreError> =>
      Effect.try({
        try: run,
        catch: (cause) => (isBusy(cause) ? locked(file) : refused(file, cause))
      })
    const publish = (told?: string): Effect.Effect<void, StoreError> =>
      attempt(() =>
        write(file, { pid: process.pid, since, ...(told === undefined ? {} : { address: told }) })
      )
    yield* Effect.acquireRelease(
      attempt(() => take(file)),
      (database) =>
        Effect.sync(() => {
          try {
            rmSync(`${file}-holder`, { force: true })
          } catch {
            // It is for people, and the next holder writes its own. The lock has to be let go of all the same.
          } finally {
            database.close()
          }
        })
    )
    yield* publish(address)
    return FileLock.of({ file, publish })
  })
