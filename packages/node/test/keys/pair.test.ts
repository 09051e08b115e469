import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as KeyFormat from "../../src/keys/KeyFormat.ts"
import * as KeyPair from "../../src/keys/KeyPair.ts"
import * as PrivateKey from "../../src/keys/PrivateKey.ts"
import * as PublicKey from "../../src/keys/PublicKey.ts"
import { refusal } from "./fixtures.ts"

const directory: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "umf-keys-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

describe("a generated pair", () => {
  it.live("is written as PKCS#8 DER and a certificate, and both are read back as one key", () =>
    Effect.gen(function* () {
      const into = join(yield* directory, "new", "keys")
      const pair = yield* KeyPair.generate({ subject: "商户 60000100" })
      const written = yield* KeyPair.writeTo(pair, into)
      assert.deepStrictEqual(readdirSync(into), ["merchant.cert.crt", "merchant.key.p8"])
      assert.strictEqual(statSync(written.privateKey).mode & 0o777, 0o600)
      assert.strictEqual(KeyFormat.detect(readFileSync(written.privateKey))[0]?.encoding, "der")

      const key = yield* PrivateKey.fromFile(written.privateKey)
      const certificate = yield* PublicKey.fromFile(written.certificate)
      assert.strictEqual(key.kind, "pkcs8")
      assert.strictEqual(key.bits, 1024)
      assert.strictEqual(key.fingerprint, pair.fingerprint)
      assert.strictEqual(certificate.fingerprint, pair.fingerprint)
      assert.strictEqual(certificate.subject, "CN=商户 60000100")
      assert.isTrue((certificate.validTo?.epochMilliseconds ?? 0) > Date.now() + 3649 * 86_400_000)
      const bare = yield* PublicKey.fromBytes(Buffer.from(pair.publicKey), { source: "SPKI" })
      assert.strictEqual(bare.fingerprint, pair.fingerprint)
    }).pipe(Effect.scoped)
  )

  it.effect("takes another name, so that two pairs live in one directory", () =>
    Effect.gen(function* () {
      const into = yield* directory
      const pair = yield* KeyPair.generate()
      yield* KeyPair.writeTo(pair, into)
      yield* KeyPair.writeTo(pair, into, { name: "platform" })
      assert.lengthOf(readdirSync(into), 4)
    })
  )

  it.effect.each(["merchant.key.p8", "merchant.cert.crt"])(
    "overwrites no %s and leaves no half pair",
    (name) =>
      Effect.gen(function* () {
        const into = yield* directory
        writeFileSync(join(into, name), "mine")
        const error = yield* Effect.flip(KeyPair.writeTo(yield* KeyPair.generate(), into))
        assert.strictEqual(error.reason._tag, "FileExists")
        assert.strictEqual(error.source, join(into, name))
        assert.deepStrictEqual(readdirSync(into), [name])
        assert.strictEqual(readFileSync(join(into, name), "utf8"), "mine")
      })
  )

  it.effect("refuses a directory that can't be", () =>
    Effect.gen(function* () {
      const file = join(yield* directory, "file")
      writeFileSync(file, "")
      const reason = yield* refusal(KeyPair.writeTo(yield* KeyPair.generate(), join(file, "keys")))
      assert.strictEqual(reason._tag, "Unreachable")
    })
  )
})
