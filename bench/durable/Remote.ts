/** Functions of a child process, called over its IPC channel; and the children themselves, which end with this process. */
import { type ChildProcess, fork } from "node:child_process"
import { fileURLToPath } from "node:url"

/** What a child offers: plain data in, plain data out. */
// biome-ignore lint/suspicious/noExplicitAny: parameters are checked where a function is called.
export type Functions = Readonly<Record<string, (...args: any) => unknown>>

export interface Remote<F extends Functions> {
  readonly call: <K extends keyof F & string>(
    name: K,
    ...args: Parameters<F[K]>
  ) => Promise<Awaited<ReturnType<F[K]>>>
  /** Kills the child with no chance to clean up, as a crash does. */
  readonly kill: () => Promise<void>
}

interface Question {
  readonly id: number
  readonly name: string
  readonly args: ReadonlyArray<unknown>
}

interface Answer {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}

const children = new Set<ChildProcess>()

/** Kills every child that is still there. */
export const killAll = (): void => {
  for (const child of children) child.kill("SIGKILL")
}
process.on("exit", killAll)

/** Starts a program of this folder, which calls `serve`. */
export const start = <F extends Functions>(program: string, options: object): Remote<F> => {
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), [JSON.stringify(options)], {
    serialization: "advanced"
  })
  children.add(child)
  const pending = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  let next = 0
  child.on("message", ({ id, value, error }: Answer) => {
    const caller = pending.get(id)
    pending.delete(id)
    if (error === undefined) caller?.resolve(value)
    else caller?.reject(new Error(error))
  })
  child.once("exit", (code, signal) => {
    children.delete(child)
    for (const { reject } of pending.values()) reject(new Error(`${program} ended (${code ?? signal})`))
  })
  return {
    call: (name, ...args) =>
      new Promise((resolve, reject) => {
        const id = next++
        pending.set(id, { resolve: (value) => resolve(value as never), reject })
        child.send({ id, name, args } satisfies Question)
      }),
    kill: () => {
      child.kill("SIGKILL")
      return ended
    }
  }
}

/** What this child was started with. */
export const options = (): unknown => JSON.parse(process.argv[2] ?? "{}")

/** Offers these functions to the process that started this one, and ends with it. */
export const serve = (functions: Functions): void => {
  process.on("disconnect", () => process.exit())
  process.on("message", async ({ id, name, args }: Question) => {
    try {
      process.send?.({ id, value: await functions[name]?.(...args) } satisfies Answer)
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })
}
