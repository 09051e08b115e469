/** Worker processes of a test, and the place that they share. None outlives the test. */
import { type ChildProcess, spawn } from "node:child_process"
import { appendFileSync, existsSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Job, Settings } from "./worker.ts"

export interface Worker {
  readonly pid: number
  /** Fulfilled once it runs, with the ms that its start took; rejected if it ends before. */
  readonly ready: Promise<number>
  readonly signal: (name: "SIGKILL" | "SIGTERM" | "SIGSTOP" | "SIGCONT") => void
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
  readonly hasEnded: () => boolean
  /** All that it wrote. */
  readonly said: () => string
}

const program = fileURLToPath(new URL("worker.ts", import.meta.url))

const environment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(UMF_|NODE_OPTIONS$|VITEST|FORCE_COLOR$)/.test(name))
  )

const run = (settings: Settings): { readonly worker: Worker; readonly child: ChildProcess } => {
  const began = performance.now()
  const child = spawn(process.execPath, [program], {
    env: {
      ...environment(),
      // Node's own cache saves each worker half of its start.
      NODE_COMPILE_CACHE: join(tmpdir(), "umf-order-worker-compiled"),
      UMF_TEST_WORKER: JSON.stringify(settings)
    }
  })
  let said = ""
  let code: number | string | undefined
  const ended = new Promise<number | string>((resolve) => {
    child.once("close", (status, signal) => {
      code = status ?? signal ?? "nothing"
      resolve(code)
    })
  })
  const ready = new Promise<number>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        said += chunk.toString("utf8")
        if (/^ready$/m.test(said)) resolve(performance.now() - began)
      })
    }
    ended.then((how) => reject(new Error(`A worker ended (${how}) before it was ready: ${said}`)))
  })
  ready.catch(() => undefined)
  const worker: Worker = {
    pid: child.pid ?? 0,
    ready,
    signal: (name) => {
      child.kill(name)
    },
    ended,
    hasEnded: () => code !== undefined,
    said: () => said
  }
  return { worker, child }
}

/** Starts a worker, which is killed with the scope if it still runs then. */
export const start = (settings: Settings): Effect.Effect<Worker, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => run(settings)),
      ({ worker }) =>
        Effect.promise(() => {
          worker.signal("SIGKILL")
          return worker.ended
        })
    ),
    ({ worker }) => worker
  )

/** Adds something for a worker to do. */
export const assign = (jobsFile: string, jobs: ReadonlyArray<Job>): void => {
  appendFileSync(jobsFile, jobs.map((job) => `${JSON.stringify(job)}\n`).join(""))
}

/** The whole lines of a file; none where it is not there. */
export const linesOf = (file: string): ReadonlyArray<string> =>
  existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : []
