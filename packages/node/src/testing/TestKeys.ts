/**
 * Keys for tests: a merchant's pair and a platform's pair, RSA-1024 as the platform uses them. They protect
 * nothing, so they are plain bytes.
 */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { generate, type KeyPair } from "../keys/KeyPair.ts"

/** Both sides' keys. */
export interface TestKeys {
  /** What the merchant signs requests with, for the option `privateKey`: PKCS#8 DER. */
  readonly merchantPrivateKey: Uint8Array
  /** What the platform checks requests with: X.509, PEM. */
  readonly merchantCert: Uint8Array
  /** What the platform signs answers with: PKCS#8 DER. */
  readonly platformPrivateKey: Uint8Array
  /** What the merchant checks answers with, for the option `platformCert`: X.509, PEM. */
  readonly platformCert: Uint8Array
}

const bytesOf = ({ privateKey, certificate }: KeyPair) =>
  [Redacted.value(privateKey), new TextEncoder().encode(certificate)] as const

/** Makes fresh pairs, in some 50 ms. */
export const createTestKeys = async (): Promise<TestKeys> => {
  const [merchantPrivateKey, merchantCert] = bytesOf(
    await Effect.runPromise(generate({ subject: "test merchant" }))
  )
  const [platformPrivateKey, platformCert] = bytesOf(
    await Effect.runPromise(generate({ subject: "test platform" }))
  )
  return { merchantPrivateKey, merchantCert, platformPrivateKey, platformCert }
}

let made: Promise<TestKeys> | undefined

/** The pairs of this process, made when they are first wanted. */
export const shared = (): Promise<TestKeys> => {
  made ??= createTestKeys()
  return made
}
