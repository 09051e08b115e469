import { createHash, createPublicKey } from "node:crypto"
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as KeyFormat from "../../src/keys/KeyFormat.ts"
import * as PrivateKey from "../../src/keys/PrivateKey.ts"
import * as PublicKey from "../../src/keys/PublicKey.ts"
import { bytesOf, passphrase, pathOf, privateKey, privateKeys, publicKey, publicKeys } from "./fixtures.ts"

// Computed without the library: SHA-256 of the SPKI that openssl wrote.
const fingerprint = createHash("sha256")
  .update(bytesOf("rsa-1024.spki.der"))
  .digest("hex")
  .toUpperCase()
  .replace(/..(?!$)/g, "$&:")

describe("every format of one key gives the same fingerprint", () => {
  it.effect.each(privateKeys)("private: %s", (name) =>
    Effect.gen(function* () {
      const key = yield* privateKey(name)
      assert.strictEqual(key.fingerprint, fingerprint)
      assert.strictEqual(key.bits, 1024)
      const own = createPublicKey(Redacted.value(key.key)).export({ type: "spki", format: "der" })
      assert.isTrue(own.equals(bytesOf("rsa-1024.spki.der")))
    })
  )

  it.effect.each(publicKeys)("public: %s", (name) =>
    Effect.gen(function* () {
      const key = yield* publicKey(name)
      assert.strictEqual(key.fingerprint, fingerprint)
      assert.strictEqual(key.bits, 1024)
      assert.strictEqual(key.subject !== undefined, name.includes("cert"))
    })
  )
})

describe("kinds are told by content", () => {
  it.each([
    ["rsa-1024.p8.der", "pkcs8"],
    ["rsa-1024.p8.pem", "pkcs8"],
    ["rsa-1024.base64.txt", "pkcs8"],
    ["rsa-1024.pkcs1.der", "pkcs1"],
    ["rsa-1024.encrypted.p8.der", "pkcs8-encrypted"],
    ["rsa-1024.encrypted.pkcs1.pem", "pem-encrypted"],
    ["rsa-1024.legacy.p12", "pkcs12"],
    ["ec.sec1.pem", "ec"],
    ["rsa-1024.cert.der", "certificate"],
    ["rsa-1024.spki.der", "spki"],
    ["rsa-1024.pkcs1-public.der", "pkcs1-public"]
  ])("%s is %s", (name, kind) => {
    assert.deepStrictEqual(
      KeyFormat.detect(bytesOf(name)).map((block) => block.kind),
      [kind]
    )
  })

  it.effect("the name of the file plays no role", () =>
    Effect.gen(function* () {
      const directory = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "umf-keys-"))),
        (path) => Effect.sync(() => rmSync(path, { recursive: true }))
      )
      for (const name of privateKeys) {
        const path = join(directory, "platform.cert.crt")
        copyFileSync(pathOf(name), path)
        const key = yield* PrivateKey.fromFile(path, { passphrase })
        assert.strictEqual(key.fingerprint, fingerprint)
        assert.strictEqual(key.source, path)
      }
    })
  )

  it.effect("a PKCS#1 key under the label of PKCS#8 is read for what it is", () =>
    Effect.gen(function* () {
      const text = bytesOf("rsa-1024.pkcs1.pem").toString().replaceAll("RSA PRIVATE KEY", "PRIVATE KEY")
      const key = yield* PrivateKey.fromBytes(Buffer.from(text), { source: "relabelled" })
      assert.strictEqual(key.fingerprint, fingerprint)
      assert.strictEqual(key.kind, "pkcs1")
    })
  )

  it.effect.each(["rsa-1024.p8.der", "rsa-1024.encrypted-rc2.p8.pem", "rsa-1024.modern.p12"])(
    "a line end after %s does no harm",
    (name) =>
      Effect.gen(function* () {
        const bytes = Buffer.concat([bytesOf(name), Buffer.from("\r\n")])
        const key = yield* PrivateKey.fromBytes(bytes, { source: "appended", passphrase })
        assert.strictEqual(key.fingerprint, fingerprint)
      })
  )
})

describe("passphrases", () => {
  it.effect("one that is not needed is ignored", () => privateKey("rsa-1024.p8.der"))

  it.effect("PKCS#12 opens with a passphrase beyond ASCII", () =>
    Effect.gen(function* () {
      const key = yield* privateKey("rsa-1024.unicode.p12", Redacted.make("口令-Ünï"))
      assert.strictEqual(key.fingerprint, fingerprint)
    })
  )

  it.effect("PKCS#12 with the empty passphrase needs none", () =>
    Effect.gen(function* () {
      const key = yield* PrivateKey.fromBytes(bytesOf("rsa-1024.empty.p12"), { source: "empty" })
      assert.strictEqual(key.fingerprint, fingerprint)
    })
  )
})

describe("the platform's certificate is a container", () => {
  it.effect("version 1, MD5 and expired: read, with its subject and dates", () =>
    Effect.gen(function* () {
      const key = yield* publicKey("rsa-1024.cert-v1-md5-expired.crt")
      assert.strictEqual(key.kind, "certificate")
      assert.strictEqual(key.subject, "C=CN, O=Example, CN=platform")
      assert.isTrue(key.validTo !== undefined && key.validTo.epochMilliseconds < Date.now())
    })
  )

  const vectors = process.env.UMF_VECTORS
  if (vectors === undefined || !existsSync(vectors)) {
    console.warn(
      "UMF_VECTORS names no folder: the real merchant's key and platform's certificate go UNTESTED"
    )
  }
  it.effect.skipIf(vectors === undefined || !existsSync(vectors))(
    "the real files of UMF_VECTORS are read",
    () =>
      Effect.gen(function* () {
        const certificate = yield* PublicKey.fromFile(join(vectors ?? "", "platform.cert.crt"))
        assert.strictEqual(certificate.kind, "certificate")
        assert.strictEqual(certificate.bits, 1024)
        const key = yield* PrivateKey.fromFile(join(vectors ?? "", "merchant.key.p8"))
        assert.strictEqual(key.bits, 1024)
      })
  )
})
