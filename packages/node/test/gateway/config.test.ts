import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as GatewayConfig from "../../src/gateway/GatewayConfig.ts"

const path = "/pay/orderquery"

describe("the address", () => {
  const good: ReadonlyArray<readonly [string | undefined, string]> = [
    [undefined, `https://mofunapi.umfintech.com/in-pay-client${path}`],
    ["https://example.com", `https://example.com${path}`],
    ["https://example.com/", `https://example.com${path}`],
    ["https://example.com/in-pay-client//", `https://example.com/in-pay-client${path}`],
    ["https://example.com:8443/a/b", `https://example.com:8443/a/b${path}`],
    [`https://example.com/a${path}`, `https://example.com/a${path}`],
    [`https://example.com/a${path}/`, `https://example.com/a${path}`],
    ["HTTPS://EXAMPLE.COM/a", `https://example.com/a${path}`],
    ["http://127.0.0.1:8080/in-pay-client", `http://127.0.0.1:8080/in-pay-client${path}`],
    ["http://127.1.2.3", `http://127.1.2.3${path}`],
    ["http://localhost:1", `http://localhost:1${path}`],
    ["http://LOCALHOST", `http://localhost${path}`],
    ["http://[::1]:80", `http://[::1]${path}`],
    ["http://[::1]:81/x", `http://[::1]:81/x${path}`]
  ]
  for (const [baseUrl, url] of good) {
    it.effect(`${baseUrl ?? "the platform's, if nothing is said"} asks ${url}`, () =>
      Effect.gen(function* () {
        const config = yield* GatewayConfig.make({ baseUrl })
        assert.strictEqual(config.url, url)
        assert.strictEqual(config.origin, new URL(url).origin)
      })
    )
  }

  const bad: ReadonlyArray<readonly [string, RegExp]> = [
    ["", /not a URL/],
    ["example.com", /not a URL/],
    ["/in-pay-client", /not a URL/],
    ["http://example.com", /https:\/\//],
    ["http://mofunapi.umfintech.com/in-pay-client", /https:\/\//],
    ["http://127.0.0.1.evil.example", /https:\/\//],
    ["http://localhost.evil", /https:\/\//],
    ["http://localhost.", /https:\/\//],
    ["http://notlocalhost", /https:\/\//],
    ["http://128.0.0.1", /https:\/\//],
    ["http://10.0.0.1", /https:\/\//],
    ["http://0.0.0.0", /https:\/\//],
    ["http://[::]", /https:\/\//],
    ["http://[::2]", /https:\/\//],
    ["http://[fe80::1]", /https:\/\//],
    ["ftp://127.0.0.1", /https:\/\//],
    ["file:///etc/passwd", /https:\/\//],
    ["javascript:alert(1)", /https:\/\//],
    ["https://merchant@example.com", /user name/],
    ["https://merchant:hunter2@example.com", /password/],
    ["http://127.0.0.1@evil.example", /user name/],
    ["https://example.com?merId=1", /query/],
    ["https://example.com#top", /fragment/]
  ]
  for (const [baseUrl, why] of bad) {
    it.effect(`${baseUrl === "" ? "an empty one" : baseUrl} is refused`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(GatewayConfig.make({ baseUrl }))
        assert.deepStrictEqual([error._tag, error.setting], ["ConfigInvalid", "baseUrl"])
        assert.match(error.message, why)
        assert.notInclude(error.message, "hunter2")
      })
    )
  }
})

describe("the time-out", () => {
  const timeouts: ReadonlyArray<readonly [Duration.Input, "refused" | "accepted"]> = [
    ["60 seconds", "refused"],
    ["1 minute", "refused"],
    [60_000, "refused"],
    ["59.999 seconds", "refused"],
    [0, "refused"],
    [-1, "refused"],
    [Number.POSITIVE_INFINITY, "refused"],
    [Number.NaN, "refused"],
    [60_001, "accepted"],
    ["60.001 seconds", "accepted"],
    ["65 seconds", "accepted"],
    ["2 minutes", "accepted"]
  ]
  for (const [timeout, expected] of timeouts) {
    it.effect(`of ${String(timeout)} is ${expected}`, () =>
      Effect.gen(function* () {
        const result = yield* Effect.result(GatewayConfig.make({ timeout }))
        if (expected === "accepted") {
          assert.strictEqual(result._tag, "Success")
          return
        }
        assert.strictEqual(result._tag, "Failure")
        if (result._tag === "Failure") assert.strictEqual(result.failure.setting, "timeout")
      })
    )
  }

  it.effect("a minute is refused with the reason for it", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(GatewayConfig.make({ timeout: "1 minute" }))
      assert.match(error.message, /more than 60 s.*may take a minute/)
    })
  )

  it.effect("is 65 s by default, with 100 s for the whole query", () =>
    Effect.gen(function* () {
      const config = yield* GatewayConfig.make()
      assert.deepStrictEqual(
        [Duration.toMillis(config.timeout), Duration.toMillis(config.deadline)],
        [65_000, 100_000]
      )
    })
  )

  it.effect("leaves at least a second of the whole query's, by default too", () =>
    Effect.gen(function* () {
      const long = yield* GatewayConfig.make({ timeout: "3 minutes" })
      assert.isTrue(Duration.isGreaterThan(long.deadline, long.timeout))
      yield* GatewayConfig.make({ timeout: "70 seconds", deadline: "71 seconds" })
      const error = yield* Effect.flip(GatewayConfig.make({ timeout: "70 seconds", deadline: "70 seconds" }))
      assert.strictEqual(error.setting, "deadline")
    })
  )
})

describe("the other settings", () => {
  const bad: ReadonlyArray<readonly [GatewayConfig.GatewayOptions, string]> = [
    [{ maxBodyBytes: 1023 }, "maxBodyBytes"],
    [{ maxBodyBytes: 2048.5 }, "maxBodyBytes"],
    [{ maxBodyBytes: Number.POSITIVE_INFINITY }, "maxBodyBytes"],
    [{ retries: -1 }, "retries"],
    [{ retries: 0.5 }, "retries"],
    [{ retries: Number.NaN }, "retries"],
    [{ backOff: { base: 0, cap: "1 second" } }, "backOff.base"],
    [{ backOff: { base: "1 second", cap: Number.POSITIVE_INFINITY } }, "backOff.cap"],
    [{ rateLimit: { limit: 0, window: "1 second" } }, "rateLimit.limit"],
    [{ rateLimit: { limit: 1, window: 0 } }, "rateLimit.window"],
    [{ circuitBreaker: { failures: 0, openFor: "1 second" } }, "circuitBreaker.failures"],
    [{ circuitBreaker: { failures: 1, openFor: 0 } }, "circuitBreaker.openFor"],
    [{ connections: 0 }, "connections"],
    [{ deadline: Number.POSITIVE_INFINITY }, "deadline"]
  ]
  for (const [options, setting] of bad) {
    it.effect(`${JSON.stringify(options)} is refused, and named`, () =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(GatewayConfig.make(options))
        assert.strictEqual(error.setting, setting)
        assert.include(error.message, setting)
      })
    )
  }

  it.effect("at their least are accepted", () =>
    Effect.gen(function* () {
      const config = yield* GatewayConfig.make({
        maxBodyBytes: 1024,
        retries: 0,
        backOff: { base: 1, cap: 1 },
        rateLimit: { limit: 1, window: 1 },
        circuitBreaker: { failures: 1, openFor: 1 },
        connections: 1
      })
      assert.deepStrictEqual(config.backOff, { baseMillis: 1, capMillis: 1 })
      assert.deepStrictEqual([config.maxBodyBytes, config.retries, config.connections], [1024, 0, 1])
    })
  )
})
