import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as Sandbox from "../../src/sandbox/Sandbox.ts"
import { codes, fieldsOf, http, query, signatureOf, signedBody } from "./merchant.ts"

describe("troubles of transport", () => {
  it.effect("cut-then-paid cuts the body half-way, reset-then-paid before it", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      const cut = yield* query(sandbox, "cut-then-paid")
      assert.isTrue(cut.cut)
      assert.strictEqual(cut.status, 200)
      assert.strictEqual(Buffer.byteLength(cut.body), Math.floor(Number(cut.headers["content-length"]) / 2))
      const reset = yield* query(sandbox, "reset-then-paid")
      assert.deepStrictEqual([reset.status, reset.cut], [0, true])
      assert.deepStrictEqual(yield* codes(sandbox, "cut-then-paid", 1), ["0000"])
      assert.deepStrictEqual(yield* codes(sandbox, "reset-then-paid", 1), ["0000"])
    })
  )

  it.effect("slow-then-paid answers after 70 s, and then at once", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      const slow = yield* Effect.forkChild(query(sandbox, "slow-then-paid"))
      yield* received(sandbox, 1)
      yield* TestClock.adjust(69_999)
      assert.deepStrictEqual(yield* codes(sandbox, "slow-then-paid", 1), ["0000"])
      assert.isUndefined(slow.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.strictEqual(fieldsOf(yield* Fiber.join(slow)).retCode, "0000")
    })
  )

  it.live("slow-drip comes byte by byte, and is a true answer in the end", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make({ timeScale: 10_000 })
      const seen = yield* query(sandbox, "slow-drip")
      assert.strictEqual(yield* signatureOf(sandbox, seen), "ok")
      assert.strictEqual(fieldsOf(seen).transState, "SUCCESS")
    })
  )

  it.effect("huge-body is a true answer of 1 MiB", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      const seen = yield* query(sandbox, "huge-body")
      assert.strictEqual(Buffer.byteLength(seen.body), 1_048_576)
      assert.strictEqual(fieldsOf(seen).retCode, "0000")
    })
  )

  it.effect("html, bad-gateway and rate-limited are no answers of the platform", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      const html = yield* query(sandbox, "html")
      assert.strictEqual(html.status, 200)
      assert.match(html.headers["content-type"] ?? "", /^text\/html/)
      assert.match(html.body, /^<!DOCTYPE html>/)
      assert.strictEqual((yield* query(sandbox, "bad-gateway")).status, 502)
      const limited = yield* query(sandbox, "rate-limited")
      assert.deepStrictEqual([limited.status, limited.headers["retry-after"]], [429, "1"])
      assert.deepStrictEqual(yield* codes(sandbox, "rate-limited", 1), ["0000"])
    })
  )

  it.effect("redirect points elsewhere on loopback, where a follower would see a payment", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      const seen = yield* query(sandbox, "redirect")
      assert.strictEqual(seen.status, 307)
      const elsewhere = new URL(seen.headers.location ?? "", sandbox.baseUrl)
      assert.strictEqual(elsewhere.origin, new URL(sandbox.baseUrl).origin)
      const body = yield* signedBody(sandbox, { merId: sandbox.merId, orderId: "redirect" })
      const followed = yield* http(elsewhere.href, { method: "POST", body })
      assert.strictEqual(fieldsOf(followed).transState, "SUCCESS")
    })
  )

  it.live("closing the scope closes every socket, also during a slow drip and a delay", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const sandbox = yield* Scope.provide(Sandbox.make(), scope)
      const drip = yield* Effect.forkChild(query(sandbox, "slow-drip"))
      const late = yield* Effect.forkChild(query(sandbox, "slow-then-paid"))
      yield* received(sandbox, 2)
      yield* Effect.sleep(20)
      yield* Scope.close(scope, Exit.void)
      const dripped = yield* Fiber.join(drip)
      assert.isTrue(dripped.cut)
      assert.isAtLeast(dripped.body.length, 1)
      assert.isTrue((yield* Fiber.join(late)).cut)
      assert.strictEqual((yield* http(`${sandbox.adminUrl}/scripts`)).status, 0)
    })
  )
})

/** Waits until the sandbox has received so many queries. */
const received = (sandbox: Sandbox.Running, count: number): Effect.Effect<void> =>
  Effect.gen(function* () {
    while ((yield* sandbox.received).length < count) {
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
    }
  })
