/** The README's pictures show the machine as it is. */
import { readFile } from "node:fs/promises"
import { assert, describe, it } from "@effect/vitest"
import { draw, pictures } from "../scripts/lifecycle.ts"

describe("the lifecycle pictures", () => {
  for (const [file, language] of pictures) {
    it(`docs/${file} is what scripts/lifecycle.ts draws now`, async () => {
      assert.strictEqual(
        await readFile(new URL(`../docs/${file}`, import.meta.url), "utf8"),
        await draw(language)
      )
    })
  }
})
