/** What has to be done now and then: history beyond its time goes, and the store's figures become metrics. */
import { OrderSnapshot } from "@umf-order-sync/machine"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { OrderStore } from "../store/OrderStore.ts"
import { Buckets } from "./Buckets.ts"
import * as Metrics from "./Metrics.ts"

/** What holds where nothing is said. */
export const defaults = { keepHistory: "400 days", countEvery: "15 seconds" } as const

export interface HousekeepingOptions {
  /** How long history entries and handed-over notices are kept. 400 days by default. Orders are kept for ever. */
  readonly keepHistory?: Duration.Input | undefined
  /** How often the store is counted for the metrics. 15 s by default. */
  readonly countEvery?: Duration.Input | undefined
}

/** Of several processes, the one with this bucket prunes. */
const PRUNER = 0
const PRUNE_EVERY = "1 hour"

/** Runs as long as the layer lives. What fails is logged and tried again next time. */
export const layer = (options: HousekeepingOptions = {}): Layer.Layer<never, never, OrderStore> =>
  Layer.effectDiscard(
    Effect.gen(function* () {
      const store = yield* OrderStore
      const buckets = yield* Buckets
      const keep = Duration.toMillis(options.keepHistory ?? defaults.keepHistory)
      const prune = Effect.gen(function* () {
        if (!buckets.isMine(PRUNER)) return
        const gone = yield* store.prune((yield* Clock.currentTimeMillis) - keep)
        if (gone > 0)
          yield* Effect.annotateLogs(Effect.logInfo("History beyond its time was deleted."), {
            entries: gone
          })
      })
      const count = Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        yield* Metrics.stored(yield* store.counts(now), OrderSnapshot.ResultState.literals, now)
      })
      const again = (work: Effect.Effect<void, unknown>, every: Duration.Input) =>
        work.pipe(
          Effect.catchCause((cause) => Effect.logWarning("Housekeeping failed; tried again later.", cause)),
          Effect.andThen(Effect.sleep(every)),
          Effect.forever,
          Effect.forkScoped
        )
      yield* again(count, options.countEvery ?? defaults.countEvery)
      yield* again(prune, PRUNE_EVERY)
    })
  )
