/**
 * Everything wired together for an app: key files, gateway and tracking from one set of options.
 *
 * Whoever wants other parts (a store, an HttpClient, keys from elsewhere) puts the layers of the rooms
 * together instead.
 */
import { QuerySchedule, type Signature } from "@umf-order-sync/core"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { ConfigInvalid, GatewayOptions } from "./gateway/GatewayConfig.ts"
import * as GatewayConfig from "./gateway/GatewayConfig.ts"
import { OrderGateway } from "./gateway/OrderGateway.ts"
import type { KeyError } from "./keys/KeyFile.ts"
import * as MerchantSigner from "./keys/MerchantSigner.ts"
import * as PlatformVerifier from "./keys/PlatformVerifier.ts"
import * as PrivateKey from "./keys/PrivateKey.ts"
import * as PublicKey from "./keys/PublicKey.ts"
import type { TellingOptions } from "./NoticeOptions.ts"
import * as NoticeOptions from "./NoticeOptions.ts"
import * as MemoryStore from "./store/MemoryStore.ts"
import type { OrderStore } from "./store/OrderStore.ts"
import type { StoreError } from "./store/StoreError.ts"
import type { HousekeepingOptions } from "./sync/Housekeeping.ts"
import * as Housekeeping from "./sync/Housekeeping.ts"
import type { Ledger } from "./sync/Ledger.ts"
import type { OrderDesk } from "./sync/OrderDesk.ts"
import * as Sync from "./sync/OrderSync.ts"
import { OrderSync, type OrderSyncOptions } from "./sync/OrderSync.ts"

/** Where the two keys are, and how the merchant's is opened. */
export interface KeyOptions {
  /** The merchant's private key: a file's path, or the file's bytes. Its format is found by its content. */
  readonly privateKey: string | Uint8Array
  /** The platform's certificate or public key: a file's path, or the file's bytes. */
  readonly platformCert: string | Uint8Array
  /** For keys that are encrypted. */
  readonly passphrase?: string | Redacted.Redacted<string> | undefined
  /** The longest signature in characters; 256 as the platform's table says, "none" to lift the limit. */
  readonly signatureLimit?: number | "none" | undefined
}

/** Where orders are kept. */
export type StoreOptions =
  /** In memory: gone with the process. */
  | "memory"
  /** In this SQLite file, for one process. */
  | { readonly file: string }
  /** In this Postgres database, for as many processes as there are. */
  | { readonly postgres: string | Redacted.Redacted<string> }

export interface UmfOptions
  extends KeyOptions,
    GatewayOptions,
    OrderSyncOptions,
    HousekeepingOptions,
    TellingOptions {
  /** Where orders are kept; in memory, if nothing is said. */
  readonly store?: StoreOptions | undefined
}

/** The merchant's private key of the options. */
export const readPrivateKey = (
  options: Pick<KeyOptions, "privateKey" | "passphrase">
): Effect.Effect<PrivateKey.PrivateKey, KeyError> => {
  const passphrase =
    typeof options.passphrase === "string" ? Redacted.make(options.passphrase) : options.passphrase
  return typeof options.privateKey === "string"
    ? PrivateKey.fromFile(options.privateKey, { passphrase })
    : PrivateKey.fromBytes(options.privateKey, { source: "the private key given as bytes", passphrase })
}

/** The platform's public key of the options. */
export const readPlatformKey = (
  options: Pick<KeyOptions, "platformCert">
): Effect.Effect<PublicKey.PublicKey, KeyError> =>
  typeof options.platformCert === "string"
    ? PublicKey.fromFile(options.platformCert)
    : PublicKey.fromBytes(options.platformCert, { source: "the platform's certificate given as bytes" })

