/** Apps in CommonJS get the same by `require`: nothing in the packages awaits while it is being loaded. */
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Sandbox } from "@umf-order-sync/node"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { appFolder, root } from "./support/pages.ts"

/** Runs a CommonJS script in a merchant's folder; gives what it printed. */
const runCommonJs = (folder: string, code: string, env: NodeJS.ProcessEnv = {}): Effect.Effect<string> =>
  Effect.promise(async () => {
    const file = join(folder, "app.cjs")
    await writeFile(file, code)
    const options = { cwd: folder, env: { ...process.env, ...env } }
    const run = promisify(execFile)(process.execPath, ["--preserve-symlinks-main", file], options)
    const { stdout, stderr } = await run
    // A warning would be seen at each start of every such app.
    return stderr + stdout
  })

const Manifest = Schema.fromJsonString(
  Schema.Struct({ exports: Schema.Record(Schema.String, Schema.NullOr(Schema.String)) })
)

/** Every way into a package, as it is imported. */
const doorsOf = (name: string): ReadonlyArray<string> => {
  const manifest = readFileSync(join(root, "packages", name, "package.json"), "utf8")
  return Object.entries(Schema.decodeUnknownSync(Manifest)(manifest).exports)
    .filter(([door, target]) => target !== null && door !== "./package.json")
    .map(([door]) => `@umf-order-sync/${name}${door.slice(1)}`)
}

const doors = ["core", "machine", "node"].flatMap(doorsOf)

describe("require", () => {
  it.live(
    "opens every door, and gives what import gives",
    () =>
      Effect.gen(function* () {
        assert.includeMembers(
          [...doors],
          ["@umf-order-sync/core", "@umf-order-sync/node", "@umf-order-sync/node/promise"]
        )
        const folder = yield* appFolder
        const printed = yield* runCommonJs(
          folder,
          `const differing = async (door) => {
             const required = require(door)
             const imported = await import(door)
             const names = Object.keys(imported).filter((name) => name !== "module.exports")
             const others = names.filter((name) => required[name] !== imported[name])
             return names.length === 0 ? ["nothing"] : others
           }
           Promise.all(${JSON.stringify(doors)}.map(differing)).then((found) => console.log(JSON.stringify(found)))`
        )
        assert.deepStrictEqual(
          JSON.parse(printed),
          doors.map(() => [])
        )
      }),
    30_000
  )

  it.live(
    "a whole app in CommonJS: an order is paid, and an error is one of its class",
    () =>
      Effect.gen(function* () {
        const folder = yield* appFolder
        const sandbox = yield* Sandbox.Sandbox.make({ keysDirectory: folder })
        const printed = yield* runCommonJs(
          folder,
          `const { createOrderSync, UmfOrderUnknownError } = require("@umf-order-sync/node/promise")
           const main = async () => {
             const sync = await createOrderSync({
               merId: "90000001",
               privateKey: "merchant.key.p8",
               platformCert: "platform.cert.crt",
               baseUrl: process.env.UMF_BASE_URL,
               store: { file: "orders.sqlite" }
             })
             await sync.handOver({ orderId: "paid-1", amount: 8888n })
             console.log((await sync.waitFor("paid-1")).state)
             await sync.waitFor("b").catch((error) => console.log(error instanceof UmfOrderUnknownError, error.code))
             await sync.close()
           }
           main()`,
          { UMF_BASE_URL: sandbox.baseUrl }
        )
        assert.strictEqual(printed, "paid\ntrue ORDER_UNKNOWN\n")
      }).pipe(Effect.scoped),
    30_000
  )
})
