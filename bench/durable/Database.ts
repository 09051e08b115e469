/**
 * A Postgres on loopback that writes to disk as one in production does. With UMF_TEST_POSTGRES, the URL of a
 * server and of somebody there who may create databases, that one.
 */
import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import { run } from "../../packages/node/test/support/postgres.ts"

export interface Database {
  /** A new, empty database; gives its URL. */
  readonly fresh: () => Promise<string>
  readonly version: string
  /** Drops what was made, and ends a server of our own. */
  readonly stop: () => Promise<void>
}

export const start = async (): Promise<Database> => {
  const guard =
    process.env.UMF_TEST_POSTGRES === undefined
      ? spawn(
          process.execPath,
          [fileURLToPath(new URL("../../packages/node/test/support/postgres/guard.ts", import.meta.url))],
          { stdio: ["pipe", "pipe", "inherit"] }
        )
      : undefined
  const said =
    guard === undefined ? undefined : await Promise.race([once(guard.stdout, "data"), once(guard, "exit")])
  const server = process.env.UMF_TEST_POSTGRES ?? String(said?.[0]).trim()
  const made: Array<string> = []
  const [row] = await Effect.runPromise(run(server, "SHOW server_version"))
  return {
    version: String(row?.server_version),
    fresh: async () => {
      const name = `umf_bench_${randomBytes(6).toString("hex")}`
      await Effect.runPromise(run(server, `CREATE DATABASE ${name}`))
      made.push(name)
      const url = new URL(server)
      url.pathname = `/${name}`
      return url.href
    },
    stop: async () => {
      for (const name of made) await Effect.runPromise(run(server, `DROP DATABASE ${name} WITH (FORCE)`))
      if (guard === undefined) return
      guard.stdin.end()
      await once(guard, "exit")
    }
  }
}
