import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import fc from "fast-check"
import * as KeyFile from "../../src/keys/KeyFile.ts"
import * as KeyInfo from "../../src/keys/KeyInfo.ts"
import * as PrivateKey from "../../src/keys/PrivateKey.ts"
import * as PublicKey from "../../src/keys/PublicKey.ts"
import * as Der from "../proof/Der.ts"
import {
  bytesOf,
  encrypted,
  passphrase,
  pathOf,
  privateKey,
  privateKeys,
  publicKey,
  publicKeys,
  refusal
} from "./fixtures.ts"

const read = (bytes: Uint8Array): Effect.Effect<unknown, KeyFile.KeyError> =>
  PrivateKey.fromBytes(bytes, { source: "given.key", passphrase })

describe("a private key is refused with its reason", () => {
  it.effect.each(encrypted)("%s without its passphrase", (name) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(PrivateKey.fromFile(pathOf(name)))
      assert.strictEqual(error.reason._tag, "PassphraseNeeded")
      assert.include(error.message, name)
    })
  )

  it.effect.each([...encrypted, "rsa-1024.unicode.p12"])("%s with a wrong passphrase", (name) =>
    Effect.gen(function* () {
      for (const wrong of ["wrong-secret", "", "错误的口令"]) {
        const error = yield* Effect.flip(privateKey(name, Redacted.make(wrong)))
        assert.strictEqual(error.reason._tag, "PassphraseWrong")
        assert.isFalse(wrong !== "" && inspect(error).includes(wrong))
      }
    })
  )

  it.effect.each(publicKeys)("%s, which is public", (name) =>
    Effect.gen(function* () {
      const reason = yield* refusal(privateKey(name))
      assert.strictEqual(reason._tag, "WrongKind")
      assert.include(reason.message, name.includes("cert") ? "a certificate (X.509)" : "public key")
    })
  )

  it.effect("a PKCS#12 file without a key", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* refusal(privateKey("cert-only.p12")))._tag, "WrongKind")
    })
  )

  it.effect.each([
    ["ec.p8.pem", "ec"],
    ["ec.sec1.pem", "ec"],
    ["ec.p12", "ec"],
    ["rsa-pss.p8.pem", "rsa-pss"]
  ] as const)("%s, whose type is %s", ([name, type]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* refusal(privateKey(name)), new KeyFile.NotRsa({ type }))
    })
  )

  it.effect.each(["rsa-1024.encrypted.p8.der", "rsa-1024.modern.p12"])(
    "%s, made to want its passphrase hashed two thousand million times",
    (name) =>
      Effect.gen(function* () {
        // The count of 2048 rounds is the only number of two bytes that stands behind a salt.
        const [root] = Der.parse(bytesOf(name))
        assert(root !== undefined)
        const many = Der.everywhere(root, (element) =>
          Der.encode(element).equals(Buffer.from("02020800", "hex"))
            ? [Der.integer(2_000_000_000n)]
            : [element]
        ).find((tree) => !Der.encode(tree).equals(bytesOf(name)))
        assert(many !== undefined)
        const reason = yield* refusal(read(Der.encode(many)))
        assert.include(reason.message, "hashed more than 2000000 times")
      })
  )

  it.effect.each([4, 5])(
    "one whose prime, number %i in PKCS#1, is 0: node-forge would compute for ever",
    (at) =>
      Effect.gen(function* () {
        const [root] = Der.parse(bytesOf("rsa-1024.pkcs1.der"))
        assert(root !== undefined && !Buffer.isBuffer(root.content))
        const bytes = Der.encode(Der.sequence(...root.content.with(at, Der.integer(0n))))
        assert.deepStrictEqual(
          yield* refusal(read(bytes)),
          new KeyFile.Malformed({ kind: "an RSA private key (PKCS#1)", fault: "inconsistent" })
        )
      })
  )

  it.effect("one with the exponent 1, by which everybody could sign", () =>
    Effect.gen(function* () {
      const [root] = Der.parse(bytesOf("rsa-1024.pkcs1.der"))
      assert(root !== undefined && !Buffer.isBuffer(root.content))
      // Of e, d, dP and dQ: the parts fit together, and what the key signs it verifies.
      const content = root.content.map((number, at) => ([2, 3, 6, 7].includes(at) ? Der.integer(1n) : number))
      const error = yield* Effect.flip(read(Der.encode(Der.sequence(...content))))
      assert.include(error.message, "has numbers that no safe RSA key has")
    })
  )

  it.effect("one whose two parts don't fit together", () =>
    Effect.gen(function* () {
      const bytes = Buffer.from(bytesOf("rsa-1024.p8.der"))
      bytes[60] = (bytes[60] ?? 0) ^ 1 // inside the modulus
      const reason = yield* refusal(read(bytes))
      assert.strictEqual(reason._tag, "Malformed")
    })
  )
})

