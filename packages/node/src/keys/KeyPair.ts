/**
 * New key pairs, in the two files that the platform works with: the private key as PKCS#8 DER
 * (`*.key.p8`) and a self-signed X.509 certificate in PEM (`*.cert.crt`). For `umf-order keys generate`, the
 * sandbox and tests.
 *
 * Registering the certificate with the platform is left to the merchant.
 */
import { generateKeyPair, randomBytes } from "node:crypto"
import { mkdir, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import forge from "node-forge"
import { codeOf, FileExists, KeyError, Unreachable } from "./KeyFile.ts"
import { fingerprintOf } from "./PublicKey.ts"

/** A fresh pair. Prints, logs and serialises without the private key. */
export interface KeyPair {
  readonly bits: number
  /** SHA-256 of the public key's SPKI DER, in hex with colons. */
  readonly fingerprint: string
  /** PKCS#8 DER, not encrypted. */
  readonly privateKey: Redacted.Redacted<Uint8Array>
  /** Self-signed X.509, in PEM. */
  readonly certificate: string
  /** SPKI, in PEM. */
  readonly publicKey: string
}

export interface GenerateOptions {
  /** 1024 (default) is what the platform's merchants use; signatures of more than 1536 bits don't fit (PROTOCOL.md 2). */
  readonly bits?: 1024 | 1536 | 2048 | undefined
  /** The certificate's common name. Default "merchant". */
  readonly subject?: string | undefined
  /** How long the certificate says that it is valid, in days from now. Default 3650. */
  readonly days?: number | undefined
}

const day = 86_400_000

const selfSigned = (
  keys: { readonly publicKey: string; readonly privateKey: string },
  options: { readonly subject: string; readonly days: number; readonly now: number }
): string => {
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.publicKeyFromPem(keys.publicKey)
  certificate.serialNumber = `01${randomBytes(8).toString("hex")}`
  certificate.validity.notBefore = new Date(options.now)
  certificate.validity.notAfter = new Date(options.now + options.days * day)
  // node-forge wants the string type here, and its typings say "class".
  const valueTagClass = forge.asn1.Type.UTF8 as number as forge.asn1.Class
  const name = [{ name: "commonName", value: options.subject, valueTagClass }]
  certificate.setSubject(name)
  certificate.setIssuer(name)
  certificate.sign(forge.pki.privateKeyFromPem(keys.privateKey), forge.md.sha256.create())
  return forge.pki.certificateToPem(certificate)
}

/** Makes a pair; RSA-1024 takes some 20 ms. */
export const generate = Effect.fnUntraced(function* (
  options: GenerateOptions = {}
): Effect.fn.Return<KeyPair> {
  const { bits = 1024, subject = "merchant", days = 3650 } = options
  const now = yield* Clock.currentTimeMillis
  const pair = yield* Effect.promise(() => promisify(generateKeyPair)("rsa", { modulusLength: bits }))
  const publicKey = pair.publicKey.export({ type: "spki", format: "pem" }).toString()
  const pem = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString()
  const der = pair.privateKey.export({ type: "pkcs8", format: "der" })
  return {
    bits,
    fingerprint: fingerprintOf(pair.publicKey),
    privateKey: Redacted.make(new Uint8Array(der), { label: "private key" }),
    certificate: selfSigned({ publicKey, privateKey: pem }, { subject, days, now }),
    publicKey
  }
})

/** Where a pair was written. */
export interface Written {
  readonly privateKey: string
  readonly certificate: string
}

const refused = (source: string, error: unknown): KeyError => {
  const code = codeOf(error)
  const reason = code === "EEXIST" ? new FileExists() : new Unreachable({ action: "written", code })
  return new KeyError({ source, reason })
}

const writeNew = (path: string, content: Uint8Array | string, mode: number): Effect.Effect<void, KeyError> =>
  Effect.tryPromise({
    try: () => writeFile(path, content, { flag: "wx", mode }),
    catch: (error) => refused(path, error)
  })

/**
 * Writes `<name>.key.p8` (readable by its owner only) and `<name>.cert.crt` into `directory`, which is made if
 * it is missing. Overwrites nothing: fails with `KeyError` (`FileExists`, `Unreachable`) and leaves no half pair.
 */
export const writeTo = Effect.fnUntraced(function* (
  pair: KeyPair,
  directory: string,
  options: { readonly name?: string | undefined } = {}
): Effect.fn.Return<Written, KeyError> {
  const { name = "merchant" } = options
  const paths = {
    privateKey: join(directory, `${name}.key.p8`),
    certificate: join(directory, `${name}.cert.crt`)
  }
  yield* Effect.tryPromise({
    try: () => mkdir(directory, { recursive: true, mode: 0o700 }),
    catch: (error) => refused(directory, error)
  })
  yield* writeNew(paths.certificate, pair.certificate, 0o644)
  yield* writeNew(paths.privateKey, Redacted.value(pair.privateKey), 0o600).pipe(
    Effect.onError(() => Effect.promise(() => rm(paths.certificate, { force: true })))
  )
  return paths
})
