import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import type { GatewayOptions } from "../../src/gateway/GatewayConfig.ts"
import { OrderGateway } from "../../src/gateway/OrderGateway.ts"
import { type Arrived, platform, type Reaction } from "../support/gateways.ts"
import * as Keys from "../support/keys.ts"
import { order } from "../support/orders.ts"

/** How a query ended, and when. */
interface Ended {
  readonly at: number
  readonly as: string
}

const ask = Effect.fnUntraced(function* (
  orderId = "order-1",
  merId = "90000001"
): Effect.fn.Return<Ended, never, OrderGateway> {
  const gateway = yield* OrderGateway
  const result = yield* Effect.result(gateway.query(order(orderId, { merId, amount: "8888" })))
  const at = yield* Clock.currentTimeMillis
  return { at, as: Result.isSuccess(result) ? result.success.verdict : result.failure.reason._tag }
})

/** One query to a platform that reacts like that, with time enough to end. Times count from its start. */
const queried = Effect.fnUntraced(function* (
  react: (index: number, request: Arrived) => Reaction,
  options: GatewayOptions = {},
  time: Duration.Input = "30 minutes"
): Effect.fn.Return<{ readonly ended: Ended; readonly times: ReadonlyArray<number> }> {
  const { arrived, layer } = platform(react)
  return yield* Effect.gen(function* () {
    const start = yield* Clock.currentTimeMillis
    const fiber = yield* Effect.forkChild(ask())
    yield* TestClock.adjust(time)
    const { at, as } = yield* Fiber.join(fiber)
    return { ended: { at: at - start, as }, times: arrived.map((request) => request.at - start) }
  }).pipe(Effect.provide(layer(options)))
})

const paid = { body: Keys.answers.paid }
const status = (code: number): Reaction => ({ status: code, body: "" })
const patient = { retries: 6, deadline: "20 minutes" } as const

describe("a retry", () => {
  const may: ReadonlyArray<readonly [string, Reaction]> = [
    ["a refused connection", "refuses the connection"],
    ["a time-out", "never answers"],
    ["HTTP 500", status(500)],
    ["HTTP 503", status(503)],
    ["HTTP 429", status(429)],
    ["9999", { body: Keys.answers.platformFault }]
  ]
  for (const [name, reaction] of may) {
    it.effect(`follows ${name}`, () =>
      Effect.gen(function* () {
        const { ended, times } = yield* queried((index) => (index < 2 ? reaction : paid), patient)
        assert.deepStrictEqual([ended.as, times.length], ["Paid", 3])
      })
    )
  }

  const mayNot: ReadonlyArray<readonly [string, Reaction, string]> = [
    ["HTTP 400", status(400), "HttpStatus"],
    ["HTTP 403", status(403), "HttpStatus"],
    ["HTTP 404", status(404), "HttpStatus"],
    ["HTTP 307", status(307), "HttpStatus"],
    ["a page that is no answer", { body: "<html></html>" }, "Unverified"],
    ["a signature that does not fit", { body: Keys.answers.paid.replace("SUCCESS", "NOTPAY") }, "Unverified"],
    ["another amount", { body: Keys.answers.otherAmount }, "Implausible"],
    ["an answer that is too large", { body: "x".repeat(70_000) }, "Unreadable"],
    ["being paid", { body: Keys.answers.paying }, "Paying"],
    ["closed", { body: Keys.answers.closed }, "Closed"],
    ["paid", paid, "Paid"]
  ]
  for (const [name, reaction, as] of mayNot) {
    it.effect(`never follows ${name}`, () =>
      Effect.gen(function* () {
        const { ended, times } = yield* queried(() => reaction, patient)
        assert.deepStrictEqual([ended.as, times.length], [as, 1])
      })
    )
  }

  it.effect("is made so often as configured, and not once more", () =>
    Effect.gen(function* () {
      for (const retries of [0, 1, 5]) {
        const { ended, times } = yield* queried(() => status(502), { ...patient, retries })
        assert.deepStrictEqual([ended.as, times.length], ["HttpStatus", retries + 1])
      }
      const { times } = yield* queried(() => status(502))
      assert.strictEqual(times.length, 3)
    })
  )

  it.effect("9999 that outlasts them is an answer, and says nothing about the order", () =>
    Effect.gen(function* () {
      const { ended, times } = yield* queried(() => ({ body: Keys.answers.platformFault }))
      assert.deepStrictEqual([ended.as, times.length], ["PlatformFault", 3])
    })
  )

  it.effect("waits between half and the whole of a doubled pause, up to the cap", () =>
    Effect.gen(function* () {
      const options: GatewayOptions = {
        retries: 6,
        deadline: "20 minutes",
        backOff: { base: "1 second", cap: "8 seconds" }
      }
      const firsts = new Set<number>()
      for (let run = 0; run < 40; run++) {
        const { times } = yield* queried(() => status(502), options)
        const pauses = times.slice(1).map((at, index) => at - (times[index] ?? 0))
        assert.strictEqual(pauses.length, 6)
        for (const [index, whole] of [1000, 2000, 4000, 8000, 8000, 8000].entries()) {
          const pause = pauses[index] ?? 0
          assert.isAtLeast(pause, whole / 2)
          assert.isAtMost(pause, whole)
        }
        firsts.add(Math.round(pauses[0] ?? 0))
      }
      assert.isAbove(firsts.size, 10)
      assert.isBelow(Math.min(...firsts), 650)
      assert.isAbove(Math.max(...firsts), 850)
    })
  )
})

