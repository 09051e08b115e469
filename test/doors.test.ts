/** The packages as others get them: what their doors open, what stays closed, and what is in the box. */
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"

const root = fileURLToPath(new URL("..", import.meta.url))
const run = promisify(execFile)

/** What the promise interface exports; the package's main door has all of it too. */
const promise = [
  "UmfClosedError",
  "UmfConfigError",
  "UmfError",
  "UmfInputError",
  "UmfInternalError",
  "UmfKeyError",
  "UmfOrderConflictError",
  "UmfOrderUnknownError",
  "UmfQueryError",
  "UmfStoreError",
  "createOrderSync"
]

/** What each package exports, types aside. A change here is a change that users see. */
const doors = {
  core: [
    "Amount",
    "CalendarDate",
    "LosslessJson",
    "Order",
    "OrderQueryAnswer",
    "OrderQueryRequest",
    "Plausibility",
    "QuerySchedule",
    "RetCode",
    "Signature",
    "StandardSchema",
    "StringToSign",
    "Text",
    "TransState",
    "Verdict"
  ],
  machine: [
    "OrderCommand",
    "OrderContext",
    "OrderEvent",
    "OrderInspection",
    "OrderSnapshot",
    "OrderStep",
    "StateGuide",
    "createOrderActor",
    "orderMachine"
  ],
  node: [
    "ApiServer",
    "Buckets",
    "GatewayConfig",
    "GatewayError",
    "HistoryEntry",
    "Keys",
    "MemoryStore",
    "Merchants",
    "Notice",
    "NoticeHandler",
    "Notification",
    "NotificationHint",
    "NotificationRoute",
    "OrderDesk",
    "OrderGateway",
    "OrderStore",
    "Relay",
    "Sandbox",
    "StandardSchemas",
    "StoreError",
    "Sync",
    "UmfConfig",
    "UmfOrderSync",
    "Webhook",
    "WebhookError",
    "createNotificationHandler",
    "verifyWebhook",
    ...promise
  ],
  "node/inspector": ["Inspector", "InspectorNotServed", "attachInspector", "createInspector"],
  "node/promise": promise,
  "node/sqlite": ["FileLock", "SqliteStore"],
  "node/testing": ["TestPlatform", "answers", "createTestKeys", "createTestKit", "layerTest", "signAnswer"],
  "node/postgres": ["ClusterBuckets", "PostgresStore"]
} as const

const names = ["core", "machine", "node"] as const

/** Every way in, as it is imported. */
const ways = [
  ...names,
  "node/inspector",
  "node/postgres",
  "node/promise",
  "node/sqlite",
  "node/testing"
] as const

const closed = [
  "core/internal/LosslessJson",
  "core/internal/LosslessJson.js",
  "core/dist/index.js",
  "core/dist/Verdict.js",
  "core/src/index.ts",
  "core/Verdict",
  "machine/dist/orderMachine.js",
  "machine/internal/orderSetup",
  "node/dist/cli/main.js",
  "node/dist/keys/KeyPair.js",
  "node/internal/keys",
  "node/src/index.ts",
  "node/bin/umf-order.js"
]

/** A program for a process of its own, so that Node resolves as it does for users, without the tests' aliases. */
const opening = `
const outcome = async (name) => {
  try {
    return Object.keys(await import(name))
  } catch (error) {
    return error.code
  }
}
const names = JSON.parse(process.argv[1])
console.log(JSON.stringify(await Promise.all(names.map((name) => outcome("@umf-order-sync/" + name)))))
`

const Outcomes = Schema.fromJsonString(
  Schema.Array(Schema.Union([Schema.String, Schema.Array(Schema.String)]))
)

const open = async (specifiers: ReadonlyArray<string>) => {
  const args = ["--input-type=module", "--eval", opening, JSON.stringify(specifiers)]
  const { stdout } = await run(process.execPath, args, { cwd: root })
  return Schema.decodeUnknownSync(Outcomes)(stdout)
}

const Dependencies = Schema.optionalKey(Schema.Record(Schema.String, Schema.String))

const Manifest = Schema.Struct({
  name: Schema.String,
  license: Schema.String,
  description: Schema.String,
  files: Schema.Array(Schema.String),
  exports: Schema.Record(Schema.String, Schema.NullOr(Schema.String)),
  engines: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  bin: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  scripts: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  dependencies: Dependencies,
  optionalDependencies: Dependencies,
  peerDependencies: Dependencies
})

