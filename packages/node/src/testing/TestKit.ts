/** What a merchant's own tests are given. */

import type { OrderSync } from "../promise/OrderSync.ts"
import type { PlainNotice } from "../promise/PlainNotice.ts"
import type { OrderSyncOptions, PlainDuration, PlainRelay } from "../promise/PlainOptions.ts"
import type { PlainPlatform } from "./PlainPlatform.ts"
import type { TestKeys } from "./TestKeys.ts"

/** The time of a test. It stands still but for `advance`. */
export interface KitClock {
  readonly now: () => Date
  /**
   * Lets time go on, from one event to the next. What is due at an instant is over before time goes on: queries
   * and their answers, steps, notices, the promises of `onNotice`, and whatever code goes on because of them as
   * long as it waits for nothing else. Not to be awaited inside of `onNotice`.
   */
  readonly advance: (by: PlainDuration) => Promise<void>
}

/** Options that make sense without a network and a disk; the same as those of `createOrderSync`. */
export interface TestKitOptions
  extends Omit<
    OrderSyncOptions,
    | "merId"
    | "privateKey"
    | "platformCert"
    | "passphrase"
    | "signatureLimit"
    | "baseUrl"
    | "connections"
    | "store"
    | "onNoticeInTransaction"
    | "webhook"
    | "relay"
    | "grace"
    | "keepHistory"
    | "countEvery"
  > {
  /** How notices are handed over. The close waits for none: time stands still then. */
  readonly relay?: Omit<PlainRelay, "grace"> | undefined
  /** When the test begins. The first second of 2026 in Beijing, if not said. */
  readonly startAt?: Date | undefined
  /** Orders are asked as those in a store on disk are: up to 3 days. */
  readonly durable?: boolean | undefined
  /** The merchant number. "90000001" if not said. */
  readonly merId?: string | undefined
  /** Keys of one's own making, by `createTestKeys`; those of this process, if not said. */
  readonly keys?: TestKeys | undefined
}

/** A platform, the order sync that asks it, and the time that both go by. No socket, no file. */
export interface TestKit extends AsyncDisposable {
  readonly platform: PlainPlatform
  /** As `createOrderSync` gives it. */
  readonly sync: OrderSync
  readonly clock: KitClock
  /** What `onNotice` was told, oldest first; a notice that is told twice stands twice. */
  readonly notices: ReadonlyArray<PlainNotice>
  /** Ends everything. */
  readonly close: () => Promise<void>
}
