import { constants, createHash, type KeyObject, privateEncrypt } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Signature } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import fc from "fast-check"
import * as KeyFile from "../../src/keys/KeyFile.ts"
import * as MerchantSigner from "../../src/keys/MerchantSigner.ts"
import * as PlatformVerifier from "../../src/keys/PlatformVerifier.ts"
import * as RsaSha1 from "../../src/keys/RsaSha1.ts"
import { privateKey, publicKey, refusal } from "./fixtures.ts"

const text = "merId=60000100&orderId=订单-1&version=4.0"

const secret: KeyObject = Redacted.value(Effect.runSync(privateKey("rsa-1024.p8.der")).key)
const open: KeyObject = Effect.runSync(publicKey("rsa-1024.cert.der")).key

/** A build of OpenSSL that refuses SHA-1. */
const refusing: RsaSha1.RsaSha1 = {
  name: "refusing",
  signer: () => () => {
    throw new Error("error:03000098:digital envelope routines::invalid digest")
  },
  verifier: () => () => {
    throw new Error("error:03000098:digital envelope routines::invalid digest")
  }
}

const implementations = [RsaSha1.nodeCrypto, RsaSha1.nodeForge]

describe("node:crypto and node-forge", () => {
  it("give the same signatures, and each verifies", () => {
    const [bySsl, byForge] = implementations.map((one) => one.signer(secret))
    const verifiers = implementations.map((one) => one.verifier(open))
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (message) => {
        const signature = bySsl?.(message) ?? ""
        assert.strictEqual(byForge?.(message), signature)
        for (const verify of verifiers) {
          assert.isTrue(verify(message, Buffer.from(signature, "base64")))
          assert.isFalse(verify(`${message}.`, Buffer.from(signature, "base64")))
        }
      }),
      { numRuns: 30, examples: [[""], ["\ud800 half a pair"]] }
    )
  })

  const raw = Buffer.from(RsaSha1.nodeCrypto.signer(secret)(text), "base64")
  const modulus = BigInt(
    `0x${Buffer.from(open.export({ format: "jwk" }).n ?? "", "base64url").toString("hex")}`
  )
  const info = Buffer.from("3021300906052b0e03021a05000414", "hex")
  const digest = createHash("sha1").update(text).digest()
  /** Signs a whole padded block of our own making, of 128 bytes. */
  const forged = (...parts: ReadonlyArray<Uint8Array>): Buffer =>
    privateEncrypt({ key: secret, padding: constants.RSA_NO_PADDING }, Buffer.concat(parts))
  const ff = (length: number) => Buffer.alloc(length, 0xff)

  it("the padded block of this test is the right one, so that its changes below are what is refused", () => {
    assert.isTrue(forged(Buffer.of(0, 1), ff(90), Buffer.of(0), info, digest).equals(raw))
  })

  const bad: ReadonlyArray<readonly [string, Uint8Array]> = [
    ["nothing", Buffer.alloc(0)],
    ["zeros", Buffer.alloc(128)],
    ["one byte less", raw.subarray(0, 127)],
    ["one byte more", Buffer.concat([raw, Buffer.of(0)])],
    ["a zero in front", Buffer.concat([Buffer.of(0), raw])],
    ["a bit turned", Buffer.from(raw.map((byte, i) => (i === 64 ? byte ^ 1 : byte)))],
    ["all ones", ff(128)],
    ["far too long", Buffer.alloc(100_000, 1)],
    [
      "garbage after the digest",
      forged(Buffer.of(0, 1), ff(88), Buffer.of(0), info, digest, Buffer.of(1, 2))
    ],
    ["short padding", forged(Buffer.of(0, 1), ff(8), Buffer.of(0), info, digest, Buffer.alloc(82, 7))],
    [
      "no NULL in the digest's type",
      forged(Buffer.of(0, 1), ff(92), Buffer.of(0), Buffer.from("301f300706052b0e03021a0414", "hex"), digest)
    ],
    ["another type of block", forged(Buffer.of(0, 2), ff(90), Buffer.of(0), info, digest)],
    ["the digest alone", forged(Buffer.of(0, 1), ff(105), Buffer.of(0), digest)]
  ]
  it.effect.each(bad)("both refuse: %s", ([, signature]) =>
    Effect.gen(function* () {
      const key = yield* publicKey("rsa-1024.spki.der")
      for (const rsaSha1 of [RsaSha1.nodeCrypto, refusing]) {
        assert.isFalse(yield* PlatformVerifier.make(key, { rsaSha1 }).verify(text, signature))
      }
    })
  )

  it("both refuse the signature plus the modulus, which means the same number", () => {
    // Some message's signature is small enough for the sum to fit the 128 bytes.
    for (let i = 0; ; i++) {
      const small = Buffer.from(RsaSha1.nodeCrypto.signer(secret)(`${i}`), "base64")
      const sum = (BigInt(`0x${small.toString("hex")}`) + modulus).toString(16)
      if (sum.length > 256) continue
      for (const one of implementations) {
        assert.isTrue(one.verifier(open)(`${i}`, small))
        assert.isFalse(one.verifier(open)(`${i}`, Buffer.from(sum, "hex")))
      }
      return
    }
  })

  it.effect("a verifier that throws counts as a refusal", () =>
    Effect.gen(function* () {
      const throwing: RsaSha1.RsaSha1 = {
        ...refusing,
        verifier: () => (message) => {
          if (message === text) throw new Error("thrown")
          return false
        }
      }
      const key = yield* publicKey("rsa-1024.spki.der")
      assert.isFalse(yield* PlatformVerifier.make(key, { rsaSha1: throwing }).verify(text, raw))
    })
  )

  it("a build that refuses SHA-1 is found out, and node-forge takes over", () => {
    for (const key of [secret, open]) {
      assert.isTrue(RsaSha1.canSha1(key))
      assert.isFalse(RsaSha1.canSha1(key, refusing))
      assert.strictEqual(RsaSha1.forKey(key), RsaSha1.nodeCrypto)
      assert.strictEqual(RsaSha1.forKey(key, refusing), RsaSha1.nodeForge)
    }
  })
})

