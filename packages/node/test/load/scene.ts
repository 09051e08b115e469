/**
 * The outage, and how the service is set for it: all lengths of time are the true ones divided by one number,
 * so that a quarter of an hour passes in less than a minute.
 */
import { fileURLToPath } from "node:url"
import { QuerySchedule } from "@umf-order-sync/core"
import * as Duration from "effect/Duration"

const second = 1000

/** The true lengths, in ms. */
export const outage = {
  /** How long an answer takes while the platform is slow. */
  slowAnswer: 30 * second,
  slow: 60 * second,
  dead: 180 * second,
  faults: 600 * second
} as const

/** Queries a second, in the platform's time. 20 is the default; the service of this test has bought a few more. */
export const RATE = 24

export interface Settings {
  readonly file: string
  readonly url: string
  readonly privateKey: string
  readonly platformCert: string
  /** By which all lengths of time are divided. */
  readonly scale: number
}

/** What the gateway may be told in options. */
export const options = ({ scale, url }: Settings) =>
  ({
    baseUrl: url,
    rateLimit: { limit: RATE, window: Duration.millis(second / scale) },
    circuitBreaker: { failures: 10, openFor: Duration.millis((15 * second) / scale) },
    backOff: { base: Duration.millis(500 / scale), cap: Duration.millis((10 * second) / scale) }
  }) as const

/** What only a test may: a time-out of less than a minute. */
export const patience = ({ scale }: Settings) => ({
  timeout: Duration.millis((65 * second) / scale),
  deadline: Duration.millis((100 * second) / scale)
})

export const schedule = ({ scale }: Settings): QuerySchedule.QuerySchedule =>
  QuerySchedule.compress(QuerySchedule.durable, scale)

/** What processes say to each other over the channel that Node opens between parent and child. */
export type ToService = { readonly handOver: number; readonly prefix: string } | { readonly measure: true }

export type FromService =
  | { readonly ready: true }
  | { readonly handedOver: string }
  | { readonly memory: number; readonly notices: number }

export type Mode = "slow" | "dead" | "9999" | "well"

export type ToPlatform = { readonly mode: Mode } | { readonly tell: true }

/** Every request since the last time: when it came, in ms since the epoch, and for which order. */
export type FromPlatform =
  | { readonly port: number }
  | { readonly requests: ReadonlyArray<readonly [at: number, orderId: string]> }

export const programs = {
  service: fileURLToPath(new URL("service.ts", import.meta.url)),
  platform: fileURLToPath(new URL("platform.ts", import.meta.url)),
  sources: fileURLToPath(new URL("../support/sources.ts", import.meta.url))
}
