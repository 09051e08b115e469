/**
 * What happened to an order, for people and for reconciliation: every answer that changed something,
 * every run of faults, every request and command. An answer that changes nothing leaves no entry.
 */
import { Verdict } from "@umf-order-sync/core"
import { OrderCommand, OrderEvent } from "@umf-order-sync/machine"
import * as Schema from "effect/Schema"

/** At most so many entries are kept of one order; the oldest go first. */
export const MOST = 200

const Instant = Schema.Int
const at = { seq: Schema.Int, at: Instant }

/** The order went from one state to another. */
export const Moved = Schema.Struct({
  ...at,
  kind: Schema.Literal("moved"),
  from: Schema.String,
  to: Schema.String,
  because: Schema.String,
  /** Facts of the answer that moved it, where one did. */
  answer: Schema.optionalKey(
    Schema.Struct({
      verdict: Verdict.Verdict,
      retCode: Schema.String,
      transState: Schema.optionalKey(Schema.String),
      transactionId: Schema.optionalKey(Schema.String),
      /** In fen, digits. */
      amount: Schema.optionalKey(Schema.String),
      paySeq: Schema.optionalKey(Schema.String),
      platDate: Schema.optionalKey(Schema.String),
      platTime: Schema.optionalKey(Schema.String)
    })
  )
})

/** Queries in a row without an answer that could be believed, all of one kind; written when the run ends. */
export const Faults = Schema.Struct({
  ...at,
  kind: Schema.Literal("faults"),
  fault: OrderEvent.FaultKind,
  count: Schema.Int,
  first: Instant,
  last: Instant
})

/** Something from outside: a request, a hint, a resume, more facts. */
export const Noted = Schema.Struct({ ...at, kind: Schema.Literal("noted"), what: Schema.String })

/** The merchant is to be told. */
export const Told = Schema.Struct({
  ...at,
  kind: Schema.Literal("told"),
  fact: OrderCommand.Fact,
  late: Schema.optionalKey(OrderCommand.Late),
  /** The idempotency key of the notice. */
  noticeId: Schema.String
})

/** A person is asked for. */
export const PersonAsked = Schema.Struct({
  ...at,
  kind: Schema.Literal("personAsked"),
  reason: OrderCommand.Reason,
  noticeId: Schema.String
})

export const HistoryEntry = Schema.Union([Moved, Faults, Noted, Told, PersonAsked])
export type HistoryEntry = typeof HistoryEntry.Type

/** Faults in a row, of one kind, that have not ended yet. */
export const FaultRun = Schema.Struct({
  fault: OrderEvent.FaultKind,
  count: Schema.Int,
  first: Instant,
  last: Instant
})
export type FaultRun = typeof FaultRun.Type
