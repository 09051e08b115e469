/** `umf-order run`: the service, which brings every order of a store to its end, with its API. */
import { type Order, QuerySchedule } from "@umf-order-sync/core"
import * as Context from "effect/Context"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Option from "effect/Option"
import * as ApiServer from "../api/ApiServer.ts"
import type { ConfigInvalid } from "../gateway/GatewayConfig.ts"
import type { KeyError } from "../keys/KeyFile.ts"
import { Merchants, type MerchantsOptions } from "../merchants/Merchants.ts"
import type { MerchantsInvalid } from "../merchants/MerchantsFault.ts"
import type { OrderStore } from "../store/OrderStore.ts"
import type { StoreError } from "../store/StoreError.ts"
import { FileLock } from "../store/sqlite/FileLock.ts"
import type { Ledger } from "../sync/Ledger.ts"
import type { OrderDesk } from "../sync/OrderDesk.ts"
import type { OrderSync } from "../sync/OrderSync.ts"
import * as Relay from "../telling/Relay.ts"
import * as Webhook from "../telling/Webhook.ts"
import { layerGateway, layerStore, layerSync, type StoreOptions } from "../UmfOrderSync.ts"
import * as DeskOptions from "./DeskOptions.ts"
import { UsageError } from "./ExitCode.ts"
import * as InspectOptions from "./InspectOptions.ts"
import * as Options from "./Options.ts"
import * as Output from "./Output.ts"
import * as ScheduleOptions from "./ScheduleOptions.ts"
import * as SecretFile from "./SecretFile.ts"

const text = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description), Flag.optional)

const count = (name: string, description: string) =>
  Flag.Int(name).pipe(
    Flag.filter(
      (given) => given > 0,
      () => `--${name} must be above 0`
    ),
    Flag.withDescription(description),
    Flag.optional
  )

const flags = {
  ...DeskOptions.storeFlags,
  ...ScheduleOptions.serviceFlags,
  ...InspectOptions.besides,
  merchants: text(
    "merchants",
    "FILE",
    "JSON file with several merchants and their keys, followed as it changes (UMF_MERCHANTS)"
  ),
  listen: Flag.String("listen").pipe(
    Flag.withMetavar("HOST:PORT"),
    Flag.withDescription(
      "Where the API is served (default 127.0.0.1:8787); port 0 takes a free one, none serves none"
    ),
    Flag.withDefault("127.0.0.1:8787")
  ),
  apiRate: count("api-rate", "Requests a second to the API, over all callers (default 200)"),
  tokenFile: text("token-file", "FILE", "File with the token that the API asks for (or UMF_API_TOKEN)"),
  webhookUrl: text("webhook-url", "URL", "Where notices are sent, signed (UMF_WEBHOOK_URL)"),
  webhookSecretFile: text(
    "webhook-secret-file",
    "FILE",
    "File with the secret that signs them (or UMF_WEBHOOK_SECRET)"
  ),
  concurrency: count("concurrency", "Queries under way at once (default 64)"),
  rateLimit: count("rate-limit", "Queries a second for each merchant, over all processes (default 20)"),
  grace: Options.duration("grace", "How long what is under way may take at a stop (default 10s)"),
  keepHistory: Options.duration("keep-history", "How long history is kept (default 400d)"),
  logFormat: Flag.Literals("log", ["logfmt", "json"]).pipe(
    Flag.withDescription("Form of the log on stderr (default logfmt)"),
    Flag.withDefault("logfmt")
  )
}

const usage = (message: string) => Effect.fail(new UsageError({ message }))

/** Host and port of `--listen`; an IPv6 address stands in brackets. */
const address = Effect.fnUntraced(function* (listen: string) {
  if (listen === "none") return undefined
  const found = /^(?:\[([0-9a-fA-F:]+)\]|([^:]+)):([0-9]{1,5})$/.exec(listen)
  const host = found?.[1] ?? found?.[2]
  const port = Number(found?.[3])
  return host === undefined || port > 65_535
    ? yield* usage("--listen must be HOST:PORT, such as 127.0.0.1:8787 or [::1]:8787, or none.")
    : { host, port }
})

const toStore = (place: DeskOptions.StorePlace): StoreOptions =>
  place._tag === "Sqlite" ? { file: place.file } : { postgres: place.url }

/** For how long the API of a service that stops still says so, before it is closed. */
const SAYS_SO = "500 millis"

/** Serves the API; when the service stops, it first says for a moment that it takes no new work. */
const serve = Effect.fnUntraced(function* (options: Omit<ApiServer.ApiServerOptions, "ready">) {
  let isReady = true
  const ready = Effect.sync(() => isReady)
  const context = yield* Layer.build(ApiServer.ApiServer.layer({ ...options, ready }))
  // Added after the API's own finalizer, so it runs before that.
  yield* Effect.addFinalizer(() =>
    Effect.suspend(() => {
      isReady = false
      return Effect.sleep(SAYS_SO)
    })
  )
  return Context.get(context, ApiServer.ApiServer)
})

type Asking = Layer.Layer<
  OrderSync | OrderDesk | Ledger,
  ConfigInvalid | KeyError | MerchantsInvalid | StoreError,
  OrderStore
>

