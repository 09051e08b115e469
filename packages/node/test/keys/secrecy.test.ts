import { createPrivateKey } from "node:crypto"
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as KeyFormat from "../../src/keys/KeyFormat.ts"
import * as KeyInfo from "../../src/keys/KeyInfo.ts"
import * as KeyPair from "../../src/keys/KeyPair.ts"
import * as PrivateKey from "../../src/keys/PrivateKey.ts"
import { bytesOf, encrypted, passphrase, privateKey, privateKeys } from "./fixtures.ts"

/** Every way in which a value gets into a log. */
const shown = (value: unknown): string =>
  [
    JSON.stringify(value),
    inspect(value, { depth: 20, showHidden: true, maxArrayLength: 5000, getters: true }),
    String(value),
    value instanceof Error ? `${value.stack}${String(value.cause)}` : ""
  ].join("\n")

/** The secret numbers of an RSA key, and stretches of its bytes, in the forms in which they could be printed. */
const secretsOf = (privateDer: Uint8Array): ReadonlyArray<string> => {
  const key = createPrivateKey({ key: Buffer.from(privateDer), format: "der", type: "pkcs8" })
  const { d = "", p = "", q = "" } = key.export({ format: "jwk" })
  const numbers = [d, p, q].map((number) => Buffer.from(number, "base64url"))
  return [...numbers, Buffer.from(privateDer)].flatMap((bytes) => {
    const part = bytes.subarray(bytes.length - 30, bytes.length - 18)
    return [
      part.toString("hex"),
      part.toString("base64"),
      part.toString("latin1"),
      [...part].join(","),
      [...part].join(", ")
    ]
  })
}

const secrets = [...secretsOf(bytesOf("rsa-1024.p8.der")), "test-passphrase", "PRIVATE KEY-----"]

const leaks = (value: unknown, hidden: ReadonlyArray<string> = secrets): ReadonlyArray<string> => {
  const text = shown(value)
  return hidden.filter((secret) => text.includes(secret))
}

describe("nothing of a key is shown", () => {
  it("this test sees a leak where there is one", () => {
    assert.isNotEmpty(leaks([...bytesOf("rsa-1024.p8.der")]))
    assert.isNotEmpty(leaks(bytesOf("rsa-1024.p8.der").toString("hex")))
    assert.isNotEmpty(leaks(new Error("failed", { cause: bytesOf("rsa-1024.p8.pem").toString() })))
  })

  it.effect.each([...privateKeys])("%s", (name) =>
    Effect.gen(function* () {
      const key = yield* privateKey(name)
      assert.deepStrictEqual(leaks(key), [])
      assert.include(JSON.stringify(key), key.fingerprint)
      assert.deepStrictEqual(leaks(KeyFormat.detect(bytesOf(name))), [])
      assert.deepStrictEqual(leaks(yield* KeyInfo.describe(bytesOf(name), { source: name, passphrase })), [])
    })
  )

  it.effect("a fresh pair", () =>
    Effect.gen(function* () {
      const pair = yield* KeyPair.generate()
      assert.deepStrictEqual(leaks(pair, secretsOf(Redacted.value(pair.privateKey))), [])
    })
  )

  it.effect.each([...privateKeys])("errors about a damaged %s", (name) =>
    Effect.gen(function* () {
      const whole = bytesOf(name)
      const cut = whole.subarray(0, whole.length - 9)
      const changed = Buffer.from(whole.map((byte, i) => (i === 34 || i === 400 ? byte ^ 1 : byte)))
      for (const bytes of [cut, changed]) {
        const exit = yield* Effect.exit(PrivateKey.fromBytes(bytes, { source: name, passphrase }))
        if (exit._tag === "Success") continue
        assert.deepStrictEqual(leaks(Cause.squash(exit.cause)), [])
        assert.deepStrictEqual(leaks(exit.cause), [])
        assert.notInclude(Cause.pretty(exit.cause), "test-passphrase")
      }
    })
  )

  it.effect.each(encrypted)("errors about a wrong passphrase for %s", (name) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(privateKey(name, Redacted.make("test-passphrase ")))
      assert.deepStrictEqual(leaks(error), [])
    })
  )
})
