/**
 * One merchant's keys and settings, made ready: all of them or none, and all from the same moment. A private
 * key from before a change and a certificate from after it are never put together.
 */
import type { Order, Signature } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as GatewayConfig from "../gateway/GatewayConfig.ts"
import * as KeyFile from "../keys/KeyFile.ts"
import * as MerchantSigner from "../keys/MerchantSigner.ts"
import * as PlatformVerifier from "../keys/PlatformVerifier.ts"
import * as PrivateKey from "../keys/PrivateKey.ts"
import * as PublicKey from "../keys/PublicKey.ts"
import * as FileStamp from "./FileStamp.ts"
import { MerchantUnusable } from "./MerchantsFault.ts"
import type { Merchant } from "./MerchantsFile.ts"

/** All that a merchant's gateway needs. */
export interface Prepared {
  readonly merId: Order.MerchantId
  readonly config: GatewayConfig.GatewayConfig
  readonly signer: Signature.Signer["Service"]
  readonly verifier: Signature.Verifier["Service"]
  /** The same for the same keys and settings, in whichever files they lie. Holds fingerprints, no key. */
  readonly identity: string
}

/** The outcome for one merchant, and how its files were when they were read. */
export interface Loaded {
  readonly merchant: Merchant
  readonly stamps: FileStamp.Stamps
  readonly result: Result.Result<Prepared, MerchantUnusable>
}

/** Files that are written again and again while they are read are left for the next time. */
const TRIES = 3

const passphraseOf = Effect.fnUntraced(function* (
  path: string
): Effect.fn.Return<Redacted.Redacted<string>, KeyFile.KeyError> {
  const bytes = yield* KeyFile.read(path)
  return Redacted.make(new TextDecoder().decode(bytes).replace(/\r?\n$/, ""), { label: "passphrase" })
})

/** A key's fault in the words of the list, where the option has another name. */
const wordsOf = ({ message }: KeyFile.KeyError): string =>
  message.replace("(signatureLimit)", '("allowLongSignature": true)').replace(/\.$/, "")

const prepare = Effect.fnUntraced(function* (
  merchant: Merchant,
  shared: GatewayConfig.GatewayOptions
): Effect.fn.Return<Prepared, MerchantUnusable> {
  const {
    file,
    merId,
    place,
    privateKey,
    platformCert,
    passphraseFile,
    allowLongSignature = false
  } = merchant
  const refuse = (field: string, problem: string) =>
    new MerchantUnusable({ file, merId, place, field, problem })
  const within = (field: string) =>
    Effect.mapError((error: KeyFile.KeyError) => refuse(field, wordsOf(error)))

  const config = yield* GatewayConfig.make({
    ...shared,
    baseUrl: merchant.baseUrl ?? shared.baseUrl,
    rateLimit: merchant.rateLimit ?? shared.rateLimit
  }).pipe(Effect.mapError(({ setting, message }) => refuse(setting, message.replace(/\.$/, ""))))
  const passphrase =
    passphraseFile === undefined
      ? undefined
      : yield* passphraseOf(passphraseFile).pipe(within("passphraseFile"))
  const key = yield* PrivateKey.fromFile(privateKey, { passphrase }).pipe(within("privateKey"))
  const cert = yield* PublicKey.fromFile(platformCert).pipe(within("platformCert"))
  const signatureLimit = allowLongSignature ? "none" : undefined
  const signer = yield* MerchantSigner.make(key, { signatureLimit }).pipe(within("privateKey"))
  return {
    merId,
    config,
    signer,
    verifier: PlatformVerifier.make(cert),
    identity: JSON.stringify([key.fingerprint, cert.fingerprint, config, allowLongSignature])
  }
})

/** The files of a merchant. */
const filesOf = ({ privateKey, platformCert, passphraseFile }: Merchant): ReadonlyArray<string> =>
  [privateKey, platformCert, passphraseFile].filter((path) => path !== undefined)

/** Whether a merchant was read well before, from the same entry and from files that are as they were. */
const isCurrent = Effect.fnUntraced(function* (
  merchant: Merchant,
  before: Loaded
): Effect.fn.Return<boolean> {
  const entry = (one: Merchant) => JSON.stringify({ ...one, place: 0 })
  if (Result.isFailure(before.result) || entry(before.merchant) !== entry(merchant)) return false
  return FileStamp.differences(before.stamps, yield* FileStamp.take(filesOf(merchant))).length === 0
})

/**
 * Reads a merchant's files, and makes sure that none of them was changed meanwhile. What was read `before` is
 * taken where nothing changed since.
 */
export const load = Effect.fnUntraced(function* (
  merchant: Merchant,
  shared: GatewayConfig.GatewayOptions,
  before?: Loaded | undefined
): Effect.fn.Return<Loaded> {
  if (before !== undefined && (yield* isCurrent(merchant, before))) return { ...before, merchant }
  const files = filesOf(merchant)
  for (let tries = 1; ; tries++) {
    const stamps = yield* FileStamp.take(files)
    const result = yield* Effect.result(prepare(merchant, shared))
    const changed = FileStamp.differences(stamps, yield* FileStamp.take(files)).length > 0
    if (!changed) return { merchant, stamps, result }
    if (tries < TRIES) continue
    const { file, merId, place } = merchant
    const problem = "the key files are being written. They are read again later"
    const fault = new MerchantUnusable({ file, merId, place, field: "", problem })
    return { merchant, stamps, result: Result.fail(fault) }
  }
})
