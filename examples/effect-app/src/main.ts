/** `node src/main.ts ORDER_NUMBER[=AMOUNT_IN_FEN] …`. All settings come through Config, so from the environment. */
import { UmfConfig } from "@umf-order-sync/node"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import * as Stream from "effect/Stream"
import * as FollowOrders from "./FollowOrders.ts"
import * as Telemetry from "./Telemetry.ts"

const wanted = process.argv.slice(2).map((text): FollowOrders.Wanted => {
  const [orderId = "", amount] = text.split("=")
  return { orderId, amount }
})

const program = FollowOrders.transitions(wanted).pipe(
  Stream.runForEach(({ orderId, from, to, because }) =>
    Console.log(`${orderId}: ${from} -> ${to} (${because})`)
  )
)

// The telemetry lies below the library's layer, whose work in the background belongs to the same traces.
const layer = Layer.provideMerge(UmfConfig.layer, Telemetry.layerConsole)

const runMain = Runtime.makeRunMain(({ fiber, teardown }) => {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => fiber.interruptUnsafe())
  fiber.addObserver((exit) =>
    teardown(exit, (code) => {
      process.exitCode = code
    })
  )
})

runMain(Effect.provide(program, layer))
