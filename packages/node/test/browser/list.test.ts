import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Page } from "playwright-core"
import { expect } from "vitest"
import * as Servers from "../support/servers.ts"
import * as Chromium from "./chromium.ts"
import * as Pages from "./pages.ts"
import * as Service from "./service.ts"

const started = await Chromium.launch(afterAll)

const paying = { steps: [{ answer: { _tag: "Paying" } }] } as const
const paid = { steps: [{ answer: { _tag: "Paid" } }] } as const
const rejected = { steps: [{ answer: { _tag: "SignatureRejected" } }] } as const

/** What a server in between leaves of an answer's head. */
const kept = ["content-type", "content-security-policy"]

/** The order numbers in the list, from its top. */
const listed = (page: Page): Promise<ReadonlyArray<string>> =>
  page.locator(".row:visible .row-order").allTextContents()

/** Nothing of what the page shows has become a part of the page. */
const inert = async (page: Page): Promise<void> => {
  assert.strictEqual(await page.evaluate("String(window.wasFooled)"), "undefined")
  assert.strictEqual(await page.locator("img, iframe, #app script, [onerror], [onload], a[href]").count(), 0)
}

const chip = (page: Page, name: string) => page.locator(".chip", { hasText: name })

describe.skipIf("missing" in started)("the list on the page", () => {
  if ("missing" in started) return
  const { browser } = started

  it.live("given no orders, it says so; and an order appears by itself as soon as it is handed over", () =>
    Effect.gen(function* () {
      const { service } = yield* Service.make()
      const { page } = yield* Pages.open(browser, service.url)
      yield* Pages.step(async () => {
        await expect.poll(() => page.locator(".list .empty-title").textContent()).toBe("No orders yet")
        await expect.poll(() => page.locator(".details .empty-title").textContent()).toBe("No order chosen")
      })
      yield* service.hand("new-1", paying)
      yield* service.hand("new-2", paying)
      yield* Pages.step(() => expect.poll(() => listed(page)).toEqual(["new-2", "new-1"]))
    })
  )

  it.live(
    "given orders of all kinds, chips and states narrow the list, with counts; rows that don't belong any more leave",
    () =>
      Effect.gen(function* () {
        const { service } = yield* Service.make()
        for (let count = 1; count <= 3; count++) yield* service.hand(`open-${count}`, paying)
        for (let count = 1; count <= 2; count++) yield* service.hand(`paid-${count}`, paid)
        yield* service.hand("bad-1", rejected)
        yield* service.hand("later-1", {
          steps: [{ answer: { _tag: "Paying" } }, { answer: { _tag: "Paid" } }]
        })
        const { page } = yield* Pages.open(browser, service.url)
        yield* Pages.step(async () => {
          await expect.poll(() => page.locator(".chip-count").allTextContents()).toEqual(["7", "4", "2", "1"])
          await chip(page, "Attention").click()
          await expect.poll(() => listed(page)).toEqual(["bad-1"])
          await chip(page, "Settled").click()
          await expect.poll(() => listed(page)).toEqual(["paid-2", "paid-1"])
          await chip(page, "Polling").click()
          await expect.poll(() => listed(page)).toEqual(["later-1", "open-3", "open-2", "open-1"])
          assert.deepStrictEqual(
            await page
              .locator(".chip")
              .evaluateAll((all) => all.map((one) => one.getAttribute("aria-pressed"))),
            ["false", "true", "false", "false"]
          )
          // The chosen one stays in view where it goes, also when it does not belong any more; others leave.
          await Pages.row(page, "later-1").click()
          await page.locator('[data-act="hint"]').click()
          await expect.poll(() => Pages.row(page, "later-1").locator(".row-state").textContent()).toBe("paid")
          await Pages.row(page, "open-3").click()
          await expect.poll(() => page.locator(".order h2").textContent()).toBe("open-3")
          await chip(page, "All").click()
          await expect.poll(() => listed(page).then((rows) => rows.length)).toBe(7)
          await page.locator(".state-select").selectOption("paid")
          await expect.poll(() => listed(page)).toEqual(["later-1", "paid-2", "paid-1"])
          await expect.poll(() => page.locator(".list-foot .count").textContent()).toBe("3 of 3 loaded")
          await page.locator(".state-select").selectOption("voided")
          await expect.poll(() => page.locator(".list .empty-title").textContent()).toBe("Nothing found")
          await page.getByRole("button", { name: "Show all orders" }).click()
          await expect.poll(() => listed(page).then((rows) => rows.length)).toBe(7)
          assert.strictEqual(await page.locator(".state-select").inputValue(), "")
        })
      })
  )

  it.live(
    "given a part of an order number, the search finds the orders that have it, within the kind that is chosen",
    () =>
      Effect.gen(function* () {
        const { service } = yield* Service.make({ orderNumbers: "masked" })
        yield* service.hand("shop-20251101-A", paying)
        yield* service.hand("shop-20251102-B", paying)
        yield* service.hand("shop-20251102-C", paid)
        const { page } = yield* Pages.open(browser, service.url)
        yield* Pages.step(async () => {
          await expect.poll(() => listed(page)).toEqual(["sh***-C", "sh***-B", "sh***-A"])
          await page.getByRole("searchbox").fill("20251102")
          await expect.poll(() => listed(page)).toEqual(["sh***-C", "sh***-B"])
          await chip(page, "Polling").click()
          await expect.poll(() => listed(page)).toEqual(["sh***-B"])
          await page.getByRole("searchbox").fill("no such number")
          await expect.poll(() => page.locator(".list .empty-title").textContent()).toBe("Nothing found")
          await page.getByRole("button", { name: "Clear the search" }).click()
          await expect.poll(() => listed(page)).toEqual(["sh***-B", "sh***-A"])
          // Nothing of a number that is masked is anywhere in the document.
          assert.notInclude(await page.content(), "20251101")
        })
      })
  )

  it.live("given order numbers that hold markup, they are text everywhere and nothing of them runs", () =>
    Effect.gen(function* () {
      const { service } = yield* Service.make({ orderNumbers: "shown" })
      const numbers = [
        "<script>fooled()</script>",
        "\"'><svg><script>fooled()</script>",
        "<iframe srcdoc>{{fooled()}}",
        "javascript:fooled()//%3Cimg%3E"
      ]
      for (const number of numbers) yield* service.hand(number, paid)
      const { page } = yield* Pages.blank(browser)
      yield* Pages.step(async () => {
        await page.addInitScript("window.fooled = () => { window.wasFooled = true }")
        await page.goto(service.url)
        await expect.poll(() => listed(page)).toEqual([...numbers].reverse())
        for (const number of numbers) {
          await Pages.row(page, number).click()
          await expect.poll(() => page.locator(".order h2").textContent()).toBe(number)
        }
        await page.getByRole("searchbox").fill("<iframe srcdoc")
        await expect.poll(() => listed(page)).toEqual(["<iframe srcdoc>{{fooled()}}"])
        await inert(page)
      })
    })
  )

  it.live(
    "given a number that no order can have, from whoever answers instead of the inspector, it is text all the same",
    () =>
      Effect.gen(function* () {
        const { service } = yield* Service.make()
        yield* service.hand("honest-1", paid)
        const hostile = "<img src=x onerror=fooled()>"
        const between = yield* Servers.http((request, response) => {
          const rewrite = async (): Promise<void> => {
            const { authorization = "" } = request.headers
            const answer = await fetch(`${service.origin}${request.url}`, { headers: { authorization } })
            response.writeHead(
              answer.status,
              Object.fromEntries(kept.map((name) => [name, answer.headers.get(name) ?? ""]))
            )
            const decoder = new TextDecoder()
            for await (const part of answer.body ?? []) {
              response.write(decoder.decode(part, { stream: true }).replaceAll("honest-1", hostile))
            }
            response.end()
          }
          rewrite().catch(() => response.destroy())
        })
        const { page } = yield* Pages.blank(browser)
        yield* Pages.step(async () => {
          await page.addInitScript("window.fooled = () => { window.wasFooled = true }")
          await page.goto(`${new URL(between.url).origin}/#token=${Service.token}`)
          await expect.poll(() => listed(page)).toEqual([hostile])
          await page.locator(".row").click()
          await expect.poll(() => page.locator(".order h2").textContent()).toBe(hostile)
          await expect
            .poll(() => page.locator(".history .what").first().textContent())
            .toBe("The merchant is told: paid")
          await inert(page)
        })
      })
  )

  it.live(
    "given more orders than a page of the list holds, more are loaded on the way down, and lines in view stay where they are when new orders come",
    () =>
      Effect.gen(function* () {
        const { service } = yield* Service.make()
        for (let count = 1; count <= 180; count++) yield* service.hand(`order-${count}`, paying)
        const { page } = yield* Pages.open(browser, service.url)
        const firstInView = () =>
          page.evaluate(`(() => {
          const top = document.querySelector(".rows").getBoundingClientRect().top
          const row = [...document.querySelectorAll(".row")].find((one) => one.getBoundingClientRect().bottom > top + 1)
          return row.querySelector(".row-order").textContent + " " + Math.round(row.getBoundingClientRect().top - top)
        })()`)
        yield* Pages.step(async () => {
          await expect.poll(() => listed(page).then((rows) => rows[0])).toBe("order-180")
          await page.locator(".rows").focus()
          for (let press = 0; press < 12; press++) {
            await page.keyboard.press("End")
            await page.waitForTimeout(50)
          }
          await expect.poll(() => page.locator(".list-foot .count").textContent()).toBe("180 of 180 loaded")
          await page.keyboard.press("End")
          await expect.poll(() => page.locator(".row[data-active] .row-order").textContent()).toBe("order-1")
          // Few of them are in the document.
          assert.isBelow(await page.locator(".row").count(), 60)
          await page.keyboard.press("Home")
          for (let press = 0; press < 40; press++) await page.keyboard.press("j")
        })
        const before = yield* Pages.step(firstInView)
        yield* service.hand("order-181", paying)
        yield* service.hand("order-182", paying)
        yield* Pages.step(async () => {
          await expect.poll(() => page.locator(".list-foot .count").textContent()).toBe("182 of 182 loaded")
          assert.strictEqual(await firstInView(), before)
          assert.strictEqual(await page.locator(".row[data-active] .row-order").textContent(), "order-140")
          await page.keyboard.press("Home")
          await expect.poll(() => listed(page).then((rows) => rows[0])).toBe("order-182")
        })
      }),
    60_000
  )
})
