/** The guide's words are what docs/lifecycle shows: none may get lost, in either language. */
import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as OrderSnapshot from "../src/OrderSnapshot.ts"
import * as StateGuide from "../src/StateGuide.ts"

const pageIn = (file: string): string =>
  readFileSync(new URL(`../../../docs/${file}`, import.meta.url), "utf8").toLowerCase()

const pages = { en: pageIn("lifecycle.md"), zh: pageIn("lifecycle.zh-CN.md") }

const shown = (words: StateGuide.Words, what: string): void => {
  for (const language of ["en", "zh"] as const) {
    assert.isAbove(words[language].length, 2, what)
    assert.include(pages[language], words[language].toLowerCase(), what)
  }
}

describe("the guide to the states", () => {
  it.each(OrderSnapshot.ResultState.literals)(
    "says of %s what it means and what to do, as the pages do",
    (state) => {
      shown(StateGuide.states[state].meaning, state)
      shown(StateGuide.states[state].todo, state)
    }
  )

  it("says of the three kinds of states what they are, in both languages", () => {
    assert.deepStrictEqual(StateGuide.tags, {
      polling: { en: "polling: asked until it has a result", zh: "查询中：一直查询到有结果" },
      settled: { en: "settled: it has one, and the merchant is told", zh: "有结果：并告知商户" },
      attention: { en: "attention: a person is needed; it can be asked again", zh: "需人工：可再次查询" }
    })
  })
})
