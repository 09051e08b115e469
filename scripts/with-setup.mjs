// Brings a fresh clone to the point where a script of the workspace can run, then runs it.
//   node scripts/with-setup.mjs SCRIPT [ARGUMENTS]
// Needs nothing but Node 20 and npm: pnpm comes through npx, and a newer Node comes from the
// registry as a dependency of the workspace, first in the PATH of every script.
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

const PNPM = "pnpm@12.21.0"
const root = fileURLToPath(new URL("..", import.meta.url))

/** Runs pnpm in the root folder and ends this process with its exit code if it failed. */
const pnpm = (args) => {
  const result = spawnSync("npx", ["--yes", PNPM, ...args], {
    cwd: root,
    stdio: "inherit",
    // npx is npx.cmd on Windows, which only a shell can start.
    shell: process.platform === "win32"
  })
  if (result.error !== undefined) {
    console.error(`npx could not be started: ${result.error.message}. Is npm installed?`)
    process.exit(1)
  }
  if (result.status !== 0) process.exit(result.status ?? 1)
}

const [script, ...args] = process.argv.slice(2)
if (script === undefined) {
  console.error("usage: node scripts/with-setup.mjs SCRIPT [ARGUMENTS]")
  process.exit(2)
}
pnpm(["install", "--frozen-lockfile", "--reporter=append-only", "--loglevel=error"])
pnpm(["run", script, ...args])
