/**
 * A process that holds the lock of a store's file until it is ended; it says "held" once it has it.
 *   node packages/node/test/support/lockHolder.ts FILE [ADDRESS]
 */
import * as Effect from "effect/Effect"
import * as FileLock from "../../src/store/sqlite/FileLock.ts"

const [file = "", address] = process.argv.slice(2)
await Effect.runPromise(
  Effect.scoped(
    Effect.gen(function* () {
      yield* FileLock.acquire(file, address)
      process.stdout.write("held\n")
      // Something has to keep the process alive.
      setInterval(() => {}, 60_000)
      return yield* Effect.never
    })
  )
)
