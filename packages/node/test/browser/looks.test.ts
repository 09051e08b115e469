import { afterAll, assert, describe, it } from "@effect/vitest"
import { StateGuide } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import type { Page } from "playwright-core"
import { expect } from "vitest"
import * as Chromium from "./chromium.ts"
import * as Pages from "./pages.ts"
import * as Service from "./service.ts"

const started = await Chromium.launch(afterAll)

const stories = [
  ["till-1", { steps: [{ answer: { _tag: "Paying" } }] }],
  ["till-2", { steps: [{ answer: { _tag: "Paid" } }] }],
  ["till-3", { steps: [{ answer: { _tag: "SignatureRejected" } }] }],
  ["till-4", { steps: [{ answer: { _tag: "WrongSignature" } }] }]
] as const

const withOrders = Effect.gen(function* () {
  const { service } = yield* Service.make()
  for (const [orderId, script] of stories) yield* service.hand(orderId, script)
  return service
})

/**
 * Texts whose contrast with what is behind them is below 4.5 (3 for large ones), with the contrast. Colours
 * are read from a canvas, which turns every notation into red, green, blue and alpha.
 */
const faint = (page: Page): Promise<ReadonlyArray<string>> =>
  page.evaluate(`(() => {
    const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true })
    const rgba = (colour) => {
      context.clearRect(0, 0, 1, 1)
      context.fillStyle = colour
      context.fillRect(0, 0, 1, 1)
      return [...context.getImageData(0, 0, 1, 1).data]
    }
    const luminance = ([r, g, b]) => {
      const [x, y, z] = [r, g, b].map((value) => {
        const part = value / 255
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * x + 0.7152 * y + 0.0722 * z
    }
    const over = (above, below) => [0, 1, 2].map((i) => above[i] * (above[3] / 255) + below[i] * (1 - above[3] / 255))
    const behind = (element) => {
      const layers = []
      for (let one = element; one !== null; one = one.parentElement) {
        const rect = one.matches(".state") ? one.querySelector("rect") : undefined
        const colour = rgba(rect ? getComputedStyle(rect).fill : getComputedStyle(one).backgroundColor)
        layers.push(colour)
        if (colour[3] === 255) break
      }
      return layers.reverse().reduce((below, above) => over(above, below), [255, 255, 255])
    }
    const found = []
    for (const element of document.querySelectorAll("#app *")) {
      const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join("").trim()
      const box = element.getBoundingClientRect()
      if (text === "" || box.width < 2 || element.closest("title, desc, .hidden") || !element.checkVisibility()) continue
      const style = getComputedStyle(element)
      const colour = rgba(element instanceof SVGElement ? style.fill : style.color)
      const ground = behind(element)
      const [light, dark] = [luminance(over(colour, ground)), luminance(ground)].sort((a, b) => b - a)
      const contrast = (light + 0.05) / (dark + 0.05)
      const isLarge = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700)
      if (contrast < (isLarge ? 3 : 4.5)) found.push(text + " (" + element.className + "): " + contrast.toFixed(2))
    }
    return found
  })()`)

/** The text that can be seen. */
const seen = (page: Page): Promise<string> => page.evaluate('document.querySelector("#app").innerText')

