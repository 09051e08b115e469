/**
 * Core's `Verifier` with the platform's public key. Answers false for every signature that does not fit,
 * malformed ones too; it never fails.
 */
import { Signature } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { PublicKey } from "./PublicKey.ts"
import * as RsaSha1 from "./RsaSha1.ts"

export interface Options {
  /** What to try before node-forge. Default node:crypto. */
  readonly rsaSha1?: RsaSha1.RsaSha1 | undefined
}

/** The verifying service. */
export const make = (publicKey: PublicKey, options: Options = {}): Signature.Verifier["Service"] => {
  const verify = RsaSha1.forKey(publicKey.key, options.rsaSha1).verifier(publicKey.key)
  return Signature.Verifier.of({
    verify: (text, signature) =>
      Effect.sync(() => {
        try {
          return verify(text, signature)
        } catch {
          return false
        }
      })
  })
}

/** Provides `Verifier`. */
export const layer = (publicKey: PublicKey, options?: Options): Layer.Layer<Signature.Verifier> =>
  Layer.sync(Signature.Verifier, () => make(publicKey, options))