describe("the deadline", () => {
  it.effect("leaves no room for a try that has less than its full time-out", () =>
    Effect.gen(function* () {
      const once = yield* queried(() => "never answers", { retries: 5 })
      assert.deepStrictEqual(once, { ended: { at: 65_000, as: "TimedOut" }, times: [0] })
      const twice = yield* queried(() => "never answers", { retries: 5, deadline: "140 seconds" })
      assert.deepStrictEqual([twice.ended.as, twice.times.length], ["TimedOut", 2])
      assert.isBelow(twice.ended.at, 131_001)
    })
  )

  it.effect("lets quick faults be retried as long as a full try fits", () =>
    Effect.gen(function* () {
      const react = (): Reaction => ({ status: 502, body: "", afterMillis: 10_000 })
      const { ended, times } = yield* queried(react, { retries: 20 })
      assert.strictEqual(ended.as, "HttpStatus")
      assert.isAtLeast(times.length, 3)
      for (const at of times) assert.isAtMost(at + 65_000, 100_000)
    })
  )

  it.effect("holds whatever the rate limit says", () =>
    Effect.gen(function* () {
      const { arrived, layer } = platform(() => paid)
      const ended = yield* Effect.gen(function* () {
        const fibers = yield* Effect.forEach(["a", "b", "c"], (id) => Effect.forkChild(ask(id)))
        yield* TestClock.adjust("1 hour")
        return yield* Effect.forEach(fibers, Fiber.join)
      }).pipe(Effect.provide(layer({ rateLimit: { limit: 1, window: "90 seconds" } })))
      assert.deepStrictEqual([ended[0], ended[2]?.as], [{ at: 0, as: "Paid" }, "DeadlineReached"])
      for (const { at } of ended) assert.isAtMost(at, 100_000)
      assert.isAtMost(arrived.length, 2)
    })
  )

  it.effect("no try is made that has less than its full time-out when its turn has come", () =>
    Effect.gen(function* () {
      const { ended, times } = yield* queried((index) => (index === 0 ? status(502) : "never answers"), {
        rateLimit: { limit: 1, window: "60 seconds" }
      })
      assert.deepStrictEqual([ended.as, times], ["HttpStatus", [0]])
    })
  )

  it.effect("holds for queries that wait for a connection", () =>
    Effect.gen(function* () {
      const { arrived, layer } = platform(() => ({ body: Keys.answers.paid, afterMillis: 60_000 }))
      const ended = yield* Effect.gen(function* () {
        const fibers = yield* Effect.forEach(["a", "b", "c"], (id) => Effect.forkChild(ask(id)))
        yield* TestClock.adjust("1 hour")
        return yield* Effect.forEach(fibers, Fiber.join)
      }).pipe(Effect.provide(layer({ connections: 1, retries: 0 })))
      assert.deepStrictEqual(
        ended.map(({ at }) => at),
        [60_000, 100_000, 100_000]
      )
      assert.isAtMost(arrived.length, 3)
    })
  )
})

