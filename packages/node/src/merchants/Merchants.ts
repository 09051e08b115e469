/**
 * Many merchants in one service: a gateway that asks for each order with the keys and the limits of the
 * order's own merchant. The list and the keys can be read again while queries run.
 *
 * All merchants share one pool of connections, one circuit breaker for each origin and one rate limiter,
 * which counts each merchant by itself.
 */
import { resolve } from "node:path"
import type { Order } from "@umf-order-sync/core"
import * as Arr from "effect/Array"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import * as GatewayConfig from "../gateway/GatewayConfig.ts"
import { GatewayError, NotSent } from "../gateway/GatewayError.ts"
import * as MemoryLimits from "../gateway/MemoryLimits.ts"
import { OrderGateway } from "../gateway/OrderGateway.ts"
import * as Transport from "../gateway/Transport.ts"
import * as FileStamp from "./FileStamp.ts"
import * as FileWatch from "./FileWatch.ts"
import type * as MerchantGateway from "./MerchantGateway.ts"
import { type MerchantsFault, MerchantsInvalid } from "./MerchantsFault.ts"
import * as ReloadReport from "./ReloadReport.ts"
import * as Roster from "./Roster.ts"
import * as SharedPlaces from "./SharedPlaces.ts"

/** The list, and what holds for every merchant that does not say otherwise in it. */
export interface MerchantsOptions extends GatewayConfig.GatewayOptions {
  /** Path of the JSON file that lists the merchants. */
  readonly file: string
}

/** At most so many requests in so many milliseconds. */
export interface RateLimit {
  readonly limit: number
  readonly windowMillis: number
}

export class Merchants extends Context.Service<
  Merchants,
  {
    /** Whether a merchant's orders can be asked about. */
    readonly has: (merId: string) => boolean
    /** The merchants in use, and what each may send. */
    readonly list: () => ReadonlyArray<{ readonly merId: Order.MerchantId; readonly rateLimit: RateLimit }>
    /** What a merchant may send; `undefined` where there is no such merchant. */
    readonly rateLimitOf: (merId: string) => RateLimit | undefined
    /**
     * Reads the list and all key files again, and puts into use what changed; queries under way end with what
     * they began with. What can't be used is reported and logged, and leaves its merchant as it was.
     */
    readonly reload: Effect.Effect<ReloadReport.ReloadReport>
    /** The same, reading only the key files that changed or could not be used. `watch` does this. */
    readonly refresh: Effect.Effect<ReloadReport.ReloadReport>
    /** What could not be used at the last reading. What was in use before still is. */
    readonly faults: () => ReadonlyArray<MerchantsFault>
    /** The files that are not as they were read, each with its stamp; none where nothing changed. */
    readonly changes: Effect.Effect<ReadonlyArray<string>>
  }
>()("@umf-order-sync/node/merchants/Merchants") {
  /**
   * Over services that the caller provides. Fails at start-up with everything that is wrong with the list and
   * the keys.
   */
  static readonly layerOver = (
    options: MerchantsOptions
  ): Layer.Layer<
    Merchants | OrderGateway,
    MerchantsInvalid | GatewayConfig.ConfigInvalid,
    MerchantGateway.Shared
  > =>
    Layer.unwrap(
      Effect.map(GatewayConfig.make(options), ({ connections }) =>
        Layer.effectContext(make(options)).pipe(Layer.provide(SharedPlaces.layer(connections)))
      )
    )

  /** With a pool of connections, rate limits and circuit breakers of its own, kept in memory. */
  static readonly layer = (
    options: MerchantsOptions
  ): Layer.Layer<Merchants | OrderGateway, MerchantsInvalid | GatewayConfig.ConfigInvalid> =>
    Layer.unwrap(
      Effect.map(GatewayConfig.make(options), (config) =>
        Merchants.layerOver(options).pipe(
          Layer.provide([Transport.layerHttpClient(config), MemoryLimits.layer])
        )
      )
    )

  /** Reloads whenever a file changed. Never ends: fork it, or use `layerWatch`. */
  static readonly watch = (options?: FileWatch.WatchOptions): Effect.Effect<never, never, Merchants> =>
    Effect.flatMap(Merchants, (merchants) =>
      FileWatch.run({ ...merchants, reload: merchants.refresh }, options)
    )

  /** Watches as long as the layer lives. */
  static readonly layerWatch = (options?: FileWatch.WatchOptions): Layer.Layer<never, never, Merchants> =>
    Layer.effectDiscard(Effect.forkScoped(Merchants.watch(options)))
}

const rateLimitOf = ({ config }: MerchantGateway.MerchantGateway): RateLimit => ({
  limit: config.rateLimit.limit,
  windowMillis: Duration.toMillis(config.rateLimit.window)
})

const notListed = (merId: string, file: string): Effect.Effect<never, GatewayError> => {
  const what = `there are no keys for merchant ${merId}. List it with its keys in ${file}.`
  return Effect.fail(new GatewayError({ reason: new NotSent({ what }) }))
}

const make = Effect.fnUntraced(function* ({ file: given, ...shared }: MerchantsOptions) {
  const file = resolve(given)
  const services = yield* Effect.context<MerchantGateway.Shared>()
  const oneAtATime = yield* Semaphore.make(1)
  let roster = Roster.empty

  const retire = (gateways: Iterable<MerchantGateway.MerchantGateway>) =>
    Effect.forEach(gateways, (gateway) => gateway.retire, { discard: true })

  const use = Effect.fnUntraced(function* (reading: Roster.Reading) {
    const before = roster
    const { roster: next, report } = yield* Effect.provide(Roster.after(before, reading), services)
    roster = next
    yield* retire(
      [...before.gateways].flatMap(([merId, old]) => (next.gateways.get(merId) === old ? [] : [old]))
    )
    return report
  }, Effect.uninterruptible)

  yield* Effect.addFinalizer(() => Effect.suspend(() => retire(roster.gateways.values())))
  const reading = yield* Roster.read(file, shared)
  if (Arr.isReadonlyArrayNonEmpty(reading.faults))
    return yield* new MerchantsInvalid({ faults: reading.faults })
  yield* use(reading)

  // One at a time: what was read earlier must not replace what was read later.
  const again = (before: () => Roster.Reading | undefined) =>
    Effect.gen(function* () {
      const known = roster.reading.faults
      const report = yield* use(yield* Roster.read(file, shared, before()))
      yield* ReloadReport.log(report, known)
      return report
    }).pipe(oneAtATime.withPermit)

  const merchants = Merchants.of({
    has: (merId) => roster.gateways.has(merId),
    list: () =>
      Array.from(roster.gateways.values(), (one) => ({ merId: one.merId, rateLimit: rateLimitOf(one) })),
    rateLimitOf: (merId) => {
      const one = roster.gateways.get(merId)
      return one && rateLimitOf(one)
    },
    faults: () => roster.reading.faults,
    changes: Effect.suspend(() => {
      const { stamps } = roster.reading
      return Effect.map(FileStamp.take(stamps.keys()), (now) => FileStamp.differences(stamps, now))
    }),
    reload: again(() => undefined),
    refresh: again(() => roster.reading)
  })

  const gateway = OrderGateway.of({
    query: (order, operation) =>
      Effect.acquireUseRelease(
        // Found and counted in one step, so that it can't be ended in between.
        Effect.sync(() => {
          const found = roster.gateways.get(order.merId)
          found?.enter()
          return found
        }),
        (found) => found?.query(order, operation) ?? notListed(order.merId, file),
        (found) => found?.leave ?? Effect.void
      )
  })

  return Context.make(Merchants, merchants).pipe(Context.add(OrderGateway, gateway))
})
