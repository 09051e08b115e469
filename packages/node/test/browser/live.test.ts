import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { expect } from "vitest"
import { inspecting } from "../inspector/inspecting.ts"
import * as Chromium from "./chromium.ts"
import * as Pages from "./pages.ts"
import * as Service from "./service.ts"

const started = await Chromium.launch(afterAll)

const paying = { steps: [{ answer: { _tag: "Paying" } }] } as const

/** What a browser says of a server that is away. */
const away =
  /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|status of 401/

describe.skipIf("missing" in started)("the page's live stream", () => {
  if ("missing" in started) return
  const { browser } = started

  it.live(
    "given an inspector that stops, the page says so and comes back by itself; with another token it explains itself",
    () =>
      Effect.gen(function* () {
        const { page } = yield* Pages.blank(browser, { expected: away })
        const status = () => page.locator(".status").getAttribute("data-status")
        const port = yield* Effect.scoped(
          Effect.gen(function* () {
            const { service } = yield* Service.make()
            yield* service.hand("before-1", paying)
            yield* Pages.step(async () => {
              await page.goto(service.url)
              await Pages.row(page, "before-1").click()
              await expect.poll(status).toBe("live")
              // Its beginning, and the answer that changed nothing.
              await expect.poll(() => page.locator(".history li").count()).toBe(2)
            })
            return Number(new URL(service.origin).port)
          })
        )
        yield* Pages.step(async () => {
          await expect.poll(status, { timeout: 5000 }).toBe("reconnecting")
          await expect
            .poll(() => page.locator(".status-text").textContent())
            .toMatch(/^Reconnecting in \d+ s$/)
          // What was known stays on view, and an act that can't be done says so.
          assert.isTrue(await Pages.row(page, "before-1").isVisible())
          await page.locator('[data-act="hint"]').click()
          await expect
            .poll(() => page.locator(".banner p").textContent())
            .toBe("The inspector does not answer.")
          await page.getByRole("button", { name: "Dismiss" }).click()
          assert.isFalse(await page.locator(".banner").isVisible())
        })
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { service } = yield* Service.make({ port })
            yield* service.hand("after-1", paying)
            yield* Pages.step(async () => {
              await page
                .getByRole("button", { name: "Try now" })
                .click()
                .catch(() => {})
              await expect.poll(status, { timeout: 20_000 }).toBe("live")
              await expect
                .poll(() => page.locator(".row-order").allTextContents(), { timeout: 6000 })
                .toEqual(["after-1"])
              // Another store: the order that was chosen is not in it.
              await expect
                .poll(() => page.locator(".details .empty-title").textContent())
                .toBe("This order is not known any more")
            })
          })
        )
        yield* Service.make({ port, token: Redacted.make("another-token-0123456789") })
        yield* Pages.step(() =>
          expect
            .poll(() => page.locator("h1").textContent(), { timeout: 20_000 })
            .toBe("The token was refused")
        )
      }),
    90_000
  )

  it.live("given a store that can't be asked for a while, a banner says so, and goes away", () =>
    Effect.suspend(() => {
      let isBroken = false
      return inspecting(
        ({ inspector }) =>
          Effect.gen(function* () {
            const { page } = yield* Pages.open(browser, inspector.url)
            yield* Pages.step(async () => {
              await page.clock.install()
              await expect.poll(() => page.locator(".list .empty-title").textContent()).toBe("No orders yet")
              isBroken = true
              await expect.poll(() => page.locator(".banner").isVisible(), { timeout: 5000 }).toBe(true)
              assert.isNotEmpty(await page.locator(".banner p").textContent())
              const status = () => page.locator(".status").getAttribute("data-status")
              await expect.poll(status).toBe("troubled")
              isBroken = false
              await expect.poll(status, { timeout: 5000 }).toBe("live")
              await page.waitForTimeout(1500)
              await page.clock.fastForward(9000)
              await expect.poll(() => page.locator(".banner").isVisible()).toBe(false)
            })
          }),
        {
          desk: (desk) => ({
            ...desk,
            summary: Effect.suspend(() =>
              isBroken ? Effect.die(new Error("the disk is gone")) : desk.summary
            )
          })
        }
      )
    })
  )
})
