/**
 * The house's directions: who may import whom. core <- machine <- node; inside node keys <- gateway <- sync
 * <- cli and promise, store <- sync, and the sandbox beside them all, on core and keys alone.
 *
 * All imports are read from the syntax trees of the sources: static and dynamic ones, types and values,
 * re-exports. A room that this test does not know is a fault too: say here what it may import.
 */
import { readdirSync, readFileSync } from "node:fs"
import { posix, relative, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { parseSync } from "vite"

/** A source by its path from the workspace's root, with forward slashes. */
interface Source {
  readonly path: string
  readonly text: string
}

const root = fileURLToPath(new URL("..", import.meta.url))

const packages = ["core", "machine", "node"] as const
type Package = (typeof packages)[number]

/** Names on npm, or `@umf-order-sync/…`, that a package's sources may import. */
const externals: { readonly [name in Package]: ReadonlyArray<string> } = {
  core: ["effect"],
  machine: ["effect", "xstate", "@umf-order-sync/core"],
  node: [
    "effect",
    "@effect/platform-node",
    "@effect/sql-pg",
    "node-forge",
    "undici",
    "xstate",
    "@umf-order-sync/core",
    "@umf-order-sync/machine"
  ]
}

/** The parts of Effect that do I/O: not for core and machine. */
const worldly = ["http", "sql", "cluster", "cli", "net", "process", "socket", "workers"]

/** What the rooms of node may import of each other, and the two packages below. */
const rooms: { readonly [room: string]: ReadonlyArray<string> } = {
  keys: ["core"],
  gateway: ["core", "machine", "keys"],
  merchants: ["core", "keys", "gateway"],
  store: ["core", "machine"],
  sync: ["core", "machine", "keys", "gateway", "store"],
  cluster: ["store", "sync"],
  telling: ["core", "machine", "gateway", "store", "sync"],
  api: ["core", "machine", "store", "sync", "telling"],
  sandbox: ["core", "keys"],
  inspector: ["core", "machine", "store", "sync", "telling", "api", "Version", "runtime"],
  Version: [],
  // Loaded before anything else, so it knows nothing else.
  runtime: [],
  notification: [
    "core",
    "machine",
    "keys",
    "gateway",
    "store",
    "sync",
    "telling",
    "api",
    "UmfOrderSync",
    "promise"
  ],
  testing: [
    "core",
    "machine",
    "keys",
    "gateway",
    "store",
    "sync",
    "telling",
    "sandbox",
    "NoticeOptions",
    "UmfOrderSync",
    "promise",
    "runtime"
  ],
  // What can be set, and what holds where nothing is: it knows who uses it, and nobody below knows it.
  settings: ["core", "keys", "gateway", "sync", "telling", "api"],
  // The composition roots stand for rooms of their own.
  NoticeOptions: ["gateway", "store", "sync", "telling"],
  UmfOrderSync: ["core", "keys", "gateway", "store", "sync", "cluster", "NoticeOptions"],
  UmfConfig: ["core", "keys", "gateway", "store", "sync", "telling", "settings", "UmfOrderSync"],
  promise: [
    "core",
    "machine",
    "keys",
    "gateway",
    "store",
    "sync",
    "api",
    "inspector",
    "UmfOrderSync",
    "runtime"
  ],
  StandardSchemas: ["core", "telling", "api"],
  cli: [
    "core",
    "machine",
    "keys",
    "gateway",
    "merchants",
    "store",
    "sync",
    "telling",
    "api",
    "sandbox",
    "inspector",
    "settings",
    "Version",
    "UmfOrderSync"
  ],
  sqlite: ["store", "runtime"],
  postgres: ["store", "cluster", "runtime"],
  index: [
    "keys",
    "gateway",
    "merchants",
    "store",
    "sync",
    "telling",
    "api",
    "sandbox",
    "UmfOrderSync",
    "UmfConfig",
    "StandardSchemas",
    "notification",
    "promise",
    "runtime"
  ]
}

/** What a pure package can't know: the clock, the process, the network, the terminal. */
const globals = new Set(
  `setTimeout setInterval setImmediate queueMicrotask process Buffer fetch console globalThis window document
   performance crypto require navigator localStorage XMLHttpRequest WebSocket Worker global __dirname`.split(
    /\s+/
  )
)

interface Node {
  readonly type: string
  readonly [name: string]: unknown
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"

/** Every node of a tree with its parent and the name under which the parent holds it. */
const walk = (node: Node, visit: (node: Node, parent: Node | undefined, name: string) => void): void => {
  const enter = (value: unknown, parent: Node | undefined, name: string): void => {
    if (Array.isArray(value)) for (const item of value) enter(item, parent, name)
    if (!isNode(value)) return
    visit(value, parent, name)
    for (const [child, held] of Object.entries(value)) enter(held, value, child)
  }
  enter(node, undefined, "")
}

const parse = (source: Source): Node => {
  const { errors, program } = parseSync(source.path, source.text)
  assert.deepStrictEqual(errors, [], source.path)
  assert.isTrue(isNode(program))
  return { type: "Program", body: program.body }
}

const isCallOf = (node: Node, name: string): boolean =>
  node.type === "CallExpression" && isNode(node.callee) && node.callee.name === name

/** Where a node imports from; `undefined` where it imports nothing, "?" where that is computed. */
const importedBy = (node: Node): string | undefined => {
  const text = (value: unknown): string =>
    isNode(value) ? (typeof value.value === "string" ? value.value : text(value.literal)) : "?"
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ImportExpression":
    case "TSImportType":
      return text(node.source)
    case "ExportNamedDeclaration":
      return isNode(node.source) ? text(node.source) : undefined
    case "TSExternalModuleReference":
      return text(node.expression)
    default:
      return isCallOf(node, "require") ? text([node.arguments].flat()[0]) : undefined
  }
}

/** Whether an identifier in this place is a name only, and refers to nothing. */
const isNameOnly = (parent: Node | undefined, name: string): boolean =>
  (name === "property" && parent?.computed === false) ||
  (name === "key" && parent?.computed === false) ||
  name === "imported" ||
  name === "exported" ||
  name === "label"

/** The clock or chance, where a node asks one of them: `Date.now()`, `new Date()`, `Math.random()`. */
const asks = (node: Node): string | undefined => {
  if (node.type === "MemberExpression" && isNode(node.object) && isNode(node.property)) {
    const member = `${node.object.name}.${node.property.name}`
    return ["Date.now", "Math.random"].includes(member) ? member : undefined
  }
  const isNow =
    node.type === "NewExpression" &&
    isNode(node.callee) &&
    node.callee.name === "Date" &&
    [node.arguments].flat().length === 0
  return isNow ? "new Date()" : undefined
}

const packageOf = (path: string): Package => {
  const found = packages.find((name) => path.startsWith(`packages/${name}/src/`))
  if (found === undefined) throw new Error(`${path} is in no package that this test knows`)
  return found
}

/** The room of a path in node's sources: its folder, or the name of a file that is in none. */
const roomOf = (path: string): string =>
  path.slice("packages/node/src/".length).split("/")[0]?.replace(/\.ts$/, "") ?? ""

/** The name of the package that a bare specifier belongs to. */
const nameOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/")

/** What is wrong with an import; `undefined` where nothing is. */
const refusal = (path: string, specifier: string): string | undefined => {
  const from = packageOf(path)
  const room = from === "node" ? roomOf(path) : undefined
  const mayImport = room === undefined ? undefined : rooms[room]
  if (room !== undefined && mayImport === undefined) return `the room "${room}" is not known`
  if (specifier.startsWith(".")) {
    const target = posix.join(posix.dirname(path), specifier)
    if (!target.startsWith(`packages/${from}/src/`)) return "leaves its package"
    if (room === undefined || roomOf(target) === room) return undefined
    return mayImport?.includes(roomOf(target)) === true
      ? undefined
      : `${room} must not know ${roomOf(target)}`
  }
  if (specifier.startsWith("node:")) return from === "node" ? undefined : `${from} must not know Node`
  const name = nameOf(specifier)
  if (!externals[from].includes(name)) return `${from} must not know ${name}`
  if (name === "node-forge" && room !== "keys") return "node-forge is for keys only"
  if (name === "effect" && from !== "node" && worldly.includes(specifier.split("/")[1] ?? "")) {
    return `${from} must not do I/O`
  }
  const below = name.startsWith("@umf-order-sync/") ? name.slice("@umf-order-sync/".length) : undefined
  if (below === undefined || mayImport === undefined || mayImport.includes(below)) return undefined
  return `${room} must not know ${below}`
}

/** Everything in a source that is against the directions. */
const faults = (source: Source): ReadonlyArray<string> => {
  const found: Array<string> = []
  const isPure = packageOf(source.path) !== "node"
  const tell = (what: string) => found.push(`${source.path}: ${what}`)
  walk(parse(source), (node, parent, name) => {
    const specifier = importedBy(node)
    const refused = specifier === undefined ? undefined : refusal(source.path, specifier)
    if (refused !== undefined) tell(`imports "${specifier}": ${refused}`)
    if (!isPure) return
    const asked = asks(node)
    if (asked !== undefined) tell(`uses ${asked}`)
    if (node.type !== "Identifier" || isNameOnly(parent, name)) return
    if (typeof node.name === "string" && globals.has(node.name)) tell(`uses ${node.name}`)
  })
  return found
}

const sources: ReadonlyArray<Source> = packages.flatMap((name) => {
  const folder = `${root}packages/${name}/src`
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = `${entry.parentPath}/${entry.name}`
      return { path: relative(root, file).split(sep).join("/"), text: readFileSync(file, "utf8") }
    })
})

