import { assert, describe, it } from "@effect/vitest"
import { OrderSnapshot } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as References from "effect/References"
import * as TestClock from "effect/testing/TestClock"
import type { HintTarget } from "../../src/notification/HintTarget.ts"
import * as Notification from "../../src/notification/Notification.ts"
import * as NotificationFields from "../../src/notification/NotificationFields.ts"
import * as HintModule from "../../src/notification/NotificationHint.ts"
import { type HintOptions, NotificationHint } from "../../src/notification/NotificationHint.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { OrderStore } from "../../src/store/OrderStore.ts"
import { OrderDesk } from "../../src/sync/OrderDesk.ts"
import { OrderSync } from "../../src/sync/OrderSync.ts"
import * as Fakes from "../support/fakes.ts"
import * as Keys from "../support/keys.ts"
import { order } from "../support/orders.ts"
import { type Fields, forged, paidFields, signed } from "./notifications.ts"

const notification = (fields: Fields): Notification.Notification => {
  const read = NotificationFields.fromText(JSON.stringify(fields))
  const found = read === undefined ? undefined : Notification.fromFields(read)
  return found ?? assert.fail("the test's own notification can't be read")
}

const NAME = "order-number-1234567890"
const unsigned = notification(paidFields(NAME))
const unverified = notification(forged(paidFields(NAME)))
const verified = notification(signed(paidFields(NAME)))

/** A service whose gateway says what the script says; what it read and logged is written down. */
const world = (script: Fakes.Script, options: HintOptions & { readonly withoutKey?: boolean } = {}) => {
  const gateway = Fakes.gateway(script)
  const seen = { reads: 0, lines: [] as string[] }
  const store = Layer.effect(
    OrderStore,
    Effect.map(OrderStore, (memory) =>
      OrderStore.of({
        ...memory,
        get: (key) =>
          Effect.suspend(() => {
            seen.reads++
            return memory.get(key)
          })
      })
    )
  ).pipe(Layer.provide(MemoryStore.layer))
  const { withoutKey = false, ...rest } = options
  const hint = NotificationHint.layer(rest)
  const layer = (withoutKey ? hint : hint.pipe(Layer.provide(Keys.layer))).pipe(
    Layer.provideMerge(
      OrderSync.layer({ schedule: { firstEvery: 3_600_000, handOverAfter: 36_000_000 }, grace: 0 })
    ),
    Layer.provide([gateway.layer, store]),
    Layer.provideMerge(
      Layer.mergeAll(
        Logger.layer([Logger.map(Logger.formatJson, (line) => void seen.lines.push(line))]),
        Layer.succeed(References.MinimumLogLevel, "All"),
        Layer.sync(Metric.MetricRegistry, () => new Map())
      )
    )
  )
  return { layer, asked: gateway.asked, seen }
}

/** Hands the order over and lets its first query pass. */
const begin = Effect.gen(function* () {
  const { handOver } = yield* OrderDesk
  yield* handOver(order(NAME))
  yield* TestClock.adjust("1 second")
})

const stateOf = Effect.gen(function* () {
  const { get } = yield* OrderDesk
  const stored = yield* get(order(NAME))
  return Option.getOrUndefined(Option.map(stored, ({ snapshot }) => OrderSnapshot.nameOf(snapshot)))
})

const follow = (given: Notification.Notification) =>
  Effect.flatMap(
    NotificationHint.use((hint) => hint.follow(given)),
    ({ outcome, done }) => Effect.as(TestClock.adjust("10 millis"), `${outcome}: ${done}`)
  )

