/** Why a store could not do what it was asked. None of these says anything about an order. */
import * as Schema from "effect/Schema"

/** The store could not be reached, or is busy; it may be back in a while. */
export class StoreUnavailable extends Schema.TaggedError<StoreUnavailable>()("StoreUnavailable", {
  /** What happened, without any stored value. */
  what: Schema.String
}) {
  readonly isRetryable: boolean = true
  override get message(): string {
    return `The order store is not available: ${this.what}`
  }
}

/** Another process holds the file. One file is for one process; several processes want Postgres. */
export class StoreLocked extends Schema.TaggedError<StoreLocked>()("StoreLocked", {
  file: Schema.String,
  /** What is known of the holder, such as its process number and the address of its API. */
  holder: Schema.String
}) {
  readonly isRetryable: boolean = false
  override get message(): string {
    return `${this.file} is in use by ${this.holder}. One file is for one process at a time: stop the other one, talk to it through its API (--api), or use Postgres for several processes.`
  }
}

/** The store was made by a newer version of this library, or is no store of orders at all. */
export class StoreIncompatible extends Schema.TaggedError<StoreIncompatible>()("StoreIncompatible", {
  what: Schema.String
}) {
  readonly isRetryable: boolean = false
  override get message(): string {
    return `The order store can't be used: ${this.what}`
  }
}

/** The store refused: no room, no permission, damage. Trying again is useless until that is mended. */
export class StoreRefused extends Schema.TaggedError<StoreRefused>()("StoreRefused", {
  what: Schema.String
}) {
  readonly isRetryable: boolean = false
  override get message(): string {
    return `The order store refused: ${this.what}`
  }
}

export const Reason = Schema.Union([StoreUnavailable, StoreLocked, StoreIncompatible, StoreRefused])
export type Reason = typeof Reason.Type

/** The store's one error; `reason` tells the rest. */
export class StoreError extends Schema.TaggedError<StoreError>()("StoreError", { reason: Reason }) {
  readonly isRetryable: boolean = this.reason.isRetryable
  override get message(): string {
    return this.reason.message
  }
}

/** A store that is not available, and why. */
export const unavailable = (what: string): StoreError =>
  new StoreError({ reason: new StoreUnavailable({ what }) })
