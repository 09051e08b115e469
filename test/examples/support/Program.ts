/** An example's own program as a child process, against a sandbox. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import type { Sandbox } from "@umf-order-sync/node"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { root } from "../../support/pages.ts"

export interface Environment {
  readonly [name: string]: string | undefined
}

/** What an example's program needs to talk to a sandbox whose keys are in `folder`. */
export const environment = (folder: string, sandbox: Sandbox.Sandbox.Running): Environment => ({
  UMF_MER_ID: sandbox.merId,
  UMF_BASE_URL: sandbox.baseUrl,
  UMF_PRIVATE_KEY: join(folder, "merchant.key.p8"),
  UMF_PLATFORM_CERT: join(folder, "platform.cert.crt")
})

export interface Program {
  readonly child: ChildProcess
  /** What it has printed so far. */
  readonly output: () => string
  readonly errors: () => string
  /** Its exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>
}

/** Starts a program by its path from the repository's root. It is killed with the scope, if it still runs. */
export const start = (
  file: string,
  args: ReadonlyArray<string>,
  env: Environment
): Effect.Effect<Program, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync((): Program => {
      const child = spawn(process.execPath, [join(root, file), ...args], {
        env: { PATH: process.env.PATH, ...env },
        stdio: ["ignore", "pipe", "pipe"]
      })
      let output = ""
      let errors = ""
      child.stdout.on("data", (piece: Buffer) => {
        output += piece
      })
      child.stderr.on("data", (piece: Buffer) => {
        errors += piece
      })
      const ended = once(child, "close").then(([code, signal]): number | string => code ?? signal)
      return { child, output: () => output, errors: () => errors, ended }
    }),
    ({ child, ended }) =>
      Effect.promise(async () => {
        child.kill("SIGKILL")
        await ended
      })
  )

/** Waits until something holds. Fails with what it is after 30 s. */
export const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 30_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Waited in vain until ${what}.`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
