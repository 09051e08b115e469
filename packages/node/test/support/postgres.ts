/**
 * A Postgres for tests. The first test of a process that wants one starts a server of its own (1 s), which
 * ends with the process. With the variable UMF_TEST_POSTGRES, the URL of a server and of somebody there who
 * may create databases, that server is used instead.
 */
import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { Socket } from "node:net"
import { fileURLToPath } from "node:url"
import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"

interface Guarded {
  readonly url: string
  /** Says a line to the guard, and waits for its answer. */
  readonly say: (line: "stop" | "crash" | "start") => Promise<void>
  /** Ends guard and server; without it they end with this process. */
  readonly end: () => Promise<void>
}

const startServer = (): Promise<Guarded> =>
  new Promise((resolve, reject) => {
    const guard = spawn(
      process.execPath,
      // Nothing of a test has to survive a power cut.
      [fileURLToPath(new URL("./postgres/guard.ts", import.meta.url)), "fsync=off", "max_connections=200"],
      { stdio: ["pipe", "pipe", "pipe"], detached: true }
    )
    let said = ""
    let complaint = ""
    guard.stderr.on("data", (chunk) => {
      complaint += chunk
    })
    const answered = new Promise<string>((answer) => {
      guard.stdout.on("data", (chunk) => {
        said += chunk
        if (said.endsWith("\n")) answer(said.trim())
      })
    })
    const say: Guarded["say"] = async (line) => {
      said = ""
      guard.stdin.write(`${line}\n`)
      while (said !== `${line}\n`) await once(guard.stdout, "data")
    }
    const end: Guarded["end"] = async () => {
      const ended = once(guard, "exit")
      guard.stdin.end()
      await ended
    }
    answered.then((url) => {
      // Neither the guard nor its pipes keep the tests from ending; their end closes the guard's input.
      guard.unref()
      for (const pipe of [guard.stdin, guard.stdout, guard.stderr]) if (pipe instanceof Socket) pipe.unref()
      resolve({ url, say, end })
    })
    guard.once("exit", (code) => reject(new Error(`No Postgres for the tests (${code}): ${complaint}`)))
  })

/** A server that a test has for itself. */
export interface OwnServer {
  /** The URL of a database there. */
  readonly url: string
  /** Shuts it down as its administrator would. */
  readonly stop: Effect.Effect<void>
  /** Ends it as a crash would, with what was not yet written. */
  readonly crash: Effect.Effect<void>
  /** Begins it anew at the same address. */
  readonly start: Effect.Effect<void>
}

/** A server of its own, new and empty, which ends with the scope. */
export const ownServer: Effect.Effect<OwnServer, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(Effect.promise(startServer), ({ end }) => Effect.promise(end)),
  ({ url, say }) => ({
    url,
    stop: Effect.promise(() => say("stop")),
    crash: Effect.promise(() => say("crash")),
    start: Effect.promise(() => say("start"))
  })
)

let starting: Promise<string> | undefined

/** The URL of the server's own database, for tests that look at the server as a whole. */
export const server: Effect.Effect<string> = Effect.promise(() => {
  starting ??=
    process.env.UMF_TEST_POSTGRES === undefined
      ? startServer().then(({ url }) => url)
      : Promise.resolve(process.env.UMF_TEST_POSTGRES)
  return starting
})

/** Runs one statement; gives its rows. */
export type Run = (statement: string) => Effect.Effect<ReadonlyArray<{ readonly [column: string]: unknown }>>

/** A connection to the database of that URL, for one statement after the other. */
export const connection = (url: string): Effect.Effect<Run, never, Scope.Scope> =>
  PgConnection.make({ url: Redacted.make(url) }).pipe(
    Effect.map(
      (connected): Run =>
        (statement) =>
          Effect.orDie(Effect.map(connected.query(statement, [], false), ({ rows }) => rows))
    ),
    Effect.orDie
  )

/** Runs one statement in the database of that URL, on a connection of its own; gives its rows. */
export const run = (url: string, statement: string): ReturnType<Run> =>
  Effect.scoped(Effect.flatMap(connection(url), (one) => one(statement)))

/** The URL of a new, empty database, which is dropped with the scope, whoever is still connected. */
export const database: Effect.Effect<string, never, Scope.Scope> = Effect.gen(function* () {
  const admin = yield* server
  const name = `umf_test_${randomBytes(6).toString("hex")}`
  yield* Effect.acquireRelease(run(admin, `CREATE DATABASE ${name}`), () =>
    run(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  )
  const url = new URL(admin)
  url.pathname = `/${name}`
  return url.href
})