describe("the platform's key is refused with its reason", () => {
  it.effect.each(privateKeys)("%s, which is private", (name) =>
    Effect.gen(function* () {
      const reason = yield* refusal(publicKey(name))
      assert.strictEqual(reason._tag, "WrongKind")
      assert.include(reason.message, "the platform's certificate or public key is needed")
    })
  )

  it.effect.each(["ec.spki.pem", "ec.cert.pem"])("%s, which is not RSA", (name) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* refusal(publicKey(name)), new KeyFile.NotRsa({ type: "ec" }))
    })
  )
})

describe("the platform's key is refused where its numbers are none of a safe key", () => {
  const [root] = Der.parse(bytesOf("rsa-1024.pkcs1-public.der"))
  assert(root !== undefined && !Buffer.isBuffer(root.content))
  const [n, e] = root.content
  assert(n !== undefined && e !== undefined)
  const odd = (bits: number): Der.Element => Der.integer((1n << BigInt(bits - 1)) + 1n)

  it.effect.each([
    ["the exponent 1, by which everybody could sign", n, Der.integer(1n)],
    ["an even exponent", n, Der.integer(65_536n)],
    ["the exponent 0", n, Der.integer(0n)],
    ["an exponent of 65 bits", n, odd(65)],
    ["an exponent of 20,000 bits", n, odd(20_000)],
    ["an even modulus", Der.integer(1n << 1023n), e],
    ["a modulus of 512 bits", odd(512), e],
    ["a modulus of 1016 bits", odd(1016), e],
    ["a modulus of 16,385 bits", odd(16_385), e],
    ["a modulus of 300,000 bits", odd(300_000), e]
  ] as const)("%s", ([, modulus, exponent]) =>
    Effect.gen(function* () {
      const bytes = Der.encode(Der.sequence(modulus, exponent))
      const reason = yield* refusal(PublicKey.fromBytes(bytes, { source: "given.key" }))
      assert.deepStrictEqual(
        reason,
        new KeyFile.Malformed({ kind: "an RSA public key (PKCS#1)", fault: "unsafe" })
      )
    })
  )

  it.effect.each([
    ["the exponent 3", n, Der.integer(3n)],
    ["an exponent of 64 bits", n, odd(64)],
    ["a modulus of 1017 bits, which fills as many bytes", odd(1017), e],
    ["a modulus of 16,384 bits", odd(16_384), e]
  ] as const)("and taken with %s", ([, modulus, exponent]) =>
    PublicKey.fromBytes(Der.encode(Der.sequence(modulus, exponent)), { source: "given.key" })
  )
})

