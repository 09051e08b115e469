/** The whole library over a platform in this process: no socket, no file, time by the test's clock. */
import { QuerySchedule } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as GatewayConfig from "../gateway/GatewayConfig.ts"
import * as MemoryLimits from "../gateway/MemoryLimits.ts"
import { OrderGateway } from "../gateway/OrderGateway.ts"
import type { KeyError } from "../keys/KeyFile.ts"
import * as NoticeOptions from "../NoticeOptions.ts"
import * as MemoryStore from "../store/MemoryStore.ts"
import type { StoreError } from "../store/StoreError.ts"
import type { OrderDesk } from "../sync/OrderDesk.ts"
import type { OrderSync } from "../sync/OrderSync.ts"
import type { RelayOptions } from "../telling/Relay.ts"
import * as UmfOrderSync from "../UmfOrderSync.ts"
import * as Chance from "./Chance.ts"
import { TestPlatform, type TestPlatformOptions } from "./TestPlatform.ts"

/** The options of `UmfOrderSync.layer` that make sense without a network and a disk. */
export interface TestOptions
  extends Omit<
      UmfOrderSync.UmfOptions,
      | keyof UmfOrderSync.KeyOptions
      | "baseUrl"
      | "store"
      | "onNoticeInTransaction"
      | "webhook"
      | "relay"
      | "grace"
    >,
    TestPlatformOptions {
  /** How notices are handed over. The end waits for none: time stands still then. */
  readonly relay?: Omit<RelayOptions, "grace"> | undefined
  /** Orders are asked as those in a store on disk are: up to 3 days. */
  readonly durable?: boolean | undefined
}

/** The gateway itself, but for its connections. */
const layerGateway = (
  options: GatewayConfig.GatewayOptions
): Layer.Layer<OrderGateway, KeyError | GatewayConfig.ConfigInvalid, TestPlatform> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const config = yield* GatewayConfig.make(options)
      const { client, keys } = yield* TestPlatform
      return OrderGateway.layer(config).pipe(
        Layer.provide([
          UmfOrderSync.layerKeys({
            privateKey: keys.merchantPrivateKey,
            platformCert: keys.platformCert
          }),
          Layer.succeed(HttpClient.HttpClient, client),
          MemoryLimits.layer
        ])
      )
    })
  )

/** No one looks at the metrics of a test, and counting every 15 s would be most of its work. */
const SELDOM = "1000 days"

/** Everything that follows orders, over a platform that the caller provides. */
export const layerOver = ({
  durable = false,
  ...options
}: Omit<TestOptions, keyof TestPlatformOptions> = {}): Layer.Layer<
  OrderGateway | OrderSync | OrderDesk,
  KeyError | GatewayConfig.ConfigInvalid | StoreError,
  TestPlatform
> => {
  const { onNotice, relay, schedule } = options
  return NoticeOptions.layer({ onNotice, relay: { ...relay, grace: 0 } }).pipe(
    Layer.provideMerge(
      UmfOrderSync.layerSync({
        ...options,
        countEvery: options.countEvery ?? SELDOM,
        grace: 0,
        schedule: durable ? { ...QuerySchedule.durable, ...schedule } : schedule
      })
    ),
    Layer.provideMerge(layerGateway(options)),
    Layer.provide([MemoryStore.layer, Chance.layer()])
  )
}

/**
 * What `UmfOrderSync.layer` gives, and the platform that it asks. Time is the clock under which the layer is
 * built: `it.effect` of @effect/vitest brings a TestClock, or provide `TestClock.layer()`.
 */
export const layerTest = ({
  merId,
  keys,
  ...options
}: TestOptions = {}): Layer.Layer<
  OrderGateway | OrderSync | OrderDesk | TestPlatform,
  KeyError | GatewayConfig.ConfigInvalid | StoreError
> => layerOver(options).pipe(Layer.provideMerge(TestPlatform.layer({ merId, keys })))
