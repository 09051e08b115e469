/**
 * How the platform is reached: where, how long, how often. Checked once, before anything is sent.
 *
 * What keeps the channel honest can't be switched off here: TLS is always verified, plain http is for
 * loopback addresses only (PROTOCOL.md 5), and a time-out of a minute or less is refused, because the
 * platform may need that long (specification, FAQ).
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** The platform's own address. */
export const PLATFORM_URL = "https://mofunapi.umfintech.com/in-pay-client"

/** What holds where nothing is said. A time-out that is longer moves the deadline: see `deadlineFor`. */
export const defaults = {
  timeout: "65 seconds",
  deadline: "100 seconds",
  maxBodyBytes: 65_536,
  retries: 2,
  backOff: { base: "500 millis", cap: "10 seconds" },
  rateLimit: { limit: 20, window: "1 second" },
  circuitBreaker: { failures: 10, openFor: "15 seconds" },
  connections: 64
} as const

/** What may be set; everything has a default. */
export interface GatewayOptions {
  /** Address up to, and without, `/pay/orderquery`. The platform's, if nothing is said. */
  readonly baseUrl?: string | undefined
  /** Time for one request; more than 60 s. 65 s by default. */
  readonly timeout?: Duration.Input | undefined
  /** Time for one query with its waits and retries. 100 s by default; at least 1 s more than the time-out. */
  readonly deadline?: Duration.Input | undefined
  /** Largest answer, in bytes. 65,536 by default. */
  readonly maxBodyBytes?: number | undefined
  /** Retries within one query, for faults that can pass, as far as the deadline has room for a full time-out. 2 by default. */
  readonly retries?: number | undefined
  /** First back-off between retries (doubled each time, with jitter), and the longest one. */
  readonly backOff?: { readonly base: Duration.Input; readonly cap: Duration.Input } | undefined
  /** At most so many requests in a window, for each merchant. 20 a second by default. */
  readonly rateLimit?: { readonly limit: number; readonly window: Duration.Input } | undefined
  /** After so many faults in a row no request is sent for a while. 10 and 15 s by default. */
  readonly circuitBreaker?: { readonly failures: number; readonly openFor: Duration.Input } | undefined
  /** Requests to the platform at once. 64 by default. */
  readonly connections?: number | undefined
}

/** The checked form. Made by `make`. */
export interface GatewayConfig {
  readonly url: string
  readonly origin: string
  readonly timeout: Duration.Duration
  readonly deadline: Duration.Duration
  readonly maxBodyBytes: number
  readonly retries: number
  readonly backOff: { readonly baseMillis: number; readonly capMillis: number }
  readonly rateLimit: { readonly limit: number; readonly window: Duration.Duration }
  readonly circuitBreaker: { readonly failures: number; readonly openFor: Duration.Duration }
  readonly connections: number
}

/** A setting that can't be used: which one, what is wrong, what would do. */
export class ConfigInvalid extends Schema.TaggedError<ConfigInvalid>()("ConfigInvalid", {
  setting: Schema.String,
  message: Schema.String
}) {}

const MINUTE = Duration.minutes(1)
const PATH = "/pay/orderquery"

/** Whether a URL's host is this machine itself: 127.0.0.0/8, [::1] or localhost. */
export const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname === "[::1]" || /^127(?:\.[0-9]{1,3}){3}$/.test(hostname)

const invalid = (setting: string, message: string) => Effect.fail(new ConfigInvalid({ setting, message }))

const endpoint = Effect.fnUntraced(function* (baseUrl: string): Effect.fn.Return<URL, ConfigInvalid> {
  const url = URL.parse(baseUrl)
  if (url === null)
    return yield* invalid("baseUrl", `baseUrl is not a URL; the platform's is ${PLATFORM_URL}.`)
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    return yield* invalid("baseUrl", "baseUrl must not hold a user name, a password, a query or a fragment.")
  }
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname))) {
    return yield* invalid(
      "baseUrl",
      "baseUrl must begin with https://; http:// is for loopback addresses (127.0.0.1, [::1], localhost) only."
    )
  }
  const path = url.pathname.replace(/\/+$/, "")
  url.pathname = path.endsWith(PATH) ? path : path + PATH
  return url
})

const duration = Effect.fnUntraced(function* (
  setting: string,
  input: Duration.Input
): Effect.fn.Return<Duration.Duration, ConfigInvalid> {
  const value = Duration.fromInput(input)
  if (value._tag === "None" || !Duration.isFinite(value.value) || Duration.toMillis(value.value) <= 0) {
    return yield* invalid(setting, `${setting} must be a length of time above 0, such as "65 seconds".`)
  }
  return value.value
})

const count = (setting: string, value: number, least: number): Effect.Effect<number, ConfigInvalid> =>
  Number.isSafeInteger(value) && value >= least
    ? Effect.succeed(value)
    : invalid(setting, `${setting} must be a whole number, at least ${least}.`)

/** The deadline of queries with that time-out, where none is said. */
const deadlineFor = (timeout: Duration.Duration): Duration.Duration =>
  Duration.max(Duration.fromInputUnsafe(defaults.deadline), Duration.sum(timeout, Duration.seconds(10)))

/** Checks the options and fills in the defaults. */
export const make = Effect.fnUntraced(function* (
  options: GatewayOptions = {}
): Effect.fn.Return<GatewayConfig, ConfigInvalid> {
  const url = yield* endpoint(options.baseUrl ?? PLATFORM_URL)
  const timeout = yield* duration("timeout", options.timeout ?? defaults.timeout)
  if (Duration.isLessThanOrEqualTo(timeout, MINUTE)) {
    return yield* invalid(
      "timeout",
      "timeout must be more than 60 s: the platform may take a minute to answer (specification, FAQ)."
    )
  }
  const deadline = yield* duration("deadline", options.deadline ?? deadlineFor(timeout))
  if (Duration.isLessThan(deadline, Duration.sum(timeout, Duration.seconds(1)))) {
    return yield* invalid("deadline", "deadline must be at least 1 s longer than timeout.")
  }
  const backOff = { ...defaults.backOff, ...options.backOff }
  const rateLimit = { ...defaults.rateLimit, ...options.rateLimit }
  const circuitBreaker = { ...defaults.circuitBreaker, ...options.circuitBreaker }
  return {
    url: url.href,
    origin: url.origin,
    timeout,
    deadline,
    maxBodyBytes: yield* count("maxBodyBytes", options.maxBodyBytes ?? defaults.maxBodyBytes, 1024),
    retries: yield* count("retries", options.retries ?? defaults.retries, 0),
    backOff: {
      baseMillis: Duration.toMillis(yield* duration("backOff.base", backOff.base)),
      capMillis: Duration.toMillis(yield* duration("backOff.cap", backOff.cap))
    },
    rateLimit: {
      limit: yield* count("rateLimit.limit", rateLimit.limit, 1),
      window: yield* duration("rateLimit.window", rateLimit.window)
    },
    circuitBreaker: {
      failures: yield* count("circuitBreaker.failures", circuitBreaker.failures, 1),
      openFor: yield* duration("circuitBreaker.openFor", circuitBreaker.openFor)
    },
    connections: yield* count("connections", options.connections ?? defaults.connections, 1)
  }
})
