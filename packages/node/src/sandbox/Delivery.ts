/**
 * From what a script answers to what goes over the wire: the answer made, signed, then spoilt where the
 * script says so, and the manner of sending. Attacked answers are truly signed first and tampered with
 * afterwards, as somebody on the path would.
 *
 * Sending is left to `Sending`, lengths of time are still the script's own (not scaled).
 */
import { Amount, type Signature } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import type { Answer } from "./Answer.ts"
import * as AnswerFields from "./AnswerFields.ts"
import type { SandboxOrder } from "./SandboxOrder.ts"
import * as SignedFields from "./SignedFields.ts"
import type { Statement } from "./Statement.ts"

/** How a response is sent. `everyMs` is the time between two bytes. */
export type Manner =
  | { readonly _tag: "Whole" }
  | { readonly _tag: "CutHalfWay" }
  | { readonly _tag: "Reset" }
  | { readonly _tag: "Drip"; readonly everyMs: number }

/** A response, and how it is sent. */
export interface Delivery {
  readonly status: number
  readonly headers: { readonly [name: string]: string }
  readonly body: string
  /** How long nothing is sent, in milliseconds. */
  readonly delayMs: number
  readonly manner: Manner
}

/** Where `Redirect` points to. It ends like the true path, so that a client which follows is answered. */
export const redirectedPath = "/redirected/pay/orderquery"

const whole = (status: number, type: string, body: string): Delivery => ({
  status,
  headers: { "content-type": `${type}; charset=utf-8` },
  body,
  delayMs: 0,
  manner: { _tag: "Whole" }
})

/** The fields as a JSON body with HTTP 200: the platform's status, whatever the business result. */
export const ofFields = (fields: AnswerFields.AnswerFields): Delivery =>
  whole(200, "application/json", JSON.stringify(fields))

const html = `<!DOCTYPE html>
<html><head><title>Service unavailable</title></head>
<body><h1>系统繁忙</h1><p>The page you asked for is not available. SUCCESS is not what this page means.</p></body></html>
`

/** An order that the client did not ask about; its amount is another one too. */
const anotherOrder = (order: SandboxOrder): SandboxOrder => ({
  ...order,
  orderId: `another-${order.orderId}`,
  amount: otherAmount(order.amount)
})

const otherAmount = (amount: Amount.Amount): Amount.Amount =>
  Amount.Amount.make(amount > 100n ? amount - 100n : amount + 100n)

const paid: Statement = { _tag: "Paid" }

/** What is asked, and when: all that a delivery is made from. */
export interface Asked {
  readonly answer: Answer
  readonly order: SandboxOrder
  readonly now: number
  /** Whether the client came here because it followed a redirect. */
  readonly redirected: boolean
}

/** What goes over the wire. */
export const make = ({
  answer,
  order,
  now,
  redirected
}: Asked): Effect.Effect<Delivery, Signature.SigningFailed, Signature.Signer> => {
  const signed = (statement: Statement, about: SandboxOrder = order) =>
    SignedFields.sign(AnswerFields.ofOrder(statement, about, now))
  const truly = (statement: Statement, change: Partial<Delivery> = {}) =>
    Effect.map(signed(statement), (fields): Delivery => ({ ...ofFields(fields), ...change }))
  const unpaid = (transState: "NOTPAY" | "PAYERROR" = "NOTPAY"): Statement => ({
    _tag: transState === "NOTPAY" ? "NotPay" : "PayError"
  })

  switch (answer._tag) {
    case "WrongSignature":
      return Effect.map(signed(answer.statement ?? paid), (fields) =>
        ofFields(SignedFields.breakSignature(fields))
      )
    case "Unsigned":
      return Effect.map(signed(answer.statement ?? paid), (fields) => ofFields(SignedFields.unsign(fields)))
    case "Replayed":
      return Effect.map(signed(answer.statement ?? paid, anotherOrder(order)), ofFields)
    case "WrongAmount":
      return Effect.map(
        signed(answer.statement ?? paid, { ...order, amount: otherAmount(order.amount) }),
        ofFields
      )
    case "Renamed":
      return Effect.map(signed(unpaid(answer.transState)), (fields) =>
        ofFields(SignedFields.rename(fields, "transState", "transStatf"))
      )
    case "Merged":
      return Effect.map(signed(unpaid(answer.transState)), (fields) =>
        ofFields(SignedFields.merge(fields, "retMsg", "transState"))
      )
    case "Delayed":
      return truly(answer.statement ?? paid, { delayMs: answer.ms })
    case "Cut":
      return truly(answer.statement ?? paid, { manner: { _tag: "CutHalfWay" } })
    case "Reset":
      return Effect.succeed({ ...whole(200, "text/plain", ""), manner: { _tag: "Reset" } })
    case "SlowDrip":
      return truly(answer.statement ?? paid, { manner: { _tag: "Drip", everyMs: answer.everyMs } })
    case "HugeBody":
      return huge(AnswerFields.ofOrder(answer.statement ?? paid, order, now), answer.bytes ?? 1_048_576)
    case "Html":
      return Effect.succeed(whole(answer.status ?? 200, "text/html", html))
    case "HttpStatus": {
      const plain = whole(answer.status, "text/plain", `HTTP ${answer.status}, as the script says.\n`)
      const { retryAfter } = answer
      if (retryAfter === undefined) return Effect.succeed(plain)
      return Effect.succeed({ ...plain, headers: { ...plain.headers, "retry-after": String(retryAfter) } })
    }
    case "Redirect": {
      if (redirected) return truly(answer.statement ?? paid)
      const moved = whole(307, "text/plain", `Moved to ${redirectedPath}\n`)
      return Effect.succeed({ ...moved, headers: { ...moved.headers, location: redirectedPath } })
    }
    default:
      return truly(answer)
  }
}

/** A truly signed answer of so many bytes. */
const huge = (
  fields: AnswerFields.AnswerFields,
  bytes: number
): Effect.Effect<Delivery, Signature.SigningFailed, Signature.Signer> =>
  Effect.gen(function* () {
    const size = Buffer.byteLength(ofFields(yield* SignedFields.sign(fields)).body)
    const padding = "x".repeat(Math.max(0, bytes - size))
    return ofFields(yield* SignedFields.sign({ ...fields, retMsg: `${fields.retMsg}${padding}` }))
  })
