/** The README's examples run as they stand, against a sandbox. */
import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Sandbox } from "@umf-order-sync/node"
import * as Effect from "effect/Effect"

const root = fileURLToPath(new URL("..", import.meta.url))

/** The TypeScript examples of a page, in their order. */
const examples = async (page: string): Promise<ReadonlyArray<string>> => {
  const text = await readFile(join(root, page), "utf8")
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map((found) => found[1] ?? "")
}

/** A folder like a merchant's app: the packages installed, the keys beside the script. */
const appFolder = Effect.acquireRelease(
  Effect.promise(async () => {
    const folder = await mkdtemp(join(tmpdir(), "umf-readme-"))
    await symlink(join(root, "node_modules"), join(folder, "node_modules"), "junction")
    return folder
  }),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

const run = (folder: string, name: string, code: string, baseUrl: string) =>
  Effect.promise(async () => {
    const file = join(folder, `${name}.ts`)
    await writeFile(file, code)
    const env = { ...process.env, UMF_BASE_URL: baseUrl }
    const args = ["--preserve-symlinks-main", file]
    return (await promisify(execFile)(process.execPath, args, { cwd: folder, env })).stdout
  })

describe("README", () => {
  it.live(
    "the examples end with a paid order",
    () =>
      Effect.gen(function* () {
        const folder = yield* appFolder
        const sandbox = yield* Sandbox.Sandbox.make({ keysDirectory: folder })
        const [promises, effect, ...more] = yield* Effect.promise(() => examples("README.md"))
        assert.deepStrictEqual(more, [])
        const outputs = yield* Effect.all(
          [
            run(folder, "promises", promises ?? "", sandbox.baseUrl),
            run(folder, "effect", effect ?? "", sandbox.baseUrl)
          ],
          { concurrency: 2 }
        )
        assert.deepStrictEqual(outputs, ["paid true\n", "paid\n"])
      }).pipe(Effect.scoped),
    30_000
  )

  it("both pages show the same examples, but for their comments", async () => {
    const code = async (page: string) =>
      (await examples(page)).map((example) => example.replaceAll(/ *\/\/.*$/gm, ""))
    assert.deepStrictEqual(await code("README.zh-CN.md"), await code("README.md"))
  })

  it("both pages show the same decision table", async () => {
    const cells = async (page: string) =>
      [...(await readFile(join(root, page), "utf8")).matchAll(/^\| (?:[0-9]|any other|其他).*$/gm)].map(
        (row) => (row[0].match(/[A-Z][a-zA-Z]+|[0-9]{4,8}/g) ?? []).join(" ")
      )
    const english = await cells("README.md")
    assert.strictEqual(english.length, 13)
    assert.deepStrictEqual(await cells("README.zh-CN.md"), english)
  })
})
