/** A merchant's service over a SQLite file and a platform in memory, on a clock that a test moves; it may live more than once. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as GatewayConfig from "../../src/gateway/GatewayConfig.ts"
import * as MemoryLimits from "../../src/gateway/MemoryLimits.ts"
import { OrderGateway } from "../../src/gateway/OrderGateway.ts"
import * as NoticeOptions from "../../src/NoticeOptions.ts"
import type { Notice } from "../../src/store/Notice.ts"
import * as SqliteStore from "../../src/store/SqliteStore.ts"
import { OrderDesk } from "../../src/sync/OrderDesk.ts"
import * as Chance from "../../src/testing/Chance.ts"
import type { SteppedClock } from "../../src/testing/SteppedClock.ts"
import * as UmfOrderSync from "../../src/UmfOrderSync.ts"
import * as Keys from "../support/keys.ts"

export interface Options {
  readonly file: string
  readonly clock: SteppedClock
  readonly client: HttpClient.HttpClient
  readonly gateway: GatewayConfig.GatewayOptions
  readonly sync: Omit<Parameters<typeof UmfOrderSync.layerSync>[0], "rateLimit" | "store">
  readonly onNotice: (notice: Notice) => void
}

export interface Life {
  readonly desk: OrderDesk["Service"]
  readonly run: <A, E>(effect: Effect.Effect<A, E>) => Promise<A>
  /** Ends without waiting for anything, as a process does that is killed between two writes. */
  readonly end: () => Promise<void>
}

const layer = ({ client, file, gateway, onNotice, sync }: Options) =>
  NoticeOptions.layer({ onNotice, relay: { grace: 0 } }).pipe(
    Layer.provideMerge(
      UmfOrderSync.layerSync({
        ...sync,
        rateLimit: gateway.rateLimit,
        // The clock stands still at the end.
        grace: 0,
        // Counting every 15 s for metrics that nobody looks at would be much of the work.
        countEvery: "1000 days"
      })
    ),
    Layer.provide(
      Layer.unwrap(
        Effect.map(GatewayConfig.make(gateway), (config) =>
          OrderGateway.layer(config).pipe(
            Layer.provide([Keys.layer, Layer.succeed(HttpClient.HttpClient, client), MemoryLimits.layer])
          )
        )
      )
    ),
    Layer.provide([SqliteStore.layer({ file }), Chance.layer()])
  )

/** Instants are whole ms, as a computer's clock tells them; pauses with chance in them end in between. */
const inWholeMillis = (context: Context.Context<never>): Context.Context<never> => {
  const clock = Context.get(context as Context.Context<Clock.Clock>, Clock.Clock)
  const now = () => Math.floor(clock.currentTimeMillisUnsafe())
  return Context.add(context, Clock.Clock, {
    ...clock,
    currentTimeMillisUnsafe: now,
    currentTimeMillis: Effect.sync(now)
  }) as Context.Context<never>
}

export const begin = async (options: Options): Promise<Life> => {
  const run = Effect.runPromiseWith(inWholeMillis(options.clock.context))
  const scope = Scope.makeUnsafe()
  const built = await run(Layer.buildWithScope(layer(options), scope))
  return {
    desk: Context.get(built, OrderDesk),
    run,
    end: async () => {
      const ended = run(Scope.close(scope, Exit.void))
      await options.clock.advance(0)
      await ended
    }
  }
}
