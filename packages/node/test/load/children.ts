/** The processes of the load test. None outlives it. */
import { type ChildProcess, fork } from "node:child_process"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Scene from "./scene.ts"

export interface Child<In, Out> {
  readonly say: (message: In) => void
  /** The next message that `is` takes. */
  readonly heard: <A extends Out>(is: (message: Out) => message is A) => Promise<A>
  readonly kill: () => Promise<void>
  readonly pid: number
}

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve()
    else child.once("exit", () => resolve())
  })

/** Starts one of the test's programs, with its settings in a variable of the environment. */
export const start = <In, Out>(
  program: string,
  variable: string,
  settings: object
): Effect.Effect<Child<In, Out>, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = fork(program, {
        execArgv: ["--import", Scene.programs.sources],
        env: { PATH: process.env.PATH, [variable]: JSON.stringify(settings) },
        stdio: ["ignore", "ignore", "inherit", "ipc"]
      })
      const kill = async () => {
        child.kill("SIGKILL")
        await ended(child)
      }
      const heard = <A extends Out>(is: (message: Out) => message is A): Promise<A> =>
        new Promise((resolve, reject) => {
          const hear = (message: unknown) => {
            if (is(message as Out)) over(() => resolve(message as A))
          }
          const end = (code: number | null, signal: string | null) =>
            over(() => reject(new Error(`${program} ended: ${code ?? signal}`)))
          const over = (settle: () => void) => {
            child.off("message", hear).off("exit", end)
            settle()
          }
          child.on("message", hear).on("exit", end)
        })
      return { pid: child.pid ?? 0, say: (message: In) => void child.send(message as object), heard, kill }
    }),
    ({ kill }) => Effect.promise(kill)
  )
