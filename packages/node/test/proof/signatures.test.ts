/** See prove/claims/Signatures.ts. */
import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { OrderQueryAnswer, Signature } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as Chance from "../../../../prove/Chance.ts"
import { claim } from "../../../../prove/claims/Signatures.ts"
import * as Proof from "../../../../prove/Proof.ts"
import * as RsaSha1 from "../../src/keys/RsaSha1.ts"
import * as Forgery from "./Forgery.ts"
import * as Openssl from "./Openssl.ts"

const TEXTS = Proof.size({ small: 40, whole: 10_000 })
/** Texts that one shell hands to openssl, one after the other. */
const AT_ONCE = Proof.size({ small: 20, whole: 250 })

const next = Chance.make("signatures")
const began = performance.now()
const counts = { texts: 0, bad: 0, badByAll: 0, openssl: 0, forgeries: 0, laxer: 0, spellings: 0 }

interface Pair {
  readonly name: string
  readonly key: KeyObject
  readonly publicKey: KeyObject
  readonly modulus: Buffer
  readonly signers: ReadonlyArray<(text: string) => string>
  readonly verifiers: ReadonlyArray<(text: string, signature: Uint8Array) => boolean>
}

const pair = (name: string, bits: number, publicExponent = 65_537): Pair => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: bits, publicExponent })
  const publicKey = createPublicKey(privateKey)
  return {
    name,
    key: privateKey,
    publicKey,
    modulus: Buffer.from(publicKey.export({ format: "jwk" }).n ?? "", "base64url"),
    signers: Forgery.verifiers.map(({ signer }) => signer(privateKey)),
    verifiers: Forgery.verifiers.map(({ verifier }) => verifier(publicKey))
  }
}

const pairs = [
  ...[0, 1, 2].map((nth) => pair(`1024-${nth}`, 1024)),
  pair("1024-e3", 1024, 3),
  pair("1536", 1536),
  pair("2048-e3", 2048, 3)
] as unknown as readonly [Pair, ...Array<Pair>]
/** Those of 1024 bits, as merchants hold them. */
const usual = pairs.filter(({ name }) => name.startsWith("1024")) as unknown as typeof pairs
const withExponent3 = pairs.filter(({ name }) => name.endsWith("e3"))

const folder = await mkdtemp(join(tmpdir(), "umf-order-signatures-"))
afterAll(() => rm(folder, { recursive: true, force: true }))
for (const { name, key, publicKey } of pairs) {
  await writeFile(join(folder, `${name}.key`), key.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 })
  await writeFile(join(folder, `${name}.pub`), publicKey.export({ type: "spki", format: "pem" }))
}

const alphabets: readonly [() => string, ...Array<() => string>] = [
  () => String.fromCodePoint(0x20 + Chance.below(next, 0x5f)),
  () => String.fromCodePoint(0x4e00 + Chance.below(next, 0x5000)),
  () => String.fromCodePoint(0x1f300 + Chance.below(next, 0x200)),
  () =>
    Chance.pick(next, ["|", "&", "=", "\n", "\r\n", "\u0000", "é", "e\u0301", "\ufeff", "\u2028", "0", " "]),
  // Any character at all, and half of a pair, for which UTF-8 has a mark in its place.
  () => String.fromCodePoint(Chance.below(next, 0x110000))
]

/** Any text at all; most as long as an answer's. */
const randomText = (): string => {
  const length = next() < 0.02 ? 0 : Chance.below(next, next() < 0.05 ? 5000 : 200)
  return Array.from({ length }, () => Chance.pick(next, alphabets)()).join("")
}

/** What makes a failure happen again. */
const caseOf = (pair: Pair, text: string, signature: Uint8Array): string =>
  JSON.stringify({
    seed: Chance.seed,
    key: pair.publicKey.export({ type: "spki", format: "der" }).toString("base64"),
    text,
    signature: Buffer.from(signature).toString("base64")
  })

const wrongHashes = ["md5", "sha256", "sha512"] as const

