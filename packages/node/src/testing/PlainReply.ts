/** What the platform can be told to answer, in plain values. */
import type { PlainDuration } from "../promise/PlainOptions.ts"

/** What the platform says of an order, truly signed. */
export type PlainStatement =
  /** 01000000: query again. */
  | "paying"
  /** 0000 with NOTPAY. */
  | "not-pay"
  /** 0000 with SUCCESS. */
  | "paid"
  /** 0000 without transState, which means paid too. */
  | "paid-without-state"
  /** 0000 with PAYERROR: the bank said no. */
  | "pay-error"
  /** 00080520, a code that the platform never listed. */
  | "closed"
  /** 88881220. */
  | "refund-accepted"
  /** 88881137. */
  | "voided"
  /** 9999: says nothing about the order. */
  | "platform-fault"
  /** 01000000 with SUCCESS: code and state deny each other. */
  | "contradictory"
  /** 3333. */
  | "signature-rejected"
  | PlainCustomStatement

/** Any code and state, and fields that the platform may add one day (numbers stay numbers in the JSON). */
export interface PlainCustomStatement {
  readonly retCode: string
  readonly retMsg?: string | undefined
  readonly transState?: "SUCCESS" | "NOTPAY" | "PAYERROR" | undefined
  readonly fields?: Readonly<Record<string, string | number>> | undefined
}

/** An answer, spoilt by somebody on the path or by the platform itself. All of them look like a payment. */
export type PlainSpoilt =
  /** A signature that does not fit. */
  | "wrong-signature"
  | "unsigned"
  /** The true answer about another order. */
  | "replayed"
  /** Truly signed, with another amount. */
  | "wrong-amount"
  /** 0000 with NOTPAY, and transState under another name: the signature still fits. */
  | "renamed"
  /** 0000 with NOTPAY, and retMsg merged with transState: the signature still fits. */
  | "merged"

/** Troubles on the way. */
export type PlainFaulty =
  /** No answer within any time-out. */
  | "time-out"
  /** The connection breaks before the first byte. */
  | "connection-reset"
  /** The connection breaks after half of a true answer. */
  | "cut"
  /** A proxy's page in HTML, with HTTP 200. */
  | "html"
  /** HTTP 307 to another place. */
  | "redirect"
  | PlainHttpStatus

/** A status that is no success, 400 to 599. */
export interface PlainHttpStatus {
  readonly httpStatus: number
  /** Seconds, for the header Retry-After. */
  readonly retryAfter?: number | undefined
}

/** A true answer that takes its time. */
export interface PlainDelayed {
  readonly delayed: PlainStatement
  readonly by: PlainDuration
}

/** What a query is answered. */
export type PlainReply = PlainStatement | PlainSpoilt | PlainFaulty | PlainDelayed

/** One step of a script: for one query, for so many, or for so long since it began. */
export type PlainStep =
  | PlainReply
  | { readonly answer: PlainReply; readonly times: number }
  | { readonly answer: PlainReply; readonly for: PlainDuration }

/** At least one step; the last one holds for ever. */
export type PlainSteps = readonly [PlainStep, ...ReadonlyArray<PlainStep>]

/** What the platform answers, also after a refund or a void was asked of it. */
export interface PlainScript {
  readonly steps: PlainSteps
  /** Refund accepted, if not said. */
  readonly onRefund?: PlainSteps | undefined
  /** Voided, if not said. */
  readonly onVoid?: PlainSteps | undefined
}