describe("what is no sound key file gives a typed error that names the file", () => {
  it.effect.each([
    ["empty", Buffer.alloc(0), "is empty"],
    ["garbage", Buffer.from("not a key at all"), "holds no key"],
    ["zeros", Buffer.alloc(2000), "holds no key"],
    ["an endless length", Buffer.from("3084ffffffff", "hex"), "holds no key"],
    ["too large", Buffer.alloc(5_000_000, 0x30), "is larger than"],
    ["a JSON file", Buffer.from('{"name":"x"}'), "holds no key"],
    [
      "an unknown PEM label",
      Buffer.from("-----BEGIN constructor-----\nAAAA\n-----END constructor-----"),
      "no key"
    ],
    [
      "an empty PEM block",
      Buffer.from("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----"),
      "can't be read"
    ],
    ["PEM cut off", bytesOf("rsa-1024.p8.pem").subarray(0, 500), "ends before it is complete"],
    ["encrypted PEM cut off", bytesOf("rsa-1024.encrypted.pkcs1.pem").subarray(0, 500), "ends before"],
    ["DER cut off", bytesOf("rsa-1024.p8.der").subarray(0, 633 - 1), "ends before it is complete"]
  ] as const)("%s", ([, bytes, words]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(read(bytes))
      assert.isTrue(error.message.startsWith("given.key "))
      assert.include(error.message, words)
    })
  )

  it.effect("a file that is missing, a directory, a file without end", () =>
    Effect.gen(function* () {
      const missing = yield* Effect.flip(PrivateKey.fromFile("/nowhere/merchant.key.p8"))
      assert.strictEqual(
        missing.message,
        "/nowhere/merchant.key.p8 can't be read (ENOENT). Check the path and its permissions."
      )
      const directory = yield* refusal(PublicKey.fromFile(pathOf("")))
      assert.deepStrictEqual(directory, new KeyFile.Unreachable({ action: "read", code: "EISDIR" }))
      assert.strictEqual((yield* refusal(PrivateKey.fromFile("/dev/zero")))._tag, "NotAKey")
    })
  )

  it("every cut of every file is refused, never a defect", () => {
    // A bundle cut between its blocks is a sound file with fewer of them.
    const names = [...privateKeys, ...publicKeys].filter((name) => !name.includes("bundle"))
    for (const name of names) {
      const whole = bytesOf(name)
      for (let length = 0; length < whole.length - 60; length += 41) {
        refusedCleanly(whole.subarray(0, length), name)
      }
    }
  })

  it("any change of any bytes gives a key or a KeyError, never a defect", () => {
    const names = [...privateKeys, ...publicKeys, "ec.p8.pem"].filter((name) => !/pem$|txt$/.test(name))
    const change = fc.record({ at: fc.nat(), byte: fc.nat(255) })
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.array(change, { minLength: 1, maxLength: 3 }),
        (name, changes) => {
          const bytes = Buffer.from(bytesOf(name))
          for (const { at, byte } of changes) bytes[at % bytes.length] = byte
          endsWell(bytes)
        }
      ),
      { numRuns: 200 }
    )
  })

  it("any bytes and any text give a KeyError, never a defect", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void endsWell(bytes)),
      { numRuns: 200 }
    )
    const inFrame = (body: string) =>
      void endsWell(Buffer.from(`-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----`))
    fc.assert(fc.property(fc.string(), inFrame), { numRuns: 100 })
  })
})

const entrances = [
  read,
  (bytes: Uint8Array) => PublicKey.fromBytes(bytes, { source: "given.key" }),
  (bytes: Uint8Array) => KeyInfo.describe(bytes, { source: "given.key", passphrase })
]

/** A value or a `KeyError` from every entrance; how many were errors. */
const endsWell = (bytes: Uint8Array): number => {
  let refused = 0
  for (const entrance of entrances) {
    const exit = Effect.runSyncExit<unknown, KeyFile.KeyError>(entrance(bytes))
    if (Exit.isSuccess(exit)) continue
    assert.isFalse(Cause.hasDies(exit.cause), inspect(exit.cause))
    const error = Cause.findErrorOption(exit.cause)
    assert.isTrue(error._tag === "Some" && error.value instanceof KeyFile.KeyError)
    if (error._tag === "Some") assert.include(error.value.message, "given.key")
    refused++
  }
  return refused
}

const refusedCleanly = (bytes: Uint8Array, name: string): void =>
  assert.strictEqual(endsWell(bytes), entrances.length, `${name} cut at ${bytes.length}`)
