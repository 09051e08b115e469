/** The platform that the commands under test talk to: one sandbox in this process, and its merchant's keys. */
import { createHash, createPublicKey, sign, X509Certificate } from "node:crypto"
import { readFileSync } from "node:fs"
import { rm } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll } from "@effect/vitest"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type { Answer } from "../../src/sandbox/Answer.ts"
import { type Running, Sandbox } from "../../src/sandbox/Sandbox.ts"
import { folder, keepKeySecret, type Options, type Ran, umfOrder } from "./umfOrder.ts"

const keys = join(folder, "keys")
export const files = {
  merchantKey: join(keys, "merchant.key.p8"),
  merchantCert: join(keys, "merchant.cert.crt"),
  platformKey: join(keys, "platform.key.p8"),
  platformCert: join(keys, "platform.cert.crt")
}

const runtime = ManagedRuntime.make(Sandbox.layer({ keysDirectory: keys }))

let started: Running | undefined

/** The sandbox, once it runs. */
export const sandbox = (): Running => {
  if (started === undefined) throw new Error("The sandbox is not started yet.")
  return started
}

/** To be called once, by the test file. */
export const startAndStop = (): void => {
  beforeAll(async () => {
    started = await runtime.runPromise(Sandbox)
    keepKeySecret(readFileSync(files.merchantKey))
    keepKeySecret(readFileSync(files.platformKey))
  })
  afterAll(async () => {
    await runtime.dispose()
    await rm(folder, { recursive: true, force: true })
  })
}

/** The environment of the sandbox's merchant. */
export const merchant = (): { readonly [name: string]: string } => ({
  UMF_MER_ID: sandbox().merId,
  UMF_PRIVATE_KEY: files.merchantKey,
  UMF_PLATFORM_CERT: files.platformCert,
  UMF_BASE_URL: sandbox().baseUrl
})

/** One query with `--json`, without retries. */
export const query = (orderId: string, ...more: ReadonlyArray<string>): Promise<Ran> =>
  umfOrder(["query", "--json", "--retries", "0", "--order-id", orderId, ...more], { env: merchant() })

/** Follows an order with `--json`, in a hurry. */
export const track = (
  orderId: string,
  more: ReadonlyArray<string> = [],
  options: Options = {}
): Promise<Ran> =>
  umfOrder(["track", "--json", "--every", "100ms", "--order-id", orderId, ...more], {
    env: merchant(),
    ...options
  })

/** An order that answers the one thing for ever. */
export const answering = async (orderId: string, answer: typeof Answer.Encoded): Promise<void> => {
  await runtime.runPromise(sandbox().createOrder({ orderId, script: { steps: [{ answer }] } }))
}

/** A refund was asked for. */
export const refund = async (orderId: string): Promise<void> => {
  await runtime.runPromise(sandbox().requestRefund(orderId))
}

/** How often an order was asked about, and the fields of each query. */
export const received = async (orderId: string) =>
  (await runtime.runPromise(sandbox().received)).filter((entry) => entry.orderId === orderId)

/** The platform's signature of a text. */
export const platformSign = (text: string): string =>
  sign("sha1", Buffer.from(text, "utf8"), {
    key: readFileSync(files.platformKey),
    format: "der",
    type: "pkcs8"
  }).toString("base64")

/** SHA-256 of the public key in a certificate, in hex with colons. */
export const fingerprint = (certificate: string): string =>
  (
    createHash("sha256")
      .update(
        new X509Certificate(readFileSync(certificate)).publicKey.export({ type: "spki", format: "der" })
      )
      .digest("hex")
      .match(/../g) ?? []
  )
    .join(":")
    .toUpperCase()

/** The public key in a certificate. */
export const publicKey = (certificate: string) => createPublicKey(readFileSync(certificate))
