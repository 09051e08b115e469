import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Sandbox from "../../src/sandbox/Sandbox.ts"
import { fieldsOf, query, signatureOf } from "./merchant.ts"

const temporary = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "umf-sandbox-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true }))
)

describe("the sandbox's keys", () => {
  it.effect("are made at first start, private ones for their owner only, and used again", () =>
    Effect.gen(function* () {
      const directory = join(yield* temporary, "keys")
      const first = yield* Effect.scoped(Sandbox.make({ keysDirectory: directory }))
      const names = ["merchant.cert.crt", "merchant.key.p8", "platform.cert.crt", "platform.key.p8"]
      assert.deepStrictEqual((yield* Effect.promise(() => readdir(directory))).sort(), names)
      if (process.platform !== "win32") {
        for (const name of ["merchant.key.p8", "platform.key.p8"]) {
          const { mode } = yield* Effect.promise(() => stat(join(directory, name)))
          assert.strictEqual(mode & 0o777, 0o600, name)
        }
      }
      const before = yield* Effect.promise(() => readFile(join(directory, "platform.key.p8")))
      const second = yield* Sandbox.make({ keysDirectory: directory })
      assert.deepStrictEqual(
        yield* Effect.promise(() => readFile(join(directory, "platform.key.p8"))),
        before
      )
      assert.deepStrictEqual(second.platformCert, first.platformCert)
      assert.deepStrictEqual(
        Redacted.value(second.merchantPrivateKey),
        Redacted.value(first.merchantPrivateKey)
      )
      assert.deepStrictEqual(second.keyFiles, {
        merchantPrivateKey: join(directory, "merchant.key.p8"),
        merchantCert: join(directory, "merchant.cert.crt"),
        platformCert: join(directory, "platform.cert.crt")
      })
      const seen = yield* query({ ...second, merchantPrivateKey: first.merchantPrivateKey }, "paid")
      assert.strictEqual(fieldsOf(seen).retCode, "0000")
      assert.strictEqual(yield* signatureOf(first, seen), "ok")
    })
  )

  it.effect("are never overwritten: an incomplete set is an error that says what to do", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      yield* Effect.scoped(Sandbox.make({ keysDirectory: directory }))
      yield* Effect.promise(() => rm(join(directory, "platform.cert.crt")))
      const error = yield* Effect.flip(Sandbox.make({ keysDirectory: directory }))
      assert.strictEqual(error.reason._tag, "KeysIncomplete")
      assert.include(error.message, "platform.cert.crt")
      assert.include(error.message, "delete")
    })
  )

  it.effect("are never shown by printing a sandbox", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      assert.notInclude(JSON.stringify(sandbox.merchantPrivateKey), "[")
      assert.isUndefined(sandbox.keyFiles)
    })
  )

  it.effect("a port that is taken is an error that says what to do", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      const error = yield* Effect.flip(Sandbox.make({ port: Number(new URL(sandbox.baseUrl).port) }))
      assert.strictEqual(error.reason._tag, "CannotListen")
      assert.match(error.message, /EADDRINUSE.*choose another one/)
      assert.isFalse(error.isRetryable)
    })
  )

  it.effect("serves as a layer too", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.Sandbox
      assert.strictEqual(fieldsOf(yield* query(sandbox, "paid")).retCode, "0000")
    }).pipe(Effect.provide(Sandbox.Sandbox.layer()))
  )
})
