/**
 * The options of `UmfOrderSync.layer` by Effect's Config: from the environment, a file, a folder of secrets
 * or a plain object, whichever ConfigProvider is there. Names and defaults: `settings/Settings.ts`.
 *
 * What is not set is left out, so that the defaults hold as they do for an app that says nothing. Functions
 * (`onNotice` and its kind) can't come from here; an app adds them to what `config` gives.
 */
import { type Order, QuerySchedule } from "@umf-order-sync/core"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as GatewayConfig from "./gateway/GatewayConfig.ts"
import type { OrderGateway } from "./gateway/OrderGateway.ts"
import type { KeyError } from "./keys/KeyFile.ts"
import { settings as asking } from "./settings/AskingSettings.ts"
import { settings as connection } from "./settings/ConnectionSettings.ts"
import * as Kind from "./settings/Kind.ts"
import { settings as notice } from "./settings/NoticeSettings.ts"
import { read, readNeeded } from "./settings/Setting.ts"
import * as Settings from "./settings/Settings.ts"
import type { StoreError } from "./store/StoreError.ts"
import type { OrderDesk } from "./sync/OrderDesk.ts"
import type { OrderSync } from "./sync/OrderSync.ts"
import * as Relay from "./telling/Relay.ts"
import type { WebhookOptions } from "./telling/Webhook.ts"
import type { StoreOptions, UmfOptions } from "./UmfOrderSync.ts"
import * as UmfOrderSync from "./UmfOrderSync.ts"

type Present<A> = { readonly [K in keyof A]?: Exclude<A[K], undefined> }

/** Without what is not set. */
const present = <A extends object>(fields: A): Present<A> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<A>

/** Options that come together or not at all: what is not set of them is as by default. */
const together = <A extends object>(
  fields: { readonly [K in keyof A]: A[K] | undefined },
  defaults: A
): A | undefined => {
  const given = present(fields)
  return Object.keys(given).length === 0 ? undefined : { ...defaults, ...given }
}

/** The type of an option that is a group of several. */
type Group<O, K extends keyof O> = NonNullable<O[K]>

/** Keys, and how the platform is reached. */
const gateway = Config.all({
  privateKey: readNeeded(connection.privateKey),
  platformCert: readNeeded(connection.platformCert),
  passphrase: read(connection.passphrase),
  signatureLimit: read(connection.signatureLimit),
  baseUrl: read(connection.baseUrl),
  timeout: read(connection.timeout),
  deadline: read(connection.deadline),
  maxBodyBytes: read(connection.maxBodyBytes),
  retries: read(connection.retries),
  connections: read(connection.connections),
  backOff: Config.all({ base: read(connection.backOffBase), cap: read(connection.backOffCap) }),
  rateLimit: Config.all({ limit: read(connection.rateLimit), window: read(connection.rateLimitWindow) }),
  circuitBreaker: Config.all({
    failures: read(connection.breakerFailures),
    openFor: read(connection.breakerOpenFor)
  })
})

const millis = (length: Duration.Duration | undefined): number | undefined =>
  length === undefined ? undefined : Duration.toMillis(length)

const schedule = Config.map(
  Config.all({
    firstEvery: read(asking.firstEvery),
    firstFor: read(asking.firstFor),
    gaps: read(asking.gaps),
    handOverAfter: read(asking.handOverAfter),
    maxQueries: read(asking.maxQueries),
    confirmAfter: read(asking.confirmAfter),
    recheckAfter: read(asking.recheckAfter),
    base: read(asking.scheduleBackOffBase),
    cap: read(asking.scheduleBackOffCap),
    maxContradictions: read(asking.maxContradictions)
  }),
  ({ base, cap, ...given }): Partial<QuerySchedule.QuerySchedule> =>
    present({
      firstEvery: millis(given.firstEvery),
      firstFor: millis(given.firstFor),
      gaps: given.gaps?.map(Duration.toMillis),
      handOverAfter: millis(given.handOverAfter),
      maxQueries: given.maxQueries,
      confirmAfter: millis(given.confirmAfter),
      // Earliest first, as the schedule wants them.
      recheckAfter: given.recheckAfter?.map(Duration.toMillis).sort((one, other) => one - other),
      backOff: together({ base: millis(base), cap: millis(cap) }, QuerySchedule.defaults.backOff),
      maxContradictions: given.maxContradictions
    })
)

