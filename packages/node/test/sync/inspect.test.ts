/** The service's steps, given to XState inspectors. */
import { assert, describe, it } from "@effect/vitest"
import type { OrderInspection } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { OrderSync } from "../../src/sync/OrderSync.ts"
import * as Fakes from "../support/fakes.ts"
import { order } from "../support/orders.ts"

type Inspect = OrderInspection.Inspect

/** Writes down what an inspector is shown: the event, and the state after it. */
const recorder = () => {
  const seen: Array<string> = []
  const inspect: Inspect = (event) => {
    if (event.type !== "@xstate.snapshot") return
    const { value } = event.snapshot as unknown as { readonly value: { result: string; asking: string } }
    seen.push(`${event.event.type} -> ${value.result}.${value.asking}`)
  }
  return { seen, inspect }
}

const sync = (options: { readonly inspect?: Inspect } = {}) =>
  OrderSync.layer({ grace: 0, ...options }).pipe(
    Layer.provide([
      Fakes.gateway((index) => (["Paying", "Paid"] as const)[index] ?? "Paid").layer,
      MemoryStore.layer
    ])
  )

const followed = Effect.gen(function* () {
  const { track } = yield* OrderSync
  const fiber = yield* Effect.forkChild(track(order("a")), { startImmediately: true })
  yield* TestClock.adjust("1 second")
  yield* TestClock.adjust("3 seconds")
  return yield* Fiber.join(fiber)
})

const whole = [
  "xstate.init -> open.querying",
  "answered.Paying -> open.waiting",
  "waited -> open.querying",
  "answered.Paid -> paid.idle"
]

describe("inspecting a service", () => {
  it.effect(
    "given an inspector in the options, it sees each state in turn, the queries under way too",
    () => {
      const { seen, inspect } = recorder()
      return Effect.gen(function* () {
        yield* followed
        assert.deepStrictEqual(seen, whole)
      }).pipe(Effect.provide(sync({ inspect })))
    }
  )

  it.effect("given an inspector that throws at everything, the order is paid all the same", () => {
    const inspect = () => {
      throw new Error("an inspector's")
    }
    return Effect.gen(function* () {
      assert.strictEqual((yield* followed).result, "paid")
    }).pipe(Effect.provide(sync({ inspect })))
  })

  it.effect("given an inspector that comes later, it sees the steps until its scope ends", () =>
    Effect.gen(function* () {
      const { inspect, hint } = yield* OrderSync
      const [first, second] = [recorder(), recorder()]
      yield* Effect.scoped(Effect.andThen(inspect(first.inspect), followed))
      yield* inspect(second.inspect)
      yield* hint(order("a"))
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(first.seen, whole)
      assert.deepStrictEqual(second.seen, ["hinted -> paid.querying", "answered.Paid -> paid.idle"])
    }).pipe(Effect.provide(sync()))
  )

  it.effect("given that nobody looks, nothing is shown", () =>
    Effect.gen(function* () {
      const { inspect } = yield* OrderSync
      const { seen, inspect: observer } = recorder()
      yield* inspect(observer, () => false)
      yield* followed
      assert.deepStrictEqual(seen, [])
    }).pipe(Effect.provide(sync()))
  )
})
