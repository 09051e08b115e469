/** Keys for the bench, and one answer signed with them. It names no order, so it serves for every one. */
import { createPrivateKey, sign } from "node:crypto"
import { LosslessJson, StringToSign } from "@umf-order-sync/core"
import { Keys } from "@umf-order-sync/node"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"

/** The fields of "payment is under way", as the sandbox answers it. */
const underWay = {
  retCode: "01000000",
  retMsg: "交易处理中",
  platDate: "20260729",
  platTime: "120000",
  transactionId: "3207291200000000001",
  amount: "000000008888",
  payType: "WX"
}

/** What a worker and the stand-in need. */
export interface BenchKeys {
  readonly privateKey: string
  readonly platformCert: string
  /** The body of every answer. */
  readonly answer: string
}

/** Makes both pairs, writes the merchant's side into this folder, and signs the answer with the platform's. */
export const make = async (directory: string): Promise<BenchKeys> => {
  const [merchant, platform] = await Effect.runPromise(
    Effect.all([Keys.KeyPair.generate(), Keys.KeyPair.generate({ subject: "platform" })])
  )
  const written = await Effect.runPromise(Keys.KeyPair.writeTo(merchant, directory, { name: "merchant" }))
  const { certificate } = await Effect.runPromise(
    Keys.KeyPair.writeTo(platform, directory, { name: "platform" })
  )
  const message = Result.getOrThrow(LosslessJson.parse(JSON.stringify(underWay)))
  if (message._tag !== "Object") throw new Error("The answer is no JSON object.")
  const key = createPrivateKey({
    key: Buffer.from(Redacted.value(platform.privateKey)),
    format: "der",
    type: "pkcs8"
  })
  const signature = sign("RSA-SHA1", Buffer.from(Result.getOrThrow(StringToSign.answer(message))), key)
  return {
    privateKey: written.privateKey,
    platformCert: certificate,
    answer: JSON.stringify({ ...underWay, sign: signature.toString("base64") })
  }
}
