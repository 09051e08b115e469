/** Where workers work in a test: a folder, a sandbox with keys in it, and a front that sees every query. */
import { join } from "node:path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Sandbox from "../../src/sandbox/Sandbox.ts"
import * as Clocks from "../support/clocks.ts"
import * as Front from "./front.ts"
import type { Job, Settings } from "./worker.ts"
import * as Workers from "./workers.ts"

/** All lengths of time in the sandbox's scripts are divided by this. */
export const TIME_SCALE = 100

export interface Place {
  readonly sandbox: Sandbox.Running
  /** Sets the sandbox's clock ahead by so many ms: its scripts' lengths of time pass. */
  readonly setPlatformClock: (by: number) => void
  readonly front: Front.Front
  readonly fileFor: (name: string) => string
  /** What a worker of that name is given: patient with the platform, without a pause between jobs. */
  readonly settingsFor: (worker: string, options: Pick<Settings["options"], "store" | "schedule">) => Settings
  /** Gives that worker something to do. */
  readonly assign: (worker: string, jobs: ReadonlyArray<Job>) => void
  /** The numbers of that worker's jobs that are done. */
  readonly doneBy: (worker: string) => ReadonlyArray<number>
}

export const make = Effect.fnUntraced(function* (
  folder: string
): Effect.fn.Return<Place, never, Scope.Scope> {
  const fileFor = (name: string) => join(folder, name)
  const { clock, set } = yield* Clocks.settable
  const sandbox = yield* Sandbox.make({ timeScale: TIME_SCALE, keysDirectory: fileFor("keys") }).pipe(
    Effect.orDie,
    Effect.provideService(Clock.Clock, clock)
  )
  const front = yield* Front.make(sandbox)
  return {
    sandbox,
    setPlatformClock: set,
    front,
    fileFor,
    settingsFor: (worker, options) => ({
      options: {
        merId: sandbox.merId,
        privateKey: sandbox.keyFiles?.merchantPrivateKey ?? "",
        platformCert: sandbox.keyFiles?.platformCert ?? "",
        baseUrl: front.urlFor(worker),
        rateLimit: { limit: 10_000, window: "1 second" },
        circuitBreaker: { failures: 1_000_000, openFor: "1 second" },
        backOff: { base: "10 millis", cap: "100 millis" },
        ...options
      },
      jobsFile: fileFor(`${worker}-jobs`),
      doneFile: fileFor(`${worker}-done`),
      jobEveryMillis: 0
    }),
    assign: (worker, jobs) => Workers.assign(fileFor(`${worker}-jobs`), jobs),
    doneBy: (worker) => Workers.linesOf(fileFor(`${worker}-done`)).map(Number)
  }
})

/** Waits, in real time, until something holds; fails with what it is after so many ms. Gives how long it took. */
export const until = Effect.fnUntraced(function* <E, R>(
  what: string,
  millis: number,
  holds: Effect.Effect<boolean, E, R>
): Effect.fn.Return<number, E, R> {
  const began = Date.now()
  while (!(yield* holds)) {
    if (Date.now() - began > millis) return yield* Effect.die(new Error(`not within ${millis} ms: ${what}`))
    yield* Effect.sleep(25)
  }
  return Date.now() - began
})
