/** The README's examples run as they stand, against a sandbox. */
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Sandbox } from "@umf-order-sync/node"
import * as Effect from "effect/Effect"
import { appFolder, examples, root, runScript } from "./support/pages.ts"

describe("README", () => {
  it.live(
    "the examples end with a paid order",
    () =>
      Effect.gen(function* () {
        const folder = yield* appFolder
        const sandbox = yield* Sandbox.Sandbox.make({ keysDirectory: folder })
        const [promises, effect, ...more] = yield* Effect.promise(() => examples("README.md", "ts"))
        assert.deepStrictEqual(more, [])
        const outputs = yield* Effect.all(
          [
            runScript(folder, "promises", promises ?? "", sandbox.baseUrl),
            runScript(folder, "effect", effect ?? "", sandbox.baseUrl)
          ],
          { concurrency: 2 }
        )
        assert.deepStrictEqual(outputs, ["paid true\n", "paid\n"])
      }).pipe(Effect.scoped),
    30_000
  )

  it("both pages show the same examples, but for their comments", async () => {
    const code = async (page: string) =>
      (await examples(page, "ts")).map((example) => example.replaceAll(/ *\/\/.*$/gm, ""))
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
