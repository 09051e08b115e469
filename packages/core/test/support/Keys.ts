/** An RSA key pair for one test file, with core's two services over node:crypto. */
import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto"
import * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import { Signer, SigningFailed, Verifier } from "../../src/Signature.ts"

export interface Keys {
  /** The base64 signature of the UTF-8 bytes of `text`: SHA1withRSA. */
  readonly sign: (text: string) => string
  readonly verify: (text: string, signature: Uint8Array) => boolean
  /** Runs a program that needs a `Verifier`, with this pair's public key. */
  readonly verifying: <A, E>(program: Effect.Effect<A, E, Verifier>) => Result.Result<A, E>
  /** Runs a program that needs a `Signer`, with this pair's private key. */
  readonly signing: <A, E>(program: Effect.Effect<A, E, Signer>) => Result.Result<A, E>
}

export const fromKeys = (privateKey: KeyObject | undefined, publicKey: KeyObject): Keys => {
  const verified = new Map<string, boolean>()
  const fits = (text: string, signature: Uint8Array): boolean => {
    const key = `${Buffer.from(signature).toString("base64")} ${text}`
    const known = verified.get(key)
    if (known !== undefined) return known
    const result = verify("sha1", Buffer.from(text, "utf8"), publicKey, signature)
    verified.set(key, result)
    return result
  }
  const signed = (text: string): string => {
    if (privateKey === undefined) throw new Error("These keys have no private half.")
    return sign("sha1", Buffer.from(text, "utf8"), privateKey).toString("base64")
  }
  const verifier = Verifier.of({ verify: (text, signature) => Effect.sync(() => fits(text, signature)) })
  const signer = Signer.of({
    sign: (text) =>
      Effect.try({
        try: () => signed(text),
        catch: () => new SigningFailed({ message: "node:crypto could not sign." })
      })
  })
  return {
    sign: signed,
    verify: fits,
    verifying: (program) => Effect.runSync(Effect.result(Effect.provideService(program, Verifier, verifier))),
    signing: (program) => Effect.runSync(Effect.result(Effect.provideService(program, Signer, signer)))
  }
}

/** A fresh RSA-1024 pair, the size that the platform's merchants hold. */
export const make = (): Keys => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024 })
  return fromKeys(privateKey, createPublicKey(privateKey))
}
