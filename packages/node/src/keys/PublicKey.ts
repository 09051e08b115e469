/**
 * The platform's public key, from its X.509 certificate or as a bare key (SPKI, PKCS#1), PEM or DER.
 *
 * A certificate is a container here: the platform's is version 1, signed with MD5, and expired in 2006
 * (PROTOCOL.md 4). So neither its dates nor its own signature are checked; trust comes from the merchant
 * having put this very file there. Verifying is left to `PlatformVerifier`.
 */
import { createHash, createPublicKey, type KeyObject, X509Certificate } from "node:crypto"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as KeyFile from "./KeyFile.ts"
import * as KeyFormat from "./KeyFormat.ts"
import * as RsaNumbers from "./RsaNumbers.ts"
import { bitsOf } from "./RsaSha1.ts"

/** What a certificate says of itself; nothing of it is checked. */
export interface CertificateText {
  /** "C=CN, O=Example, CN=merchant". */
  readonly subject?: string
  readonly validFrom?: DateTime.Utc
  readonly validTo?: DateTime.Utc
}

/** An RSA public key, parsed. */
export interface PublicKey extends CertificateText {
  readonly source: string
  readonly kind: KeyFormat.KeyKind
  /** The size of the modulus. */
  readonly bits: number
  /** SHA-256 of the key's SPKI DER, in hex with colons: the same for a private key and its certificate. */
  readonly fingerprint: string
  readonly key: KeyObject
}

/** SHA-256 of a public key's SPKI DER, in upper-case hex with colons. */
export const fingerprintOf = (key: KeyObject): string => {
  const hash = createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("hex")
  return hash.toUpperCase().replace(/..(?!$)/g, "$&:")
}

const dateOf = (read: () => Date): DateTime.Utc | undefined => {
  try {
    return Option.getOrUndefined(Option.map(DateTime.make(read()), DateTime.toUtc))
  } catch {
    return undefined
  }
}

const certificateText = (certificate: X509Certificate): CertificateText => {
  const validFrom = dateOf(() => certificate.validFromDate)
  const validTo = dateOf(() => certificate.validToDate)
  return {
    subject: (certificate.subject ?? "").replaceAll("\n", ", "),
    ...(validFrom && { validFrom }),
    ...(validTo && { validTo })
  }
}

/** Key and text of one block that is no private key. Throws what node:crypto throws. */
const open = (block: KeyFormat.KeyBlock): { readonly key: KeyObject; readonly text: CertificateText } => {
  const der = Buffer.from(Redacted.value(block.content))
  if (block.kind === "certificate") {
    const certificate = new X509Certificate(der)
    return { key: certificate.publicKey, text: certificateText(certificate) }
  }
  const type = block.kind === "spki" ? "spki" : "pkcs1"
  return { key: createPublicKey({ key: der, format: "der", type }), text: {} }
}

/** The public key in one block. */
export const fromBlock = (
  block: KeyFormat.KeyBlock,
  source: string
): Effect.Effect<PublicKey, KeyFile.Malformed | KeyFile.NotRsa> =>
  Effect.try({
    try: () => {
      const { key, text } = open(block)
      const rsa = key.asymmetricKeyType === "rsa"
      const safe = !rsa || RsaNumbers.areSafe(key)
      return {
        source,
        kind: block.kind,
        bits: bitsOf(key),
        fingerprint: fingerprintOf(key),
        key,
        ...text,
        rsa,
        safe
      }
    },
    catch: () => new KeyFile.Malformed({ kind: KeyFormat.names[block.kind], fault: "unreadable" })
  }).pipe(
    Effect.flatMap(
      ({ rsa, safe, ...publicKey }): Effect.Effect<PublicKey, KeyFile.Malformed | KeyFile.NotRsa> => {
        if (!rsa)
          return Effect.fail(new KeyFile.NotRsa({ type: publicKey.key.asymmetricKeyType ?? "unknown" }))
        if (safe) return Effect.succeed(publicKey)
        return Effect.fail(new KeyFile.Malformed({ kind: KeyFormat.names[block.kind], fault: "unsafe" }))
      }
    )
  )

/**
 * The public key in `bytes`, the first one if there are several. A file that holds a private key is refused:
 * it can't be the platform's. `source` is the name that errors give to the place of the bytes.
 */
export const fromBytes = Effect.fnUntraced(
  function* (
    bytes: Uint8Array,
    { source }: { readonly source: string }
  ): Effect.fn.Return<PublicKey, KeyFile.KeyErrorReason> {
    const block = KeyFormat.principal(yield* KeyFile.blocks(bytes))
    if (!KeyFormat.isPrivate(block.kind)) return yield* fromBlock(block, source)
    return yield* new KeyFile.WrongKind({ found: KeyFormat.names[block.kind], needed: "public key" })
  },
  (effect, _, { source }): Effect.Effect<PublicKey, KeyFile.KeyError> =>
    Effect.mapError(effect, (reason) => new KeyFile.KeyError({ source, reason }))
)

/** The public key in a file. */
export const fromFile = (path: string): Effect.Effect<PublicKey, KeyFile.KeyError> =>
  Effect.flatMap(KeyFile.read(path), (bytes) => fromBytes(bytes, { source: path }))
