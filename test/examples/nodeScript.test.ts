/** The plain script, run as its README says. */
import { assert, describe, it } from "@effect/vitest"
import { Sandbox } from "@umf-order-sync/node"
import * as Effect from "effect/Effect"
import { appFolder } from "../support/pages.ts"
import * as Program from "./support/Program.ts"

const script = "examples/node-script/src/track.ts"

/** Runs it to its end: the exit code, and what it printed. */
const run = (args: ReadonlyArray<string>, env: Program.Environment) =>
  Effect.gen(function* () {
    const program = yield* Program.start(script, args, env)
    const code = yield* Effect.promise(() => program.ended)
    return { code, output: program.output(), errors: program.errors() }
  })

describe("the node script", () => {
  it.live(
    "ends with the order's state, and with a code that says what to do",
    () =>
      Effect.gen(function* () {
        const folder = yield* appFolder
        const sandbox = yield* Sandbox.Sandbox.make({ keysDirectory: folder })
        const env = Program.environment(folder, sandbox)
        const [paid, failed, rejected, wrong, noKey, unset] = yield* Effect.all(
          [
            run(["paid-1", "8888"], env),
            run(["pay-error-1"], env),
            run(["signature-rejected-1"], env),
            run(["paid&merId=1"], env),
            run(["paid-2"], { ...env, UMF_PRIVATE_KEY: "nowhere.p8" }),
            run(["paid-3"], { ...env, UMF_MER_ID: undefined })
          ],
          { concurrency: 3 }
        )
        assert.deepStrictEqual(paid, { code: 0, output: "paid\n", errors: "" })
        assert.deepStrictEqual(failed, { code: 0, output: "payFailed\n", errors: "" })
        assert.deepStrictEqual(rejected, { code: 2, output: "rejected\n", errors: "" })
        assert.strictEqual(wrong.code, 78)
        assert.match(wrong.errors, /^INPUT_INVALID: .*orderId/)
        assert.strictEqual(noKey.code, 78)
        assert.match(noKey.errors, /^KEY_INVALID: .*nowhere\.p8/)
        assert.strictEqual(unset.code, 78)
        assert.match(unset.errors, /^UMF_MER_ID is not set/)
      }).pipe(Effect.scoped),
    30_000
  )

  it.live(
    "given an order without a result, when it is stopped, then it ends and concludes nothing",
    () =>
      Effect.gen(function* () {
        const folder = yield* appFolder
        const sandbox = yield* Sandbox.Sandbox.make({ keysDirectory: folder })
        const program = yield* Program.start(
          script,
          ["never-decided-1"],
          Program.environment(folder, sandbox)
        )
        yield* Effect.promise(async () => {
          await Program.until(
            "it has asked",
            async () => (await Effect.runPromise(sandbox.received)).length > 0
          )
          program.child.kill("SIGINT")
          assert.strictEqual(await program.ended, 130)
        })
        assert.strictEqual(program.output() + program.errors(), "")
      }).pipe(Effect.scoped),
    30_000
  )
})
