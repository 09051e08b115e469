/** The checkout page as a process of its own, seen by a browser with JavaScript, by one without, and by none. */
import type { Server } from "node:http"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { createAdaptorServer } from "@hono/node-server"
import { Sandbox } from "@umf-order-sync/node"
import * as Effect from "effect/Effect"
import * as Checkout from "../../examples/checkout-page/src/Checkout.ts"
import * as Words from "../../examples/checkout-page/src/Words.ts"
import { appFolder } from "../support/pages.ts"
import * as Chromium from "./support/Chromium.ts"
import * as Program from "./support/Program.ts"

const LISTENING = /The shop listens on (http:\/\/127\.0\.0\.1:\d+)/

/** A shop that listens, with a sandbox behind it. */
const shop = (prefix: string) =>
  Effect.gen(function* () {
    const folder = yield* appFolder
    const sandbox = yield* Sandbox.Sandbox.make({ keysDirectory: folder })
    const program = yield* Program.start("examples/checkout-page/src/main.ts", [], {
      ...Program.environment(folder, sandbox),
      SHOP_STORE: join(folder, "checkout.sqlite"),
      SHOP_ORDER_PREFIX: prefix,
      PORT: "0"
    })
    yield* Effect.promise(() => Program.until("the shop listens", () => LISTENING.test(program.output())))
    const asked = async () => (await Effect.runPromise(sandbox.received)).length
    return { ...program, url: LISTENING.exec(program.output())?.[1] ?? "", asked }
  })

/** Orders something, and gives the address of its page. */
const order = async (url: string): Promise<string> => {
  const response = await fetch(`${url}/checkout`, { method: "POST", redirect: "manual" })
  assert.strictEqual(response.status, 303)
  return new URL(response.headers.get("location") ?? "", url).href
}

const textOf = async (page: string, language = "en"): Promise<string> =>
  (await fetch(page, { headers: { "accept-language": language } })).text()

/** Ends the shop as an operator does. */
const stopped = async ({ child, ended }: Program.Program): Promise<void> => {
  child.kill("SIGTERM")
  assert.strictEqual(await ended, 0)
}

const state = (name: string, tag: "polling" | "settled" | "attention") => ({
  orderId: "a",
  state: name,
  settled: tag === "settled",
  attention: tag === "attention",
  paid: false
})

describe("the checkout page's words", () => {
  it("call an order failed only when it has failed, and never while it is asked or in question", () => {
    const shown = {
      "open.querying": Words.shownOf(state("open.querying", "polling")),
      "closingSuspected.waiting": Words.shownOf(state("closingSuspected.waiting", "polling")),
      "refunding.waiting": Words.shownOf(state("refunding.waiting", "polling")),
      paid: Words.shownOf(state("paid", "settled")),
      payFailed: Words.shownOf(state("payFailed", "settled")),
      closed: Words.shownOf(state("closed", "settled")),
      refundFailed: Words.shownOf(state("refundFailed", "settled")),
      unresolved: Words.shownOf(state("unresolved", "attention")),
      rejected: Words.shownOf(state("rejected", "attention"))
    }
    assert.deepStrictEqual(shown, {
      "open.querying": "waiting",
      "closingSuspected.waiting": "waiting",
      "refunding.waiting": "goingBack",
      paid: "paid",
      payFailed: "failed",
      closed: "closed",
      refundFailed: "inQuestion",
      unresolved: "inQuestion",
      rejected: "inQuestion"
    })
    for (const language of ["en", "zh"] as const) {
      const { failed, ...others } = Words.words[language]
      assert.notMatch(JSON.stringify(others), /fail|did not go through|失败|未成功/i)
      assert.match(JSON.stringify(failed), /did not go through|未成功/)
    }
  })
})

