/**
 * The two services that core needs and others provide: making a signature and checking one.
 *
 * The algorithm is the platform's: SHA1withRSA (RSASSA-PKCS1-v1_5) over the UTF-8 bytes of the string
 * to sign, written as base64 on one line (PROTOCOL.md 4). What the string to sign is, is decided in
 * `StringToSign`; where keys come from is left to the provider.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** A signature could not be made: the key or the crypto library refused. Never carries key material. */
export class SigningFailed extends Schema.TaggedError<SigningFailed>()("SigningFailed", {
  /** What happened and what to do about it, in one sentence. */
  message: Schema.String
}) {}

/** Signs with the merchant's private key. */
export class Signer extends Context.Service<
  Signer,
  {
    /** The base64 signature (one line, padded, standard alphabet) of the UTF-8 bytes of `text`. */
    readonly sign: (text: string) => Effect.Effect<string, SigningFailed>
  }
>()("@umf-order-sync/core/Signature/Signer") {}

/** Checks signatures with the platform's public key. */
export class Verifier extends Context.Service<
  Verifier,
  {
    /** Whether `signature` (raw bytes, already decoded from base64) fits the UTF-8 bytes of `text`. */
    readonly verify: (text: string, signature: Uint8Array) => Effect.Effect<boolean>
  }
>()("@umf-order-sync/core/Signature/Verifier") {}
