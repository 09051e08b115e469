/**
 * Runs every proof whole, and writes their figures to docs/evidence where all of them hold.
 *   node prove/prove.ts [ARGUMENTS]     arguments go to Vitest: a part of a file's name runs that proof alone
 *
 * A part alone keeps its own figures and leaves the others as they were measured. Ends with 1 where a proof
 * fails, is too small for what it claims, or takes longer than 20 minutes.
 */
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { claims } from "./claims.ts"
import * as Evidence from "./Evidence.ts"
import * as Results from "./Results.ts"

const LONGEST = 20 * 60_000

const vitest = fileURLToPath(new URL("../node_modules/vitest/vitest.mjs", import.meta.url))
const root = fileURLToPath(new URL("..", import.meta.url))

/** Its exit code; 124 where it took too long. */
const run = (args: ReadonlyArray<string>, folder: string): Promise<number> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [vitest, ...args], {
      cwd: root,
      stdio: "inherit",
      env: { ...process.env, UMF_PROVE: folder },
      // A group of its own, so that nothing that a proof started outlives it.
      detached: true
    })
    const kill = (signal: NodeJS.Signals) => {
      try {
        process.kill(-(child.pid ?? 0), signal)
      } catch {
        // It has ended meanwhile.
      }
    }
    const timer = setTimeout(() => {
      console.error("The proofs took longer than 20 minutes.")
      kill("SIGKILL")
      resolve(124)
    }, LONGEST)
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => kill(signal))
    child.once("close", (code) => {
      clearTimeout(timer)
      resolve(code ?? 1)
    })
  })

const parts = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), "umf-order-prove-"))
try {
  const code = await run(["run", "--config", "vitest.prove.ts", ...parts], folder)
  if (code !== 0) {
    console.error("A proof failed; nothing was written.")
    process.exitCode = code
  } else {
    const records = Results.recordsIn(folder)
    const due = claims.filter(({ id, isApart }) =>
      parts.length === 0 ? isApart !== true : records[id] !== undefined
    )
    if (due.length === 0) throw new Error("No proof that keeps figures is named so: see prove/claims.")
    const troubles = due.flatMap((claim) => Results.shortfalls(claim, records[claim.id]))
    for (const trouble of troubles) console.error(trouble)
    if (troubles.length > 0) process.exitCode = 1
    else {
      Evidence.write(Results.keep(records))
      console.log(`${due.length} claims hold; their figures stand in docs/evidence.md.`)
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
