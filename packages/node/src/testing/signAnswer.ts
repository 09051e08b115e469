/** The text of an answer, as the platform would send it. */
import { Signature } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as MerchantSigner from "../keys/MerchantSigner.ts"
import * as PrivateKey from "../keys/PrivateKey.ts"
import * as Rejection from "../promise/Rejection.ts"
import * as SignedFields from "../sandbox/SignedFields.ts"
import type { PlainAnswerFields } from "./answers.ts"
import type { TestKeys } from "./TestKeys.ts"

/**
 * The fields as JSON, signed with the platform's test key, for a fake HTTP server or `fetch` of one's own.
 * Signed with other keys than those that the merchant's side was given, it is not believed. Throws
 * `UmfKeyError` for a key that can't be used.
 */
export const signAnswer = (
  fields: PlainAnswerFields,
  { platformPrivateKey }: Pick<TestKeys, "platformPrivateKey">
): string =>
  Effect.runSync(
    Effect.gen(function* () {
      const key = yield* PrivateKey.fromBytes(platformPrivateKey, { source: "the platform's test key" })
      const signer = yield* MerchantSigner.make(key)
      const signed = yield* Effect.provideService(SignedFields.sign(fields), Signature.Signer, signer)
      return JSON.stringify(signed)
    }).pipe(Effect.mapError(Rejection.fromFailure))
  )
