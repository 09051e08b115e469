/**
 * The merchant's private key, parsed once from PKCS#8 (plain or encrypted), PKCS#1 or PKCS#12, PEM or DER,
 * and kept `Redacted`. A key is proven when it is parsed: it signs, and its own public part verifies.
 *
 * Signing orders is left to `MerchantSigner`.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as ForgeReader from "./ForgeReader.ts"
import * as KeyFile from "./KeyFile.ts"
import * as KeyFormat from "./KeyFormat.ts"
import * as Pkcs12 from "./Pkcs12.ts"
import { fingerprintOf } from "./PublicKey.ts"
import * as RsaNumbers from "./RsaNumbers.ts"
import * as RsaSha1 from "./RsaSha1.ts"

/** An RSA private key, parsed and proven. Prints, logs and serialises without the key. */
export interface PrivateKey {
  readonly source: string
  readonly kind: KeyFormat.KeyKind
  /** The size of the modulus. */
  readonly bits: number
  /** SHA-256 of the public key's SPKI DER, in hex with colons: the same for the key and its certificate. */
  readonly fingerprint: string
  readonly key: Redacted.Redacted<KeyObject>
}

/** `source` is the name that errors give to the place of the bytes; a passphrase that is not needed is ignored. */
export interface Options {
  readonly source: string
  readonly passphrase?: Redacted.Redacted<string> | undefined
}

const attempt = <A, E>(read: () => A, refused: () => E): Effect.Effect<A, E> =>
  Effect.try({ try: read, catch: refused })

const malformed = (kind: KeyFormat.KeyKind, fault: KeyFile.Malformed["fault"]): KeyFile.Malformed =>
  new KeyFile.Malformed({ kind: KeyFormat.names[kind], fault })

const unreadable = (kind: KeyFormat.KeyKind): KeyFile.Malformed => malformed(kind, "unreadable")

const plain = (der: Uint8Array, type: "pkcs8" | "pkcs1" | "sec1"): KeyObject =>
  createPrivateKey({ key: Buffer.from(der), format: "der", type })

/** DER of the identifier of PBES2, today's encryption. */
const pbes2 = Buffer.from("06092a864886f70d01050d", "hex")

/**
 * Whether OpenSSL knows the encryption, and says that the passphrase is another one. Encryptions older than
 * PBES2 were used with several forms of what lies beyond ASCII, of which node-forge knows another.
 */
const isOtherPassphrase = (error: unknown, key: Buffer, passphrase: string): boolean =>
  KeyFile.codeOf(error) === "ERR_OSSL_BAD_DECRYPT" && (/^[ -~]*$/.test(passphrase) || key.includes(pbes2))

/** By Node where it knows the encryption, else by node-forge, which takes some twenty times as long to hash. */
const decrypt = (block: KeyFormat.KeyBlock, passphrase: string): KeyObject => {
  const key = Buffer.from(Redacted.value(block.content))
  const pem = block.kind === "pem-encrypted"
  try {
    return createPrivateKey(
      pem ? { key, format: "pem", passphrase } : { key, format: "der", type: "pkcs8", passphrase }
    )
  } catch (error) {
    if (isOtherPassphrase(error, key, passphrase)) throw error
    return pem
      ? plain(ForgeReader.openPem(key, passphrase), "pkcs1")
      : plain(ForgeReader.openPkcs8(key, passphrase), "pkcs8")
  }
}

const open = Effect.fnUntraced(function* (
  block: KeyFormat.KeyBlock,
  passphrase: Redacted.Redacted<string> | undefined
): Effect.fn.Return<KeyObject, KeyFile.KeyErrorReason> {
  switch (block.kind) {
    case "pkcs8":
    case "pkcs1":
    case "ec": {
      const type = block.kind === "ec" ? "sec1" : block.kind
      return yield* attempt(
        () => plain(Redacted.value(block.content), type),
        () => unreadable(block.kind)
      )
    }
    case "pkcs8-encrypted":
    case "pem-encrypted": {
      if (passphrase === undefined) return yield* new KeyFile.PassphraseNeeded()
      if (block.kind === "pkcs8-encrypted") {
        yield* KeyFile.patient(block, ForgeReader.rounds(Redacted.value(block.content)))
      }
      return yield* attempt(
        () => decrypt(block, Redacted.value(passphrase)),
        () => new KeyFile.PassphraseWrong()
      )
    }
    case "pkcs12": {
      const der = (yield* Pkcs12.open(block, passphrase)).keys[0]
      if (der === undefined) {
        return yield* new KeyFile.WrongKind({ found: "a PKCS#12 file without a key", needed: "private key" })
      }
      const inner = KeyFormat.detect(der)[0]?.kind === "pkcs1" ? "pkcs1" : "pkcs8"
      return yield* attempt(
        () => plain(der, inner),
        () => unreadable(block.kind)
      )
    }
    default:
      return yield* new KeyFile.WrongKind({ found: KeyFormat.names[block.kind], needed: "private key" })
  }
})

/** The key's own public part, if what the one signs the other verifies. */
const provenPublicKey = (key: KeyObject): KeyObject | undefined => {
  try {
    if (!RsaNumbers.doPrimesFit(key)) return undefined
    const publicKey = createPublicKey(key)
    const rsaSha1 = RsaSha1.forKey(key)
    const signature = Buffer.from(rsaSha1.signer(key)("proof"), "base64")
    return rsaSha1.verifier(publicKey)("proof", signature) ? publicKey : undefined
  } catch {
    return undefined
  }
}

/** The private key in one block. */
export const fromBlock = Effect.fnUntraced(function* (
  block: KeyFormat.KeyBlock,
  { source, passphrase }: Options
): Effect.fn.Return<PrivateKey, KeyFile.KeyErrorReason> {
  const key = yield* open(block, passphrase)
  if (key.asymmetricKeyType !== "rsa") {
    return yield* new KeyFile.NotRsa({ type: key.asymmetricKeyType ?? "unknown" })
  }
  const areSafe = yield* attempt(
    () => RsaNumbers.areSafe(key),
    () => unreadable(block.kind)
  )
  if (!areSafe) return yield* malformed(block.kind, "unsafe")
  const publicKey = provenPublicKey(key)
  if (publicKey === undefined) return yield* malformed(block.kind, "inconsistent")
  return {
    source,
    kind: block.kind,
    bits: RsaSha1.bitsOf(key),
    fingerprint: fingerprintOf(publicKey),
    key: Redacted.make(key, { label: "private key" })
  }
})

/** The private key in `bytes`; other blocks beside it, such as its certificate, are passed over. */
export const fromBytes = (bytes: Uint8Array, options: Options): Effect.Effect<PrivateKey, KeyFile.KeyError> =>
  KeyFile.blocks(bytes).pipe(
    Effect.flatMap((blocks) => fromBlock(KeyFormat.principal(blocks), options)),
    Effect.mapError((reason) => new KeyFile.KeyError({ source: options.source, reason }))
  )

/** The private key in a file. */
export const fromFile = (
  path: string,
  options: Pick<Options, "passphrase"> = {}
): Effect.Effect<PrivateKey, KeyFile.KeyError> =>
  Effect.flatMap(KeyFile.read(path), (bytes) => fromBytes(bytes, { ...options, source: path }))
