/** See prove/claims/Signatures.ts. */
import { execFile } from "node:child_process"
import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto"
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, assert, describe, it } from "@effect/vitest"
import { OrderQueryAnswer, Signature } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as Chance from "../../../../prove/Chance.ts"
import { claim } from "../../../../prove/claims/Signatures.ts"
import * as Proof from "../../../../prove/Proof.ts"
import * as RsaSha1 from "../../src/keys/RsaSha1.ts"
import * as Forgery from "./Forgery.ts"

const TEXTS = Proof.size({ small: 40, whole: 10_000 })
/** Texts that one shell hands to openssl, one after the other. */
const AT_ONCE = 250

const run = promisify(execFile)
const next = Chance.make("signatures")
const began = performance.now()
const counts = { texts: 0, bad: 0, openssl: 0, forgeries: 0, spellings: 0 }

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

const folder = await mkdtemp(join(tmpdir(), "umf-order-proof-signatures-"))
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
    Chance.pick(next, ["|", "&", "=", "\n", "\r\n", "\u0000", "é", "e\u0301", "\ufeff", "\u2028", "0", " "])
]

/** Any text that UTF-8 can hold; most as long as an answer's. */
const randomText = (): string => {
  const length = next() < 0.02 ? 0 : Chance.below(next, next() < 0.05 ? 5000 : 200)
  return Array.from({ length }, () => Chance.pick(next, alphabets)()).join("")
}

interface Job {
  readonly id: string
  readonly pair: Pair
  readonly text: string
  readonly signature: Buffer
  readonly wrong: Buffer
}

/** Signs with openssl, and asks it about the true and one wrong signature of each. */
const byOpenssl = async (jobs: ReadonlyArray<Job>): Promise<void> => {
  const place = join(folder, jobs[0]?.id ?? "none")
  await mkdir(place)
  for (const { id, signature, text, wrong } of jobs) {
    await writeFile(join(place, id), text)
    await writeFile(join(place, `${id}.true`), signature)
    await writeFile(join(place, `${id}.wrong`), wrong)
  }
  const lines = jobs.flatMap(({ id, pair: { name } }) => [
    `openssl dgst -sha1 -sign ../${name}.key -out ${id}.sig ${id}`,
    `openssl dgst -sha1 -verify ../${name}.pub -signature ${id}.wrong ${id} >/dev/null 2>&1 && echo ${id}`
  ])
  const { stdout } = await run("sh", ["-c", `${lines.join("\n")}\ntrue`], { cwd: place })
  counts.openssl += lines.length
  assert.strictEqual(stdout, "", `openssl believes wrong signatures, UMF_TEST_SEED=${Chance.seed}`)
  for (const { id, signature } of jobs) {
    assert.isTrue(
      signature.equals(await readFile(join(place, `${id}.sig`))),
      `${id}: openssl signs otherwise`
    )
  }
  await rm(place, { recursive: true })
}

/** Whether openssl believes a signature. */
const believedByOpenssl = async (pair: Pair, text: string, signature: Buffer): Promise<boolean> => {
  const place = join(folder, `one-${counts.openssl++}`)
  await writeFile(place, text)
  await writeFile(`${place}.sig`, signature)
  const args = ["dgst", "-sha1", "-verify", `${pair.name}.pub`, "-signature", `${place}.sig`, place]
  return run("openssl", args, { cwd: folder }).then(
    () => true,
    () => false
  )
}

/** Wrong signatures of a text. */
const wrongOnes = (pair: Pair, text: string, signature: Buffer): ReadonlyArray<readonly [string, Buffer]> => {
  const turned = Buffer.from(signature)
  const at = Chance.below(next, turned.length)
  turned[at] = (turned[at] ?? 0) ^ (1 << Chance.below(next, 8))
  const other = pairs.find(
    ({ modulus }) => modulus !== pair.modulus && modulus.length === pair.modulus.length
  )
  return [
    ["one bit turned over", turned],
    ["another text's", sign("sha1", Buffer.from(`${text}x`), pair.key)],
    ["another hash's", sign(Chance.pick(next, ["md5", "sha256", "sha512"]), Buffer.from(text), pair.key)],
    ...(other === undefined ? [] : [["another key's", sign("sha1", Buffer.from(text), other.key)] as const]),
    ...Forgery.neighbours(signature, pair.modulus)
  ]
}

