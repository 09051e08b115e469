import { randomBytes } from "node:crypto"
import type { ServerResponse } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { NoticeHandler } from "../../src/telling/NoticeHandler.ts"
import * as Webhook from "../../src/telling/Webhook.ts"
import { paidNotice } from "../support/notices.ts"
import * as Servers from "../support/servers.ts"

const secret = `whsec_${randomBytes(32).toString("base64")}`
const notice = paidNotice("order-1", 1_795_600_000_000)

/** A merchant's server that answers as `respond` does. */
const merchant = (respond: (response: ServerResponse) => void) =>
  Servers.http((_, response) => respond(response))

const hand = (url: string, options: Partial<Webhook.WebhookOptions> = {}) =>
  NoticeHandler.use((handler) => handler.hand(notice)).pipe(
    Effect.provide(Webhook.layer({ url, secret, ...options }))
  )

const status = (code: number) => (response: ServerResponse) => {
  response.writeHead(code, { location: "/elsewhere" })
  response.end("the merchant's own words")
}

describe("telling a merchant's URL", () => {
  it.live(
    "given a server that takes it, it got one POST that it can verify, and nothing else is sent along",
    () =>
      Effect.gen(function* () {
        const { url, requests: posts } = yield* merchant(status(204))
        yield* hand(url)
        assert.strictEqual(posts.length, 1)
        const [post] = posts
        if (post === undefined) return assert.fail()
        assert.deepStrictEqual(
          Webhook.verifyWebhook({ secret, headers: post.headers, body: post.body }),
          notice
        )
        assert.strictEqual(post.headers["webhook-id"], notice.id)
        for (const name of ["b3", "traceparent", "cookie", "authorization"]) {
          assert.notProperty(post.headers, name)
        }
      })
  )

  it.live.each([301, 302, 307, 400, 401, 404, 410, 429, 500, 503])(
    "given the status %i, it has not arrived, no redirect is followed, and the answer's words stay out of the error",
    (code) =>
      Effect.gen(function* () {
        const { url, requests: posts } = yield* merchant(status(code))
        const error = yield* Effect.flip(hand(url))
        assert.instanceOf(error, Webhook.WebhookRefused)
        assert.include(String(error), String(code))
        assert.notInclude(String(error), "words")
        assert.strictEqual(posts.length, 1)
      })
  )

  it.live("given a server whose answer never ends, its status counts, and the rest is not read", () =>
    Effect.gen(function* () {
      const { url } = yield* merchant((response) => {
        response.writeHead(200)
        const drip = setInterval(() => response.write("x".repeat(65_536)), 5)
        response.on("close", () => clearInterval(drip))
      })
      yield* hand(url)
      yield* hand(url)
    })
  )

  it.live("given nobody who listens, it says so with the system's word", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(hand("http://127.0.0.1:1/hook"))
      assert.instanceOf(error, Webhook.WebhookUnreachable)
      assert.include(String(error), "ECONNREFUSED")
    })
  )

  it.effect("given a server that says nothing, it is a time-out", () =>
    Effect.gen(function* () {
      const { url } = yield* merchant(() => {})
      const telling = yield* Effect.forkChild(Effect.flip(hand(url)), { startImmediately: true })
      yield* TestClock.adjust("15 seconds")
      assert.include(String(yield* Fiber.join(telling)), "time-out")
    })
  )

  it.effect.each([
    ["http://example.com/hook", "https://"],
    ["https://user:pass@example.com/hook", "password"],
    ["not a url", "not a URL"],
    ["ftp://127.0.0.1/", "https://"]
  ] as const)("given the URL %s, it is refused at the start", ([url, expected]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(hand(url))
      assert.include(String(error), expected)
      assert.notInclude(String(error), "user:pass")
    })
  )

  it.effect("given a secret that can't be used, it is refused at the start, and stays out of the error", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(hand("https://example.com", { secret: "hunter2-hunter2" }))
      assert.include(String(error), "whsec_")
      assert.notInclude(String(error), "hunter2")
    })
  )
})
