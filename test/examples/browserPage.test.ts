/** The browser page: built, weighed, and opened in a real browser. */
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { afterAll, assert, beforeAll, describe, it, vi } from "@effect/vitest"
import { QuerySchedule } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import type { Locator, Page } from "playwright-core"
import { build, type InlineConfig, type PreviewServer, preview, type Rolldown } from "vite"
import * as Parts from "../../examples/browser-page/src/Parts.ts"
import * as ShopPlugin from "../../examples/browser-page/src/ShopPlugin.ts"
import { root } from "../support/pages.ts"
import * as Chromium from "./support/Chromium.ts"

const folder = join(root, "examples/browser-page")
const source = (name: string) =>
  fileURLToPath(new URL(`../../packages/${name}/src/index.ts`, import.meta.url))

/** What `vite build` takes in the example's folder, but from the sources, so that no build can be stale. */
const config: InlineConfig = {
  root: folder,
  configFile: false,
  logLevel: "silent",
  resolve: { alias: { "@umf-order-sync/core": source("core"), "@umf-order-sync/machine": source("machine") } }
}

const built = async (more: InlineConfig["build"]): Promise<Rolldown.RolldownOutput> => {
  const result = await build({ ...config, build: { ...Parts.build, ...more } })
  assert(!Array.isArray(result) && "output" in result)
  return result
}

beforeAll(() => void vi.stubEnv("NODE_ENV", "production"))
afterAll(() => void vi.unstubAllEnvs())

interface Weight {
  readonly minified: number
  readonly gzipped: number
}

const KB = 1000

/** The scripts of the built page by their parts, in bytes. */
const weigh = async (): Promise<Readonly<Record<string, Weight>>> => {
  const { output } = await built({ write: false })
  const scripts = output.flatMap((file) => (file.type === "chunk" ? [file] : []))
  return Object.fromEntries(
    scripts.map(({ name, isEntry, code }) => [
      isEntry ? "page" : name,
      { minified: Buffer.byteLength(code), gzipped: gzipSync(code, { level: 9 }).length }
    ])
  )
}

/** What the README states of each part, in bytes. */
const stated = async (): Promise<Readonly<Record<string, Weight>>> => {
  const rows = (await readFile(join(folder, "README.md"), "utf8")).matchAll(
    /^\| `([\w-]+)`.*\| +([\d.]+) kB +\| +([\d.]+) kB +\|$/gm
  )
  return Object.fromEntries(
    [...rows].map(([, part = "", minified, gzipped]) => [
      part,
      { minified: Number(minified) * KB, gzipped: Number(gzipped) * KB }
    ])
  )
}

describe("the page's weight", () => {
  it("is what the README says, within a tenth, and what the library adds stays below 40 kB", async () => {
    const { "rolldown-runtime": _, ...weights } = await weigh()
    const told = await stated()
    assert.sameMembers(Object.keys(weights), ["page", "order", "effect", "xstate", "react"])
    assert.sameMembers(Object.keys(told), Object.keys(weights))
    for (const [part, weight] of Object.entries(weights)) {
      for (const kind of ["minified", "gzipped"] as const) {
        const figure = told[part]?.[kind] ?? 0
        assert.closeTo(weight[kind], figure, figure / 10 + 0.1 * KB, `${part}, ${kind}`)
      }
    }
    const added = (weights.order?.gzipped ?? 0) + (weights.effect?.gzipped ?? 0)
    assert.isBelow(added, 40 * KB)
    const all = Object.values(weights).reduce((sum, { gzipped }) => sum + gzipped, 0)
    assert.isBelow(all, 130 * KB)
  }, 60_000)
})

/** Fast enough for a test; the ratios are the machine's usual ones. */
const schedule: QuerySchedule.QuerySchedule = {
  ...QuerySchedule.defaults,
  firstEvery: 300,
  confirmAfter: 600,
  recheckAfter: [2500, 60_000]
}

/** `vite build` and `vite preview`, on a free port. */
const served = Effect.acquireRelease(
  Effect.promise(async () => {
    const outDir = await mkdtemp(join(tmpdir(), "umf-page-"))
    await built({ outDir, emptyOutDir: true })
    const server = await preview({
      ...config,
      build: { outDir },
      plugins: [ShopPlugin.make({ schedule })],
      preview: { host: "127.0.0.1", port: 0 }
    })
    return { outDir, server }
  }),
  ({ outDir, server }) =>
    Effect.promise(async () => {
      await server.close()
      await rm(outDir, { recursive: true, force: true })
    })
)