type SyncOptions = Parameters<typeof layerSync>[0]

/** Asking with the keys of one merchant. */
const askingForOne = (options: SyncOptions & Parameters<typeof layerGateway>[0]): Asking =>
  layerSync(options).pipe(Layer.provide(layerGateway(options)))

/** Asking with the keys of those that are listed in a file, which is read again when it changes. */
const askingForMany = (options: SyncOptions & MerchantsOptions): Asking =>
  Layer.unwrap(Effect.map(Merchants, ({ rateLimitOf }) => layerSync({ ...options, rateLimitOf }))).pipe(
    Layer.provideMerge(Merchants.layerWatch()),
    Layer.provideMerge(Merchants.layer(options))
  )

/** What the webhook's options say; none without a URL. */
const telling = Effect.fnUntraced(function* (
  url: string | undefined,
  secretFile: Option.Option<string>,
  grace: Pick<Relay.RelayOptions, "grace">
): Effect.fn.Return<Layer.Layer<never, ConfigInvalid, OrderStore | Ledger>, UsageError> {
  if (url === undefined) return Layer.empty
  const key = yield* SecretFile.read(secretFile, "webhook-secret-file", "UMF_WEBHOOK_SECRET")
  return Relay.layer(grace).pipe(Layer.provide(Webhook.layer({ url, secret: key })))
})

export const runCommand = Command.make(
  "run",
  flags,
  Effect.fnUntraced(function* (input) {
    const place = yield* DeskOptions.storePlace(input)
    const store = toStore(place)
    const merchantsFile = Option.getOrUndefined(input.merchants) ?? Options.variable("UMF_MERCHANTS")
    const merId: Order.MerchantId | undefined = yield* Options.merchant
    const listen = yield* address(input.listen)
    const url = Option.getOrUndefined(input.webhookUrl) ?? Options.variable("UMF_WEBHOOK_URL")
    const grace = Option.isNone(input.grace) ? {} : { grace: input.grace.value }
    const rateLimit = Option.isNone(input.rateLimit)
      ? {}
      : { rateLimit: { limit: input.rateLimit.value, window: "1 second" as const } }
    const options = {
      ...rateLimit,
      ...grace,
      store,
      schedule: ScheduleOptions.toSchedule(input, QuerySchedule.durable),
      concurrency: Option.getOrUndefined(input.concurrency),
      connections: Option.getOrUndefined(input.concurrency),
      keepHistory: Option.getOrUndefined(input.keepHistory)
    }

    const asking: Asking =
      merchantsFile === undefined
        ? askingForOne({ ...(yield* Options.connection), ...options })
        : askingForMany({ file: merchantsFile, baseUrl: yield* Options.baseUrl, ...options })
    const token =
      listen === undefined
        ? undefined
        : yield* SecretFile.read(input.tokenFile, "token-file", "UMF_API_TOKEN")
    const requestsPerSecond = Option.getOrUndefined(input.apiRate)
    const relay = yield* telling(url, input.webhookSecretFile, grace)

    const program = Effect.gen(function* () {
      const lock = yield* Effect.serviceOption(FileLock)
      const listed = yield* Effect.serviceOption(Merchants)
      const knows = Option.isSome(listed)
        ? listed.value.has
        : merId === undefined
          ? undefined
          : (given: string) => given === merId
      const api =
        listen === undefined || token === undefined
          ? undefined
          : yield* serve({ ...listen, token, merId, knows, requestsPerSecond })
      if (api !== undefined && Option.isSome(lock)) yield* lock.value.publish(api.url)
      // The rest of the URL may be a secret between the two.
      const told = url === undefined ? undefined : (URL.parse(url)?.origin ?? "its URL")
      const what = place._tag === "Sqlite" ? place.file : "Postgres"
      const inspector = yield* InspectOptions.besideService(input, what)
      yield* (yield* Options.Json)
        ? Output.json({ store: what, api: api?.url, webhook: told, inspector: inspector?.url })
        : Output.text(
            [
              `Following the orders in ${what}.`,
              api === undefined
                ? "No API is served."
                : `API on ${api.url}/v1, described in ${api.url}/openapi.json.`,
              told === undefined
                ? "Nobody is told: notices wait until a --webhook-url is given."
                : `Notices go to ${told}.`,
              "It stops with Ctrl-C."
            ].join("\n")
          )
      if (inspector !== undefined) yield* InspectOptions.tell(inspector, input.open)
      return yield* Effect.never
    })

    const format = input.logFormat === "json" ? Logger.formatJson : Logger.formatLogFmt
    return yield* program.pipe(
      Effect.scoped,
      Effect.provide(relay.pipe(Layer.provideMerge(asking), Layer.provideMerge(layerStore(store)))),
      Effect.provide(Logger.layer([Logger.withConsoleError(format)]))
    )
  })
).pipe(
  Command.withDescription(
    "Follow all orders of a store to their ends, with an API to hand them over. What is stored goes on at the next start."
  ),
  Command.withExamples([
    {
      command: "umf-order run --store orders.sqlite --token-file token",
      description: "One machine, one file"
    },
    {
      command: "umf-order run --postgres postgres://umf@db/umf --token-file token",
      description: "One of several processes on one Postgres"
    }
  ])
)
