/**
 * The errors of the promise interface: ordinary classes, told apart by `instanceof` or by `code`. Everything
 * that it rejects with is one of them, but for the reason of an aborted signal.
 *
 * A message says what happened, where, and what to do; neither it nor anything else of an error holds a key,
 * a passphrase or a body. `cause` is the library's own tagged error, for whoever wants all of it.
 */

/** Why a query gave no answer that can be believed. None of these says anything about the order. */
export type QueryErrorCode =
  /** No connection, or it broke before the answer was whole. */
  | "GATEWAY_UNREACHABLE"
  /** The TLS certificate was not accepted: somebody may be on the path. */
  | "GATEWAY_UNTRUSTED"
  /** No whole answer within the time for one request. */
  | "GATEWAY_TIMEOUT"
  /** The time for the whole query, with its waits and retries, is used up. */
  | "GATEWAY_DEADLINE"
  /** The HTTP status was not 200. */
  | "GATEWAY_HTTP_STATUS"
  /** An answer came that can't be read. */
  | "GATEWAY_UNREADABLE"
  /** An answer came whose signature is missing, can't be checked, or does not fit. */
  | "GATEWAY_UNVERIFIED"
  /** A signed answer came that is not believed: it does not fit the order, or itself. */
  | "GATEWAY_IMPLAUSIBLE"
  /** Nothing was sent: requests are held back after too many faults in a row. */
  | "GATEWAY_CIRCUIT_OPEN"
  /** The request could not be signed or sent for a reason on this side. */
  | "GATEWAY_NOT_SENT"

/** Why the store could not do what it was asked. None of these says anything about an order. */
export type StoreErrorCode =
  /** It can't be reached, or is busy; it may be back in a while. */
  | "STORE_UNAVAILABLE"
  /** Another process holds the file. */
  | "STORE_LOCKED"
  /** A newer version of this library made it, or it is no store of orders at all. */
  | "STORE_INCOMPATIBLE"
  /** No room, no permission, damage: useless to try again until that is mended. */
  | "STORE_REFUSED"

export type UmfErrorCode =
  | QueryErrorCode
  | StoreErrorCode
  /** The order is tracked already, with another fact than the one given now. */
  | "ORDER_CONFLICT"
  /** No order of this number was ever handed over. */
  | "ORDER_UNKNOWN"
  /** A key or certificate can't be used. */
  | "KEY_INVALID"
  /** An option can't be used. */
  | "CONFIG_INVALID"
  /** An argument of a call can't be used. */
  | "INPUT_INVALID"
  /** `close` was called. */
  | "CLOSED"
  /** A fault of this library. */
  | "INTERNAL"

/** What stands in an error besides its code and message. */
interface Facts {
  readonly retryable?: boolean
  readonly cause?: unknown
}

/** Whatever this library rejects with. */
export class UmfError<Code extends UmfErrorCode = UmfErrorCode> extends Error {
  /** What happened; these names don't change. */
  readonly code: Code
  /** Whether the same call may do better later, with nothing changed. */
  readonly retryable: boolean

  constructor(code: Code, message: string, { retryable = false, cause }: Facts = {}) {
    super(message, cause === undefined ? {} : { cause })
    this.code = code
    this.retryable = retryable
  }

  /** What a log in JSON gets: without the cause and the stack. */
  toJSON(): {
    readonly name: string
    readonly code: Code
    readonly message: string
    readonly retryable: boolean
  } {
    const { name, code, message, retryable } = this
    return { name, code, message, retryable }
  }
}

/** The name stands on the prototype: in the stack, and not among an error's own fields. */
const named = (error: { readonly prototype: Error }, name: string): void => {
  Object.defineProperty(error.prototype, "name", { value: name, configurable: true, writable: true })
}

/** A query that gave no answer which can be believed. Says nothing about the order. */
export class UmfQueryError extends UmfError<QueryErrorCode> {
  /** Whether an answer came, and was not believed. */
  readonly disbelieved: boolean
  /** The HTTP status, with GATEWAY_HTTP_STATUS. */
  declare readonly status?: number
  /** How long nothing is sent, with GATEWAY_CIRCUIT_OPEN. */
  declare readonly retryAfterMillis?: number

