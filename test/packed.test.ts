/**
 * The packages as a merchant's empty folder gets them: packed, installed from the registry's packages by npm,
 * and the README's ten lines run there, in TypeScript, JavaScript and CommonJS, on the oldest Node and this one.
 * What is packed is what is meant, and what npm brings along for it may be sold and runs nothing.
 */
import { execFile } from "node:child_process"
import { mkdtempSync, readdirSync } from "node:fs"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Sandbox } from "@umf-order-sync/node"
import * as Effect from "effect/Effect"
import * as Release from "../scripts/release/Release.ts"
import * as Closure from "./support/Closure.ts"
import * as Licences from "./support/Licences.ts"
import { examples, root } from "./support/pages.ts"
import * as TarballFaults from "./support/TarballFaults.ts"
import * as Tarballs from "./support/Tarballs.ts"

/** The oldest Node that the packages say they run on. */
const OLDEST = "22.19.0"

const tarballs = mkdtempSync(join(tmpdir(), "umf-tarballs-"))
beforeAll(() => Release.pack(tarballs), 120_000)
afterAll(() => rm(tarballs, { recursive: true, force: true }))

/** npm is a script on Windows, which only a shell can start. */
const shell = process.platform === "win32"

const run = async (
  folder: string,
  program: string,
  args: ReadonlyArray<string>,
  env: NodeJS.ProcessEnv = {}
) => {
  const options = { cwd: folder, env: { ...process.env, ...env }, shell, maxBuffer: 16 * 1024 * 1024 }
  return promisify(execFile)(program, args, options)
}

/** Runs a program; gives everything it printed, warnings too. */
const printed = async (folder: string, program: string, file: string, env: NodeJS.ProcessEnv) => {
  const { stdout, stderr } = await run(folder, program, [file], env)
  return stderr + stdout
}

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "umf-packed-"))),
  (made) => Effect.promise(() => rm(made, { recursive: true, force: true }))
)

const install = async (app: string) => {
  await mkdir(app)
  await writeFile(join(app, "package.json"), JSON.stringify({ name: "shop", private: true, type: "module" }))
  const files = readdirSync(tarballs).map((file) => join(tarballs, file))
  const tools = ["typescript@7.0.2", "@types/node@24.19.2", `node@${OLDEST}`]
  await run(app, "npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", ...files, ...tools])
}

/** The same lines as a CommonJS script, which has no `await` at its top. */
const asCommonJs = (code: string): string =>
  `${code.replace(/import (\{[^}]*\}) from ("[^"]+")/, "const $1 = require($2)\nconst main = async () => {")}\n}\nmain()`

describe("packed, in an empty folder", () => {
  it.live(
    "the README's ten lines run in TypeScript, JavaScript and CommonJS, and their types hold",
    () =>
      Effect.gen(function* () {
        const place = yield* folder
        const app = join(place, "app")
        const [code = ""] = yield* Effect.promise(() => examples("README.md", "ts"))
        yield* Effect.promise(async () => {
          await install(app)
          await writeFile(join(app, "typescript.ts"), code)
          await writeFile(join(app, "javascript.mjs"), code)
          await writeFile(join(app, "commonjs.cjs"), asCommonJs(code))
        })
        const sandbox = yield* Sandbox.Sandbox.make({ keysDirectory: app })
        const env = { UMF_BASE_URL: sandbox.baseUrl }
        const oldest = join(app, "node_modules/.bin/node")
        yield* Effect.promise(async () => {
          assert.strictEqual((await run(app, oldest, ["--version"])).stdout.trim(), `v${OLDEST}`)
          for (const node of [oldest, process.execPath]) {
            for (const file of ["typescript.ts", "javascript.mjs", "commonjs.cjs"]) {
              assert.strictEqual(await printed(app, node, file, env), "paid true\n", `${file} on ${node}`)
            }
          }
          const flags = ["--module", "nodenext", "--target", "es2023", "--types", "node"]
          await run(app, process.execPath, [
            "node_modules/typescript/bin/tsc",
            ...["--strict", "--noEmit", ...flags, "typescript.ts"]
          ])
          const { stdout } = await run(app, oldest, ["node_modules/.bin/umf-order", "--version"])
          assert.match(stdout, /\d+\.\d+\.\d+/)
        })

        // The registry's newest versions that the manifests allow, which need not be the lock file's.
        const brought = Closure.of(join(app, "node_modules/@umf-order-sync/node"))
        assert.isAtLeast(brought.length, 10)
        assert.deepStrictEqual(Licences.refused(brought), [])
        assert.deepStrictEqual(
          brought.flatMap((one) =>
            Closure.installSteps(one).map((step) => `${Closure.nameOf(one)}: ${step}`)
          ),
          []
        )
      }).pipe(Effect.scoped),
    240_000
  )
})

describe("the tarballs", () => {
  it.each(Release.names)("%s holds what is meant, and nothing else", (name) => {
    const tarball = Tarballs.read(tarballs).find((one) => one.name === name)
    assert.isDefined(tarball)
    assert.deepStrictEqual(tarball === undefined ? [] : TarballFaults.of(tarball), [])
  })

  const file = (path: string, content = "") => ({ path, isFile: true, content: Buffer.from(content) })

  it.each([
    ["a test", file("dist/Amount.test.js"), /is not meant/],
    ["a key", file("test/merchant.key.p8"), /is not meant/],
    [
      "a key in a source",
      file("src/Key.ts", `-----BEGIN PRIVATE KEY-----\n${"MIIC".repeat(99)}\n-----END`),
      /private key/
    ],
    ["what the compiler keeps", file("dist/.tsbuildinfo"), /is not meant/],
    ["a link", { ...file("src/Link.ts"), isFile: false }, /is not meant/],
    ["a build without a source", file("dist/Gone.js"), /has no source/],
    ["this machine's folder", file("src/Place.ts", join(root, "x")), /this machine/],
    [
      "a map to elsewhere",
      file("dist/Amount.js.map", '{"sources":["../../node/src/index.ts"]}'),
      /points to/
    ],
    [
      "a map with the source in it",
      file("dist/Amount.js.map", '{"sources":[],"sourcesContent":["x"]}'),
      /too much/
    ],
    ["too much", file("src/Amount.ts", "x".repeat(500_000)), /is more than/]
  ])("given %s in it, a tarball is refused", (_, entry, fault) => {
    const tarball = Tarballs.read(tarballs).find(({ name }) => name === "core")
    if (tarball === undefined) return assert.fail("nothing was packed")
    const entries = [...tarball.entries.filter(({ path }) => path !== entry.path), entry]
    assert.match(TarballFaults.of({ ...tarball, entries }).join("\n"), fault)
  })

  it("given a manifest that no user could install, a tarball is refused", () => {
    const manifest = file("package.json", '{"dependencies":{"@umf-order-sync/core":"workspace:*"}}')
    const found = TarballFaults.of({ name: "machine", size: 0, entries: [manifest] })
    assert.include(found, "@umf-order-sync/core is workspace:*, which is not exact")
    assert.include(found, "LICENSE is missing")
  })
})