describe("core's services", () => {
  it.effect.each(implementations)("$name: what the merchant signs is verified", (rsaSha1) =>
    Effect.gen(function* () {
      const first = rsaSha1 === RsaSha1.nodeCrypto ? rsaSha1 : refusing
      const merchant = MerchantSigner.layer(yield* privateKey("rsa-1024.legacy.p12"), { rsaSha1: first })
      const platform = PlatformVerifier.layer(yield* publicKey("rsa-1024.cert.pem"), { rsaSha1: first })
      yield* Effect.gen(function* () {
        const signature = yield* (yield* Signature.Signer).sign(text)
        assert.match(signature, /^[A-Za-z0-9+/]{171}=$/)
        const verify = (yield* Signature.Verifier).verify
        assert.isTrue(yield* verify(text, Buffer.from(signature, "base64")))
        assert.isFalse(yield* verify(`${text}0`, Buffer.from(signature, "base64")))
      }).pipe(Effect.provide(Layer.merge(merchant, platform)))
    })
  )

  const start = (name: string, options?: MerchantSigner.Options) =>
    Effect.gen(function* () {
      const key = yield* privateKey(name)
      return yield* Effect.flatMap(Signature.Signer, (signer) => signer.sign(text)).pipe(
        Effect.orDie,
        Effect.provide(MerchantSigner.layer(key, options))
      )
    })

  it.effect("RSA-1024 and RSA-1536 fit the 256 characters of the field", () =>
    Effect.gen(function* () {
      assert.lengthOf(yield* start("rsa-1024.p8.der"), 172)
      assert.lengthOf(yield* start("rsa-1536.p8.der"), 256)
    })
  )

  it.effect("RSA-2048 is refused at start-up, and taken when the limit is lifted", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* refusal(start("rsa-2048.p8.der")),
        new KeyFile.SignatureTooLong({ bits: 2048, length: 344, limit: 256 })
      )
      assert.strictEqual(
        (yield* refusal(start("rsa-2048.p8.der", { signatureLimit: 343 })))._tag,
        "SignatureTooLong"
      )
      assert.lengthOf(yield* start("rsa-2048.p8.der", { signatureLimit: 344 }), 344)
      assert.lengthOf(yield* start("rsa-2048.p8.der", { signatureLimit: "none" }), 344)
    })
  )
})