describe("the directions of the house", () => {
  it("hold in all sources", () => {
    assert.isAbove(sources.length, 50)
    assert.deepStrictEqual(sources.flatMap(faults), [])
  })

  const against: ReadonlyArray<readonly [path: string, text: string]> = [
    ["core/src/A.ts", 'import { x } from "@umf-order-sync/machine"'],
    ["core/src/A.ts", 'import * as Http from "effect/http/HttpClient"'],
    ["core/src/A.ts", 'import type * as Sql from "effect/sql"'],
    ["core/src/A.ts", 'import { createHash } from "node:crypto"'],
    ["core/src/A.ts", 'import { createHash } from "crypto"'],
    ["core/src/A.ts", 'export * from "xstate"'],
    ["core/src/A.ts", 'export type { X } from "../../node/src/index.ts"'],
    ["core/src/A.ts", "export const x = () => setTimeout(() => {}, 1)"],
    ["core/src/A.ts", "export const x = Date.now()"],
    ["core/src/A.ts", "export const x = new Date()"],
    ["core/src/A.ts", "export const x = { process }"],
    ["core/src/A.ts", "export const x = console.log"],
    ["core/src/A.ts", "export const x = globalThis.fetch"],
    ["machine/src/A.ts", 'import { x } from "@umf-order-sync/node"'],
    ["machine/src/A.ts", 'export const x = import("@effect/platform-node/NodeServices")'],
    ["machine/src/A.ts", "export const x = (y: string) => import(y)"],
    ["machine/src/A.ts", 'export type X = import("node:fs").Stats'],
    ["machine/src/A.ts", "export const x = Buffer.from([])"],
    ["node/src/keys/A.ts", 'import { x } from "../gateway/OrderGateway.ts"'],
    ["node/src/keys/A.ts", 'import type { X } from "@umf-order-sync/machine"'],
    ["node/src/gateway/A.ts", 'import type { X } from "../store/OrderStore.ts"'],
    ["node/src/gateway/A.ts", 'export { x } from "../sync/OrderSync.ts"'],
    ["node/src/gateway/A.ts", 'import forge from "node-forge"'],
    ["node/src/store/A.ts", 'import type { X } from "../sync/OrderTransition.ts"'],
    ["node/src/store/deep/A.ts", 'import type { X } from "../../sync/OrderTransition.ts"'],
    ["node/src/sync/A.ts", 'import { x } from "../cli/Output.ts"'],
    ["node/src/sync/A.ts", 'import { layer } from "../UmfOrderSync.ts"'],
    ["node/src/sandbox/A.ts", 'import { x } from "../gateway/GatewayConfig.ts"'],
    ["node/src/sandbox/A.ts", 'import type { X } from "../store/OrderStore.ts"'],
    ["node/src/sandbox/A.ts", 'export const x = () => import("../sync/OrderSync.ts")'],
    ["node/src/sandbox/A.ts", 'import { x } from "@umf-order-sync/machine"'],
    ["node/src/sandbox/scripts/A.ts", 'import * as X from "../../cli/Output.ts"'],
    ["node/src/cli/A.ts", 'import { x } from "../promise.ts"'],
    ["node/src/promise.ts", 'import { x } from "./sandbox/Sandbox.ts"'],
    ["node/src/UmfOrderSync.ts", 'import { x } from "./promise.ts"'],
    ["node/src/index.ts", 'export * from "./cli/main.ts"'],
    ["node/src/attic/A.ts", 'import * as Effect from "effect/Effect"'],
    ["node/src/sync/A.ts", 'import x = require("../cli/Output.ts")'],
    ["node/src/sync/A.ts", 'import _ from "lodash"']
  ]

  it.each(against)("are broken in %s by %s", (path, text) => {
    assert.strictEqual(faults({ path: `packages/${path}`, text }).length, 1)
  })

  const along: ReadonlyArray<readonly [path: string, text: string]> = [
    ["core/src/A.ts", 'import * as Schema from "effect/Schema"\nexport * as B from "./B.ts"'],
    [
      "core/src/A.ts",
      "export const x = (y: { process: string }) => ({ console: y.process, now: new Date(0) })"
    ],
    ["machine/src/A.ts", 'import { setup } from "xstate"\nimport type { Order } from "@umf-order-sync/core"'],
    ["node/src/keys/A.ts", 'import forge from "node-forge"\nimport { x } from "node:crypto"'],
    ["node/src/sync/A.ts", 'import { x } from "../store/OrderStore.ts"\nexport const y = Date.now()'],
    ["node/src/sandbox/scripts/A.ts", 'import type { X } from "../Script.ts"'],
    [
      "node/src/cli/A.ts",
      'import { layer } from "../UmfOrderSync.ts"\nimport { x } from "../sandbox/Sandbox.ts"'
    ],
    ["node/src/promise.ts", 'import { layer } from "./UmfOrderSync.ts"']
  ]

  it.each(along)("hold in %s for %s", (path, text) => {
    assert.deepStrictEqual(faults({ path: `packages/${path}`, text }), [])
  })
})