describe.concurrent("the checkout page", () => {
  it.live(
    "given an order without a result, then it says waiting, and whoever waits gets the result when it comes",
    () =>
      Effect.gen(function* () {
        const running = yield* shop("notpay-then-paid-")
        yield* Effect.promise(async () => {
          const page = await order(running.url)
          const before = await textOf(page)
          assert.include(before, "Waiting for the payment")
          assert.include(before, '<noscript><meta http-equiv="refresh" content="5"></noscript>')
          assert.include(await textOf(page, "zh-CN,zh;q=0.9,en;q=0.8"), "等待支付结果")
          assert.strictEqual((await fetch(`${page}/wait`)).status, 200)
          const after = await textOf(page)
          assert.include(after, "<h1>Paid</h1>")
          assert.notInclude(after, "refresh")
          await stopped(running)
          assert.strictEqual(running.errors(), "")
        })
      }).pipe(Effect.scoped),
    60_000
  )

  it.live(
    "order numbers are escaped; unknown ones, and what is none, are no orders; a stop ends waiting pages",
    () =>
      Effect.gen(function* () {
        const running = yield* shop(`never-decided-"'><script>-`)
        yield* Effect.promise(async () => {
          const page = await order(running.url)
          const text = await textOf(page)
          assert.include(text, "never-decided-&quot;&#39;&gt;&lt;script&gt;-")
          assert.strictEqual(text.split("<script").length, 2)
          for (const wrong of ["nobody", "<script>alert(1)</script>", "a&b", "x".repeat(65)]) {
            const there = `${running.url}/checkout/${encodeURIComponent(wrong)}`
            const response = await fetch(there)
            assert.strictEqual(response.status, 404)
            assert.notInclude(await response.text(), "<script>alert")
            assert.strictEqual((await fetch(`${there}/wait`)).status, 404)
          }
          const csp = (await fetch(page)).headers.get("content-security-policy")
          assert.match(csp ?? "", /^default-src 'none'; script-src 'self'/)
          // A notification that claims the payment concludes nothing, and makes it ask at once.
          const orderId = decodeURIComponent(page.split("/").at(-1) ?? "")
          const asked = await running.asked()
          const body = new URLSearchParams({
            orderId,
            retCode: "0000",
            transState: "SUCCESS",
            amount: "8888"
          })
          assert.strictEqual((await fetch(`${running.url}/umf/notify`, { method: "POST", body })).status, 200)
          await Program.until("it asks again", async () => (await running.asked()) > asked)
          assert.include(await textOf(page), "Waiting for the payment")

          const waiting = fetch(`${page}/wait`)
          await Program.until("it asks on", async () => (await running.asked()) > asked + 1)
          await stopped(running)
          assert.strictEqual((await waiting).status, 503)
        })
      }).pipe(Effect.scoped),
    60_000
  )
})

describe("the checkout page's waiting", () => {
  it.live("ends with the customer's connection, and is bounded", () =>
    Effect.gen(function* () {
      const signals: Array<AbortSignal> = []
      const app = Checkout.make({
        sync: {
          get: async () => undefined,
          handOver: async () => state("open.querying", "polling"),
          waitFor: (_, { signal } = {}) =>
            new Promise((_, reject) => {
              assert(signal !== undefined)
              signals.push(signal)
              signal.addEventListener("abort", () => reject(signal.reason))
            })
        },
        notifications: { web: async () => new Response() },
        prefix: "",
        mostWaiting: 2,
        onError: assert.fail
      })
      const server = yield* Effect.acquireRelease(
        Effect.callback<Server>((resume) => {
          const listening = createAdaptorServer({ fetch: app.fetch }) as Server
          listening.listen(0, "127.0.0.1", () => resume(Effect.succeed(listening)))
        }),
        (listening) => Effect.promise(async () => void listening.close())
      )
      const address = server.address()
      assert(typeof address === "object" && address !== null)
      const url = `http://127.0.0.1:${address.port}/checkout/a/wait`
      yield* Effect.promise(async () => {
        const customers = [new AbortController(), new AbortController()] as const
        const waits = customers.map(({ signal }) => fetch(url, { signal }).catch(() => "left"))
        await Program.until("both wait", () => signals.length === 2)
        assert.strictEqual((await fetch(url)).status, 503)
        customers[0].abort()
        assert.strictEqual(await waits[0], "left")
        await Program.until("the server knows", () => signals.some(({ aborted }) => aborted))
        assert.strictEqual(signals.filter(({ aborted }) => aborted).length, 1)
        const next = new AbortController()
        const waited = fetch(url, { signal: next.signal }).catch(() => "left")
        await Program.until("the place is taken again", () => signals.length === 3)
        customers[1].abort()
        next.abort()
        await Promise.all([...waits, waited])
      })
    }).pipe(Effect.scoped)
  )
})

describe.skipIf(!(await Chromium.isAvailable()))(
  "the checkout page in a browser",
  { concurrent: true },
  () => {
    for (const javaScriptEnabled of [true, false]) {
      it.live(
        `shows the payment by itself, ${javaScriptEnabled ? "at once with" : "in a while without"} JavaScript`,
        () =>
          Effect.gen(function* () {
            const running = yield* shop("notpay-then-paid-")
            const page = yield* Chromium.page({ javaScriptEnabled })
            const requests: Array<string> = []
            page.on("request", (request) => requests.push(new URL(request.url()).pathname))
            yield* Effect.promise(async () => {
              await page.goto(running.url)
              await page.getByRole("button").click()
              await page.getByRole("heading", { name: "Waiting for the payment" }).waitFor()
              await page.getByRole("heading", { name: "Paid" }).waitFor()
            })
            const waits = requests.filter((path) => path.endsWith("/wait")).length
            const loads = requests.filter((path) => /^\/checkout\/[^/]+$/.test(path)).length
            // With JavaScript one request waits, and the page is loaded again once.
            if (javaScriptEnabled) assert.deepStrictEqual([waits, loads], [1, 2])
            else assert.isTrue(waits === 0 && loads >= 2)
          }).pipe(Effect.scoped),
        60_000
      )
    }
  }
)
