/** The pages of evidence are what the program wrote, from runs as large as what is claimed. */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { claims } from "../prove/claims.ts"
import * as Evidence from "../prove/Evidence.ts"
import * as Results from "../prove/Results.ts"
import { root } from "./support/pages.ts"

const results = Results.read()

describe("the evidence", () => {
  it.each(Evidence.pages)(
    "%s is what the program writes from the figures that are kept",
    (file, language) => {
      assert.strictEqual(readFileSync(join(root, file), "utf8"), Evidence.page(results, language))
    }
  )

  it("has no figure below or above what is claimed, and none of nothing", () => {
    for (const [id, result] of Object.entries(results)) {
      const claim = claims.find((one) => one.id === id)
      assert(claim !== undefined, id)
      assert.deepStrictEqual(Results.shortfalls(claim, result), [])
    }
  })

  it("knows every file of claims, and the tests that it names are there", () => {
    assert.strictEqual(claims.length, readdirSync(join(root, "prove/claims")).length)
    for (const test of claims.flatMap(({ tests }) => tests)) assert.isTrue(existsSync(join(root, test)), test)
  })

  it("refuses figures that are missing, too small, too large or no numbers", () => {
    const claim = {
      id: "a",
      title: { en: "", zh: "" },
      holds: { en: "", zh: "" },
      tests: [],
      figures: { cases: { en: "", zh: "", atLeast: 10 }, lost: { en: "", zh: "", atMost: 0 } }
    }
    const shortfalls = (figures: Readonly<Record<string, number>>) =>
      Results.shortfalls(claim, { seed: 1, seconds: 1, figures }).length
    assert.strictEqual(Results.shortfalls(claim, undefined).length, 1)
    assert.strictEqual(shortfalls({ cases: 10, lost: 0 }), 0)
    assert.strictEqual(shortfalls({ cases: 9, lost: 0 }), 1)
    assert.strictEqual(shortfalls({ cases: 10, lost: 1 }), 1)
    assert.strictEqual(shortfalls({ cases: Number.NaN }), 2)
  })
})
