/** See prove/claims/KeyFiles.ts. */
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Chance from "../../../../prove/Chance.ts"
import { claim } from "../../../../prove/claims/KeyFiles.ts"
import * as Proof from "../../../../prove/Proof.ts"
import * as KeyFile from "../../src/keys/KeyFile.ts"
import * as KeyInfo from "../../src/keys/KeyInfo.ts"
import * as PrivateKey from "../../src/keys/PrivateKey.ts"
import * as PublicKey from "../../src/keys/PublicKey.ts"
import { bytesOf } from "../keys/fixtures.ts"
import * as MalformedKey from "./MalformedKey.ts"

const FLIPS = Proof.size({ small: 50, whole: 1000 })

/** So many characters in a row of a key, in hexadecimal or base64, are a part of it. */
const PART = 12

/** The private numbers of the one key that all fixtures hold, in every way that a text may quote them. */
const parts: ReadonlySet<string> = new Set(
  [bytesOf("rsa-1024.p8.der"), bytesOf("rsa-1024.pkcs1.der"), bytesOf("rsa-1024.encrypted.p8.der")].flatMap(
    (der) =>
      [
        ...[0, 1, 2].map((offset) => der.subarray(offset).toString("base64")),
        der.toString("hex"),
        der.toString("hex").toUpperCase(),
        // As an inspected array of bytes shows them.
        [...der].join(", ")
      ].flatMap((text) => Array.from({ length: text.length - PART }, (_, at) => text.slice(at, at + PART)))
  )
)

const quotes = (text: string): string | undefined => {
  for (let at = 0; at + PART <= text.length; at++) {
    if (parts.has(text.slice(at, at + PART))) return text.slice(at, at + PART)
  }
  return undefined
}

describe("key files that are not sound", () => {
  it("are refused with file and trouble named and no part of the key told, or give the same key as ever", {
    timeout: 300_000
  }, async () => {
    const began = performance.now()
    const folder = await mkdtemp(join(tmpdir(), "umf-order-proof-keys-"))
    const sound = await Effect.runPromise(
      PrivateKey.fromBytes(bytesOf("rsa-1024.p8.der"), { source: "sound" })
    )
    const counts = { files: 0, refused: 0, same: 0, others: 0 }
    let slowest = 0
    try {
      for (const { bytes, expected, name, passphrase, wanted } of MalformedKey.files(FLIPS)) {
        const path = join(folder, `given-${counts.files++}.key`)
        await writeFile(path, bytes, { mode: 0o600 })
        const options = passphrase === undefined ? {} : { passphrase: Redacted.make(passphrase) }
        const read: Effect.Effect<{ readonly fingerprint: string }, KeyFile.KeyError> =
          wanted === "public" ? PublicKey.fromFile(path) : PrivateKey.fromFile(path, options)
        const where = `${name}, UMF_TEST_SEED=${Chance.seed}`
        const at = performance.now()
        const exit = await Effect.runPromiseExit(read)
        const told = await Effect.runPromiseExit(KeyInfo.describeFile(path, options))
        const took = performance.now() - at
        assert.isBelow(took, 10_000, where)
        slowest = Math.max(slowest, took)
        await rm(path)

        for (const one of [exit, told]) {
          if (Exit.isSuccess(one)) continue
          const error = Cause.squash(one.cause)
          assert.instanceOf(error, KeyFile.KeyError, `${where}: ${inspect(one.cause)}`)
          if (!(error instanceof KeyFile.KeyError)) continue
          assert.include(error.message, path, where)
          assert.match(error.message, /[a-z] .{20,}\.$/, where)
          const said = [error.message, inspect(error, { depth: 9 }), JSON.stringify(error), error.stack].join(
            "\n"
          )
          assert.isUndefined(quotes(said), `${where} quotes the key`)
        }
        if (Exit.isFailure(exit)) {
          counts.refused += 1
          assert.notStrictEqual(expected, "same", `${where}: ${Cause.pretty(exit.cause)}`)
          continue
        }
        assert.notStrictEqual(expected, "refused", where)
        if (exit.value.fingerprint === sound.fingerprint) counts.same += 1
        else {
          counts.others += 1
          assert.fail(`another key: ${where}\n${bytes.toString("base64")}`)
        }
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
    assert.isAbove(counts.same, 8)
    Proof.record(claim, (performance.now() - began) / 1000, { ...counts, slowest: Math.ceil(slowest) })
  })
})
