/**
 * An inspector to look at: a sandbox, a store in memory, and orders of all scripts that move for as long as it
 * runs, ten times as fast as in life. `node test/inspector/serve.ts [shown]` prints the address.
 */
import { QuerySchedule } from "@umf-order-sync/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as AttachInspector from "../../src/inspector/AttachInspector.ts"
import * as Sandbox from "../../src/sandbox/Sandbox.ts"
import type { NamedScript } from "../../src/sandbox/Script.ts"
import { scripts } from "../../src/sandbox/scripts.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { OrderDesk } from "../../src/sync/OrderDesk.ts"
import { OrderSync } from "../../src/sync/OrderSync.ts"
import * as Gateways from "../support/gateways.ts"
import { order } from "../support/orders.ts"

const FASTER = 10

const schedule: QuerySchedule.QuerySchedule = {
  ...QuerySchedule.compress(QuerySchedule.defaults, FASTER),
  handOverAfter: 60_000,
  recheckAfter: [20_000]
}

/** Hands an order over, and asks for its refund or void later, where its script is about one. */
const begin = Effect.fnUntraced(function* (
  sandbox: Sandbox.Running,
  script: NamedScript,
  orderId: string,
  amount: string
) {
  const desk = yield* OrderDesk
  yield* Effect.orDie(sandbox.createOrder({ orderId, script: script.name, amount }))
  const handed = order(orderId, { amount })
  yield* desk.handOver(handed)
  if (script.onRefund === undefined && script.onVoid === undefined) return
  const ask =
    script.onRefund === undefined
      ? Effect.andThen(sandbox.requestVoid(orderId), desk.voidRequested(handed))
      : Effect.andThen(sandbox.requestRefund(orderId), desk.refundRequested(handed))
  yield* Effect.forkChild(Effect.andThen(Effect.sleep("8 seconds"), Effect.orDie(ask)))
})

const play = Effect.fnUntraced(function* (sandbox: Sandbox.Running) {
  const { url } = yield* AttachInspector.attach({
    name: "sandbox",
    orderNumbers: process.argv[2] === "shown" ? "shown" : "masked"
  })
  yield* Effect.sync(() => process.stdout.write(`${url}\n`))
  const began = (yield* Clock.currentTimeMillis) % 1_000_000
  for (let count = 0; ; count++) {
    const script = scripts[count % scripts.length]
    if (script === undefined) return
    yield* begin(sandbox, script, `demo-${began}-${count}`, String(100 + 37 * count))
    yield* Effect.sleep(count < 40 ? 50 : 3_000)
  }
})

const program = Effect.gen(function* () {
  const sandbox = yield* Sandbox.make({ timeScale: FASTER })
  const gateway = Gateways.toSandbox(
    sandbox,
    { rateLimit: { limit: 10_000, window: "1 second" } },
    Gateways.short(650, 1_000)
  )
  yield* play(sandbox).pipe(
    Effect.provide(OrderSync.layer({ schedule })),
    Effect.provide(gateway),
    Effect.provide(MemoryStore.layer)
  )
})

await Effect.runPromise(Effect.scoped(program))
