import { assert, describe, it } from "@effect/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as KeyInfo from "../../src/keys/KeyInfo.ts"
import * as KeyPair from "../../src/keys/KeyPair.ts"
import { bytesOf, passphrase, pathOf, privateKey, privateKeys, publicKeys } from "./fixtures.ts"

describe("a key file is described, and its key is not", () => {
  it.effect.each([...privateKeys, ...publicKeys])("%s", (name) =>
    Effect.gen(function* () {
      const { fingerprint } = yield* privateKey("rsa-1024.p8.der")
      const info = yield* KeyInfo.describe(bytesOf(name), { source: name, passphrase })
      assert.strictEqual(info.fingerprint, fingerprint)
      assert.strictEqual(info.bits, 1024)
      assert.strictEqual(info.signatureLength, 172)
      assert.strictEqual(info.isPrivate, privateKeys.includes(name))
      // A certificate says whose it is, also from beside its key.
      assert.strictEqual(info.subject !== undefined, /cert|p12|bundle/.test(name))
      assert.isFalse("key" in info)
    })
  )

  it.effect("subject and dates of a certificate", () =>
    Effect.gen(function* () {
      const info = yield* KeyInfo.describeFile(pathOf("rsa-1024.cert.pem"))
      assert.strictEqual(info.subject, "C=CN, O=Example, CN=merchant")
      assert.isTrue(info.validFrom !== undefined && info.validTo !== undefined)
      if (info.validFrom === undefined || info.validTo === undefined) return
      const days =
        (DateTime.toEpochMillis(info.validTo) - DateTime.toEpochMillis(info.validFrom)) / 86_400_000
      assert.strictEqual(days, 3650)
    })
  )

  it.effect("of several certificates beside a key, its own is told", () =>
    Effect.gen(function* () {
      const { certificate } = yield* KeyPair.generate({ subject: "another" })
      const bytes = Buffer.concat([Buffer.from(certificate), bytesOf("rsa-1024.bundle.pem")])
      const info = yield* KeyInfo.describe(bytes, { source: "bundle" })
      assert.strictEqual(info.subject, "C=CN, O=Example, CN=merchant")
      const stranger = Buffer.concat([Buffer.from(certificate), bytesOf("rsa-1024.p8.pem")])
      assert.isUndefined((yield* KeyInfo.describe(stranger, { source: "bundle" })).subject)
    })
  )

  it.effect("a key too long to sign with is still described", () =>
    Effect.gen(function* () {
      const info = yield* KeyInfo.describeFile(pathOf("rsa-2048.p8.der"))
      assert.strictEqual(info.bits, 2048)
      assert.strictEqual(info.signatureLength, 344)
    })
  )

  it.effect("an encrypted one asks for its passphrase", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(KeyInfo.describeFile(pathOf("rsa-1024.modern.p12")))
      assert.strictEqual(error.reason._tag, "PassphraseNeeded")
    })
  )
})
