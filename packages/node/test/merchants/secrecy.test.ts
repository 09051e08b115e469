import { truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import { OrderGateway } from "../../src/gateway/OrderGateway.ts"
import { Merchants } from "../../src/merchants/Merchants.ts"
import { bytesOf, pathOf } from "../keys/fixtures.ts"
import { order } from "../support/orders.ts"
import { assertNoSecret, printed } from "../support/secrets.ts"
import { A, B, directory, entry, pairs, platform, twoMerchants, writeKeys, writeList } from "./shop.ts"

const spellings = (key: Uint8Array) => {
  const part = Buffer.from(key).subarray(60, 90)
  return [part.toString("hex"), part.toString("base64"), part.toString("latin1"), [...part].join(", ")]
}

/** The merchants' private keys and a passphrase, as they could be printed. */
const secrets = [
  ...[pairs.a, pairs.b, pairs.a2].flatMap(({ privateKey }) => spellings(Redacted.value(privateKey))),
  bytesOf("rsa-1024.encrypted.p8.pem").toString("latin1").split("\n")[2] ?? "",
  "hunter2-hunter2"
]

/** Everything that is logged, as structured data and in every way of printing it. */
const logged = () => {
  const lines: Array<string> = []
  const all = [Logger.formatJson, Logger.formatLogFmt, Logger.formatSimple].map((logger) =>
    Logger.map(logger, (line) => void lines.push(line))
  )
  const raw = Logger.make<unknown, void>(({ message, cause, fiber }) => {
    lines.push(inspect([message, cause, Object.keys(fiber)], { depth: 10 }))
  })
  return { lines, layer: Logger.layer([...all, raw]) }
}

describe("nothing of a key or a passphrase is told", () => {
  it.live("by reports, errors and logs, whatever is wrong", () =>
    Effect.gen(function* () {
      const server = yield* platform
      const path = yield* directory
      const file = twoMerchants(path)
      const log = logged()
      writeFileSync(join(path, "passphrase"), "hunter2-hunter2\n")
      const encrypted = { privateKey: pathOf("rsa-1024.encrypted.p8.pem"), passphraseFile: "passphrase" }
      const key = Redacted.value(pairs.a2.privateKey)
      const changes: ReadonlyArray<() => void> = [
        () => writeKeys(path, "a", { key: "a2", cert: "platformA2" }),
        () => writeList(path, [entry(A, "a"), { ...entry(B, "b"), ...encrypted }]),
        () => writeList(path, [entry(A, "a"), entry(B, "b", { passphrase: "hunter2-hunter2" })]),
        () => writeList(path, [entry(A, "a"), entry(B, "b", { [Buffer.from(key).toString("base64")]: 1 })]),
        () =>
          writeList(path, [
            entry(A, "a"),
            { ...entry(B, "b"), privateKey: Buffer.from(key).toString("base64") }
          ]),
        () => writeFileSync(file, Buffer.from(key)),
        () => writeFileSync(file, `{"merchants": [{"passphrase": "hunter2-hunter2" hunter2-hunter2`),
        () => writeList(path, [entry(A, "a"), { ...entry(B, "b"), platformCert: "b.key.p8" }]),
        () => truncateSync(join(path, "a.key.p8"), 400)
      ]
      yield* Effect.gen(function* () {
        const merchants = yield* Merchants
        const reports: Array<unknown> = []
        for (const change of changes) {
          change()
          const report = yield* merchants.reload
          reports.push(report)
          for (const fault of report.faults) reports.push(printed(fault))
        }
        const gateway = yield* OrderGateway
        const error = yield* Effect.flip(gateway.query(order("order-1", { merId: "90000009" })))
        assertNoSecret(error, secrets)
        const all = [printed(reports), printed(merchants), printed(merchants.list()), ...log.lines].join("\n")
        assert.isAbove(log.lines.length, 4 * changes.length - 1)
        for (const secret of secrets) assert.isFalse(all.includes(secret), secret)
      }).pipe(Effect.provide(Merchants.layer({ file, baseUrl: server.url })), Effect.provide(log.layer))
    })
  )

  it.live("a fault is logged once, with its place as data, and so is its end", () =>
    Effect.gen(function* () {
      const path = yield* directory
      const file = twoMerchants(path)
      const log = logged()
      yield* Effect.gen(function* () {
        const { reload } = yield* Merchants
        truncateSync(join(path, "a.key.p8"), 400)
        for (const _ of [1, 2, 3]) yield* reload
        writeKeys(path, "a", { key: "a", cert: "platformA" })
        for (const _ of [1, 2, 3]) yield* reload
      }).pipe(Effect.provide(Merchants.layer({ file })), Effect.provide(log.layer))
      const json = log.lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line))
      assert.deepStrictEqual(
        json.map(({ level, annotations }) => [level, annotations]),
        [
          ["ERROR", { file, merId: A, field: "privateKey" }],
          ["INFO", {}]
        ]
      )
    })
  )
})