const store = Config.mapEffect(
  Config.all({ file: read(asking.storeFile), postgres: read(asking.storePostgres) }),
  ({ file, postgres }): Effect.Effect<StoreOptions | undefined, Config.ConfigError> => {
    if (file === undefined) return Effect.succeed(postgres === undefined ? undefined : { postgres })
    if (postgres === undefined) return Effect.succeed({ file })
    return Effect.fail(Kind.refusal("UMF_POSTGRES", "stands beside UMF_STORE. Keep one of the two"))
  }
)

/** The webhook; none without a URL. */
const webhook = Config.flatMap(
  read(notice.webhookUrl),
  (url): Config.Config<WebhookOptions | undefined> =>
    url === undefined
      ? Config.succeed(undefined)
      : Config.all({
          url: Config.succeed(url),
          secret: readNeeded(notice.webhookSecret),
          timeout: read(notice.webhookTimeout)
        })
)

const relay = Config.map(
  Config.all({
    concurrency: read(notice.relayConcurrency),
    base: read(notice.relayBackOffBase),
    cap: read(notice.relayBackOffCap),
    timeout: read(notice.relayTimeout),
    grace: read(notice.relayGrace)
  }),
  ({ base, cap, ...more }): Relay.RelayOptions =>
    present({
      ...more,
      backOff: together<Group<Relay.RelayOptions, "backOff">>({ base, cap }, Relay.defaults.backOff)
    })
)

/** The options of `UmfOrderSync.layer`. Fails with a ConfigError that names the variable, and shows no value. */
export const config: Config.Config<UmfOptions> = Config.map(
  Config.all({
    gateway,
    schedule,
    store,
    webhook,
    relay,
    asking: Config.all({
      concurrency: read(asking.concurrency),
      grace: read(asking.grace),
      maxQueryTime: read(asking.maxQueryTime),
      keepHistory: read(asking.keepHistory),
      countEvery: read(asking.countEvery)
    })
  }),
  (given): UmfOptions => {
    const { backOff, rateLimit, circuitBreaker, privateKey, platformCert, ...more } = given.gateway
    const { defaults } = GatewayConfig
    return {
      privateKey,
      platformCert,
      ...present({
        ...more,
        ...given.asking,
        backOff: together<Group<UmfOptions, "backOff">>(backOff, defaults.backOff),
        rateLimit: together<Group<UmfOptions, "rateLimit">>(rateLimit, defaults.rateLimit),
        circuitBreaker: together<Group<UmfOptions, "circuitBreaker">>(
          circuitBreaker,
          defaults.circuitBreaker
        ),
        schedule: given.schedule,
        store: given.store,
        webhook: given.webhook,
        relay: given.relay
      })
    }
  }
)

/** The merchant number, for apps that have one merchant. */
export const merId: Config.Config<Order.MerchantId> = readNeeded(connection.merId)

/** An option that was found wrong when it was put to use, with the variable that it came from. */
const withVariable = (error: GatewayConfig.ConfigInvalid): GatewayConfig.ConfigInvalid => {
  const { setting, message } = error
  const variable = Settings.variableOf(setting)
  return variable === undefined
    ? error
    : new GatewayConfig.ConfigInvalid({ setting, message: `${message} (${variable})` })
}

type Services = OrderGateway | OrderSync | OrderDesk

const failed = (error: GatewayConfig.ConfigInvalid): Layer.Layer<Services, GatewayConfig.ConfigInvalid> =>
  Layer.effectContext(Effect.fail(error))

/** `UmfOrderSync.layer` with these options. */
export const layer: Layer.Layer<
  Services,
  Config.ConfigError | KeyError | GatewayConfig.ConfigInvalid | StoreError
> = Layer.unwrap(Effect.map(config, UmfOrderSync.layer)).pipe(
  Layer.catchTag("ConfigInvalid", (error) => failed(withVariable(error)))
)
