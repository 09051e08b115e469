import { getEventListeners } from "node:events"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { OrderGateway } from "../src/gateway/OrderGateway.ts"
import { fromLayer } from "../src/promise/fromLayer.ts"
import type { OrderSync, PlainTransition } from "../src/promise.ts"
import { UmfClosedError, UmfInputError, UmfOrderConflictError } from "../src/promise.ts"
import { OrderDesk } from "../src/sync/OrderDesk.ts"
import { OrderSync as OrderSyncService } from "../src/sync/OrderSync.ts"
import * as OrderTransition from "../src/sync/OrderTransition.ts"
import { rejection, schedule, until, withSandbox } from "./support/promises.ts"
import * as Stores from "./support/stores.ts"

/** All that an iteration gives. */
const all = async (transitions: AsyncIterable<PlainTransition>) => {
  const seen: Array<PlainTransition> = []
  for await (const transition of transitions) seen.push(transition)
  return seen
}

/** An order sync whose streams never give anything, and count who watches. */
const withWatchers = async (body: (orders: OrderSync, watchers: () => number) => Promise<void>) => {
  let watchers = 0
  const watched = Stream.unwrap(
    Effect.as(
      Effect.acquireRelease(
        Effect.sync(() => {
          watchers += 1
        }),
        () =>
          Effect.sync(() => {
            watchers -= 1
          })
      ),
      Stream.never
    )
  )
  const layer = Layer.mergeAll(
    Layer.mock(OrderGateway, {}),
    Layer.mock(OrderDesk, {}),
    Layer.mock(OrderSyncService, { transitions: () => watched, allTransitions: watched })
  )
  await using orders = await fromLayer("90000001", layer)
  await body(orders, () => watchers)
}

describe("transitions", () => {
  it("given a loop that is left while it waits, what it took is given back", () =>
    withWatchers(async (orders, watchers) => {
      for (const transitions of [orders.transitions({ orderId: "a" }), orders.allTransitions()]) {
        const iterator = transitions[Symbol.asyncIterator]()
        const next = iterator.next()
        await until(() => watchers() === 1)
        assert.deepStrictEqual(await iterator.return?.(), { done: true, value: undefined })
        assert.deepStrictEqual(await next, { done: true, value: undefined })
        assert.strictEqual(watchers(), 0)
        assert.deepStrictEqual(await iterator.next(), { done: true, value: undefined })
      }
    }))

  it("given an aborted signal, the loop throws its reason, and what it took is given back", () =>
    withWatchers(async (orders, watchers) => {
      const abort = new AbortController()
      const { signal } = abort
      const loops = [orders.transitions({ orderId: "a" }, { signal }), orders.allTransitions({ signal })]
      const ends = loops.map((loop) => rejection(all(loop)))
      await until(() => watchers() === 2)
      const reason = new Error("enough")
      abort.abort(reason)
      assert.deepStrictEqual(await Promise.all(ends), [reason, reason])
      await until(() => watchers() === 0)
      assert.deepStrictEqual(getEventListeners(signal, "abort"), [])
      assert.strictEqual(await rejection(all(orders.allTransitions({ signal }))), reason)
      assert.strictEqual(watchers(), 0)
    }))

  it("given the close, those of one order throw, as it is not at rest; those of all orders end", () =>
    withWatchers(async (orders, watchers) => {
      const one = rejection(all(orders.transitions({ orderId: "a" })))
      const every = all(orders.allTransitions())
      await until(() => watchers() === 2)
      await orders.close()
      assert.instanceOf(await one, UmfClosedError)
      assert.deepStrictEqual(await every, [])
      await until(() => watchers() === 0)
      assert.instanceOf(await rejection(all(orders.transitions({ orderId: "a" }))), UmfClosedError)
      assert.deepStrictEqual(await all(orders.allTransitions()), [])
    }))

  it.live("given a real order, leaving the loop before its end frees the signal's listeners too", () =>
    withSandbox(async (orders) => {
      const { signal } = new AbortController()
      for await (const { to } of orders.transitions({ orderId: "paid-after-3-1" }, { signal })) {
        assert.strictEqual(to, "open.waiting")
        assert.isNotEmpty(getEventListeners(signal, "abort"))
        break
      }
      assert.deepStrictEqual(getEventListeners(signal, "abort"), [])
      const rest = await all(orders.transitions({ orderId: "paid-after-3-1" }, { signal }))
      assert.strictEqual(rest.at(-1)?.to, "paid")
      assert.deepStrictEqual(getEventListeners(signal, "abort"), [])
    })
  )

  it.live("given a fact that differs, the loop throws the same as track", () =>
    withSandbox(async (orders) => {
      await orders.track({ orderId: "paid-1", amount: 8888n })
      const error = await rejection(all(orders.transitions({ orderId: "paid-1", amount: 1n })))
      assert.instanceOf(error, UmfOrderConflictError)
      assert.include(error.stack, "promiseIteration.test.ts")
      assert.throws(() => orders.transitions({ orderId: "" }), UmfInputError, /orderId/)
    })
  )
})

