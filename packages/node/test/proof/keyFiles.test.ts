/** See prove/claims/KeyFiles.ts. */
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { inspect } from "node:util"
import { afterAll, assert, describe, it } from "@effect/vitest"
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
import { folder as commandsFolder, errorTag, only, umfOrder } from "../cli/umfOrder.ts"
import { bytesOf } from "../keys/fixtures.ts"
import * as MalformedKey from "./MalformedKey.ts"
import * as MalformedPlaces from "./MalformedPlaces.ts"
import * as Quoted from "./Quoted.ts"

const FLIPS = Proof.size({ small: 25, whole: 1000 })
/** How many files the command is asked about, each in a process of its own. */
const COMMANDS = Proof.size({ small: 2, whole: 40 })
/** In ms, for both ways of reading a file together, on a machine that has other things to do. */
const LONGEST = 10_000

const began = performance.now()
const counts = { files: 0, refused: 0, same: 0, others: 0, unknowable: 0, commands: 0, slowest: 0 }

const folder = await mkdtemp(join(tmpdir(), "umf-order-keys-"))
afterAll(() =>
  Promise.all([folder, commandsFolder].map((path) => rm(path, { recursive: true, force: true })))
)

const sound = await Effect.runPromise(PrivateKey.fromBytes(bytesOf("rsa-1024.p8.der"), { source: "sound" }))

type Told = Exit.Exit<{ readonly fingerprint: string }, KeyFile.KeyError>

/** The error of a refusal, which has to be the room's own, to name the file, and to quote nothing of it. */
const errorOf = (
  exit: Told,
  { bytes, passphrase }: Pick<MalformedKey.KeyFile, "bytes" | "passphrase">,
  path: string,
  where: string
): KeyFile.KeyError | undefined => {
  if (Exit.isSuccess(exit)) return undefined
  const error = Cause.squash(exit.cause)
  if (!(error instanceof KeyFile.KeyError)) return assert.fail(`${where}: ${inspect(exit.cause)}`)
  assert.strictEqual(error.message, `${path} ${error.reason.message}.`, where)
  assert.match(error.reason.message, /[a-z] .{20,}/, where)
  const said = [error.message, inspect(error, { depth: 9 }), JSON.stringify(error), error.stack].join("\n")
  assert.isUndefined(Quoted.find(said, bytes), `${where} quotes the key`)
  assert.isFalse(passphrase !== undefined && said.includes(passphrase), `${where} tells the passphrase`)
  return error
}

interface Case {
  readonly name: string
  readonly path: string
  readonly passphrase?: string | undefined
  readonly told: Told
}

/** What was told of each file, in the order of the files. */
const cases: Array<Case> = []

/** Reads a file both ways, and measures how long it takes. */
const read = async (
  path: string,
  wanted: "private" | "public",
  passphrase: string | undefined,
  where: string
): Promise<{ readonly key: Told; readonly told: Told }> => {
  const options = passphrase === undefined ? {} : { passphrase: Redacted.make(passphrase) }
  const opened: Effect.Effect<{ readonly fingerprint: string }, KeyFile.KeyError> =
    wanted === "public" ? PublicKey.fromFile(path) : PrivateKey.fromFile(path, options)
  const at = performance.now()
  const key = await Effect.runPromiseExit(opened)
  const told = await Effect.runPromiseExit(KeyInfo.describeFile(path, options))
  const took = performance.now() - at
  assert.isBelow(took, LONGEST, where)
  counts.slowest = Math.max(counts.slowest, Math.ceil(took))
  counts.files += 1
  return { key, told }
}

describe("key files that are not sound", () => {
  it("are refused with file and trouble named and no part of the key told, or give the same key as ever", {
    timeout: 300_000
  }, async () => {
    for (const file of MalformedKey.files(FLIPS)) {
      const { because, bytes, expected, name, passphrase, wanted } = file
      const path = join(folder, `given-${counts.files}.key`)
      const where = `${name}, UMF_TEST_SEED=${Chance.seed}`
      await writeFile(path, bytes, { mode: 0o600 })
      const { key, told } = await read(path, wanted, passphrase, where)
      cases.push({ name, path, passphrase, told })
      errorOf(told, file, path, where)
      const error = errorOf(key, file, path, where)
      if (error !== undefined) {
        counts.refused += 1
        assert.notStrictEqual(expected, "same", `${where}: ${error.message}`)
        if (because !== undefined) assert.match(error.message, because, where)
        continue
      }
      assert.notStrictEqual(expected, "refused", `${where}\n${bytes.toString("base64").slice(0, 4000)}`)
      if (Exit.isSuccess(key) && key.value.fingerprint === sound.fingerprint) counts.same += 1
      else if (expected === "any") counts.unknowable += 1
      else {
        counts.others += 1
        assert.fail(`another key: ${where}\n${bytes.toString("base64")}`)
      }
    }
    assert.isAbove(counts.same, 8)
  })

  it("and what is no file, or one without end, is refused in the same way", { timeout: 60_000 }, () =>
    MalformedPlaces.withPlaces(folder, async (places) => {
      for (const { name, path } of places) {
        for (const wanted of ["private", "public"] as const) {
          const { key, told } = await read(path, wanted, undefined, name)
          for (const exit of [key, told]) {
            assert.isDefined(
              errorOf(exit, { bytes: bytesOf("rsa-1024.p8.der") }, path, name),
              `${name} is taken`
            )
          }
          counts.refused += 1
        }
      }
    })
  )

  it("and umf-order keys show says the same of them, and ends with 2 where it refuses", {
    timeout: 200_000
  }, async () => {
    const troubleOf = ({ path, told }: Case): string =>
      Exit.isSuccess(told) ? "none" : Cause.pretty(told.cause).replaceAll(path, "")
    // One for every trouble, and then others, up to the number wanted.
    const firsts = new Map(
      Chance.shuffled(cases, Chance.make("commands")).map((one) => [troubleOf(one), one])
    )
    const chosen = [...new Set([...firsts.values(), ...cases.filter((_, at) => at % 10 === 0)])]
    await Promise.all(
      chosen.slice(0, COMMANDS).map(async ({ name, passphrase, path, told }) => {
        const env = passphrase === undefined ? {} : { UMF_PASSPHRASE: passphrase }
        const ran = await umfOrder(["keys", "show", "--json", path], { env })
        counts.commands += 1
        if (Exit.isSuccess(told)) {
          assert.strictEqual(ran.code, 0, name)
          assert.strictEqual(only(ran).fingerprint, told.value.fingerprint, name)
          return
        }
        const error = Cause.squash(told.cause)
        if (!(error instanceof KeyFile.KeyError)) return assert.fail(name)
        assert.strictEqual(ran.code, 2, name)
        assert.strictEqual(errorTag(ran), error.reason._tag, name)
        assert.strictEqual(ran.stderr, `umf-order: ${error.message}\n`, name)
      })
    )
  })

  it("are proved so, with these figures", () => {
    assert.strictEqual(counts.commands, COMMANDS)
    Proof.record(claim, (performance.now() - began) / 1000, counts)
  })
})
