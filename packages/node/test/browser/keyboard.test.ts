import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Page } from "playwright-core"
import { expect } from "vitest"
import * as Chromium from "./chromium.ts"
import * as Pages from "./pages.ts"
import * as Service from "./service.ts"

const started = await Chromium.launch(afterAll)

const paying = { steps: [{ answer: { _tag: "Paying" } }] } as const

/** What has the keyboard: its label or text, and whether that can be seen. */
const focused = (page: Page): Promise<{ readonly name: string; readonly isVisible: boolean }> =>
  page.evaluate(`(() => {
    const element = document.activeElement
    const style = getComputedStyle(element)
    return {
      name: element === document.body ? "BODY" : (element.getAttribute("aria-label") ?? element.textContent.trim()),
      isVisible: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
    }
  })()`)

const standing = (page: Page): Promise<string | null> =>
  page.locator(".row[data-active] .row-order").textContent()

describe.skipIf("missing" in started)("the page by keyboard alone", () => {
  if ("missing" in started) return
  const { browser } = started

  it.live("given no mouse, an order is searched, opened, asked for and left again", () =>
    Effect.gen(function* () {
      const { service } = yield* Service.make()
      yield* service.hand("till-1", { steps: [{ answer: { _tag: "Paying" } }, { answer: { _tag: "Paid" } }] })
      yield* service.hand("till-2", paying)
      yield* service.hand("web-1", paying)
      yield* service.hand("till-3", paying)
      const { page } = yield* Pages.open(browser, service.url)
      const press = (key: string) => page.keyboard.press(key)
      yield* Pages.step(async () => {
        await expect.poll(() => page.locator(".row").count()).toBe(4)
        await press("/")
        assert.strictEqual((await focused(page)).name, "Search by order number")
        await page.keyboard.type("till")
        await press("Enter")
        await expect.poll(() => page.locator(".row").count()).toBe(3)
        await expect.poll(() => standing(page)).toBe("till-3")
        await press("j")
        await press("ArrowDown")
        await expect.poll(() => standing(page)).toBe("till-1")
        // No further than the end.
        await press("j")
        await press("k")
        await press("ArrowUp")
        await press("j")
        await press("j")
        await expect.poll(() => standing(page)).toBe("till-1")
        await press("Enter")
        await expect.poll(() => focused(page).then(({ name }) => name)).toBe("till-1")
        await press("Tab")
        assert.deepStrictEqual(await focused(page), { name: "Ask now", isVisible: true })
        await press("Enter")
        await expect.poll(() => page.locator(".state-name").textContent()).toBe("paid")
        // The button that was pressed still has the keyboard.
        assert.strictEqual((await focused(page)).name, "Ask now")
        await press("Escape")
        await expect.poll(() => focused(page).then(({ name }) => name)).toBe("Orders, newest first")
        await expect.poll(() => standing(page)).toBe("till-1")
        // Letters are for the field while somebody types; Escape clears it, and then leaves it.
        await press("/")
        await page.keyboard.type("j?")
        assert.isFalse(await page.locator("dialog").isVisible())
        await press("Escape")
        await expect.poll(() => page.locator(".row").count()).toBe(4)
        await press("Escape")
        await expect.poll(() => focused(page).then(({ name }) => name)).toBe("Orders, newest first")
        await press("?")
        await expect.poll(() => page.locator("dialog").isVisible()).toBe(true)
        await press("j")
        await press("Escape")
        await expect.poll(() => page.locator("dialog").isVisible()).toBe(false)
        await expect.poll(() => focused(page).then(({ name }) => name)).toBe("Orders, newest first")
        await expect.poll(() => standing(page)).toBe("till-1")
      })
    })
  )

  it.live(
    "given the Tab key, it reaches every control, each with a focus that can be seen, and leaves the page again",
    () =>
      Effect.gen(function* () {
        const { service } = yield* Service.make()
        yield* service.hand("till-1", { steps: [{ answer: { _tag: "SignatureRejected" } }] })
        const { page } = yield* Pages.open(browser, service.url)
        yield* Pages.step(async () => {
          await Pages.row(page, "till-1").waitFor()
          await page.keyboard.press("j")
          await page.keyboard.press("Enter")
          await expect.poll(() => page.locator(".history li").count()).toBe(3)
          await page.locator(".chart svg").waitFor()
          await page.locator(".tools button").first().focus()
          const reached: Array<string> = []
          for (let count = 0; count < 20; count++) {
            if (count > 0) await page.keyboard.press("Tab")
            const { name, isVisible } = await focused(page)
            if (name === "BODY" || reached.includes(name)) break
            assert.isTrue(isVisible, `the focus on ${name} can't be seen`)
            reached.push(name.replace(/\d+$/, ""))
          }
          for (const name of [
            "中文",
            "Colours: as the system. Change.",
            "Keys",
            "Search by order number",
            "State",
            "Orders, newest first",
            "Ask now",
            "Resume",
            "Lifecycle"
          ]) {
            assert.include(reached, name)
          }
          for (const name of ["All", "Polling", "Settled", "Attention"]) {
            assert.isTrue(
              reached.some((one) => one.startsWith(name)),
              name
            )
          }
        })
      })
  )

  it.live(
    "given a screen reader, the list is a list of options, and a change of the chosen order's state is said",
    () =>
      Effect.gen(function* () {
        const { service } = yield* Service.make()
        yield* service.hand("till-1", {
          steps: [{ answer: { _tag: "Paying" } }, { answer: { _tag: "Paid" } }]
        })
        yield* service.hand("till-2", paying)
        const { page } = yield* Pages.open(browser, service.url)
        yield* Pages.step(async () => {
          const options = page.getByRole("listbox", { name: "Orders, newest first" }).getByRole("option")
          await expect.poll(() => options.count()).toBe(2)
          await page.locator(".rows").focus()
          await page.keyboard.press("j")
          const pointed = await page.locator(".rows").getAttribute("aria-activedescendant")
          assert.strictEqual(await page.locator(`#${pointed} .row-order`).textContent(), "till-1")
          assert.strictEqual(await page.locator(`#${pointed}`).getAttribute("aria-posinset"), "2")
          assert.strictEqual(await page.locator(`#${pointed}`).getAttribute("aria-setsize"), "2")
          await page.keyboard.press("Enter")
          await page.getByRole("button", { name: "Ask now" }).press("Enter")
          await expect
            .poll(() => page.locator(".hidden[role=status]").textContent())
            .toBe("Order till-1: paid, the money was taken.")
        })
      })
  )
})