const refusedByBoth = (pair: Pair, text: string, signature: Buffer, name: string): void => {
  for (const [at, verify] of pair.verifiers.entries()) {
    const message = `${Forgery.verifiers[at]?.name} believes: ${name}, ${pair.name}, UMF_TEST_SEED=${Chance.seed}`
    assert.isFalse(verify(text, signature), message)
  }
}

describe("signatures", () => {
  it("node:crypto, node-forge and openssl agree on random texts, with good signatures and bad ones", {
    timeout: 400_000
  }, async () => {
    let batch: Array<Job> = []
    const underWay: Array<Promise<void>> = []
    for (let nth = 0; nth < TEXTS; nth++) {
      const pair = Chance.pick(next, pairs)
      const text = randomText()
      const [one, ...others] = pair.signers.map((signed) => signed(text))
      for (const other of others)
        assert.strictEqual(other, one, `signed otherwise, UMF_TEST_SEED=${Chance.seed}`)
      const signature = Buffer.from(one ?? "", "base64")
      for (const verify of pair.verifiers) assert.isTrue(verify(text, signature))
      const wrong = wrongOnes(pair, text, signature)
      for (const [name, bytes] of wrong) refusedByBoth(pair, text, bytes, name)
      counts.bad += wrong.length
      counts.texts += 1
      // The command reads no more of a signature's file than the key's size, and would not see what follows.
      const short = wrong.filter(([, { length }]) => length <= pair.modulus.length)
      const [, chosen = Buffer.alloc(0)] = short[nth % short.length] ?? []
      batch.push({ id: String(nth), pair, text, signature, wrong: chosen })
      if (batch.length < AT_ONCE && nth < TEXTS - 1) continue
      // A shell works through one batch while the next one is made.
      underWay.push(byOpenssl(batch))
      batch = []
      if (underWay.length > 1) await underWay.shift()
    }
    await Promise.all(underWay)
  })

  it.each(pairs.map((pair) => [pair.name, pair] as const))(
    "no forgery is believed, whoever made it, by a key of %s",
    { timeout: 60_000 },
    async (_, pair) => {
      const text = `0000|ok|SUCCESS|${randomText().replaceAll("\u0000", "")}`
      const size = pair.modulus.length
      // The private key makes what it is given into a signature: so a true one is believed, by all three.
      const truly = Buffer.from(pair.signers[0]?.(text) ?? "", "base64")
      assert.isTrue(await believedByOpenssl(pair, text, truly))
      const forged = Forgery.blocks(text, size).map(
        ([name, block]) => [name, Forgery.raised(pair.key, block)] as const
      )
      const odd = Array.from({ length: 16 }, (_, nth) => `${text}${nth}`)
      const cubes = pair.name.endsWith("e3")
        ? odd.flatMap((more) => Forgery.cubes(more, size).map((cube) => [more, ...cube] as const))
        : []
      for (const [subject, name, signature] of [...forged.map((one) => [text, ...one] as const), ...cubes]) {
        refusedByBoth(pair, subject, signature, name)
        assert.isFalse(await believedByOpenssl(pair, subject, signature), `openssl believes: ${name}`)
        counts.forgeries += 1
      }
    }
  )

  it.each(pairs.map((pair) => [pair.name, pair] as const))(
    "a true signature is believed in one spelling of its base64 only, by a key of %s",
    async (_, pair) => {
      const base64 = pair.signers[0]?.("0000|ok|SUCCESS") ?? ""
      const verifier = Signature.Verifier.of({
        verify: (text, signature) =>
          Effect.sync(() => RsaSha1.nodeCrypto.verifier(pair.publicKey)(text, signature))
      })
      const believed = (sign: string) => {
        const body = JSON.stringify({ retCode: "0000", retMsg: "ok", transState: "SUCCESS", sign })
        return Effect.runPromiseExit(
          Effect.provideService(OrderQueryAnswer.verify(body), Signature.Verifier, verifier)
        )
      }
      assert.strictEqual((await believed(base64))._tag, "Success")
      for (const [name, text] of Forgery.spellings(base64)) {
        // Without padding there is nothing to leave out, and there are no bits behind the end.
        if (text === base64 || (!base64.endsWith("=") && name.startsWith("bits"))) continue
        assert.strictEqual((await believed(text))._tag, "Failure", name)
        counts.spellings += 1
      }
    }
  )

  it("are proved so, with these figures", () => {
    assert.isAbove(counts.spellings, 80)
    assert.isAbove(counts.forgeries, 150)
    Proof.record(claim, (performance.now() - began) / 1000, counts)
  })
})
