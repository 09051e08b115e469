/**
 * Core's `Signer` with the merchant's private key. Building the layer is the start-up check: a key whose
 * signatures can't fit the field `sign` is refused here (PROTOCOL.md 2), before any order is asked for.
 */
import { Signature } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as KeyFile from "./KeyFile.ts"
import type { PrivateKey } from "./PrivateKey.ts"
import * as RsaSha1 from "./RsaSha1.ts"

/** How many characters the field `sign` takes (PROTOCOL.md 2). */
export const defaultSignatureLimit = 256

export interface Options {
  /** The longest signature in characters, or "none" to send any. Default 256, as the platform's table says. */
  readonly signatureLimit?: number | "none" | undefined
  /** What to try before node-forge. Default node:crypto. */
  readonly rsaSha1?: RsaSha1.RsaSha1 | undefined
}

/** The signing service. Fails with `KeyError` (`SignatureTooLong`). */
export const make = Effect.fnUntraced(function* (
  privateKey: PrivateKey,
  options: Options = {}
): Effect.fn.Return<Signature.Signer["Service"], KeyFile.KeyError> {
  const limit = options.signatureLimit ?? defaultSignatureLimit
  const { bits, source } = privateKey
  const length = RsaSha1.signatureLength(bits)
  if (limit !== "none" && length > limit) {
    const reason = new KeyFile.SignatureTooLong({ bits, length, limit })
    return yield* new KeyFile.KeyError({ source, reason })
  }
  const key = Redacted.value(privateKey.key)
  const sign = RsaSha1.forKey(key, options.rsaSha1).signer(key)
  const message = `The key of ${source} made no signature. Check it with: umf-order keys show`
  return Signature.Signer.of({
    sign: (text) =>
      Effect.try({ try: () => sign(text), catch: () => new Signature.SigningFailed({ message }) })
  })
})

/** Provides `Signer`. Fails at start-up with `KeyError` (`SignatureTooLong`). */
export const layer = (
  privateKey: PrivateKey,
  options?: Options
): Layer.Layer<Signature.Signer, KeyFile.KeyError> =>
  Layer.effect(Signature.Signer, make(privateKey, options))
