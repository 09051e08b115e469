/** The library's tagged errors as the errors of the promise interface. */
import * as Cause from "effect/Cause"
import { ConfigInvalid } from "../gateway/GatewayConfig.ts"
import { GatewayError, type Reason } from "../gateway/GatewayError.ts"
import { InspectorNotServed } from "../inspector/InspectorServer.ts"
import { KeyError } from "../keys/KeyFile.ts"
import * as Cursor from "../store/Cursor.ts"
import { StoreError } from "../store/StoreError.ts"
import { OrderConflict, UnknownOrder } from "../sync/Ledger.ts"
import * as Given from "./Given.ts"
import {
  type FieldFault,
  type QueryErrorCode,
  type StoreErrorCode,
  UmfClosedError,
  UmfConfigError,
  UmfError,
  UmfInputError,
  UmfInternalError,
  UmfKeyError,
  UmfOrderConflictError,
  UmfOrderUnknownError,
  UmfQueryError,
  UmfStoreError
} from "./UmfError.ts"

/** What was given, and what is wrong with each of its fields. */
export const input = (what: string, issues: ReadonlyArray<FieldFault>, cause?: unknown): UmfInputError =>
  new UmfInputError(Given.refusal(what, issues), { issues, cause })

const queryCode = (reason: Reason): QueryErrorCode => {
  switch (reason._tag) {
    case "Unreachable":
      return reason.isRetryable ? "GATEWAY_UNREACHABLE" : "GATEWAY_UNTRUSTED"
    case "TimedOut":
      return "GATEWAY_TIMEOUT"
    case "DeadlineReached":
      return "GATEWAY_DEADLINE"
    case "HttpStatus":
      return "GATEWAY_HTTP_STATUS"
    case "Unreadable":
      return "GATEWAY_UNREADABLE"
    case "Unverified":
      return "GATEWAY_UNVERIFIED"
    case "Implausible":
      return "GATEWAY_IMPLAUSIBLE"
    case "CircuitOpen":
      return "GATEWAY_CIRCUIT_OPEN"
    case "NotSent":
      return "GATEWAY_NOT_SENT"
  }
}

const ofQuery = (error: GatewayError): UmfQueryError => {
  const { reason, isRetryable, isDisbelief, message } = error
  return new UmfQueryError(queryCode(reason), message, {
    cause: error,
    retryable: isRetryable,
    disbelieved: isDisbelief,
    ...(reason._tag === "HttpStatus" ? { status: reason.status } : {}),
    ...(reason._tag === "CircuitOpen" ? { retryAfterMillis: reason.retryAfterMillis } : {})
  })
}

const storeCodes: Readonly<Record<StoreError["reason"]["_tag"], StoreErrorCode>> = {
  StoreUnavailable: "STORE_UNAVAILABLE",
  StoreLocked: "STORE_LOCKED",
  StoreIncompatible: "STORE_INCOMPATIBLE",
  StoreRefused: "STORE_REFUSED"
}

const ofStore = (error: StoreError): UmfStoreError | UmfInputError =>
  Cursor.isRefused(error)
    ? input("The list request", [{ field: "cursor", message: "is not one that an earlier page gave" }], error)
    : new UmfStoreError(storeCodes[error.reason._tag], error.message, {
        cause: error,
        retryable: error.isRetryable
      })

/** The places in the code of a stack, without its first lines, which repeat the message. */
const placesOf = (stack: string | undefined): ReadonlyArray<string> =>
  (stack ?? "").split("\n").filter((line) => /^ {4}at /.test(line))

const withPlaces = <E extends Error>(error: E, first: string, stack: string | undefined): E =>
  Object.defineProperty(error, "stack", {
    value: [first, ...placesOf(stack)].join("\n"),
    configurable: true,
    writable: true
  })

/**
 * A defect, without its message: that may hold what was being worked on. Its name and the places in the code
 * are enough to look for it.
 */
const internal = (defect: unknown): UmfInternalError => {
  const { name, stack } = defect instanceof Error ? defect : new Error()
  const cause = withPlaces(new Error(), name, stack)
  Object.defineProperty(cause, "name", { value: name })
  return new UmfInternalError(
    `umf-order-sync met a fault of its own (${name}). Nothing was concluded about any order. Please report it, with the stack of its cause.`,
    { cause }
  )
}

/** What a failure is called outside. What is none of the library's own is a fault of the library. */
export const fromFailure = (error: unknown): UmfError => {
  if (error instanceof UmfError) return error
  if (error instanceof GatewayError) return ofQuery(error)
  if (error instanceof StoreError) return ofStore(error)
  if (error instanceof OrderConflict) {
    const { message, orderId, field } = error
    return new UmfOrderConflictError(message, { cause: error, orderId, field })
  }
  if (error instanceof UnknownOrder) {
    const { message, orderId } = error
    return new UmfOrderUnknownError(message, { cause: error, orderId })
  }
  if (error instanceof KeyError) {
    return new UmfKeyError(error.message, { cause: error, source: error.source })
  }
  if (error instanceof ConfigInvalid) {
    return new UmfConfigError(error.message, { cause: error, setting: error.setting })
  }
  if (error instanceof InspectorNotServed) {
    return new UmfConfigError(error.message, { cause: error, setting: "inspect" })
  }
  return internal(error)
}

/** What a promise is rejected with. Where nothing failed but all was interrupted, this is the close. */
export const fromCause = (cause: Cause.Cause<unknown>): UmfError => {
  const [failed] = cause.reasons.filter(Cause.isFailReason)
  if (failed !== undefined) return fromFailure(failed.error)
  const [died] = cause.reasons.filter(Cause.isDieReason)
  if (died !== undefined) return internal(died.defect)
  return new UmfClosedError()
}

/** The same error with this stack's places: those of the app that made the call. */
export const calledBy = (error: UmfError, stack: string | undefined): UmfError =>
  withPlaces(error, String(error), stack)
