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
      const labels = [
        ...svg.matchAll(/class="label" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)
      ]
        .map((found) => found.slice(1).map(Number))
        .map(([x = 0, y = 0, width = 0, height = 0]) => ({ x, y, right: x + width, bottom: y + height }))
      const overlaps = labels.filter((one, index) =>
        labels
          .slice(index + 1)
          .some(
            (other) =>
              one.x < other.right && other.x < one.right && one.y < other.bottom && other.y < one.bottom
          )
      )
      assert.isAbove(labels.length, 20)
      assert.deepStrictEqual(overlaps, [])
      // The inspector's page allows no style but its own.
      assert.strictEqual(/<style|style=/.test(svg), form === "document")
    })
  }
})
