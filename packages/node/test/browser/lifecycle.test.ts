import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { Page } from "playwright-core"
import { expect } from "vitest"
import * as Chromium from "./chromium.ts"
import * as Pages from "./pages.ts"
import * as Service from "./service.ts"

const started = await Chromium.launch(afterAll)

/** What the chart shows: the state that is active, and the way that was taken last, as `from>to`. */
const chart = (
  page: Page
): Promise<{ readonly active: string; readonly last: string; readonly taken: ReadonlyArray<string> }> =>
  page.evaluate(`(() => {
    const way = (edge) => edge.dataset.from + ">" + edge.dataset.to
    const all = (selector) => [...document.querySelectorAll(".chart " + selector)]
    return {
      active: all(".state.active").map((state) => state.dataset.state).join(" "),
      last: all(".edge.last").map(way).join(" "),
      taken: all(".edge.taken").map(way).sort()
    }
  })()`)

const askNow = (page: Page) => page.locator('[data-act="hint"]').click()
const resume = (page: Page) => page.locator('[data-act="resume"]').click()

/** Waits until the page shows the order in this state: in words, in the chart, and in the list. */
const shows = async (page: Page, orderId: string, state: string, last: string): Promise<void> => {
  await expect
    .poll(() => chart(page), { timeout: 8000, message: `${orderId} in ${state}` })
    .toMatchObject({ active: state, last })
  await expect.poll(() => page.locator(".state-name").textContent(), { timeout: 3000 }).toBe(state)
  await expect.poll(() => Pages.row(page, orderId).locator(".row-state").textContent()).toBe(state)
}

const paying = { answer: { _tag: "Paying" } } as const
const paid = { answer: { _tag: "Paid" } } as const
const closed = { answer: { _tag: "Closed" } } as const
const contradictory = { answer: { _tag: "Contradictory" } } as const

