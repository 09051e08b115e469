/** What the platform, or whoever else came, is answered. Always a fixed text: nothing of a request is in it. */
import * as Effect from "effect/Effect"
import { ConfigInvalid } from "../gateway/GatewayConfig.ts"

export interface Reply {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** Changes to the reply. */
export type ReplyOptions = Partial<Reply>

/**
 * The platform's page on notifications wants `retCode` 0000 once one has come in, whatever it says; the page
 * of its platform for agents wants `respCode` 00. With another answer, or none, it sends the notification
 * again: 30 s, 300 s and 1,800 s later, and then no more.
 *
 * The first page also wants fields of the notification repeated, and a signature with the merchant's key.
 * That is left out: a public URL must not sign, nor repeat, what strangers send to it. Where the platform
 * insists, it costs three more notifications.
 */
export const defaults: Reply = {
  status: 200,
  contentType: "application/json; charset=utf-8",
  body: JSON.stringify({ retCode: "0000", retMsg: "", respCode: "00", respMsg: "" })
}

/** The reply of the options. Fails with `ConfigInvalid` where HTTP could not carry it. */
export const make = (options: ReplyOptions = {}): Effect.Effect<Reply, ConfigInvalid> => {
  const { status = defaults.status, contentType = defaults.contentType, body = defaults.body } = options
  const wrong = (setting: string, message: string) => Effect.fail(new ConfigInvalid({ setting, message }))
  if (!(Number.isInteger(status) && status >= 200 && status <= 599)) {
    return wrong("reply.status", "reply.status must be an HTTP status from 200 to 599.")
  }
  if (!/^[\x20-\x7e]+$/.test(contentType)) {
    return wrong("reply.contentType", "reply.contentType must be a header's value, such as text/plain.")
  }
  // A body would not be sent with these, and its length would say otherwise.
  return Effect.succeed({ status, contentType, body: status === 204 || status === 304 ? "" : body })
}

/** Why a request is no notification that can be read. */
export type Refusal = "Method" | "TooLarge" | "TooSlow" | "Unreadable"

const refusals: Readonly<Record<Refusal, readonly [status: number, text: string]>> = {
  Method: [405, "Send notifications by POST.\n"],
  TooLarge: [413, "The body is longer than a notification may be.\n"],
  TooSlow: [408, "The body did not come in time.\n"],
  Unreadable: [400, "This is no notification of an order.\n"]
}

export const refused = (refusal: Refusal): Reply => {
  const [status, body] = refusals[refusal]
  return { status, contentType: "text/plain; charset=utf-8", body }
}

/** The headers of a reply. */
export const headersOf = ({ status, contentType }: Reply): Readonly<Record<string, string>> => ({
  "content-type": contentType,
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  ...(status === 405 ? { allow: "POST, GET" } : {})
})
