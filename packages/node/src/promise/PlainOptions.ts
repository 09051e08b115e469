/** Options of `createOrderSync`: the merchant, the keys, and whatever else should not be the default. */
import type { PlainNotice, PlainTransaction } from "./PlainNotice.ts"

/** A length of time: a number of milliseconds, or a text such as "10 seconds" or "1 hour". */
export type PlainDuration = number | `${number} ${PlainUnit}`

export type PlainUnit =
  | "milli"
  | "millis"
  | "second"
  | "seconds"
  | "minute"
  | "minutes"
  | "hour"
  | "hours"
  | "day"
  | "days"
  | "week"
  | "weeks"

/** How often to ask, for how long, and when to ask again after an end. */
export interface PlainSchedule {
  /** Gap between queries at first. 3 s by default. */
  readonly firstEvery?: PlainDuration | undefined
  /** How long after the start the first gap holds. 5 minutes by default. */
  readonly firstFor?: PlainDuration | undefined
  /** The gaps that follow, one after the other; the last one repeats. 10 s, 30 s, 1, 3, 5 minutes by default. */
  readonly gaps?: ReadonlyArray<PlainDuration> | undefined
  /** How long after the start an order without a result goes to a person. 40 minutes by default; 3 days with a store on disk. */
  readonly handOverAfter?: PlainDuration | undefined
  /** At most so many queries before an order without a result goes to a person. No limit by default. */
  readonly maxQueries?: number | undefined
  /** How far two answers must lie apart to close an order, or to call a refund or void failed. 30 s by default. */
  readonly confirmAfter?: PlainDuration | undefined
  /** How long after a closed, failed or unresolved order came to rest it is asked again. 10 minutes and 1 hour by default. */
  readonly recheckAfter?: ReadonlyArray<PlainDuration> | undefined
  /** The pause after a fault, doubled with each in a row, and the longest one. 3 s and 5 minutes by default. */
  readonly backOff?: { readonly base: PlainDuration; readonly cap: PlainDuration } | undefined
  /** So many answers in a row that contradict or can't be believed, and a person is asked. 3 by default. */
  readonly maxContradictions?: number | undefined
}

/** Where orders are kept. */
export type PlainStore =
  /** In memory: gone with the process. */
  | "memory"
  /** In this SQLite file, for one process. */
  | { readonly file: string }
  /** In this Postgres database (postgres://user:password@host:port/database), for as many processes as there are. */
  | { readonly postgres: string }

/** A URL that is sent each notice, signed. */
export interface PlainWebhook {
  /** Where notices go. https, unless it is this machine itself. */
  readonly url: string
  /** `whsec_` and then 24 to 64 bytes in base64. Two of them while one takes the other's place: both sign. */
  readonly secret: string | ReadonlyArray<string>
  /** Time for one try. 15 s by default. */
  readonly timeout?: PlainDuration | undefined
}

/** How notices are handed over. */
export interface PlainRelay {
  /** Notices on their way at once. 8 by default. */
  readonly concurrency?: number | undefined
  /** The first pause after a failure, doubled each time, and the longest one. 5 s and 1 h by default. */
  readonly backOff?: { readonly base: PlainDuration; readonly cap: PlainDuration } | undefined
  /** The longest time that a handler may take; then its notice is tried again later. 1 minute by default. */
  readonly timeout?: PlainDuration | undefined
  /** How long notices on their way may take to arrive at the close. 10 s by default. */
  readonly grace?: PlainDuration | undefined
}

/** Where the keys are, and how the merchant's is opened. */
export interface PlainKeys {
  /** The merchant's private key: a file's path, or the file's bytes. Its format is found by its content. */
  readonly privateKey: string | Uint8Array
  /** The platform's certificate or public key: a file's path, or the file's bytes. */
  readonly platformCert: string | Uint8Array
  /** For keys that are encrypted. */
  readonly passphrase?: string | undefined
  /** The longest signature in characters; 256 as the platform's table says, "none" to lift the limit. */
  readonly signatureLimit?: number | "none" | undefined
}

