/** What observers are told of a query that was not sent after all. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import { CircuitOpen, GatewayError, NotSent } from "../../src/gateway/GatewayError.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { OrderDesk } from "../../src/sync/OrderDesk.ts"
import { OrderSync } from "../../src/sync/OrderSync.ts"
import * as Fakes from "../support/fakes.ts"
import { order } from "../support/orders.ts"

describe("a query that is held back", () => {
  it.effect.each([
    ["an open breaker", new CircuitOpen({ retryAfterMillis: 15_000 }), "CircuitOpen"],
    ["keys that can't sign", new NotSent({ what: "the key is gone" }), "Local"]
  ] as const)("given %s, observers see the order wait, and why it was not asked", ([, reason, fault]) => {
    const seen: Array<string> = []
    const faults: Array<unknown> = []
    const open = Effect.fail(new GatewayError({ reason }))
    const gateway = Fakes.gateway((index) => (index === 0 ? "Paying" : open))
    const sync = OrderSync.layer({
      grace: 0,
      inspect: (event) => {
        if (event.type !== "@xstate.snapshot") return
        const { value } = event.snapshot as unknown as { readonly value: { readonly asking: string } }
        seen.push(value.asking)
        if (event.event.type === "faulted") faults.push((event.event as { readonly fault?: unknown }).fault)
      }
    }).pipe(Layer.provide([gateway.layer, MemoryStore.layer]))
    return Effect.gen(function* () {
      const { handOver } = yield* OrderDesk
      yield* handOver(order("a"))
      yield* TestClock.adjust("1 second")
      yield* TestClock.adjust("3 seconds")
      assert.isAtLeast(gateway.asked.length, 2)
      assert.strictEqual(seen.at(-2), "querying")
      assert.strictEqual(seen.at(-1), "waiting")
      assert.deepStrictEqual(new Set(faults), new Set([fault]))
    }).pipe(Effect.provide(sync))
  })
})