/** Wrong signatures of a text. */
const wrongOnes = (pair: Pair, text: string, signature: Buffer): ReadonlyArray<readonly [string, Buffer]> => {
  const turned = Buffer.from(signature)
  const at = Chance.below(next, turned.length)
  turned[at] = (turned[at] ?? 0) ^ (1 << Chance.below(next, 8))
  const others = pairs.filter(({ name }) => name !== pair.name)
  const other = Chance.pick(next, others as unknown as typeof pairs)
  return [
    ["one bit turned over", turned],
    ["another text's", sign("sha1", Buffer.from(`${text}x`), pair.key)],
    ["another hash's", sign(Chance.pick(next, wrongHashes), Buffer.from(text), pair.key)],
    ["another key's", sign("sha1", Buffer.from(text), other.key)],
    ...Forgery.neighbours(signature, pair.modulus)
  ]
}

const refusedByBoth = (pair: Pair, text: string, signature: Buffer, name: string): void => {
  for (const [at, verify] of pair.verifiers.entries()) {
    if (verify(text, signature)) {
      assert.fail(
        `${Forgery.verifiers[at]?.name} believes: ${name}, ${pair.name}\n${caseOf(pair, text, signature)}`
      )
    }
  }
}

/** Refused by our verifiers and by openssl; what node-forge's own check would say is only counted. */
const refusedByAll = async (pair: Pair, text: string, signature: Buffer, name: string): Promise<void> => {
  refusedByBoth(pair, text, signature, name)
  if (Forgery.believedByForge(pair.publicKey, text, signature)) counts.laxer += 1
  if (Openssl.isThere) {
    const believed = await Openssl.believes(folder, pair.name, text, signature)
    assert.isFalse(believed, `openssl believes: ${name}\n${caseOf(pair, text, signature)}`)
    counts.openssl += 1
  }
  counts.forgeries += 1
}

