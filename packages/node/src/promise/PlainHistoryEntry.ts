/** What happened to an order, in plain values; `kind` says what. */
import type { PlainLate, PlainReason } from "./PlainState.ts"
import type { PlainVerdictName } from "./PlainVerdict.ts"

/** A query that gave no answer which could be believed. */
export type PlainFault =
  | "Connection"
  | "TimeOut"
  | "Http"
  | "Unreadable"
  | "Unverified"
  | "Implausible"
  | "CircuitOpen"
  | "Local"

/** What a merchant is told of an order. */
export type PlainFact =
  | "Paid"
  | "PayFailed"
  | "Closed"
  | "RefundAccepted"
  | "RefundFailed"
  | "Voided"
  | "VoidFailed"

interface Entry {
  /** 1, 2, 3 … for each order. */
  readonly seq: number
  readonly at: Date
}

/** The order went from one state to another. */
export interface PlainMoved extends Entry {
  readonly kind: "moved"
  readonly from: string
  readonly to: string
  readonly because: string
  /** Facts of the answer that moved it, where one did. */
  readonly answer?:
    | {
        readonly verdict: PlainVerdictName
        readonly retCode: string
        readonly transState?: string | undefined
        readonly transactionId?: string | undefined
        /** In fen. */
        readonly amount?: bigint | undefined
        readonly paySeq?: string | undefined
        readonly platDate?: string | undefined
        readonly platTime?: string | undefined
      }
    | undefined
}

/** Queries in a row without an answer that could be believed, all of one kind; written when the run ends. */
export interface PlainFaults extends Entry {
  readonly kind: "faults"
  readonly fault: PlainFault
  readonly count: number
  readonly first: Date
  readonly last: Date
}

/** Something from outside: a request, a hint, a resume, more facts. */
export interface PlainNoted extends Entry {
  readonly kind: "noted"
  readonly what: string
}

/** The merchant is to be told. */
export interface PlainTold extends Entry {
  readonly kind: "told"
  readonly fact: PlainFact
  readonly late?: PlainLate | undefined
  /** The `id` of the notice. */
  readonly noticeId: string
}

/** A person is asked for. */
export interface PlainPersonAsked extends Entry {
  readonly kind: "personAsked"
  readonly reason: PlainReason
  readonly noticeId: string
}

export type PlainHistoryEntry = PlainMoved | PlainFaults | PlainNoted | PlainTold | PlainPersonAsked
