/**
 * A Postgres for tests. The first test of a process that wants one starts a server of its own (1 s), which
 * ends with the process. With the variable UMF_TEST_POSTGRES, the URL of a server and of somebody there who
 * may create databases, that server is used instead.
 */
import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { Socket } from "node:net"
import { fileURLToPath } from "node:url"
import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"

const startServer = (): Promise<string> =>
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
    guard.stdout.on("data", (chunk) => {
      said += chunk
      if (!said.endsWith("\n")) return
      // Neither the guard nor its pipes keep the tests from ending; their end closes the guard's input.
      guard.unref()
      for (const pipe of [guard.stdin, guard.stdout, guard.stderr]) if (pipe instanceof Socket) pipe.unref()
      resolve(said.trim())
    })
    guard.once("exit", (code) => reject(new Error(`No Postgres for the tests (${code}): ${complaint}`)))
  })

let starting: Promise<string> | undefined

/** The URL of the server's own database, for tests that look at the server as a whole. */
export const server: Effect.Effect<string> = Effect.promise(() => {
  starting ??= Promise.resolve(process.env.UMF_TEST_POSTGRES ?? startServer())
  return starting
})

/** Runs one statement in the database of that URL, on a connection of its own; gives its rows. */
export const run = (
  url: string,
  statement: string
): Effect.Effect<ReadonlyArray<{ readonly [column: string]: unknown }>> =>
  PgConnection.make({ url: Redacted.make(url) }).pipe(
    Effect.flatMap((connection) => connection.query(statement, [], false)),
    Effect.map(({ rows }) => rows),
    Effect.scoped,
    Effect.orDie
  )

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
