import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { expect } from "vitest"
import { leadingTo } from "../../src/cli/OpenPage.ts"
import * as Servers from "../support/servers.ts"
import * as Chromium from "./chromium.ts"
import * as Pages from "./pages.ts"
import * as Service from "./service.ts"

const started = await Chromium.launch(afterAll)

const paying = { steps: [{ answer: { _tag: "Paying" } }] } as const

/** What a browser says of a request that was turned away. */
const turnedAway = /Failed to load resource: the server responded with a status of 40[13]/

describe.skipIf("missing" in started)("who gets to the page", () => {
  if ("missing" in started) return
  const { browser } = started

  it.live(
    "given the address that was printed, the token is taken out of it at once, and lasts for the tab",
    () =>
      Effect.gen(function* () {
        const { service } = yield* Service.make()
        yield* service.hand("till-1", paying)
        const { page } = yield* Pages.open(browser, service.url)
        yield* Pages.step(async () => {
          await Pages.row(page, "till-1").waitFor()
          assert.strictEqual(page.url(), `${service.origin}/`)
          assert.notInclude(await page.content(), Service.token)
          assert.notInclude(String(await page.evaluate("JSON.stringify(localStorage)")), Service.token)
          await page.goBack().catch(() => null)
          assert.notInclude(page.url(), Service.token)
          await page.goto(`${service.origin}/`)
          await Pages.row(page, "till-1").waitFor()
          await page.reload()
          await Pages.row(page, "till-1").waitFor()
          // Another tab has to have its own.
          const other = await page.context().newPage()
          await other.goto(`${service.origin}/`)
          await expect.poll(() => other.locator("h1").textContent()).toBe("This page needs its token")
        })
      })
  )

  it.live(
    "given the file that --open leads through, or a link on another page, it is the page, with its token taken out",
    () =>
      Effect.gen(function* () {
        const { service } = yield* Service.make()
        yield* service.hand("till-1", paying)
        const { page } = yield* Pages.open(browser, service.url)
        yield* Pages.step(async () => {
          const folder = mkdtempSync(join(tmpdir(), "umf-open-"))
          const file = join(folder, "open.html")
          writeFileSync(file, leadingTo(service.url))
          const opened = await page.context().newPage()
          await opened.goto(pathToFileURL(file).href)
          await Pages.row(opened, "till-1").waitFor()
          assert.strictEqual(opened.url(), `${service.origin}/`)
          rmSync(folder, { recursive: true })
        })
      })
  )

  it.live(
    "given no token or a wrong one, the page says what to do, in both languages; the right one lets it in",
    () =>
      Effect.gen(function* () {
        const { service } = yield* Service.make()
        yield* service.hand("till-1", paying)
        const { page } = yield* Pages.open(browser, service.origin, { expected: turnedAway })
        yield* Pages.step(async () => {
          await expect.poll(() => page.locator("h1").textContent()).toBe("This page needs its token")
          assert.match(
            (await page.locator("main p").first().textContent()) ?? "",
            /Open the address that the inspector printed/
          )
          await page.getByRole("button", { name: "中文" }).click()
          await expect.poll(() => page.locator("h1").textContent()).toBe("此页面需要令牌")
          await page.getByRole("button", { name: "English" }).click()
          await page.goto(`${service.origin}/#token=not-the-token-that-was-printed`)
          await expect.poll(() => page.locator("h1").textContent()).toBe("The token was refused")
          assert.match(
            (await page.locator("main p").first().textContent()) ?? "",
            /started anew: open the address/
          )
          await expect.poll(() => page.url()).toBe(`${service.origin}/`)
          await page.goto(`${service.origin}/#token=${encodeURIComponent("不是令牌\n")}`)
          await expect.poll(() => page.locator("h1").textContent()).toBe("The token was refused")
          await page.goto(service.url)
          await Pages.row(page, "till-1").waitFor()
        })
      })
  )

  it.live("given a page of another origin, it gets nothing and moves nothing, whatever it tries", () =>
    Effect.gen(function* () {
      const { service } = yield* Service.make()
      yield* service.hand("till-1", paying)
      const evil = yield* Servers.http((_, response) => {
        response.writeHead(200, { "content-type": "text/html" })
        response.end("<!doctype html><title>another site</title><body></body>")
      })
      // Somebody looks at the same time, so the inspector is at work and its token is in this browser.
      const { page: mine } = yield* Pages.open(browser, service.url)
      yield* Pages.step(async () => {
        await Pages.row(mine, "till-1").click()
        await expect.poll(() => mine.locator('[data-fact="queries"] dd').textContent()).toBe("1")
      })
      const asked = yield* service.sandbox.received
      for (const host of ["127.0.0.1", "localhost"]) {
        yield* Pages.step(async () => {
          const page = await mine.context().newPage()
          await page.goto(`http://${host}:${evil.port}/`)
          const at = (path: string) => JSON.stringify(`${service.origin}${path}`)
          const tried = await page.evaluate(`(async () => {
            const got = async (path, init) => {
              try {
                const response = await fetch(path, init)
                return response.type + " " + response.status + " " + (await response.text())
              } catch (error) {
                return "nothing: " + error.name
              }
            }
            const element = (name, attributes) => new Promise((resolve) => {
              const made = Object.assign(document.createElement(name), attributes)
              made.onload = () => resolve(made.contentDocument === null ? "sealed" : "loaded")
              made.onerror = () => resolve("nothing")
              document.body.append(made)
            })
            const bearer = { authorization: "Bearer ${Service.token}" }
            return {
              read: await got(${at("/api/orders")}),
              readBlind: await got(${at("/api/orders")}, { mode: "no-cors" }),
              readWithToken: await got(${at("/api/orders")}, { headers: bearer }),
              page: await got(${at("/")}, { mode: "no-cors" }),
              act: await got(${at("/api/orders/1/hint")}, { method: "POST", mode: "no-cors", body: "{}" }),
              script: await element("script", { src: ${at("/page/main.js")} }),
              style: await element("link", { rel: "stylesheet", href: ${at("/style.css")} }),
              image: await element("img", { src: ${at("/lifecycle.en.svg")} }),
              frame: await element("iframe", { src: ${at("/")} })
            }
          })()`)
          assert.deepStrictEqual(tried, {
            read: "nothing: TypeError",
            readBlind: "nothing: TypeError",
            readWithToken: "nothing: TypeError",
            page: "nothing: TypeError",
            act: "nothing: TypeError",
            script: "nothing",
            style: "nothing",
            image: "nothing",
            frame: "sealed"
          })
          // A frame is empty, too: the inspector's page is not even in one that can't be looked into.
          for (const frame of page.frames().slice(1)) {
            assert.notInclude(await frame.content().catch(() => ""), "Order inspector")
          }
          // A form goes where it is sent, as a whole page, and is turned away there.
          await page.evaluate(`(() => {
            const form = Object.assign(document.createElement("form"), { method: "post", action: ${at("/api/orders/1/hint")} })
            document.body.append(form)
            form.submit()
          })()`)
          await page.waitForURL(/\/api\/orders\/1\/hint$/)
          assert.match((await page.locator("body").textContent()) ?? "", /not answered/)
          await page.close()
        })
      }
      assert.deepStrictEqual(yield* service.sandbox.received, asked)
    })
  )
})