const manifest = (name: string) =>
  Schema.decodeUnknownSync(Schema.fromJsonString(Manifest))(
    readFileSync(`${root}packages/${name}/package.json`, "utf8")
  )

const Packed = Schema.fromJsonString(
  Schema.Tuple([
    Schema.Struct({ name: Schema.String, files: Schema.Array(Schema.Struct({ path: Schema.String })) })
  ])
)

/** The files that npm would put into the package's tarball. */
const packed = async (name: string): Promise<ReadonlyArray<string>> => {
  const { stdout } = await run("npm", ["pack", "--dry-run", "--json", "--ignore-scripts", "--offline"], {
    cwd: `${root}packages/${name}`,
    // npm is npm.cmd on Windows, which only a shell can start.
    shell: process.platform === "win32",
    maxBuffer: 16 * 1024 * 1024
  })
  return Schema.decodeUnknownSync(Packed)(stdout)[0].files.map(({ path }) => path)
}

describe("the doors", () => {
  it("open, and show what the index says", async () => {
    assert.deepStrictEqual(
      await open(ways),
      ways.map((way) => [...doors[way]].sort())
    )
  })

  it("are the only ways in", async () => {
    assert.deepStrictEqual(
      await open(closed),
      closed.map(() => "ERR_PACKAGE_PATH_NOT_EXPORTED")
    )
  })

  it.each(names)("%s has no other doors in its manifest", (name) => {
    const { exports } = manifest(name)
    const opened = Object.entries(exports).filter(([, target]) => target !== null)
    const others = ways.filter((way) => way.startsWith(`${name}/`)).map((way) => way.slice(name.length + 1))
    assert.deepStrictEqual(Object.fromEntries(opened), {
      ".": "./dist/index.js",
      ...Object.fromEntries(others.map((other) => [`./${other}`, `./dist/${other}.js`])),
      "./package.json": "./package.json"
    })
  })
})

describe("the boxes", () => {
  it.each(names)("%s: licence, files, pinned dependencies, nothing that runs at installation", (name) => {
    const { bin, dependencies, files, license, scripts, ...more } = manifest(name)
    assert.strictEqual(more.name, `@umf-order-sync/${name}`)
    assert.strictEqual(license, "MIT")
    assert.isNotEmpty(more.description)
    assert.includeMembers([...files], ["dist", "src"])
    assert.deepStrictEqual(bin, name === "node" ? { "umf-order": "./bin/umf-order.js" } : undefined)
    const hooks = [
      "preinstall",
      "install",
      "postinstall",
      "prepare",
      "prepublish",
      "preprepare",
      "postprepare"
    ]
    assert.deepStrictEqual(
      Object.keys(scripts ?? {}).filter((script) => hooks.includes(script)),
      []
    )
    for (const [dependency, version] of Object.entries({ ...dependencies, ...more.optionalDependencies })) {
      const pinned = dependency.startsWith("@umf-order-sync/") ? /^workspace:\*$/ : /^\d+\.\d+\.\d+$/
      assert.match(version, pinned, dependency)
    }
  })

  it.each(names)(
    "%s: the tarball holds the code, its sources and who may use it",
    { timeout: 30_000 },
    async (name) => {
      const files = await packed(name)
      const kinds =
        name === "node" ? /^(?:bin|dist|src|page\/dist)\/|^page\/[^/]+\.(?:html|css|svg)$/ : /^(?:dist|src)\//
      const besides = files.filter((file) => !kinds.test(file))
      assert.deepStrictEqual(
        besides.filter((file) => !/^(?:LICENSE|README[\w.-]*\.md)$/.test(file)),
        ["package.json"]
      )
      assert.deepStrictEqual(
        files.filter((file) => file.endsWith(".tsbuildinfo")),
        []
      )
      assert.include(files, "LICENSE")
      assert.include(files, "dist/index.js")
      assert.include(files, "dist/index.d.ts")
      assert.include(files, "src/index.ts")
      if (name === "node") {
        const page = ["index.html", "style.css", "lifecycle.en.svg", "lifecycle.zh.svg", "dist/main.js"]
        assert.includeMembers(
          [...files],
          page.map((file) => `page/${file}`)
        )
      }
      assert.deepStrictEqual(
        files.filter((file) => /\.(?:p8|p12|pfx|pem|key|crt|env|test\.\w+)$/.test(file)),
        []
      )
      for (const target of Object.values(manifest(name).bin ?? {})) {
        assert.include(files, target.replace(/^\.\//, ""))
      }
    }
  )
})