describe("signatures", () => {
  it("node:crypto, node-forge and openssl agree on random texts, with good signatures and bad ones", {
    timeout: 400_000
  }, async () => {
    let batch: Array<Openssl.Job> = []
    const ask = async (jobs: ReadonlyArray<Openssl.Job>): Promise<void> => {
      const { differing, operations } = await Openssl.work(folder, jobs)
      const told = jobs.filter(({ id }) => differing.some((line) => line.startsWith(`${id} `))).slice(0, 3)
      assert.isEmpty(differing, `openssl, UMF_TEST_SEED=${Chance.seed}: ${JSON.stringify(told)}`)
      counts.openssl += operations
      if (operations > 0) counts.badByAll += jobs.length
    }
    const underWay: Array<Promise<void>> = []
    for (let nth = 0; nth < TEXTS; nth++) {
      // node-forge takes up to five times as long to sign with the larger ones.
      const pair = Chance.pick(next, next() < 0.9 ? usual : pairs)
      const text = randomText()
      const [one = "", other = ""] = pair.signers.map((signed) => signed(text))
      const signature = Buffer.from(one, "base64")
      assert.strictEqual(other, one, `signed otherwise: ${caseOf(pair, text, signature)}`)
      for (const verify of pair.verifiers)
        assert.isTrue(verify(text, signature), caseOf(pair, text, signature))
      const wrong = wrongOnes(pair, text, signature)
      for (const [name, bytes] of wrong) refusedByBoth(pair, text, bytes, name)
      counts.bad += wrong.length
      counts.texts += 1
      // The command reads no more of a signature's file than the key's size, and would not see what follows.
      const short = wrong.filter(([, { length }]) => length <= pair.modulus.length)
      const [, chosen = Buffer.alloc(0)] = short[nth % short.length] ?? []
      batch.push({ id: String(nth), key: pair.name, text, signature, wrong: chosen })
      if (batch.length < AT_ONCE && nth < TEXTS - 1) continue
      // A shell works through one batch while the next one is made.
      underWay.push(ask(batch))
      batch = []
      if (underWay.length > 1) await underWay.shift()
    }
    await Promise.all(underWay)
  })

  const text = `0000|ok|SUCCESS|${randomText().replaceAll("\u0000", "")}`

  it("a block made by hand is a true signature, where it is the right one: so it's its changes that are refused", async () => {
    for (const pair of pairs) {
      const made = Forgery.raised(pair.key, Forgery.trueBlock(text, pair.modulus.length))
      assert.strictEqual(made.toString("base64"), pair.signers[0]?.(text))
      for (const verify of pair.verifiers) assert.isTrue(verify(text, made))
      assert.isTrue(Forgery.believedByForge(pair.publicKey, text, made))
      if (Openssl.isThere) assert.isTrue(await Openssl.believes(folder, pair.name, text, made))
    }
  })

  it.each(Forgery.blocks("", 128).map(([name]) => name))(
    "a block with %s is refused, though the private key itself made it a signature",
    { timeout: 60_000 },
    async (name) => {
      for (const pair of pairs) {
        const [, block] = Forgery.blocks(text, pair.modulus.length).find(([one]) => one === name) ?? []
        assert(block !== undefined)
        await refusedByAll(pair, text, Forgery.raised(pair.key, block), name)
      }
    }
  )

  it.each(["that begins with the digest", "with garbage in the parameters and the digest at its end"])(
    "a cube %s, forged for the exponent 3 without the private key, is refused",
    { timeout: 60_000 },
    async (kind) => {
      for (const pair of withExponent3) {
        let made = 0
        // Half of the texts have a digest that is odd, as one of the forgeries needs it.
        for (let nth = 0; made < 8; nth++) {
          const subject = `${text}${nth}`
          for (const [name, signature] of Forgery.cubes(subject, pair.modulus.length)) {
            if (!name.endsWith(kind)) continue
            made += 1
            assert.isTrue(
              Forgery.wouldFoolTheCareless(pair.publicKey, subject, signature),
              "no forgery at all"
            )
            await refusedByAll(pair, subject, signature, name)
          }
        }
      }
    }
  )

  it("a true signature that begins with a zero is refused without it, though it is the same number", async () => {
    for (const pair of usual) {
      const [subject, signature] = ((): readonly [string, Buffer] => {
        for (let nth = 0; ; nth++) {
          const made = sign("sha1", Buffer.from(`${text}${nth}`), pair.key)
          if (made[0] === 0) return [`${text}${nth}`, made]
        }
      })()
      for (const verify of pair.verifiers) assert.isTrue(verify(subject, signature))
      await refusedByAll(pair, subject, signature.subarray(1), "without its zero")
    }
  })

  it.each(Forgery.spellings("AAA=").map(([name]) => name))(
    "a true signature spelled otherwise in base64 is refused: %s",
    async (name) => {
      for (const pair of pairs) {
        // One with letters of which the alphabet of URLs has others.
        const [answer, base64] = ((): readonly [string, string] => {
          for (let nth = 0; ; nth++) {
            const made = pair.signers[0]?.(`${nth}|0000|ok|SUCCESS`) ?? ""
            if (made.includes("+") && made.includes("/")) return [String(nth), made]
          }
        })()
        const verifier = Signature.Verifier.of({
          verify: (signed, signature) =>
            Effect.sync(() => RsaSha1.nodeCrypto.verifier(pair.publicKey)(signed, signature))
        })
        const believed = (sign: string) => {
          const fields = { amount: answer, retCode: "0000", retMsg: "ok", transState: "SUCCESS", sign }
          return Effect.runPromiseExit(
            Effect.provideService(
              OrderQueryAnswer.verify(JSON.stringify(fields)),
              Signature.Verifier,
              verifier
            )
          )
        }
        assert.strictEqual((await believed(base64))._tag, "Success")
        const spelled = Forgery.spellings(base64).find(([one]) => one === name)?.[1] ?? base64
        // Without padding there is nothing to leave out, and there are no bits behind the end.
        if (spelled === base64 || (!base64.endsWith("=") && name.startsWith("bits"))) continue
        const exit = await believed(spelled)
        assert.strictEqual(exit._tag, "Failure", JSON.stringify({ key: pair.name, spelled }))
        counts.spellings += 1
      }
    }
  )

  it("are proved so, with these figures", () => {
    assert.isAbove(counts.spellings, 90)
    assert.isAbove(counts.forgeries, 170)
    Proof.record(claim, (performance.now() - began) / 1000, counts)
  })
})