/** How the platform is reached. */
export interface PlainGateway {
  /** Address up to, and without, `/pay/orderquery`. The platform's, if nothing is said. */
  readonly baseUrl?: string | undefined
  /** Time for one request; more than 60 s. 65 s by default. */
  readonly timeout?: PlainDuration | undefined
  /** Time for one query with its waits and retries. 100 s by default; at least 1 s more than the time-out. */
  readonly deadline?: PlainDuration | undefined
  /** Largest answer, in bytes. 65,536 by default. */
  readonly maxBodyBytes?: number | undefined
  /** Retries within one query, for faults that can pass. 2 by default. */
  readonly retries?: number | undefined
  /** First pause between retries (doubled each time, with jitter), and the longest one. */
  readonly backOff?: { readonly base: PlainDuration; readonly cap: PlainDuration } | undefined
  /** At most so many requests in a window. 20 a second by default. */
  readonly rateLimit?: { readonly limit: number; readonly window: PlainDuration } | undefined
  /** After so many faults in a row no request is sent for a while. 10 and 15 s by default. */
  readonly circuitBreaker?: { readonly failures: number; readonly openFor: PlainDuration } | undefined
  /** Requests to the platform at once. 64 by default. */
  readonly connections?: number | undefined
}

/** Who is told: at most one of the three. Without any, notices are kept, and wait for a start with one. */
export interface PlainTelling {
  /**
   * Called for each notice, in order for each order, at least once: what it did for a notice's `id` before, it
   * must not do again. A rejection is tried again later.
   */
  readonly onNotice?: ((notice: PlainNotice) => Promise<unknown> | unknown) | undefined
  /** The same for a handler that writes to the store's own database through `sql`: it takes effect exactly once. */
  readonly onNoticeInTransaction?:
    | ((notice: PlainNotice, sql: PlainTransaction) => Promise<unknown>)
    | undefined
  readonly webhook?: PlainWebhook | undefined
  readonly relay?: PlainRelay | undefined
}

/** An inspector as XState takes it: a function of an inspection event, or an observer with `next`. */
export type PlainInspector = ((event: never) => void) | { readonly next?: (event: never) => void }

/** How the live inspector of a running service is served. */
export interface PlainInspectOptions {
  /** The port on 127.0.0.1; any that is free by default. */
  readonly port?: number | undefined
  /** Order numbers are masked by default. */
  readonly orderNumbers?: "masked" | "shown" | undefined
  /** What the page may ask of orders: "hint" (ask now) and "resume", both by default. Never to be called paid. */
  readonly acts?: ReadonlyArray<"hint" | "resume"> | undefined
  /** What is looked at, for people. */
  readonly name?: string | undefined
}

/** Everything that may be set. An option of another name is refused. */
export interface OrderSyncOptions extends PlainKeys, PlainGateway, PlainTelling {
  /** The merchant number, of every order. */
  readonly merId: string
  /** Where orders are kept; in memory, if nothing is said. */
  readonly store?: PlainStore | undefined
  /** Changes to the schedule. */
  readonly schedule?: PlainSchedule | undefined
  /** Queries under way at once. 64 by default. */
  readonly concurrency?: number | undefined
  /** How long queries under way may take to end at the close. 10 s by default with a store on disk, else 0. */
  readonly grace?: PlainDuration | undefined
  /** The longest time that one query may take; an answer that comes later counts as a time-out. 5 minutes by default. */
  readonly maxQueryTime?: PlainDuration | undefined
  /** How long history and handed-over notices are kept. 400 days by default. Orders are kept for ever. */
  readonly keepHistory?: PlainDuration | undefined
  /** How often the store is counted for the metrics. 15 s by default. */
  readonly countEvery?: PlainDuration | undefined
  /**
   * Takes each step of each order, once it is saved, as XState's `inspect` option gives an actor's: any XState
   * inspector. It is shown whole orders. What it throws disturbs nothing.
   */
  readonly inspect?: PlainInspector | undefined
}
