/** Notifications as the platform sends them, and a caller that sends anything at all. */
import { sign } from "node:crypto"
import { request as httpRequest } from "node:http"
import { connect } from "node:net"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Keys from "../support/keys.ts"

export type Fields = Readonly<Record<string, string>>

/** What the platform's page on notifications shows, for an order. */
export const paidFields = (orderId: string, more: Fields = {}): Fields => ({
  amount: "8888",
  bpid: "",
  deviceType: "Other",
  funCode: "PayResultNotify",
  merId: "90000001",
  orderDate: "20260729",
  partnerOrderId: orderId,
  paySeq: "4200000001",
  payType: "WX",
  reqDate: "20260729",
  reqTime: "120000",
  tradeState: "TRADE_SUCCESS",
  ...more
})

const platformKey = {
  key: Buffer.from(Redacted.value(Keys.platform.privateKey)),
  format: "der",
  type: "pkcs8"
} as const

/** The fields with the platform's signature, over the text of requests or of answers. */
export const signed = (fields: Fields, like: "request" | "answer" = "request"): Fields => {
  const present = Object.entries(fields)
    .filter(([, value]) => value !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const text =
    like === "request"
      ? present.map(([name, value]) => `${name}=${value}`).join("&")
      : present.map(([, value]) => value).join("|")
  return { ...fields, sign: sign("sha1", Buffer.from(text), platformKey).toString("base64") }
}

/** The same with a signature that fits something else. */
export const forged = (fields: Fields): Fields => ({ ...fields, sign: signed({ other: "text" }).sign ?? "" })

export const form = (fields: Fields): string => new URLSearchParams({ ...fields }).toString()

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly text: string
}

export interface Sent {
  readonly method?: string
  readonly path?: string
  readonly type?: string
  readonly body?: string | Uint8Array
}

/** One request over a socket of its own. */
export const send = (url: string, sent: Sent): Effect.Effect<Answer> =>
  Effect.promise(
    () =>
      new Promise<Answer>((resolve, reject) => {
        const { method = "POST", path = "/umf/notify", type, body } = sent
        const headers = {
          ...(type === undefined ? {} : { "content-type": type }),
          ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) })
        }
        const outgoing = httpRequest(new URL(path, url), { method, headers, agent: false }, (incoming) => {
          const chunks: Array<Buffer> = []
          incoming.on("data", (chunk: Buffer) => chunks.push(chunk))
          incoming.on("end", () =>
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              text: Buffer.concat(chunks).toString("utf8")
            })
          )
        })
        outgoing.on("error", reject)
        outgoing.end(body)
      })
  )

/** What comes back for these bytes on a bare connection that stays open, and after how many ms, that or the end. */
export const sendRaw = (
  url: string,
  head: string,
  drip?: { readonly every: number; readonly text: string }
): Effect.Effect<{ readonly text: string; readonly millis: number }> =>
  Effect.promise(
    () =>
      new Promise((resolve) => {
        const { hostname, port } = new URL(url)
        const began = performance.now()
        const socket = connect(Number(port), hostname)
        let text = ""
        let millis = 0
        const dripping =
          drip === undefined ? undefined : setInterval(() => socket.write(drip.text), drip.every)
        socket.on("error", () => {})
        socket.on("data", (chunk: Buffer) => {
          if (text === "") millis = performance.now() - began
          text += chunk.toString("latin1")
        })
        socket.on("close", () => {
          clearInterval(dripping)
          if (text === "") millis = performance.now() - began
          resolve({ text, millis })
        })
        socket.write(head)
      })
  )
