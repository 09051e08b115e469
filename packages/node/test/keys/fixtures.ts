/** The keys beside this file, by name, and the one passphrase they are encrypted with. */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as KeyFile from "../../src/keys/KeyFile.ts"
import * as PrivateKey from "../../src/keys/PrivateKey.ts"
import * as PublicKey from "../../src/keys/PublicKey.ts"

export const pathOf = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))

export const bytesOf = (name: string): Buffer => readFileSync(pathOf(name))

export const passphrase = Redacted.make("test-passphrase")

/** The fixture's private key, under the name of no file. */
export const privateKey = (
  name: string,
  secret: Redacted.Redacted<string> | undefined = passphrase
): Effect.Effect<PrivateKey.PrivateKey, KeyFile.KeyError> =>
  PrivateKey.fromBytes(bytesOf(name), { source: "fixture", passphrase: secret })

export const publicKey = (name: string): Effect.Effect<PublicKey.PublicKey, KeyFile.KeyError> =>
  PublicKey.fromBytes(bytesOf(name), { source: "fixture" })

/** Why an effect was refused; fails the test if it was not. */
export const refusal = <A>(
  effect: Effect.Effect<A, KeyFile.KeyError>
): Effect.Effect<KeyFile.KeyErrorReason, A> => Effect.map(Effect.flip(effect), (error) => error.reason)

/** Every fixture of the one RSA-1024 private key that opens with `passphrase` or without any. */
export const privateKeys = [
  "rsa-1024.p8.der",
  "rsa-1024.p8.pem",
  "rsa-1024.base64.txt",
  "rsa-1024.pkcs1.der",
  "rsa-1024.pkcs1.pem",
  "rsa-1024.bundle.pem",
  "rsa-1024.encrypted.p8.der",
  "rsa-1024.encrypted.p8.pem",
  "rsa-1024.encrypted-3des.p8.pem",
  "rsa-1024.encrypted-rc2.p8.pem",
  "rsa-1024.encrypted.pkcs1.pem",
  "rsa-1024.encrypted-des.pkcs1.pem",
  "rsa-1024.modern.p12",
  "rsa-1024.legacy.p12"
]

/** Those that need the passphrase. */
export const encrypted = privateKeys.filter((name) => /encrypted|p12/.test(name))

/** Every fixture of that key's public part. */
export const publicKeys = [
  "rsa-1024.cert.der",
  "rsa-1024.cert.pem",
  "rsa-1024.cert-v1-md5-expired.crt",
  "rsa-1024.spki.der",
  "rsa-1024.spki.pem",
  "rsa-1024.pkcs1-public.der",
  "rsa-1024.pkcs1-public.pem"
]
