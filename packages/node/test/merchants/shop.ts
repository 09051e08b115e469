/**
 * Merchants for tests: key files in a directory of their own, a list, and a platform on loopback that knows
 * several merchants by their keys. It tells which key signed each request, and signs with each merchant's own
 * platform key.
 */
import { createPublicKey, sign, verify } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import type { ServerResponse } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as KeyPair from "../../src/keys/KeyPair.ts"
import { order } from "../support/orders.ts"
import * as Servers from "../support/servers.ts"

const generate = (subject: string) => Effect.runPromise(KeyPair.generate({ subject }))

/** Merchants' keys, and the platform's for each of them, by names that tests use. */
export const pairs = {
  a: await generate("a"),
  b: await generate("b"),
  a2: await generate("a2"),
  platformA: await generate("platform a"),
  platformB: await generate("platform b"),
  platformA2: await generate("platform a2")
}
export type PairName = keyof typeof pairs

export const A = order("of a", { merId: "90000001" }).merId
export const B = order("of b", { merId: "90000002" }).merId

/** A directory that goes with its scope. */
export const directory: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "umf-merchants-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** Writes a merchant's private key and the platform's certificate for it. */
export const writeKeys = (
  path: string,
  name: string,
  { key, cert }: { readonly key: PairName; readonly cert: PairName }
): void => {
  writeFileSync(join(path, `${name}.key.p8`), Redacted.value(pairs[key].privateKey))
  writeFileSync(join(path, `${name}.cert.crt`), pairs[cert].certificate)
}

/** An entry whose key files are those of `writeKeys`. */
export const entry = (
  merId: string,
  name: string,
  more: { readonly [field: string]: unknown } = {}
): { readonly [field: string]: unknown } => ({
  merId,
  privateKey: `${name}.key.p8`,
  platformCert: `${name}.cert.crt`,
  ...more
})

/** Writes the list; gives its path. */
export const writeList = (path: string, merchants: ReadonlyArray<unknown>): string => {
  const file = join(path, "merchants.json")
  writeFileSync(file, JSON.stringify({ merchants }, null, 2))
  return file
}

/** Two merchants with their own keys in `path`; gives the list's path. */
export const twoMerchants = (path: string, more: { readonly [field: string]: unknown } = {}): string => {
  writeKeys(path, "a", { key: "a", cert: "platformA" })
  writeKeys(path, "b", { key: "b", cert: "platformB" })
  return writeList(path, [entry(A, "a", more), entry(B, "b", more)])
}

const paid = {
  retCode: "0000",
  retMsg: "ok",
  platDate: "20260729",
  platTime: "120000",
  transactionId: "90000000000000000001",
  amount: "000000008888",
  transState: "SUCCESS",
  paySeq: "4200000001",
  payType: "WX"
}

const answerBy = (platform: PairName): string => {
  const text = Object.entries(paid)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, value]) => value)
    .join("|")
  const der = Buffer.from(Redacted.value(pairs[platform].privateKey))
  const signature = sign("sha1", Buffer.from(text), { key: der, format: "der", type: "pkcs8" })
  return JSON.stringify({ ...paid, sign: signature.toString("base64") })
}

const signedWith = (fields: { readonly [name: string]: string }): PairName | undefined => {
  const { sign: signature = "", ...rest } = fields
  const text = Object.entries(rest)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&")
  return (["a", "b", "a2"] as const).find((name) =>
    verify(
      "sha1",
      Buffer.from(text),
      createPublicKey(pairs[name].publicKey),
      Buffer.from(signature, "base64")
    )
  )
}

/** One request that arrived: of which merchant, and whose key signed it. */
export interface Arrived {
  readonly merId: string
  readonly orderId: string
  readonly key: PairName | undefined
}

/** The platform's key that answers a merchant's key. */
const answersTo: { readonly [key in PairName]?: PairName } = {
  a: "platformA",
  b: "platformB",
  a2: "platformA2"
}

export interface Platform extends Servers.Seen {
  readonly arrived: ReadonlyArray<Arrived>
  /** Requests that wait for their answers now. */
  readonly waiting: () => number
  /** From now on answers wait until `answerAll`, or they don't. */
  readonly hold: (on: boolean) => void
  readonly answerAll: () => void
}

/** Answers "paid" to every request that one of the merchants' keys signed, and 400 to all others. */
export const platform: Effect.Effect<Platform, never, Scope.Scope> = Effect.suspend(() => {
  const arrived: Array<Arrived> = []
  let held: Array<() => void> = []
  let holds = false
  const seen: { requests?: Servers.Seen["requests"] } = {}
  const handle = (_: unknown, response: ServerResponse) => {
    const fields: { readonly [name: string]: string } = JSON.parse(seen.requests?.at(-1)?.body ?? "{}")
    const key = signedWith(fields)
    arrived.push({ merId: fields.merId ?? "", orderId: fields.orderId ?? "", key })
    const platformKey = key && answersTo[key]
    const answer = () => {
      response.statusCode = platformKey === undefined ? 400 : 200
      response.end(platformKey === undefined ? "" : answerBy(platformKey))
    }
    if (holds) held.push(answer)
    else answer()
  }
  return Effect.map(Servers.http(handle), (server) => {
    seen.requests = server.requests
    return {
      ...server,
      arrived,
      waiting: () => held.length,
      hold: (on) => {
        holds = on
      },
      answerAll: () => {
        const now = held
        held = []
        for (const answer of now) answer()
      }
    }
  })
})
