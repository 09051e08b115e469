import { assert, describe, it } from "@effect/vitest"
import { QuerySchedule } from "@umf-order-sync/core"
import { OrderSnapshot } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as Sandbox from "../../src/sandbox/Sandbox.ts"
import type { NamedScript } from "../../src/sandbox/Script.ts"
import { scripts } from "../../src/sandbox/scripts.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { OrderSync } from "../../src/sync/OrderSync.ts"
import type { OrderTransition } from "../../src/sync/OrderTransition.ts"
import * as Gateways from "../support/gateways.ts"
import { order } from "../support/orders.ts"

const factor = 100

/** A hundred times as fast; a person is asked sooner still, and rechecks come sooner, to save time. */
const schedule: QuerySchedule.QuerySchedule = {
  ...QuerySchedule.compress(QuerySchedule.defaults, factor),
  handOverAfter: 4000,
  recheckAfter: [2500]
}

/** The default time-out, a hundred times as fast; the pauses between retries too. */
const gatewayOptions = {
  rateLimit: { limit: 10_000, window: "1 second" },
  circuitBreaker: { failures: 1000, openFor: "1 second" }
} as const
const changes = { ...Gateways.short(650, 1000), backOff: { baseMillis: 5, capMillis: 100 } }

/** Follows the order of a script to the end that the script expects; gives the end that was reached. */
const follow = Effect.fnUntraced(function* (
  { name, onRefund, onVoid }: Pick<NamedScript, "name" | "onRefund" | "onVoid">,
  sandbox: Sandbox.Running,
  seen: ReadonlyArray<OrderTransition>
) {
  const sync = yield* OrderSync
  const asked = order(name, { amount: "8888" })
  const mine = () => seen.filter(({ orderId }) => orderId === name)
  let snapshot = yield* sync.track(asked)
  if (onRefund !== undefined || onVoid !== undefined) {
    assert.strictEqual(snapshot.result, "paid", name)
    if (onRefund !== undefined) {
      yield* sandbox.requestRefund(name)
      yield* sync.refundRequested(asked)
    } else {
      yield* sandbox.requestVoid(name)
      yield* sync.voidRequested(asked)
    }
    snapshot = yield* sync.track(asked)
  }
  let end = OrderSnapshot.nameOf(snapshot)
  // A closed order is asked once more later; who waits for late payments listens to all transitions.
  if (name === "closed-then-paid") {
    assert.strictEqual(end, "closed")
    const late = () => mine().find((transition) => transition.late === "AfterClosed")
    while (late() === undefined) yield* Effect.sleep(20)
    end = `${late()?.to}Late`
  }
  return { end, path: mine().map((transition) => `${transition.to}: ${transition.because}`) }
})

describe("following orders against the sandbox, over HTTP", () => {
  it.live(
    "brings every script to the end that it expects",
    () =>
      Effect.gen(function* () {
        const sandbox = yield* Sandbox.make({ timeScale: factor })
        const sync = OrderSync.layer({ schedule }).pipe(
          Layer.provide([Gateways.toSandbox(sandbox, gatewayOptions, changes), MemoryStore.layer])
        )
        const results = yield* Effect.gen(function* () {
          const seen: Array<OrderTransition> = []
          const { allTransitions } = yield* OrderSync
          const watching = yield* Effect.forkChild(
            Stream.runForEach(allTransitions, (transition) => Effect.sync(() => seen.push(transition)))
          )
          yield* Effect.yieldNow
          const found = yield* Effect.forEach(scripts, (script) => follow(script, sandbox, seen), {
            concurrency: "unbounded"
          })
          yield* Fiber.interrupt(watching)
          return found
        }).pipe(Effect.provide(sync))
        for (const [index, { name, expected }] of scripts.entries()) {
          const result = results[index]
          assert.strictEqual(result?.end, expected, `${name}: ${result?.path.join(" | ")}`)
        }
        // No query of any of them was one that the platform did not believe.
        const received = yield* sandbox.received
        assert.deepStrictEqual(new Set(received.map(({ signature }) => signature)), new Set(["ok"]))
      }),
    20_000
  )

  it.live("none of the attacks is ever taken for a payment", () =>
    Effect.gen(function* () {
      const attacks = ["wrong-signature", "unsigned", "replayed", "wrong-amount", "renamed", "merged"]
      const sandbox = yield* Sandbox.make({ timeScale: factor })
      const sync = OrderSync.layer({ schedule: { ...schedule, maxContradictions: 100, handOverAfter: 1000 } })
      const ends = yield* Effect.gen(function* () {
        const service = yield* OrderSync
        return yield* Effect.forEach(attacks, (name) => service.track(order(name, { amount: "8888" })), {
          concurrency: "unbounded"
        })
      }).pipe(
        Effect.provide(
          sync.pipe(Layer.provide([Gateways.toSandbox(sandbox, gatewayOptions, changes), MemoryStore.layer]))
        )
      )
      for (const [index, { result, context }] of ends.entries()) {
        assert.strictEqual(result, "unresolved", attacks[index])
        assert.isUndefined(context.payment, attacks[index])
        assert.isAtLeast(context.queries, 4, attacks[index])
      }
    })
  )
})