describe("the rate limit", () => {
  const burst = (merchants: ReadonlyArray<string>, count: number) =>
    Effect.forEach(merchants, (merId) =>
      Effect.forEach(Array.from({ length: count }), (_, index) =>
        Effect.forkChild(ask(`order-${index}`, merId))
      )
    )

  it.effect("lets twenty a second go at once, and delays the twenty-first", () =>
    Effect.gen(function* () {
      const { arrived, layer } = platform(() => paid)
      yield* Effect.gen(function* () {
        yield* burst(["90000001"], 21)
        yield* TestClock.adjust(0)
        assert.strictEqual(arrived.length, 20)
        yield* TestClock.adjust("1 second")
        assert.strictEqual(arrived.length, 21)
        const last = arrived[20]?.at ?? 0
        assert.isAbove(last, 0)
        assert.isAtMost(last, 1000)
      }).pipe(Effect.provide(layer()))
    })
  )

  it.effect(
    "holds over a longer burst: a hundred take five seconds, and no second sees more than twenty",
    () =>
      Effect.gen(function* () {
        const { arrived, layer } = platform(() => paid)
        yield* Effect.gen(function* () {
          yield* burst(["90000001"], 100)
          yield* TestClock.adjust("10 seconds")
          const times = arrived.map(({ at }) => at).sort((a, b) => a - b)
          assert.strictEqual(times.length, 100)
          for (let index = 20; index < 100; index++)
            assert.strictEqual(times[index], 1000 + (index - 20) * 50)
        }).pipe(Effect.provide(layer()))
      })
  )

  it.effect("holds when the answers that all places wait for come at once", () =>
    Effect.gen(function* () {
      const { arrived, layer } = platform((index) => ({
        ...paid,
        afterMillis: index < 20 ? 4000 - 100 * index : 0
      }))
      yield* Effect.gen(function* () {
        yield* burst(["90000001"], 60)
        yield* TestClock.adjust("30 seconds")
        const times = arrived.map(({ at }) => at).sort((a, b) => a - b)
        assert.strictEqual(times.length, 60)
        for (let index = 10; index < 60; index++) {
          const within = (times[index] ?? 0) - (times[index - 10] ?? 0)
          assert.isAtLeast(within, 1000, `requests ${index - 10} to ${index}`)
        }
      }).pipe(Effect.provide(layer({ connections: 20, rateLimit: { limit: 10, window: "1 second" } })))
    })
  )

  it.effect("counts each merchant by itself", () =>
    Effect.gen(function* () {
      const { arrived, layer } = platform(() => paid)
      yield* Effect.gen(function* () {
        yield* burst(["90000001", "90000002"], 20)
        yield* TestClock.adjust(0)
        assert.strictEqual(arrived.length, 40)
      }).pipe(Effect.provide(layer()))
    })
  )

  it.effect("counts retries too", () =>
    Effect.gen(function* () {
      const { times } = yield* queried(() => status(502), {
        ...patient,
        retries: 2,
        rateLimit: { limit: 1, window: "10 seconds" },
        backOff: { base: 1, cap: 1 }
      })
      assert.deepStrictEqual(times, [0, 10_000, 20_000])
    })
  )
})

