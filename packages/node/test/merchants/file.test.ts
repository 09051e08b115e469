import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { MerchantsOptions } from "../../src/merchants/Merchants.ts"
import { Merchants } from "../../src/merchants/Merchants.ts"
import type { MerchantsFault } from "../../src/merchants/MerchantsFault.ts"
import * as MerchantsFile from "../../src/merchants/MerchantsFile.ts"
import { pathOf } from "../keys/fixtures.ts"
import { order } from "../support/orders.ts"
import { A, B, directory, entry, twoMerchants, writeKeys, writeList } from "./shop.ts"

/** What stands in wrong fields, and must be in no message. */
const SECRET = "Tr0ub4dor"

/** Everything that is wrong with a list at start-up. */
const faultsOf = Effect.fnUntraced(function* (
  text: string,
  options: Partial<MerchantsOptions> = {}
): Effect.fn.Return<ReadonlyArray<MerchantsFault>, never, Scope.Scope> {
  const path = yield* directory
  twoMerchants(path)
  const file = join(path, "merchants.json")
  writeFileSync(file, text)
  const error = yield* Effect.flip(
    Effect.void.pipe(Effect.provide(Merchants.layer({ file, ...options })))
  ).pipe(Effect.orDie)
  if (error._tag !== "MerchantsInvalid") return yield* Effect.die(error)
  for (const fault of error.faults) {
    assert.strictEqual(fault.file, file)
    assert.include(fault.message, file)
    assert.include(error.message, fault.message)
  }
  assert.notInclude(`${error.message} ${error.stack} ${JSON.stringify(error)}`, SECRET)
  return error.faults
}, Effect.scoped)

const listOf = (...merchants: ReadonlyArray<unknown>): string => JSON.stringify({ merchants })