describe.skipIf("missing" in started)("the chosen order on the page", () => {
  if ("missing" in started) return
  const { browser } = started

  /** Opens the page with this order chosen. */
  const choose = (url: string, orderId: string) =>
    Effect.tap(Pages.open(browser, url), ({ page }) => Pages.step(() => Pages.row(page, orderId).click()))

  it.live(
    "given an order that is closed, paid late and not refunded, it shows each state and each way in turn",
    () =>
      Effect.gen(function* () {
        const { service } = yield* Service.make()
        yield* service.hand("a-1", { steps: [paying, closed, closed, paid], onRefund: [paid] })
        const { page } = yield* choose(service.url, "a-1")
        yield* Pages.step(async () => {
          await shows(page, "a-1", "open", "")
          await askNow(page)
          await shows(page, "a-1", "closingSuspected", "open>closingSuspected")
          await askNow(page)
          await shows(page, "a-1", "closed", "closingSuspected>closed")
          await askNow(page)
          await shows(page, "a-1", "paid", "closed>paid")
          await expect.poll(() => page.locator(".card .flag").textContent()).toBe("paid after it was closed")
        })
        yield* service.request("a-1", "refund")
        yield* Pages.step(async () => {
          await shows(page, "a-1", "refunding", "paid>refunding")
          await askNow(page)
          await shows(page, "a-1", "refundFailureSuspected", "refunding>refundFailureSuspected")
          await askNow(page)
          await shows(page, "a-1", "refundFailed", "refundFailureSuspected>refundFailed")
          assert.deepStrictEqual((await chart(page)).taken, [
            "closed>paid",
            "closingSuspected>closed",
            "open>closingSuspected",
            "paid>refunding",
            "refundFailureSuspected>refundFailed",
            "refunding>refundFailureSuspected"
          ])
        })
      }),
    60_000
  )

  it.live(
    "given an order whose void fails at first, it shows voidFailed, and then voided by a way that is not drawn",
    () =>
      Effect.gen(function* () {
        const { service } = yield* Service.make()
        yield* service.hand("b-1", { steps: [paid], onVoid: [paid, paid, { answer: { _tag: "Voided" } }] })
        const { page } = yield* choose(service.url, "b-1")
        yield* Pages.step(() => shows(page, "b-1", "paid", "open>paid"))
        yield* service.request("b-1", "void")
        yield* Pages.step(async () => {
          await shows(page, "b-1", "voiding", "paid>voiding")
          await askNow(page)
          await shows(page, "b-1", "voidFailureSuspected", "voiding>voidFailureSuspected")
          await askNow(page)
          await shows(page, "b-1", "voidFailed", "voidFailureSuspected>voidFailed")
          await askNow(page)
          await shows(page, "b-1", "voided", "")
          await expect
            .poll(() => page.locator(".chart-panel > .chart-note").textContent())
            .toMatch(/voidFailed → voided at .*leaves it out/)
        })
      }),
    60_000
  )

  it.live(
    "given orders that end elsewhere, it shows payFailed, refunded, rejected and unresolved, and resumes only those that need a person",
    () =>
      Effect.gen(function* () {
        const { service } = yield* Service.make()
        yield* service.hand("c-1", { steps: [{ answer: { _tag: "PayError" } }] })
        yield* service.hand("c-2", { steps: [paid] })
        yield* service.hand("c-3", { steps: [{ answer: { _tag: "SignatureRejected" } }, paying] })
        yield* service.hand("c-4", { steps: [{ ...contradictory, times: 3 }, paying] })
        const { page } = yield* choose(service.url, "c-1")
        yield* Pages.step(async () => {
          await shows(page, "c-1", "payFailed", "open>payFailed")
          await expect.poll(() => page.locator('[data-act="resume"]').isVisible()).toBe(false)
          await Pages.row(page, "c-2").click()
          await shows(page, "c-2", "paid", "open>paid")
        })
        yield* service.request("c-2", "refund")
        yield* Pages.step(async () => {
          await shows(page, "c-2", "refunding", "paid>refunding")
          await askNow(page)
          await shows(page, "c-2", "refunded", "refunding>refunded")
          await Pages.row(page, "c-3").click()
          await shows(page, "c-3", "rejected", "open>rejected")
          await resume(page)
          await shows(page, "c-3", "open", "rejected>open")
          await Pages.row(page, "c-4").click()
          await shows(page, "c-4", "open", "")
          await askNow(page)
          await expect.poll(() => page.locator('[data-fact="queries"] dd').textContent()).toBe("2")
          await askNow(page)
          await shows(page, "c-4", "unresolved", "open>unresolved")
          await expect
            .poll(() => page.locator('[data-fact="reason"] dd').textContent())
            .toBe("answers contradict, or can't be believed")
          await resume(page)
          await shows(page, "c-4", "open", "unresolved>open")
          await expect.poll(() => page.locator('[data-act="resume"]').isVisible()).toBe(false)
        })
      }),
    60_000
  )

  it.live("given an order whose answers change nothing, the last of them stands in its history", () =>
    Effect.gen(function* () {
      const { service } = yield* Service.make()
      yield* service.hand("e-1", { steps: [{ answer: { _tag: "Paying" } }] })
      const { page } = yield* choose(service.url, "e-1")
      yield* Pages.step(async () => {
        await expect
          .poll(() => page.locator(".history .what").allTextContents())
          .toEqual(["Answered, and nothing changed", "Handed over"])
        const why = (await page.locator(".history .why").first().textContent()) ?? ""
        assert.match(why, /^being paid \(01000000.*\d+ quer/)
      })
    })
  )

  it.live(
    "given an order with a past, its history stands newest first, with times and causes, and notices beneath",
    () =>
      Effect.gen(function* () {
        const { service } = yield* Service.make()
        yield* service.hand(
          "d-1",
          {
            steps: [{ answer: { _tag: "WrongSignature" } }, { answer: { _tag: "PayError" } }, paid]
          },
          "1234567"
        )
        const { page } = yield* choose(service.url, "d-1")
        yield* Pages.step(async () => {
          await expect.poll(() => page.locator(".amount").textContent()).toBe("¥12,345.67")
          await expect
            .poll(() => page.locator(".history .what").allTextContents())
            .toEqual(["1 × wrong signature", "Handed over"])
          await expect
            .poll(() => page.locator(".history .why").first().textContent())
            .toMatch(/^at \d\d:\d\d:\d\d, not over yet$/)
          await askNow(page)
          await shows(page, "d-1", "payFailed", "open>payFailed")
          await askNow(page)
          await shows(page, "d-1", "paid", "payFailed>paid")
          await expect
            .poll(() => page.locator(".history .what").allTextContents())
            .toEqual([
              "The merchant is told: paid",
              "payFailed→paid",
              "hint from outside",
              "The merchant is told: payment failed",
              "open→payFailed",
              "1 × wrong signature",
              "hint from outside",
              "Handed over"
            ])
          const why = await page.locator(".history .why").allTextContents()
          assert.include(why, "paid after it had failed")
          assert.include(why, "answered: paid (0000 SUCCESS) · ¥12,345.67")
          const times = await page
            .locator(".history time")
            .evaluateAll((all) => all.map((time) => time.getAttribute("datetime") ?? ""))
          assert.deepStrictEqual(times, [...times].sort().reverse())
          await expect
            .poll(() => page.locator(".notices .what").allTextContents())
            .toEqual(["order.paid", "order.pay_failed"])
        })
      }),
    60_000
  )

  it.live(
    "given an order that waits, its countdown goes by the inspector's clock, whatever the browser's clock says",
    () =>
      Effect.gen(function* () {
        const { service } = yield* Service.make()
        yield* service.hand("e-1", { steps: [paying] })
        const { page } = yield* Pages.blank(browser)
        yield* Pages.step(async () => {
          // The browser's clock is two hours ahead.
          await page.addInitScript("{ const now = Date.now; Date.now = () => now() + 7_200_000 }")
          await page.goto(service.url)
          await Pages.row(page, "e-1").click()
          const left = page.locator(".asking-left")
          await expect.poll(() => left.textContent()).toMatch(/^(30|2\d) s$/)
          await expect.poll(() => page.locator(".asking-label").textContent()).toBe("Next query in")
          const first = Number.parseInt((await left.textContent()) ?? "", 10)
          await expect
            .poll(async () => Number.parseInt((await left.textContent()) ?? "", 10), { timeout: 4000 })
            .toBeLessThan(first)
          const before = await page.locator(".asking-bar").getAttribute("value")
          assert.isAbove(Number(before), 0)
        })
      }),
    60_000
  )
})