describe.skipIf("missing" in started)("how the page looks", () => {
  if ("missing" in started) return
  const { browser } = started

  it.live(
    "given a browser that prefers Chinese, the page is Chinese; the switch changes all of it, and is remembered",
    () =>
      Effect.gen(function* () {
        const service = yield* withOrders
        const { page } = yield* Pages.open(browser, service.url, { locale: "zh-CN" })
        yield* Pages.step(async () => {
          await Pages.row(page, "till-3").click()
          await expect
            .poll(() => page.locator(".todo").textContent())
            .toBe(StateGuide.states.rejected.todo.zh)
          assert.strictEqual(await page.locator("html").getAttribute("lang"), "zh-CN")
          await expect
            .poll(() => page.locator('.chart .state[data-state="rejected"] .meaning').textContent())
            .toBe("签名被平台拒绝")
          await expect
            .poll(() => page.locator(".history .what").allTextContents())
            .toEqual(["请求人工处理", "open→rejected", "提交订单"])
          const chinese = await seen(page)
          // What the protocol names stays; words do not.
          assert.notMatch(chinese, /Orders|History|Nothing|What to do|query|answer/)
          await page.getByRole("button", { name: "English" }).click()
          await expect
            .poll(() => page.locator(".todo").textContent())
            .toBe(StateGuide.states.rejected.todo.en)
          assert.strictEqual(await page.locator("html").getAttribute("lang"), "en")
          await expect
            .poll(() => page.locator('.chart .state[data-state="rejected"] .meaning').textContent())
            .toBe("our signature was refused")
          await expect
            .poll(() => page.locator(".history .what").first().textContent())
            .toBe("A person is asked for")
          // The keyboard stays at the switch, and the order stays chosen.
          await expect.poll(() => page.evaluate("document.activeElement.textContent")).toBe("中文")
          const english = (await seen(page)).replace("中文", "")
          assert.notMatch(english, /[\u4e00-\u9fff]/)
          await page.reload()
          await expect.poll(() => page.locator(".details .empty-title").textContent()).toBe("No order chosen")
        })
      })
  )

  for (const scheme of ["light", "dark"] as const) {
    it.live(`given ${scheme} colours, every text has a contrast of at least 4.5 to 1`, () =>
      Effect.gen(function* () {
        const service = yield* withOrders
        const { page } = yield* Pages.open(browser, service.url, {
          colorScheme: scheme,
          viewport: { width: 1800, height: 1200 }
        })
        yield* Pages.step(async () => {
          for (const [orderId] of stories) {
            await Pages.row(page, orderId).click()
            await expect.poll(() => page.locator(".order h2").textContent()).toBe(orderId)
            await page.locator(".chart .state.active").waitFor()
            await page.waitForTimeout(100)
            assert.deepStrictEqual(await faint(page), [], orderId)
          }
          await page.locator(".state-select").selectOption("voided")
          await page.locator(".list .empty-title").waitFor()
          assert.deepStrictEqual(await faint(page), [])
        })
      })
    )
  }

  it.live("given the switch, the colours are light, dark or the system's, and that is remembered", () =>
    Effect.gen(function* () {
      const service = yield* withOrders
      const { page } = yield* Pages.open(browser, service.url, { colorScheme: "dark" })
      const ground = () => page.evaluate("getComputedStyle(document.body).backgroundColor")
      yield* Pages.step(async () => {
        const button = page.getByRole("button", { name: /^Colours/ })
        await button.waitFor()
        const dark = await ground()
        await button.click()
        await expect.poll(ground).not.toBe(dark)
        const light = await ground()
        await page.reload()
        await button.waitFor()
        assert.strictEqual(await ground(), light)
        await button.click()
        await expect.poll(() => button.getAttribute("aria-label")).toBe("Colours: dark. Change.")
        assert.strictEqual(await ground(), dark)
        await button.click()
        await page.emulateMedia({ colorScheme: "light" })
        await expect.poll(ground).toBe(light)
      })
    })
  )

  it.live(
    "given a narrow screen, list and order take turns, nothing is wider than the screen, and the chart scrolls in itself",
    () =>
      Effect.gen(function* () {
        const service = yield* withOrders
        const { page } = yield* Pages.open(browser, service.url, { viewport: { width: 390, height: 844 } })
        const overflows = () =>
          page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        yield* Pages.step(async () => {
          await Pages.row(page, "till-2").waitFor()
          assert.isFalse(await page.locator(".details").isVisible())
          assert.isFalse(await overflows())
          await Pages.row(page, "till-2").click()
          await expect.poll(() => page.locator(".order h2").isVisible()).toBe(true)
          assert.isFalse(await page.locator(".rows").isVisible())
          await page.locator(".chart .state.active").waitFor()
          assert.isFalse(await overflows())
          const box = await page.locator(".chart .state.active").boundingBox()
          assert.isAtLeast(box?.x ?? -1, 0)
          assert.isAtMost((box?.x ?? 1000) + (box?.width ?? 0), 390)
          await page.getByRole("button", { name: "Orders" }).click()
          await expect.poll(() => page.locator(".rows").isVisible()).toBe(true)
          await expect
            .poll(() => page.locator(".row[aria-selected=true] .row-order").textContent())
            .toBe("till-2")
        })
      })
  )

  it.live("given somebody who wants no motion, nothing moves", () =>
    Effect.gen(function* () {
      const service = yield* withOrders
      const { page } = yield* Pages.open(browser, service.url, { reducedMotion: "reduce" })
      yield* Pages.step(async () => {
        await Pages.row(page, "till-1").click()
        await page.locator('[data-act="hint"]').click()
        await page.waitForTimeout(300)
        assert.strictEqual(await page.evaluate("document.getAnimations().length"), 0)
      })
    })
  )
})