describe("onSettled", () => {
  it.live("is told each result once, late payments included, and not of orders that need a person", () =>
    withSandbox(
      async (orders) => {
        const told: Array<string> = []
        orders.onSettled(({ orderId, to, late, paid }) => told.push(`${orderId} ${to} ${late ?? ""} ${paid}`))
        await orders.track({ orderId: "paid-1" })
        await orders.track({ orderId: "signature-rejected-1" })
        await orders.track({ orderId: "closed-then-paid-1" })
        await until(() => told.length >= 3)
        assert.deepStrictEqual(told, [
          "paid-1 paid  true",
          "closed-then-paid-1 closed  false",
          "closed-then-paid-1 paid AfterClosed true"
        ])
      },
      { schedule: { ...schedule, recheckAfter: [1500, 3000] } }
    )
  )

  it.live(
    "given listeners that throw and reject, the others are told all the same, and nothing else breaks",
    () =>
      withSandbox(async (orders) => {
        const unhandled: Array<unknown> = []
        const note = (reason: unknown) => unhandled.push(reason)
        process.on("unhandledRejection", note)
        const told: Array<string> = []
        orders.onSettled(() => {
          throw new Error("listener one")
        })
        orders.onSettled(() => Promise.reject(new Error("listener two")))
        orders.onSettled(({ orderId }) => told.push(orderId))
        await orders.track({ orderId: "paid-1" })
        await orders.track({ orderId: "paid-2" })
        await until(() => told.length === 2)
        await new Promise((resolve) => setImmediate(resolve))
        process.off("unhandledRejection", note)
        assert.deepStrictEqual(unhandled, [])
      })
  )

  it.live("given it was ended, nothing more is told; ending it twice does no harm", () =>
    withSandbox(async (orders) => {
      const told: Array<string> = []
      const other: Array<string> = []
      const end = orders.onSettled(({ orderId }) => {
        told.push(orderId)
        end()
      })
      orders.onSettled(({ orderId }) => other.push(orderId))
      for (const orderId of ["paid-1", "paid-2", "paid-3"]) await orders.track({ orderId })
      await until(() => other.length === 3)
      end()
      assert.deepStrictEqual(told, ["paid-1"])
    })
  )

  it("given results that come together, ending it at the first keeps the others away", async () => {
    const because = "answered Paid (0000 SUCCESS)"
    const paid = ["a", "b", "c"].map((orderId) => {
      const { snapshot } = Stores.stored(orderId, { state: "paid" })
      return OrderTransition.make({ at: 1, from: "open.querying", to: "paid", because }, snapshot)
    })
    const together = Stream.concat(Stream.fromEffectDrain(Effect.yieldNow), Stream.fromIterable(paid))
    const layer = Layer.mergeAll(
      Layer.mock(OrderGateway, {}),
      Layer.mock(OrderDesk, {}),
      Layer.mock(OrderSyncService, { allTransitions: together })
    )
    await using orders = await fromLayer("90000001", layer)
    const told: Array<string> = []
    const other: Array<string> = []
    const end = orders.onSettled(({ orderId }) => {
      told.push(orderId)
      end()
    })
    orders.onSettled(({ orderId }) => other.push(orderId))
    await until(() => other.length === 3)
    assert.deepStrictEqual(told, ["a"])
  })

  it("given the close, it can't be begun any more, and what was begun ends", () =>
    withWatchers(async (orders, watchers) => {
      const end = orders.onSettled(() => {})
      assert.strictEqual(watchers(), 1)
      await orders.close()
      assert.strictEqual(watchers(), 0)
      end()
      assert.throws(() => orders.onSettled(() => {}), UmfClosedError)
    }))
})