describe("the circuit breaker", () => {
  const options: GatewayOptions = { retries: 0, circuitBreaker: { failures: 3, openFor: "15 seconds" } }

  const inARow = (count: number) =>
    Effect.map(
      Effect.forEach(Array.from({ length: count }), () => ask()),
      (all) => all.map(({ as }) => as)
    )

  const faults: ReadonlyArray<readonly [string, Reaction]> = [
    ["HTTP 502", status(502)],
    ["refused connections", "refuses the connection"],
    ["9999", { body: Keys.answers.platformFault }]
  ]
  for (const [name, reaction] of faults) {
    it.effect(`opens after so many faults in a row (${name}), and then sends nothing`, () =>
      Effect.gen(function* () {
        const { arrived, layer } = platform(() => reaction)
        yield* Effect.gen(function* () {
          const said = yield* inARow(10)
          assert.deepStrictEqual(new Set(said.slice(3)), new Set(["CircuitOpen"]))
          assert.notInclude(said.slice(0, 3), "CircuitOpen")
          yield* TestClock.adjust("14999 millis")
          assert.deepStrictEqual(yield* inARow(2), ["CircuitOpen", "CircuitOpen"])
          assert.strictEqual(arrived.length, 3)
        }).pipe(Effect.provide(layer(options)))
      })
    )
  }

  it.effect("counts time-outs", () =>
    Effect.gen(function* () {
      const { arrived, layer } = platform(() => "never answers")
      yield* Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(inARow(4))
        yield* TestClock.adjust("10 minutes")
        assert.deepStrictEqual(yield* Fiber.join(fiber), ["TimedOut", "TimedOut", "TimedOut", "CircuitOpen"])
        assert.strictEqual(arrived.length, 3)
      }).pipe(Effect.provide(layer(options)))
    })
  )

  it.effect("says how long it holds back, and that the order is not affected", () =>
    Effect.gen(function* () {
      const { layer } = platform(() => status(502))
      yield* Effect.gen(function* () {
        yield* inARow(3)
        yield* TestClock.adjust("5 seconds")
        const gateway = yield* OrderGateway
        const error = yield* Effect.flip(gateway.query(order("order-1")))
        assert.deepStrictEqual(
          error.reason._tag === "CircuitOpen" ? error.reason.retryAfterMillis : undefined,
          10_000
        )
        assert.deepStrictEqual([error.isRetryable, error.isDisbelief], [true, false])
      }).pipe(Effect.provide(layer(options)))
    })
  )

  it.effect("lets one probe through afterwards, and closes when that is answered", () =>
    Effect.gen(function* () {
      const { arrived, layer } = platform((index) =>
        index < 3 ? status(502) : { body: Keys.answers.paid, afterMillis: 2000 }
      )
      yield* Effect.gen(function* () {
        yield* inARow(3)
        yield* TestClock.adjust("15 seconds")
        const fibers = yield* Effect.forEach(["a", "b", "c"], (id) => Effect.forkChild(ask(id)))
        yield* TestClock.adjust("2 seconds")
        const said = yield* Effect.forEach(fibers, Fiber.join)
        assert.deepStrictEqual(
          said.map(({ as }) => as),
          ["Paid", "CircuitOpen", "CircuitOpen"]
        )
        assert.strictEqual(arrived.length, 4)
        const after = yield* Effect.forEach(["a", "b", "c"], (id) => Effect.forkChild(ask(id)))
        yield* TestClock.adjust("2 seconds")
        const then = yield* Effect.forEach(after, Fiber.join)
        assert.deepStrictEqual(
          then.map(({ as }) => as),
          ["Paid", "Paid", "Paid"]
        )
      }).pipe(Effect.provide(layer(options)))
    })
  )

  it.effect("opens again when the probe meets a fault", () =>
    Effect.gen(function* () {
      const { arrived, layer } = platform(() => status(502))
      yield* Effect.gen(function* () {
        yield* inARow(3)
        yield* TestClock.adjust("15 seconds")
        assert.deepStrictEqual(yield* inARow(3), ["HttpStatus", "CircuitOpen", "CircuitOpen"])
        yield* TestClock.adjust("14999 millis")
        assert.deepStrictEqual(yield* inARow(1), ["CircuitOpen"])
        yield* TestClock.adjust("1 millis")
        assert.deepStrictEqual(yield* inARow(1), ["HttpStatus"])
        assert.strictEqual(arrived.length, 5)
      }).pipe(Effect.provide(layer(options)))
    })
  )

  it.effect("a probe that is interrupted makes room for another one", () =>
    Effect.gen(function* () {
      const { layer } = platform((index) => (index < 3 ? status(502) : index === 3 ? "never answers" : paid))
      yield* Effect.gen(function* () {
        yield* inARow(3)
        yield* TestClock.adjust("15 seconds")
        const probe = yield* Effect.forkChild(ask())
        yield* TestClock.adjust("1 second")
        yield* Fiber.interrupt(probe)
        assert.deepStrictEqual(yield* inARow(2), ["Paid", "Paid"])
      }).pipe(Effect.provide(layer(options)))
    })
  )

  it.effect("counts faults in a row only: one answer in between begins anew", () =>
    Effect.gen(function* () {
      const { arrived, layer } = platform((index) => (index % 3 === 2 ? paid : status(502)))
      yield* Effect.gen(function* () {
        const said = yield* inARow(20)
        assert.notInclude(said, "CircuitOpen")
        assert.strictEqual(arrived.length, 20)
      }).pipe(Effect.provide(layer(options)))
    })
  )

  const believedOrNot: ReadonlyArray<readonly [string, Reaction]> = [
    ["another amount", { body: Keys.answers.otherAmount }],
    ["a signature that does not fit", { body: Keys.answers.paid.replace("SUCCESS", "NOTPAY") }],
    ["a page that is no answer", { body: "<html></html>" }],
    ["HTTP 404", status(404)],
    ["closed", { body: Keys.answers.closed }]
  ]
  for (const [name, reaction] of believedOrNot) {
    it.effect(`is never opened by ${name}`, () =>
      Effect.gen(function* () {
        const { arrived, layer } = platform(() => reaction)
        yield* Effect.gen(function* () {
          assert.notInclude(yield* inARow(20), "CircuitOpen")
          assert.strictEqual(arrived.length, 20)
        }).pipe(Effect.provide(layer(options)))
      })
    )
  }

  it.effect("opens within the retries of one query too, which ends as its last try did", () =>
    Effect.gen(function* () {
      const { ended, times } = yield* queried(() => status(502), {
        ...patient,
        circuitBreaker: { failures: 2, openFor: "15 minutes" }
      })
      assert.deepStrictEqual([ended.as, times.length], ["HttpStatus", 2])
    })
  )
})