  static {
    named(UmfQueryError, "UmfQueryError")
  }
  constructor(
    code: QueryErrorCode,
    message: string,
    facts: Facts & {
      readonly disbelieved: boolean
      readonly status?: number
      readonly retryAfterMillis?: number
    }
  ) {
    super(code, message, facts)
    this.disbelieved = facts.disbelieved
    if (facts.status !== undefined) this.status = facts.status
    if (facts.retryAfterMillis !== undefined) this.retryAfterMillis = facts.retryAfterMillis
  }
}

/** The store could not do what it was asked. */
export class UmfStoreError extends UmfError<StoreErrorCode> {
  static {
    named(UmfStoreError, "UmfStoreError")
  }
}

/** The order is tracked already, with another fact than the one given now. Nothing was changed. */
export class UmfOrderConflictError extends UmfError<"ORDER_CONFLICT"> {
  readonly orderId: string
  /** The name of the fact that differs. */
  readonly field: string

  static {
    named(UmfOrderConflictError, "UmfOrderConflictError")
  }
  constructor(message: string, facts: Facts & { readonly orderId: string; readonly field: string }) {
    super("ORDER_CONFLICT", message, facts)
    this.orderId = facts.orderId
    this.field = facts.field
  }
}

/** No order of this number was ever handed over. */
export class UmfOrderUnknownError extends UmfError<"ORDER_UNKNOWN"> {
  readonly orderId: string

  static {
    named(UmfOrderUnknownError, "UmfOrderUnknownError")
  }
  constructor(message: string, facts: Facts & { readonly orderId: string }) {
    super("ORDER_UNKNOWN", message, facts)
    this.orderId = facts.orderId
  }
}

/** A key or certificate can't be used. */
export class UmfKeyError extends UmfError<"KEY_INVALID"> {
  /** The file's path, or another name of the place that it came from. */
  readonly source: string

  static {
    named(UmfKeyError, "UmfKeyError")
  }
  constructor(message: string, facts: Facts & { readonly source: string }) {
    super("KEY_INVALID", message, facts)
    this.source = facts.source
  }
}

/** An option can't be used. */
export class UmfConfigError extends UmfError<"CONFIG_INVALID"> {
  /** Which one, such as "baseUrl" or "backOff.cap". */
  readonly setting: string

  static {
    named(UmfConfigError, "UmfConfigError")
  }
  constructor(message: string, facts: Facts & { readonly setting: string }) {
    super("CONFIG_INVALID", message, facts)
    this.setting = facts.setting
  }
}

/** One field that can't be used, and why. `field` is empty where the whole can't be read. */
export interface FieldFault {
  readonly field: string
  readonly message: string
}

/** An argument of a call can't be used. */
export class UmfInputError extends UmfError<"INPUT_INVALID"> {
  /** All that is wrong; at least one. */
  readonly issues: ReadonlyArray<FieldFault>

  static {
    named(UmfInputError, "UmfInputError")
  }
  constructor(message: string, facts: Facts & { readonly issues: ReadonlyArray<FieldFault> }) {
    super("INPUT_INVALID", message, facts)
    this.issues = facts.issues
  }
}

/** `close` was called, so nothing is asked, told or waited for any more. Orders in a store are kept. */
export class UmfClosedError extends UmfError<"CLOSED"> {
  static {
    named(UmfClosedError, "UmfClosedError")
  }
  constructor() {
    super(
      "CLOSED",
      "This order sync was closed. Orders in a store are kept: create another one to go on with them."
    )
  }
}

/** A fault of this library. `cause` tells its name and place, and not its message, which may hold a value. */
export class UmfInternalError extends UmfError<"INTERNAL"> {
  static {
    named(UmfInternalError, "UmfInternalError")
  }
  constructor(message: string, facts: Facts = {}) {
    super("INTERNAL", message, facts)
  }
}
