/** A service looked at from outside, for apps without Effect: the live inspector, XState's own, a page that renders. */
import { assert, describe, it } from "@effect/vitest"
import { OrderSnapshot } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import type { InspectionEvent } from "xstate"
import type { OrderPage, Session } from "../src/inspector/Protocol.ts"
import { createOrderSync, UmfConfigError } from "../src/promise.ts"
import { optionsFor, refusal, rejection, withSandbox } from "./support/promises.ts"

/** What the inspector's page would be told. */
const asked = async <A>(url: string, path: string): Promise<A> => {
  const { origin, hash } = new URL(url)
  const token = new URLSearchParams(hash.slice(1)).get("token") ?? ""
  const answer = await fetch(`${origin}/api/${path}`, { headers: { authorization: `Bearer ${token}` } })
  return answer.json() as Promise<A>
}

describe("the live inspector of a promise app", () => {
  it.live("shows the orders, masked unless asked otherwise, until it is closed; the service goes on", () =>
    withSandbox(async (orders) => {
      await orders.track({ orderId: "paid-inspected", amount: 8888n })
      const masked = await orders.inspect()
      const shown = await orders.inspect({ orderNumbers: "shown", acts: ["hint"], name: "shop" })
      assert.strictEqual((await asked<OrderPage>(masked.url, "orders")).orders[0]?.order, "pa***ed")
      const [order] = (await asked<OrderPage>(shown.url, "orders")).orders
      assert.deepStrictEqual([order?.order, order?.state], ["paid-inspected", "paid"])
      const { name, acts } = await asked<Session>(shown.url, "session")
      assert.deepStrictEqual([name, acts], ["shop", ["hint"]])
      await shown.close()
      assert.instanceOf(await rejection(asked(shown.url, "session")), TypeError)
      assert.strictEqual((await orders.track({ orderId: "paid-after-1" })).state, "paid")
    })
  )

  it.live("ends with the service at the latest", () =>
    withSandbox(async (orders) => {
      const { url } = await orders.inspect()
      await orders.close()
      assert.instanceOf(await rejection(asked(url, "session")), TypeError)
    })
  )

  it.live("where its port is taken, says so, and the service goes on", () =>
    withSandbox(async (orders) => {
      await using first = await orders.inspect()
      const error = await refusal(orders.inspect({ port: Number(new URL(first.url).port) }))
      assert.instanceOf(error, UmfConfigError)
      assert.strictEqual(error.code, "CONFIG_INVALID")
      assert.match(error.message, /EADDRINUSE|taken|another program/i)
      assert.strictEqual((await refusal(orders.inspect({ port: -1 }))).code, "INPUT_INVALID")
      assert.strictEqual((await orders.track({ orderId: "paid-2" })).state, "paid")
    })
  )
})

describe("an XState inspector in the options", () => {
  const results: Array<string> = []
  const inspect = (event: InspectionEvent) => {
    if (event.type !== "@xstate.snapshot") return
    const { value } = event.snapshot as unknown as { readonly value: { readonly result: string } }
    results.push(value.result)
  }

  it.live("is shown each step, as a function or as an observer; what it throws disturbs nothing", () =>
    Effect.gen(function* () {
      for (const inspector of [inspect, { next: inspect }]) {
        results.length = 0
        yield* withSandbox(
          async (orders) => {
            await orders.track({ orderId: "pay-error-1" })
          },
          { inspect: inspector }
        )
        assert.strictEqual(results[0], "open")
        assert.strictEqual(results.at(-1), "payFailed")
      }
      const failing = () => {
        throw new Error("an inspector's")
      }
      yield* withSandbox(
        async (orders) => {
          assert.strictEqual((await orders.track({ orderId: "paid-1" })).state, "paid")
        },
        { inspect: failing }
      )
    })
  )

  it.live("is refused where it is none", () =>
    withSandbox(async (_, sandbox) => {
      const options = { ...optionsFor(sandbox), inspect: "https://stately.ai" as unknown as () => void }
      const error = await refusal(createOrderSync(options))
      assert.match(error.message, /inspect: must be a function/)
    })
  )
})

describe("an order's snapshot", () => {
  it.live("is what a page renders", () =>
    withSandbox(async (orders) => {
      assert.isUndefined(await orders.snapshot("paid-1"))
      await orders.track({ orderId: "paid-1", amount: 8888n })
      const text = await orders.snapshot("paid-1")
      const snapshot = await Effect.runPromise(OrderSnapshot.decode(text))
      assert.strictEqual(OrderSnapshot.nameOf(snapshot), "paid")
      assert.strictEqual(snapshot.context.payment?.answer.amount, 8888n)
    })
  )
})