const TsConfig = Schema.Struct({
  compilerOptions: Schema.Struct({
    lib: Schema.optionalKey(Schema.Array(Schema.String)),
    types: Schema.optionalKey(Schema.Array(Schema.String))
  }),
  references: Schema.optionalKey(Schema.Array(Schema.Struct({ path: Schema.String })))
})
const tsconfig = (path: string) =>
  Schema.decodeUnknownSync(Schema.fromJsonString(TsConfig))(readFileSync(root + path, "utf8"))

describe("the sources", () => {
  it.each(["core", "machine"])("%s is compiled without the types of Node and of browsers", (name) => {
    const { compilerOptions, references } = tsconfig(`packages/${name}/tsconfig.json`)
    assert.deepStrictEqual(compilerOptions.types, [])
    const lib = compilerOptions.lib ?? tsconfig("tsconfig.base.json").compilerOptions.lib
    assert.deepStrictEqual(lib, ["ES2023"])
    assert.deepStrictEqual(references, name === "core" ? [] : [{ path: "../core" }])
  })

  it("no file is longer than 400 lines", () => {
    const long = sources.filter(({ text }) => text.trimEnd().split("\n").length > 400)
    assert.deepStrictEqual(
      long.map(({ path }) => path),
      []
    )
  })

  it("no file names a place on somebody's machine", () => {
    const place = /(?:^|[\s"'`(=])(?:\/(?:home|Users|root|work|tmp|mnt|opt|var)\/|[A-Za-z]:\\\\?\w)/m
    assert.match('const x = "/home/me/key.p8"', place)
    assert.match("const x = 'C:\\\\keys'", place)
    assert.deepStrictEqual(
      sources.filter(({ text }) => place.test(text)).map(({ path }) => path),
      []
    )
  })
})
