/** A merchant's service as a process of its own, on a SQLite store. Its settings, as JSON, stand in UMF_TEST_SERVICE. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as GatewayConfig from "../../src/gateway/GatewayConfig.ts"
import * as MemoryLimits from "../../src/gateway/MemoryLimits.ts"
import { OrderGateway } from "../../src/gateway/OrderGateway.ts"
import * as Transport from "../../src/gateway/Transport.ts"
import * as NoticeOptions from "../../src/NoticeOptions.ts"
import { OrderDesk } from "../../src/sync/OrderDesk.ts"
import * as UmfOrderSync from "../../src/UmfOrderSync.ts"
import { order } from "../support/orders.ts"
import * as Scene from "./scene.ts"

const settings: Scene.Settings = JSON.parse(process.env.UMF_TEST_SERVICE ?? "{}")
let notices = 0

const gateway = Layer.unwrap(
  Effect.map(GatewayConfig.make(Scene.options(settings)), (made) => {
    const config = { ...made, ...Scene.patience(settings) }
    return OrderGateway.layer(config).pipe(
      Layer.provide([
        Transport.layerHttpClient(config),
        MemoryLimits.layer,
        UmfOrderSync.layerKeys({ privateKey: settings.privateKey, platformCert: settings.platformCert })
      ])
    )
  })
)

const options = {
  store: { file: settings.file },
  rateLimit: Scene.options(settings).rateLimit,
  schedule: Scene.schedule(settings),
  onNotice: () => {
    notices += 1
  }
} as const

const service = NoticeOptions.layer(options).pipe(
  Layer.provideMerge(UmfOrderSync.layerSync(options)),
  Layer.provide(gateway),
  Layer.provide(UmfOrderSync.layerStore(options.store))
)

const say = (message: Scene.FromService): void => {
  process.send?.(message)
}

const program = Effect.gen(function* () {
  const desk = Context.get(yield* Layer.build(service), OrderDesk)
  const handOver = (count: number, prefix: string) =>
    desk.handOverAll(
      Array.from({ length: count }, (_, nth) => ({ order: order(`${prefix}-${nth}`, { amount: "8888" }) }))
    )
  process.on("message", (message: Scene.ToService) => {
    if ("measure" in message) return say({ memory: process.memoryUsage.rss(), notices })
    Effect.runPromise(handOver(message.handOver, message.prefix)).then(() =>
      say({ handedOver: message.prefix })
    )
  })
  say({ ready: true })
  yield* Effect.never
})

process.on("disconnect", () => process.exit(0))
Effect.runFork(Effect.scoped(program))
