/** Worker processes of a test, and the place that they share. None outlives the test. */
import { type ChildProcess, spawn } from "node:child_process"
import { appendFileSync, existsSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Job, Settings } from "./worker.ts"

export interface Worker {
  readonly pid: number
  /** Fulfilled once it runs, with the ms that its start took; rejected if it ends before. */
  readonly ready: Promise<number>
  readonly signal: (name: "SIGKILL" | "SIGTERM" | "SIGSTOP" | "SIGCONT" | "SIGUSR2") => void
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
  readonly hasEnded: () => boolean
  /** All that it wrote. */
  readonly said: () => string
}

const source = fileURLToPath(new URL("worker.ts", import.meta.url))

/** How a worker is started, where it is not as usual. */
export interface StartOptions {
  /** The program: `worker.ts`, or what was made of it. */
  readonly program?: string
  /** Arguments of Node's own. */
  readonly node?: ReadonlyArray<string>
  /** A program, and its arguments, that becomes the worker. */
  readonly through?: ReadonlyArray<string>
}

const environment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(UMF_|NODE_OPTIONS$|VITEST|FORCE_COLOR$)/.test(name))
  )

const run = (
  settings: Settings,
  { program = source, node = [], through = [] }: StartOptions
): { readonly worker: Worker; readonly child: ChildProcess } => {
  const began = performance.now()
  const [command = process.execPath, ...args] = [...through, process.execPath, ...node, program]
  const child = spawn(command, args, {
    env: {
      ...environment(),
      // Node's own cache saves each worker half of its start. One that is killed leaves nothing in it.
      NODE_COMPILE_CACHE:
        program === source ? join(tmpdir(), "umf-order-worker-compiled") : join(dirname(program), "compiled"),
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
export const start = (
  settings: Settings,
  options: StartOptions = {}
): Effect.Effect<Worker, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => run(settings, options)),
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
