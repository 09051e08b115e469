/**
 * What can be told of a key file without telling the key: for `umf-order keys show`.
 *
 * Of a file with a private key, that key is described, with the subject of its certificate if the file holds
 * that too; else the first certificate or public key.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as KeyFile from "./KeyFile.ts"
import * as KeyFormat from "./KeyFormat.ts"
import * as Pkcs12 from "./Pkcs12.ts"
import * as PrivateKey from "./PrivateKey.ts"
import * as PublicKey from "./PublicKey.ts"
import { signatureLength } from "./RsaSha1.ts"

/** A description of a key file; safe to print. */
export interface KeyInfo extends PublicKey.CertificateText {
  readonly source: string
  readonly kind: KeyFormat.KeyKind
  readonly encoding: KeyFormat.KeyBlock["encoding"]
  readonly isPrivate: boolean
  /** The size of the modulus. */
  readonly bits: number
  /** SHA-256 of the public key's SPKI DER, in hex with colons. */
  readonly fingerprint: string
  /** How many characters its base64 signatures have; the platform takes 256 (PROTOCOL.md 2). */
  readonly signatureLength: number
}

/** Every certificate in the file, those inside a PKCS#12 block too. */
const certificates = Effect.fnUntraced(function* (
  blocks: ReadonlyArray<KeyFormat.KeyBlock>,
  passphrase: Redacted.Redacted<string> | undefined
): Effect.fn.Return<ReadonlyArray<KeyFormat.KeyBlock>, KeyFile.KeyErrorReason> {
  const found: Array<KeyFormat.KeyBlock> = []
  for (const block of blocks) {
    if (block.kind === "certificate") found.push(block)
    if (block.kind !== "pkcs12") continue
    const inside = yield* Pkcs12.open(block, passphrase)
    found.push(...inside.certificates.flatMap((der) => KeyFormat.detect(der)))
  }
  return found
})

const describeBlocks = Effect.fnUntraced(function* (
  blocks: KeyFormat.KeyBlocks,
  options: PrivateKey.Options
): Effect.fn.Return<KeyInfo, KeyFile.KeyErrorReason> {
  const block = KeyFormat.principal(blocks)
  const { encoding, kind } = block
  const common = { source: options.source, kind, encoding, isPrivate: KeyFormat.isPrivate(kind) }
  if (!common.isPrivate) {
    const { key: _, ...told } = yield* PublicKey.fromBlock(block, options.source)
    return { ...common, ...told, signatureLength: signatureLength(told.bits) }
  }
  const { bits, fingerprint } = yield* PrivateKey.fromBlock(block, options)
  const told = { ...common, bits, fingerprint, signatureLength: signatureLength(bits) }
  for (const candidate of yield* certificates(blocks, options.passphrase)) {
    const certificate = Option.getOrUndefined(
      yield* Effect.option(PublicKey.fromBlock(candidate, options.source))
    )
    if (certificate?.fingerprint !== fingerprint) continue
    const { subject, validFrom, validTo } = certificate
    return {
      ...told,
      ...(subject !== undefined && { subject }),
      ...(validFrom && { validFrom }),
      ...(validTo && { validTo })
    }
  }
  return told
})

/** Describes the key in `bytes`, of any format. Fails with `KeyError` as parsing the key would. */
export const describe = (
  bytes: Uint8Array,
  options: PrivateKey.Options
): Effect.Effect<KeyInfo, KeyFile.KeyError> =>
  KeyFile.blocks(bytes).pipe(
    Effect.flatMap((blocks) => describeBlocks(blocks, options)),
    Effect.mapError((reason) => new KeyFile.KeyError({ source: options.source, reason }))
  )

/** Describes the key in a file. */
export const describeFile = (
  path: string,
  options: Pick<PrivateKey.Options, "passphrase"> = {}
): Effect.Effect<KeyInfo, KeyFile.KeyError> =>
  Effect.flatMap(KeyFile.read(path), (bytes) => describe(bytes, { ...options, source: path }))
