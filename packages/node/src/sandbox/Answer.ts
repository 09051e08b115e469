/**
 * What a step of a script answers: a plain statement, a statement that an attacker or a fault of the
 * platform spoilt, or a statement that transport loses, delays or replaces.
 *
 * Each kind is data; what goes over the wire for it is made by `Delivery`. A `statement` that is left
 * out is `Paid`, so that a client which believes what it should not believe calls the order paid.
 */
import * as Schema from "effect/Schema"
import { Statement } from "./Statement.ts"

const statement = Schema.optionalKey(Statement)

/** A length of time in milliseconds, at most a day. */
export const Milliseconds = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 86_400_000 }))

/** Spoilt answers. All but the first two carry a signature that verifies, as PROTOCOL.md 5 says it can be done. */
export const Spoilt = Schema.TaggedUnion({
  /** One bit of a true signature turned over. */
  WrongSignature: { statement },
  /** The field `sign` taken out. */
  Unsigned: { statement },
  /** The true, signed answer about another order: other transactionId, other amount. */
  Replayed: { statement },
  /** The platform's own mistake: this order's transactionId, another amount, truly signed. */
  WrongAmount: { statement },
  /** 0000 with NOTPAY (or PAYERROR), where `transState` was renamed to `transStatf` after signing. */
  Renamed: { transState: Schema.optionalKey(Schema.Literals(["NOTPAY", "PAYERROR"])) },
  /** 0000 with NOTPAY (or PAYERROR), where `retMsg` and `transState` were merged to "ok|NOTPAY" after signing. */
  Merged: { transState: Schema.optionalKey(Schema.Literals(["NOTPAY", "PAYERROR"])) }
})
export type Spoilt = typeof Spoilt.Type

/** Troubles of transport. */
export const Transport = Schema.TaggedUnion({
  /** A true answer, `ms` later. */
  Delayed: { ms: Milliseconds, statement },
  /** The connection is cut after half of the body. */
  Cut: { statement },
  /** The connection is cut before the first byte. */
  Reset: {},
  /** A true answer, one byte each `everyMs`. */
  SlowDrip: { everyMs: Milliseconds, statement },
  /** A true, signed answer that is this many bytes long (1 MiB by default), most of them in retMsg. */
  HugeBody: {
    bytes: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1024, maximum: 16_777_216 }))),
    statement
  },
  /** A page in HTML, as a proxy between the two would send it, with status 200 or the one given. */
  Html: {
    status: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 200, maximum: 599 })))
  },
  /** A status that is no success, with a short text. `retryAfter` (seconds) adds that header. */
  HttpStatus: {
    status: Schema.Int.check(Schema.isBetween({ minimum: 400, maximum: 599 })),
    retryAfter: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 86_400 })))
  },
  /** HTTP 307 to another loopback path. A client that follows it gets the statement, truly signed. */
  Redirect: { statement }
})
export type Transport = typeof Transport.Type

/** Everything that a step can answer. */
export const Answer = Schema.Union([Statement, Spoilt, Transport])
export type Answer = typeof Answer.Type
