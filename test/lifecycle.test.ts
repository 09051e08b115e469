/** The README's pictures show the machine as it is. */
import { readFile } from "node:fs/promises"
import { assert, describe, it } from "@effect/vitest"
import { OrderSnapshot } from "@umf-order-sync/machine"
import { draw, pictures } from "../scripts/lifecycle.ts"

describe("the lifecycle pictures", () => {
  for (const [file, language, form] of pictures) {
    it(`${file} is what scripts/lifecycle.ts draws now`, async () => {
      assert.strictEqual(
        await readFile(new URL(`../${file}`, import.meta.url), "utf8"),
        await draw(language, form)
      )
    })

    it(`${file} shows every state once, fits a README, and has words for those who can't see it`, async () => {
      const svg = await draw(language, form)
      const shown = [...svg.matchAll(/data-state="(\w+)"/g)].map(([, state]) => state)
      assert.deepStrictEqual(shown.sort(), [...OrderSnapshot.ResultState.literals].sort())
      assert.isAtMost(Number(/ width="(\d+)"/.exec(svg)?.[1]), 1100)
      assert.match(svg, /role="img" aria-labelledby="title desc"/)
      assert.match(svg, /<title id="title">[^<]+<\/title><desc id="desc">[^<]+<\/desc>/)
      // The inspector's page allows no style but its own.
      assert.strictEqual(/<style|style=/.test(svg), form === "document")
    })
  }
})
