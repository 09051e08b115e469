/** Stately's own inspector, attached to a service as to an actor: it takes the same of both. */
import { assert, describe, it } from "@effect/vitest"
import { createInspector } from "@statelyai/inspect"
import { createOrderActor, type OrderEvent } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { vi } from "vitest"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { OrderSync } from "../../src/sync/OrderSync.ts"
import * as Fakes from "../support/fakes.ts"
import { order } from "../support/orders.ts"

/** Stately's inspector, with what it would send to its window. */
const stately = () => {
  const sent: Array<Parameters<Parameters<typeof createInspector>[0]["send"]>[0]> = []
  const { inspect } = createInspector({ send: (event) => void sent.push(event) })
  /** Type and content of what was sent, without Stately's own numbering. */
  const told = () =>
    sent.map((event) => {
      if (event.type === "@xstate.actor") {
        assert.include(event.definition, '"id":"order"')
        return { type: event.type }
      }
      return { type: event.type, event: event.event.type }
    })
  return { inspect, told, sent }
}

const following = Effect.gen(function* () {
  const { track } = yield* OrderSync
  return yield* track(order("a"))
})

describe("Stately's inspector", () => {
  it.effect("given to a service, is sent an actor, its events and its snapshots", () => {
    const inspector = stately()
    const sync = OrderSync.layer({ grace: 0, inspect: inspector.inspect }).pipe(
      Layer.provide([Fakes.gateway(() => "Paid").layer, MemoryStore.layer])
    )
    return Effect.gen(function* () {
      assert.strictEqual((yield* following).result, "paid")
      // It sends when the process has nothing else to do.
      yield* Effect.promise(() => vi.waitFor(() => assert.isAtLeast(inspector.sent.length, 5)))
      assert.deepStrictEqual(inspector.told(), [
        { type: "@xstate.actor" },
        { type: "@xstate.event", event: "xstate.init" },
        { type: "@xstate.snapshot", event: "xstate.init" },
        { type: "@xstate.event", event: "answered.Paid" },
        { type: "@xstate.snapshot", event: "answered.Paid" }
      ])
      const last = inspector.sent.at(-1)
      assert(last?.type === "@xstate.snapshot")
      assert.deepStrictEqual((last.snapshot as { readonly value?: unknown }).value, {
        result: "paid",
        asking: "idle"
      })
    }).pipe(Effect.provide(sync))
  })

  it("given to an actor, is sent the same kinds of things", async () => {
    const inspector = stately()
    const actor = createOrderActor(
      { order: order("a"), at: 0 },
      { now: () => 0, setTimer: () => () => {}, query: () => new Promise(() => {}) },
      { inspect: inspector.inspect }
    ).start()
    const faulted: OrderEvent.OrderEvent = { type: "faulted", at: 1, fault: "TimeOut" }
    actor.send(faulted)
    actor.stop()
    await vi.waitFor(() => {
      assert.deepInclude(inspector.told(), { type: "@xstate.event", event: "faulted" })
      assert.deepInclude(inspector.told(), { type: "@xstate.snapshot", event: "faulted" })
    })
  })
})
