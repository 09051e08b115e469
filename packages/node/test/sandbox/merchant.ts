/** A merchant over node:http, for the tests of the sandbox: signs queries, and sees what came over the wire. */
import { type IncomingHttpHeaders, request } from "node:http"
import { OrderQueryAnswer, Signature } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { MerchantSigner, PlatformVerifier, PrivateKey, PublicKey } from "../../src/keys/index.ts"
import type { Running } from "../../src/sandbox/Sandbox.ts"

/** What came over the wire; `cut` where the connection ended before the body did. */
export interface Seen {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly cut: boolean
}

export interface Sent {
  readonly method?: string
  readonly headers?: { readonly [name: string]: string }
  readonly body?: string
}

/** One request on a connection of its own. Status 0 where there was no response at all. */
export const http = (
  url: string,
  { method = "GET", headers = {}, body = "" }: Sent = {}
): Effect.Effect<Seen> =>
  Effect.callback((resume) => {
    const done = (seen: Partial<Seen>) =>
      resume(Effect.succeed({ status: 0, headers: {}, body: "", cut: false, ...seen }))
    const outgoing = request(url, { method, headers, agent: false }, (incoming) => {
      const chunks: Array<Buffer> = []
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk))
      incoming.on("error", () => {})
      incoming.on("close", () =>
        done({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString("utf8"),
          cut: !incoming.complete
        })
      )
    })
    outgoing.on("error", () => done({ cut: true }))
    outgoing.end(body)
    return Effect.sync(() => outgoing.destroy())
  })

type Fields = { readonly [name: string]: string | null }

/** The body of a query, signed with the merchant's key. */
export const signedBody = Effect.fnUntraced(function* (sandbox: Running, fields: Fields) {
  const key = yield* PrivateKey.fromBytes(Redacted.value(sandbox.merchantPrivateKey), { source: "sandbox" })
  const signer = yield* MerchantSigner.make(key)
  const text = Object.entries(fields)
    .filter(([, value]) => value !== null && value !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&")
  return JSON.stringify({ ...fields, sign: yield* signer.sign(text) })
})

/** Asks about an order, with a true signature. */
export const query = Effect.fnUntraced(function* (sandbox: Running, orderId: string, more: Fields = {}) {
  const body = yield* signedBody(sandbox, { merId: sandbox.merId, orderId, ...more })
  return yield* http(`${sandbox.baseUrl}/pay/orderquery`, { method: "POST", body })
})

/** The fields of an answer, whatever its signature. */
export const fieldsOf = (seen: Seen): { readonly [name: string]: unknown } => JSON.parse(seen.body)

/** The return codes of so many queries in a row. */
export const codes = (sandbox: Running, orderId: string, times: number) =>
  Effect.map(
    Effect.forEach(Array.from({ length: times }), () => query(sandbox, orderId)),
    (all) => all.map((seen) => fieldsOf(seen).retCode)
  )

/** "ok", or why core does not believe the signature. */
export const signatureOf = Effect.fnUntraced(function* (sandbox: Running, seen: Seen) {
  const key = yield* PublicKey.fromBytes(sandbox.platformCert, { source: "sandbox" })
  return yield* OrderQueryAnswer.verify(seen.body).pipe(
    Effect.provideService(Signature.Verifier, PlatformVerifier.make(key)),
    Effect.match({ onSuccess: () => "ok", onFailure: (error) => error.reason })
  )
})
