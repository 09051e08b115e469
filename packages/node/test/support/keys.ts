/**
 * A merchant and a platform for tests, each with a key pair of its own, in memory. Answers are signed and
 * requests checked with node:crypto and a signing rule written down again here, so that a fault in the
 * library's own signing text can't hide itself.
 */
import { createPublicKey, sign, verify } from "node:crypto"
import type { Signature } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { KeyPair, MerchantSigner, PlatformVerifier, PrivateKey, PublicKey } from "../../src/keys/index.ts"

export const merchant = await Effect.runPromise(KeyPair.generate({ subject: "test merchant" }))
export const platform = await Effect.runPromise(KeyPair.generate({ subject: "test platform" }))

/** Signing as the merchant, verifying as the platform's customer. */
export const layer: Layer.Layer<Signature.Signer | Signature.Verifier> = Layer.orDie(
  Layer.merge(
    Layer.unwrap(
      Effect.map(
        PrivateKey.fromBytes(Redacted.value(merchant.privateKey), { source: "the test merchant" }),
        (key) => MerchantSigner.layer(key)
      )
    ),
    Layer.unwrap(
      Effect.map(
        PublicKey.fromBytes(Buffer.from(platform.certificate), { source: "the test platform" }),
        (key) => PlatformVerifier.layer(key)
      )
    )
  )
)

/** Fields of an answer as they stand in the JSON. */
export type Fields = { readonly [name: string]: string | number }

/** The body of an answer, truly signed by the platform: values sorted by name, joined by "|". */
export const signedAnswer = (fields: Fields): string => {
  const text = Object.entries(fields)
    .filter(([, value]) => value !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, value]) => String(value))
    .join("|")
  const key = { key: Buffer.from(Redacted.value(platform.privateKey)), format: "der", type: "pkcs8" } as const
  return JSON.stringify({ ...fields, sign: sign("sha1", Buffer.from(text, "utf8"), key).toString("base64") })
}

const common = {
  retMsg: "ok",
  platDate: "20260729",
  platTime: "120000",
  transactionId: "90000000000000000001",
  amount: "000000008888",
  payType: "WX"
}

/** Whole, truly signed answers by their verdicts. */
export const answers = {
  paid: signedAnswer({ ...common, retCode: "0000", transState: "SUCCESS", paySeq: "4200000001" }),
  paying: signedAnswer({ ...common, retCode: "01000000" }),
  closed: signedAnswer({ ...common, retCode: "00080520" }),
  platformFault: signedAnswer({ ...common, retCode: "9999" }),
  otherAmount: signedAnswer({ ...common, retCode: "0000", transState: "SUCCESS", amount: "1" })
}

/** Whether the merchant signed these fields: `name=value` sorted by name, joined by "&". */
export const isSigned = (fields: { readonly [name: string]: unknown }): boolean => {
  const { sign: signature, ...rest } = fields
  const text = Object.entries(rest)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&")
  const key = createPublicKey(merchant.publicKey)
  return verify("sha1", Buffer.from(text, "utf8"), key, Buffer.from(String(signature), "base64"))
}