/** Signing and verifying with the keys of the options. */
export const layerKeys = (
  options: KeyOptions
): Layer.Layer<Signature.Signer | Signature.Verifier, KeyError> =>
  Layer.merge(
    Layer.unwrap(
      Effect.map(readPrivateKey(options), (key) =>
        MerchantSigner.layer(key, { signatureLimit: options.signatureLimit })
      )
    ),
    Layer.unwrap(Effect.map(readPlatformKey(options), (key) => PlatformVerifier.layer(key)))
  )

/** The gateway alone: single queries. */
export const layerGateway = (
  options: KeyOptions & GatewayOptions
): Layer.Layer<OrderGateway, KeyError | ConfigInvalid> =>
  OrderGateway.layerNode(options).pipe(Layer.provide(layerKeys(options)))

/** The store of the options; with Postgres, this process's part of the orders in it too. */
export const layerStore = (store: StoreOptions = "memory"): Layer.Layer<OrderStore, StoreError> => {
  if (store === "memory") return MemoryStore.layer
  // Loaded when they are wanted: neither database costs those anything who use the other, or none.
  if ("file" in store) {
    return Layer.unwrap(
      Effect.map(
        Effect.promise(() => import("./store/SqliteStore.ts")),
        (SqliteStore) => SqliteStore.layer({ file: store.file })
      )
    )
  }
  const url = typeof store.postgres === "string" ? Redacted.make(store.postgres) : store.postgres
  return Layer.unwrap(
    Effect.gen(function* () {
      const PostgresStore = yield* Effect.promise(() => import("./store/PostgresStore.ts"))
      const ClusterBuckets = yield* Effect.promise(() => import("./cluster/ClusterBuckets.ts"))
      return ClusterBuckets.layer.pipe(Layer.provideMerge(PostgresStore.layer({ url })))
    })
  )
}

/** Whether what is in this store outlives the process. */
const isDurable = (store: StoreOptions | undefined): boolean => store !== undefined && store !== "memory"

/**
 * The rate at which the service asks for each merchant: the gateway's own limit, kept before a query takes
 * one of the places, so that a merchant that has to wait makes nobody else wait.
 */
const rateLimitOf = ({ rateLimit = GatewayConfig.defaults.rateLimit }: GatewayOptions) => {
  const limit = {
    limit: rateLimit.limit,
    windowMillis: Duration.toMillis(Duration.fromInputUnsafe(rateLimit.window))
  }
  return () => limit
}

/** Everything that follows orders, over a gateway and a store that the caller provides. */
export const layerSync = (
  options: OrderSyncOptions & HousekeepingOptions & Pick<UmfOptions, "store" | "rateLimit" | "deadline">
): Layer.Layer<OrderSync | OrderDesk | Ledger, ConfigInvalid | StoreError, OrderGateway | OrderStore> =>
  Layer.merge(
    OrderSync.layer({
      ...options,
      rateLimitOf: options.rateLimitOf ?? rateLimitOf(options),
      maxQueryTime:
        options.maxQueryTime ??
        Duration.max(
          Duration.fromInputUnsafe(Sync.defaults.maxQueryTime),
          Duration.times(Duration.fromInputUnsafe(options.deadline ?? 0), 2)
        ),
      // What is lost with the process anyway is not worth waiting for.
      grace: options.grace ?? (isDurable(options.store) ? Sync.defaults.grace : 0),
      // What outlives the process is worth asking after for longer.
      schedule: isDurable(options.store)
        ? { ...QuerySchedule.durable, ...options.schedule }
        : options.schedule
    }),
    Housekeeping.layer(options)
  )

/** Gateway and tracking. With a store on disk the process may end at any time: what is tracked goes on at its next start. */
export const layer = (
  options: UmfOptions
): Layer.Layer<OrderGateway | OrderSync | OrderDesk, KeyError | ConfigInvalid | StoreError> =>
  NoticeOptions.layer(options).pipe(
    Layer.provideMerge(layerSync(options)),
    Layer.provideMerge(layerGateway(options)),
    Layer.provide(layerStore(options.store))
  )