describe("a list that can't be used", () => {
  const table: ReadonlyArray<readonly [name: string, text: string, why: RegExp]> = [
    ["empty", "", /not JSON.*line 1.*half-written/],
    ["half-written", listOf(entry(A, "a")).slice(0, 40), /not JSON.*half-written/],
    ["followed by more", `${listOf(entry(A, "a"))}}`, /not JSON/],
    ["with a comment", `{\n// ${SECRET}\n"merchants": []}`, /not JSON: see line 2/],
    ["an array", JSON.stringify([entry(A, "a")]), /must be an object: \{ "merchants"/],
    ["without merchants", "{}", /must be an object: \{ "merchants"/],
    ["with merchants that are no array", '{ "merchants": {} }', /must be an object: \{ "merchants"/],
    ["with another field", `{ "merchants": [], "${SECRET}": "${SECRET}" }`, /fields that are not known/],
    [
      "with a field twice in a merchant",
      `{ "merchants": [\n{ "merId": "${A}", "privateKey": "${SECRET}",\n"privateKey": "a.key.p8" } ] }`,
      /twice in one object, at line 3/
    ]
  ]
  it.live.each(table)("%s", ([, text, why]) =>
    Effect.gen(function* () {
      const [fault, ...others] = yield* faultsOf(text)
      assert.deepStrictEqual(others, [])
      assert.strictEqual(fault?._tag, "FileUnusable")
      assert.match(fault?.message ?? "", why)
    })
  )

  it.live("not there", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(MerchantsFile.read(join(yield* directory, "merchants.json")))
      assert.match(error.message, /can't be read \(ENOENT\)\. Check the path/)
    })
  )

  it.live("not UTF-8, or far too large", () =>
    Effect.gen(function* () {
      const file = join(yield* directory, "merchants.json")
      writeFileSync(file, Buffer.from([0x7b, 0xff, 0x7d]))
      assert.match((yield* Effect.flip(MerchantsFile.read(file))).message, /not UTF-8/)
      writeFileSync(file, Buffer.alloc(4_194_305, " "))
      assert.match((yield* Effect.flip(MerchantsFile.read(file))).message, /larger than/)
    })
  )
})

describe("a merchant that can't be used", () => {
  const a = entry(A, "a")
  const without = (field: string) => Object.fromEntries(Object.entries(a).filter(([name]) => name !== field))
  const table: ReadonlyArray<readonly [name: string, entry: unknown, field: string, why: RegExp]> = [
    ["no object", SECRET, "", /must be an object with merId/],
    ["no number", without("merId"), "merId", /is missing/],
    ["a number that is a number", { ...a, merId: 90000001 }, "merId", /as text/],
    ["a number that is too long", { ...a, merId: "900000011" }, "merId", /merchant number/],
    ["a number that would spoil a signature", { ...a, merId: "9|1" }, "merId", /merchant number/],
    ["no private key", without("privateKey"), "privateKey", /is missing/],
    ["no certificate", without("platformCert"), "platformCert", /is missing/],
    ["an empty path", { ...a, privateKey: " " }, "privateKey", /path of a file/],
    ["a path that is none", { ...a, platformCert: [SECRET] }, "platformCert", /must be a path/],
    ["a field that is not known", { ...a, pasphraseFile: SECRET }, "pasphraseFile", /not known/],
    ["a passphrase", { ...a, passphrase: SECRET }, "passphrase", /Put it into a file.*passphraseFile/],
    [
      "a PEM in place of a path",
      { ...a, privateKey: `-----BEGIN ${SECRET}` },
      "privateKey",
      /not what is in it/
    ],
    ["base64 in place of a path", { ...a, privateKey: SECRET.repeat(40) }, "privateKey", /not what is in it/],
    ["an address that is no text", { ...a, baseUrl: 7 }, "baseUrl", /as text/],
    ["an address without TLS", { ...a, baseUrl: "http://example.com" }, "baseUrl", /https/],
    ["an address with a password", { ...a, baseUrl: `https://x:${SECRET}@y.cn` }, "baseUrl", /password/],
    ["a limit that is none", { ...a, rateLimit: 20 }, "rateLimit", /such as/],
    [
      "a limit of nothing",
      { ...a, rateLimit: { limit: 0, window: "1 second" } },
      "rateLimit.limit",
      /at least 1/
    ],
    ["a limit of 1.5", { ...a, rateLimit: { limit: 1.5, window: "1 second" } }, "rateLimit.limit", /whole/],
    ["a limit without a window", { ...a, rateLimit: { limit: 1 } }, "rateLimit.window", /is missing/],
    [
      "a window that is none",
      { ...a, rateLimit: { limit: 1, window: SECRET } },
      "rateLimit.window",
      /length of time/
    ],
    ["a window of 0", { ...a, rateLimit: { limit: 1, window: "0 seconds" } }, "rateLimit.window", /above 0/],
    [
      "an endless window",
      { ...a, rateLimit: { limit: 1, window: "Infinity" } },
      "rateLimit.window",
      /length of time/
    ],
    [
      "a limit with more",
      { ...a, rateLimit: { limit: 1, window: "1 second", limits: 1 } },
      "rateLimit.limits",
      /not known/
    ],
    ["a secret in place of a name", { ...a, hunter2: true }, "of another name", /not known/],
    ["no yes or no", { ...a, allowLongSignature: "yes" }, "allowLongSignature", /true or false/],
    [
      "a key that is not there",
      { ...a, privateKey: "none.p8" },
      "privateKey",
      /none\.p8 can't be read \(ENOENT\)/
    ],
    ["a certificate as key", { ...a, privateKey: "a.cert.crt" }, "privateKey", /a private key is needed/],
    [
      "a key as certificate",
      { ...a, platformCert: "a.key.p8" },
      "platformCert",
      /certificate or public key is needed/
    ],
    [
      "an encrypted key alone",
      { ...a, privateKey: pathOf("rsa-1024.encrypted.p8.pem") },
      "privateKey",
      /is encrypted/
    ],
    [
      "a passphrase that does not fit",
      { ...a, privateKey: pathOf("rsa-1024.encrypted.p8.pem"), passphraseFile: "b.cert.crt" },
      "privateKey",
      /does not open with this passphrase/
    ],
    ["a passphrase file that is not there", { ...a, passphraseFile: "none" }, "passphraseFile", /ENOENT/],
    [
      "a long key",
      { ...a, privateKey: pathOf("rsa-2048.p8.der") },
      "privateKey",
      /"allowLongSignature": true/
    ]
  ]
  it.live.each(table)("%s", ([, wrong, field, why]) =>
    Effect.gen(function* () {
      const [fault, ...others] = yield* faultsOf(listOf(entry(B, "b"), wrong))
      assert.deepStrictEqual(others, [])
      assert.include(fault, { _tag: "MerchantUnusable", place: 2, field })
      assert.match(fault?.message ?? "", why)
      const who = field === "merId" || field === "" ? "no. 2" : A
      assert.include(fault?.message, `Merchant ${who} in `)
    })
  )

  it.live("listed twice: both places are named", () =>
    Effect.gen(function* () {
      const faults = yield* faultsOf(listOf(a, entry(B, "b"), a))
      assert.deepStrictEqual(
        faults.map((fault) => fault.message.replace(/ in .*, field/, ",")),
        [
          `Merchant ${A}, merId: stands at no. 3 too; keep one.`,
          `Merchant ${A}, merId: stands at no. 1 too; keep one.`
        ]
      )
    })
  )

  it.live("together with others: all faults are told at once", () =>
    Effect.gen(function* () {
      const faults = yield* faultsOf(
        listOf(
          { ...a, privateKey: "none", baseUrl: 1, privateKeys: 1 },
          { ...entry(B, "b"), platformCert: "none" }
        )
      )
      assert.deepStrictEqual(
        faults
          .map((fault) => (fault._tag === "MerchantUnusable" ? `${fault.merId} ${fault.field}` : ""))
          .sort(),
        [`${A} baseUrl`, `${A} privateKeys`, `${B} platformCert`]
      )
    })
  )

  it.live("while a setting of the service is wrong: the setting is named", () =>
    Effect.gen(function* () {
      const file = twoMerchants(yield* directory)
      const error = yield* Effect.flip(
        Effect.void.pipe(Effect.provide(Merchants.layer({ file, timeout: "1 second" })))
      )
      assert.include(error, { _tag: "ConfigInvalid", setting: "timeout" })
    })
  )
})

describe("a list that can be used", () => {
  it.live("may name passphrases' files, long keys, whole paths, and begin with a byte order mark", () =>
    Effect.gen(function* () {
      const path = yield* directory
      writeKeys(path, "a", { key: "a", cert: "platformA" })
      writeFileSync(join(path, "passphrase"), "test-passphrase\r\n")
      const file = writeList(path, [
        { ...entry(A, "a"), privateKey: pathOf("rsa-1024.encrypted.p8.pem"), passphraseFile: "passphrase" },
        { ...entry(B, "a"), privateKey: pathOf("rsa-2048.p8.der"), allowLongSignature: true },
        { ...entry("3", "a"), privateKey: join(path, "a.key.p8"), platformCert: "./a.cert.crt" }
      ])
      writeFileSync(file, `\uFEFF${readFileSync(file, "utf8")}`)
      const list = yield* Merchants.useSync((merchants) => merchants.list()).pipe(
        Effect.provide(Merchants.layer({ file }))
      )
      assert.deepStrictEqual(
        list.map(({ merId }) => merId),
        [A, B, order("of c", { merId: "3" }).merId]
      )
    })
  )

  it.live("may be empty", () =>
    Effect.gen(function* () {
      const file = writeList(yield* directory, [])
      const list = yield* Merchants.useSync((merchants) => merchants.list()).pipe(
        Effect.provide(Merchants.layer({ file }))
      )
      assert.deepStrictEqual(list, [])
    })
  )
})
