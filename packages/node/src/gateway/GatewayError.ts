/**
 * Why a query gave no answer that can be believed. One error for the boundary, with a tagged reason;
 * each reason says what happened, whether it can pass (`isRetryable`), and what to do. None of them says
 * anything about the order, and none carries a key, a signature or a body.
 */

import { OrderQueryAnswer, Plausibility } from "@umf-order-sync/core"
import type { OrderEvent } from "@umf-order-sync/machine"
import * as Schema from "effect/Schema"

/** Codes by which OpenSSL and Node say that a certificate or the TLS handshake was not accepted. */
const untrusted =
  /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|TOO_(?:WEAK|SMALL)|UNSPECIFIED/

/** No connection, or it broke before the answer was whole. */
export class Unreachable extends Schema.TaggedError<Unreachable>()("Unreachable", {
  origin: Schema.String,
  /** The system's word for it, such as ECONNREFUSED or a TLS error code, where there is one. */
  code: Schema.String
}) {
  readonly isRetryable: boolean = !untrusted.test(this.code)
  override get message(): string {
    return this.isRetryable
      ? `${this.origin} could not be reached, or the connection broke (${this.code}). Check the network and the base URL.`
      : `The TLS certificate of ${this.origin} was not accepted (${this.code}). Somebody may be on the path; verification can't be switched off. A private authority goes into NODE_EXTRA_CA_CERTS.`
  }
}

/** No whole answer within the time for one request. */
export class TimedOut extends Schema.TaggedError<TimedOut>()("TimedOut", { milliseconds: Schema.Finite }) {
  readonly isRetryable: boolean = true
  override get message(): string {
    return `The platform gave no whole answer within ${this.milliseconds} ms. The order is as undecided as before.`
  }
}

/** The time for the whole query, with its waits and retries, is used up. */
export class DeadlineReached extends Schema.TaggedError<DeadlineReached>()("DeadlineReached", {
  milliseconds: Schema.Finite
}) {
  readonly isRetryable: boolean = true
  override get message(): string {
    return `The query with its waits and retries took longer than ${this.milliseconds} ms. A rate limit that is too low does this too.`
  }
}

/** The HTTP status was not 200. The platform answers 200 whatever the business result (PROTOCOL.md 1). */
export class HttpStatus extends Schema.TaggedError<HttpStatus>()("HttpStatus", { status: Schema.Int }) {
  readonly isRetryable: boolean = this.status >= 500 || this.status === 429
  override get message(): string {
    return this.isRetryable
      ? `The gateway answered with HTTP status ${this.status}, which can pass.`
      : `The gateway answered with HTTP status ${this.status}, where the platform always answers 200. Check the base URL; redirects are not followed.`
  }
}

/** An answer came that can't be read: too large, not UTF-8, compressed though nobody asked for it. */
export class Unreadable extends Schema.TaggedError<Unreadable>()("Unreadable", { what: Schema.String }) {
  readonly isRetryable: boolean = true
  override get message(): string {
    return `An answer came, but can't be read: ${this.what}. Something between here and the platform may have put its own page in place.`
  }
}

/** Requests are held back after too many faults in a row. */
export class CircuitOpen extends Schema.TaggedError<CircuitOpen>()("CircuitOpen", {
  retryAfterMillis: Schema.Finite
}) {
  readonly isRetryable: boolean = true
  override get message(): string {
    return `Nothing was sent: after too many faults in a row requests are held back for ${this.retryAfterMillis} ms.`
  }
}

/** The request could not be signed or sent for a reason on this side. */
export class NotSent extends Schema.TaggedError<NotSent>()("NotSent", { what: Schema.String }) {
  readonly isRetryable: boolean = false
  override get message(): string {
    return `The request was not sent: ${this.what}`
  }
}

export const Reason = Schema.Union([
  Unreachable,
  TimedOut,
  DeadlineReached,
  HttpStatus,
  Unreadable,
  OrderQueryAnswer.Unverified,
  Plausibility.Implausible,
  CircuitOpen,
  NotSent
])
export type Reason = typeof Reason.Type

/** A page in place of an answer: no JSON object, or none that is signed. It may be gone in a while. */
const isPage = (reason: Reason): boolean =>
  reason._tag === "Unverified" && ["NotJson", "NotAnObject", "NoSignature"].includes(reason.reason)

/** A query that gave no answer which can be believed. Says nothing about the order. */
export class GatewayError extends Schema.TaggedError<GatewayError>()("GatewayError", { reason: Reason }) {
  /** Whether the same query may do better later. What was disbelieved is not one of these, but for pages. */
  readonly isRetryable: boolean = "isRetryable" in this.reason ? this.reason.isRetryable : isPage(this.reason)
  /** Whether an answer came, and was not believed. */
  readonly isDisbelief: boolean =
    this.reason._tag === "Unverified" ||
    this.reason._tag === "Implausible" ||
    this.reason._tag === "Unreadable"
  override get message(): string {
    return this.reason.message
  }
}

/** What the machine is told of it. A page that is no answer at all is a fault like any other. */
export const toFault = (error: GatewayError): OrderEvent.FaultKind => {
  const { reason } = error
  switch (reason._tag) {
    case "Unreachable":
      return "Connection"
    case "TimedOut":
    case "DeadlineReached":
      return "TimeOut"
    case "HttpStatus":
      return "Http"
    case "Unreadable":
      return "Unreadable"
    case "Unverified":
      return isPage(reason) ? "Unreadable" : "Unverified"
    case "Implausible":
      return "Implausible"
    case "CircuitOpen":
      return "CircuitOpen"
    case "NotSent":
      return "Local"
  }
}