const originOf = (server: PreviewServer): string => {
  const address = server.httpServer.address()
  assert(typeof address === "object" && address !== null)
  return `http://127.0.0.1:${address.port}`
}

const textOf = async (locator: Locator): Promise<string> => (await locator.textContent()) ?? ""

/** Each result that the page shows, in their order, until the last one wanted. */
const resultsUntil = async (page: Page, last: string): Promise<ReadonlyArray<string>> => {
  const seen: Array<string> = []
  const deadline = Date.now() + 20_000
  while (seen.at(-1) !== last && Date.now() < deadline) {
    const result = await page.locator("article").getAttribute("data-result")
    if (result !== null && result !== seen.at(-1)) seen.push(result)
    await page.waitForTimeout(20)
  }
  return seen
}

describe.skipIf(!(await Chromium.isAvailable()))("the page in a browser", () => {
  it.live(
    "shows the states that the server tells, and what a person may do",
    () =>
      Effect.gen(function* () {
        const { server } = yield* served
        const page = yield* Chromium.page()
        const origin = originOf(server)
        const open = (query: string) => page.goto(`${origin}/?order=${query}`)
        const faults: Array<string> = []
        const answers: Array<string> = []
        const logged: Array<string> = []
        page.on("pageerror", (error) => faults.push(String(error)))
        page.on("console", (message) => logged.push(message.text()))
        page.on("response", async (response) => {
          if (response.url().includes("/api/")) answers.push(await response.text().catch(() => ""))
        })
        yield* Effect.promise(async () => {
          await open("paid-1&inspect=console")
          assert.deepStrictEqual(await resultsUntil(page, "paid"), ["open", "paid"])
          const text = await textOf(page.locator("article"))
          assert.include(text, "the money was taken")
          assert.include(text, "Deliver.")
          assert.include(text, "¥88.88")
          assert.strictEqual(await page.locator("button").count(), 0)
          assert.isTrue(logged.some((line) => line.includes('{"result":"paid","asking":"idle"}')))

          logged.length = 0
          await open("failed-1&lang=zh")
          assert.strictEqual((await resultsUntil(page, "payFailed")).at(-1), "payFailed")
          assert.include(await textOf(page.locator("article")), "支付失败")
          assert.deepStrictEqual(
            logged.filter((line) => line.includes("[xstate]")),
            []
          )

          // Money that comes after the order was closed: the page goes on looking, and says so.
          await open("late-1")
          assert.strictEqual((await resultsUntil(page, "closed")).at(-1), "closed")
          assert.include(await textOf(page.locator("article")), "closed, unpaid")
          assert.strictEqual((await resultsUntil(page, "paid")).at(-1), "paid")
          assert.include(await textOf(page.getByRole("alert")), "late")

          // A person is needed, looks, and has it asked again.
          await open("strange-1")
          assert.strictEqual((await resultsUntil(page, "unresolved")).at(-1), "unresolved")
          await page.getByRole("button", { name: "Ask again" }).click()
          assert.strictEqual((await resultsUntil(page, "paid")).at(-1), "paid")

          await open("pending-1")
          assert.strictEqual((await resultsUntil(page, "open")).at(-1), "open")
          await page.getByRole("button", { name: "Ask now" }).waitFor()

          await open("nobody-1")
          await page.getByText("The shop knows no order of this number.").waitFor()
        })
        assert.deepStrictEqual(faults, [])
        // What the platform says besides stays on the server.
        assert.isAbove(answers.length, 10)
        assert.notMatch(answers.join("\n"), /seq-of-the-platform|a message of the platform|paySeq|retMsg/)
      }).pipe(Effect.scoped),
    60_000
  )

  it.live(
    "keeps what it knows when the shop can't be reached, and calls nothing failed",
    () =>
      Effect.gen(function* () {
        const { server } = yield* served
        const page = yield* Chromium.page()
        yield* Effect.promise(async () => {
          await page.goto(`${originOf(server)}/?order=pending-1`)
          await page.getByText("not decided yet").waitFor()
          await page.route("**/api/**", (route) => route.abort())
          await page.getByText("The shop can't be reached now.").waitFor()
          const text = await textOf(page.locator("article"))
          assert.include(text, "not decided yet")
          assert.notInclude(text, "failed")
          // An answer that is none is none: here a login page.
          await page.unroute("**/api/**")
          await page.route("**/api/**", (route) => route.fulfill({ body: "<html>Log in</html>" }))
          await page.waitForResponse("**/api/**")
          assert.include(await textOf(page.locator("article")), "not decided yet")
        })
      }).pipe(Effect.scoped),
    60_000
  )
})