describe("a notification", () => {
  it.effect(
    "given an order that waits, asks it at once, and the answer decides, not the notification",
    () => {
      const { layer, asked } = world(() => "Paying")
      return Effect.gen(function* () {
        yield* begin
        assert.strictEqual(asked.length, 1)
        assert.strictEqual(yield* follow(unsigned), "unsigned: asked")
        assert.strictEqual(asked.length, 2)
        assert.strictEqual(yield* stateOf, "open.waiting")
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(yield* follow(verified), "verified: asked")
        assert.strictEqual(asked.length, 3)
        assert.strictEqual(yield* stateOf, "open.waiting")
      }).pipe(Effect.provide(layer))
    }
  )

  it.effect("given an order that was paid meanwhile, has it known an hour before the schedule would", () => {
    const { layer, asked } = world((index) => (index === 0 ? "Paying" : "Paid"))
    return Effect.gen(function* () {
      yield* begin
      yield* follow(unsigned)
      assert.strictEqual(yield* stateOf, "paid")
      assert.strictEqual(asked.length, 2)
    }).pipe(Effect.provide(layer))
  })

  it.effect("given an order with a result, wakes it only if the platform has signed", () => {
    const { layer, asked } = world((index) => (index === 0 ? "Paid" : "RefundAccepted"))
    return Effect.gen(function* () {
      yield* begin
      assert.strictEqual(yield* stateOf, "paid")
      assert.strictEqual(yield* follow(unsigned), "unsigned: settled")
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* follow(unverified), "unverified: settled")
      assert.deepStrictEqual([asked.length, yield* stateOf], [1, "paid"])
      assert.strictEqual(yield* follow(verified), "verified: asked")
      assert.deepStrictEqual([asked.length, yield* stateOf], [2, "refunded"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("given an order that needs a person, asks it, signed or not", () => {
    const { layer, asked } = world((index) => (index < 3 ? "Contradictory" : "Paid"))
    return Effect.gen(function* () {
      yield* begin
      for (let minute = 0; minute < 3; minute++) {
        yield* follow(unsigned)
        yield* TestClock.adjust("1 minute")
      }
      assert.deepStrictEqual([asked.length, yield* stateOf], [4, "paid"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("given no order of that number, costs one look and nothing else", () => {
    const { layer, asked, seen } = world(() => "Paying")
    return Effect.gen(function* () {
      yield* begin
      const before = seen.reads
      assert.strictEqual(yield* follow(notification(signed(paidFields("another-1")))), "verified: unknown")
      assert.strictEqual(yield* follow(notification(paidFields("another-2"))), "unsigned: unknown")
      assert.deepStrictEqual([seen.reads - before, asked.length], [2, 1])
    }).pipe(Effect.provide(layer))
  })

  it.effect("given too many of one order, the rest costs no look at all", () => {
    const { layer, asked, seen } = world(() => "Paying")
    return Effect.gen(function* () {
      yield* begin
      yield* follow(unsigned)
      const before = seen.reads
      for (let each = 0; each < 50; each++) assert.strictEqual(yield* follow(unsigned), "unsigned: limited")
      assert.deepStrictEqual([seen.reads - before, asked.length], [0, 2])
      assert.strictEqual(yield* follow(verified), "verified: asked")
      assert.strictEqual(asked.length, 3)
    }).pipe(Effect.provide(layer))
  })

  it.effect("given another merchant's number, no order is meant, unless the merchant is set", () =>
    Effect.gen(function* () {
      const foreign = notification(signed(paidFields(NAME, { merId: "414545847" })))
      const known = world(() => "Paying", { merId: "90000001" })
      const named = world(() => "Paying")
      const said = (layer: typeof known.layer) =>
        Effect.andThen(begin, follow(foreign)).pipe(Effect.provide(layer))
      assert.strictEqual(yield* said(known.layer), "verified: asked")
      assert.strictEqual(yield* said(named.layer), "verified: foreign")
      const other = notification(paidFields(NAME, { merId: "90000002" }))
      const unknown = Effect.andThen(begin, follow(other)).pipe(Effect.provide(named.layer))
      assert.strictEqual(yield* unknown, "unsigned: unknown")
    })
  )

  it.effect(
    "given a signature like an answer's, is verified; given one over other fields, or no key, is not",
    () =>
      Effect.gen(function* () {
        const outcome = (fields: Fields, withoutKey = false) =>
          follow(notification(fields)).pipe(Effect.provide(world(() => "Paying", { withoutKey }).layer))
        assert.strictEqual(yield* outcome(signed(paidFields(NAME), "answer")), "verified: unknown")
        assert.strictEqual(yield* outcome(signed(paidFields(NAME))), "verified: unknown")
        assert.strictEqual(yield* outcome(forged(paidFields(NAME))), "unverified: unknown")
        assert.strictEqual(
          yield* outcome({ ...signed(paidFields(NAME)), amount: "1" }),
          "unverified: unknown"
        )
        assert.strictEqual(yield* outcome(paidFields(NAME, { sign: "no base64!" })), "unverified: unknown")
        assert.strictEqual(yield* outcome(signed(paidFields(NAME)), true), "unverified: unknown")
      })
  )

  it.effect("is taken at once, and followed only after its reply is long on its way", () => {
    const { layer, asked, seen } = world(() => "Paying")
    return Effect.gen(function* () {
      yield* begin
      const before = seen.reads
      const hint = yield* NotificationHint
      yield* hint.receive(unsigned)
      yield* TestClock.adjust("49 millis")
      assert.strictEqual(seen.reads, before)
      yield* TestClock.adjust("202 millis")
      yield* hint.idle
      assert.strictEqual(asked.length, 2)
    }).pipe(Effect.provide(layer))
  })

  it.effect("leaves no order's number in the log, and is counted by what it was and what was done", () => {
    const { layer, seen } = world((index) => (index === 0 ? "Paying" : "Paid"))
    return Effect.gen(function* () {
      yield* begin
      yield* follow(unsigned)
      yield* follow(unsigned)
      yield* follow(unverified)
      yield* TestClock.adjust("10 seconds")
      yield* follow(unsigned)
      yield* follow(verified)
      yield* follow(notification(signed(paidFields("another-number-1"))))
      const counted = (yield* Metric.snapshot).flatMap(({ id, attributes, state }) =>
        id === "umf_notifications_total"
          ? [[attributes?.outcome, attributes?.done, "count" in state ? Number(state.count) : 0].join(" ")]
          : []
      )
      assert.deepStrictEqual(counted.sort(), [
        "unsigned asked 1",
        "unsigned limited 1",
        "unsigned settled 1",
        "unverified limited 1",
        "verified asked 1",
        "verified unknown 1"
      ])
      const log = seen.lines.join("\n")
      assert.include(log, "or***90")
      assert.notInclude(log, NAME)
      assert.notInclude(log, "another-number-1")
    }).pipe(Effect.provide(layer))
  })
})

describe("notifications when nobody can look", () => {
  const target = (look: HintTarget["look"]): HintTarget => ({
    keyOf: ({ orderId }) => orderId,
    look,
    wake: () => Effect.void
  })
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => notification(paidFields(`order-${index}`)))

  it.effect("given a store that is away, 64 wait for it, the rest is dropped, and none waits for ever", () =>
    Effect.gen(function* () {
      let looks = 0
      const hint = yield* HintModule.make(
        target(() =>
          Effect.suspend(() => {
            looks++
            return Effect.never
          })
        ),
        { perSecond: 1000 }
      )
      for (const one of many(200)) yield* hint.receive(one)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(looks, 64)
      yield* TestClock.adjust("30 seconds")
      yield* hint.idle
      for (const one of many(10)) yield* hint.receive(one)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(looks, 74)
    }).pipe(Effect.scoped)
  )

  it.effect("given a store that refuses, or breaks, it is told without the order's number", () => {
    const lines: Array<string> = []
    const logger = Logger.layer([Logger.map(Logger.formatJson, (line) => void lines.push(line))])
    return Effect.gen(function* () {
      for (const fault of [Effect.fail(new Error(NAME)), Effect.die(new Error(NAME))]) {
        const hint = yield* HintModule.make(target(() => fault))
        assert.deepStrictEqual(yield* hint.follow(unsigned), { outcome: "unsigned", done: "failed" })
      }
      assert.strictEqual(lines.length, 2)
      assert.notInclude(lines.join("\n"), NAME)
    }).pipe(Effect.scoped, Effect.provide(logger))
  })

  const bad: ReadonlyArray<readonly [setting: string, options: HintOptions]> = [
    ["perSecond", { perSecond: 0 }],
    ["perSecond", { perSecond: Number.NaN }],
    ["unverifiedEvery", { unverifiedEvery: 0 }],
    ["verifiedEvery", { verifiedEvery: "2 hours" }],
    ["merId", { merId: "a|b" }]
  ]
  it.effect.each(bad)(
    "given an option %s that can't be used, says so at the start: %o",
    ([setting, options]) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(
          Layer.build(NotificationHint.layer(options)).pipe(
            Effect.provide(world(() => "Paying").layer),
            Effect.scoped
          )
        )
        assert.deepStrictEqual([error._tag, "setting" in error && error.setting], ["ConfigInvalid", setting])
      })
  )
})
