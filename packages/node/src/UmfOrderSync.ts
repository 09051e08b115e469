/**
 * Everything wired together for an app: key files, gateway and tracking from one set of options.
 *
 * Whoever wants other parts (a store, an HttpClient, keys from elsewhere) puts the layers of the rooms
 * together instead.
 */
import type { Signature } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { ConfigInvalid, GatewayOptions } from "./gateway/GatewayConfig.ts"
import { OrderGateway } from "./gateway/OrderGateway.ts"
import type { KeyError } from "./keys/KeyFile.ts"
import * as MerchantSigner from "./keys/MerchantSigner.ts"
import * as PlatformVerifier from "./keys/PlatformVerifier.ts"
import * as PrivateKey from "./keys/PrivateKey.ts"
import * as PublicKey from "./keys/PublicKey.ts"
import { OrderStore, type StoreError } from "./store/OrderStore.ts"
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

export interface UmfOptions extends KeyOptions, GatewayOptions, OrderSyncOptions {}

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

/** Gateway and tracking; what is tracked is kept in memory. */
export const layer = (
  options: UmfOptions
): Layer.Layer<OrderGateway | OrderSync, KeyError | ConfigInvalid | StoreError> =>
  OrderSync.layer(options).pipe(
    Layer.provideMerge(layerGateway(options)),
    Layer.provide(OrderStore.layerMemory)
  )
