/**
 * The packages as a merchant's empty folder gets them: packed, installed from the registry's packages by npm,
 * and the README's ten lines run there, in TypeScript, JavaScript and CommonJS, on the oldest Node and this one.
 */
import { execFile } from "node:child_process"
import { readdirSync } from "node:fs"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Sandbox } from "@umf-order-sync/node"
import * as Effect from "effect/Effect"
import { examples, root } from "./support/pages.ts"

/** The oldest Node that the packages say they run on. */
const OLDEST = "22.19.0"
const PNPM = "pnpm@12.21.0"

/** npm and npx are scripts on Windows, which only a shell can start. */
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

const install = async (app: string, tarballs: string) => {
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
        const tarballs = join(place, "tarballs")
        const app = join(place, "app")
        const [code = ""] = yield* Effect.promise(() => examples("README.md", "ts"))
        yield* Effect.promise(async () => {
          await mkdir(tarballs)
          for (const name of ["core", "machine", "node"]) {
            const to = ["--pack-destination", tarballs]
            await run(join(root, "packages", name), "npx", ["--yes", PNPM, "pack", ...to])
          }
          await install(app, tarballs)
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
      }).pipe(Effect.scoped),
    240_000
  )
})
