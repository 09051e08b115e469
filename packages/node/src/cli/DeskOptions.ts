/** Where orders are looked after: in a store that is at hand, or by a service that runs, through its API. */
import { QuerySchedule } from "@umf-order-sync/core"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as LocalDesk from "../api/LocalDesk.ts"
import type { Merchants } from "../api/OrderInput.ts"
import type { ApiError, PlainDesk } from "../api/PlainDesk.ts"
import type { ConfigInvalid } from "../gateway/GatewayConfig.ts"
import type { OrderStore } from "../store/OrderStore.ts"
import type { StoreError } from "../store/StoreError.ts"
import { Ledger } from "../sync/Ledger.ts"
import { OrderDesk } from "../sync/OrderDesk.ts"
import { UsageError } from "./ExitCode.ts"
import * as Options from "./Options.ts"
import * as SecretFile from "./SecretFile.ts"

const text = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description), Flag.optional)

/** A store at hand. */
export const storeFlags = {
  store: text("store", "FILE", "The SQLite file with the orders (UMF_STORE)"),
  postgres: text("postgres", "URL", "The Postgres database with the orders (UMF_POSTGRES)")
}

/** A store at hand, or a service. */
export const flags = {
  ...storeFlags,
  api: text("api", "URL", "A running service's API, such as http://127.0.0.1:8787 (UMF_API)"),
  tokenFile: text("token-file", "FILE", "File with the API's token (or UMF_API_TOKEN)")
}

type Given<F> = { readonly [K in keyof F]: Option.Option<string> }

/** A store at hand. */
export type StorePlace =
  | { readonly _tag: "Sqlite"; readonly file: string }
  | { readonly _tag: "Postgres"; readonly url: Redacted.Redacted<string> }

/** Where the orders are. */
export type Place =
  | StorePlace
  | { readonly _tag: "Api"; readonly url: string; readonly token: Redacted.Redacted<string> }

const usage = (message: string): UsageError => new UsageError({ message })

interface Candidate<Name extends string> {
  readonly name: Name
  readonly given: Option.Option<string>
  readonly variable: string
}

/** The one that is said: options come before the environment, and two of a kind are one too many. */
const chosen = <Name extends string>(
  candidates: ReadonlyArray<Candidate<Name>>
): Effect.Effect<{ readonly name: Name; readonly value: string }, UsageError> => {
  const read = (valueOf: (candidate: Candidate<Name>) => string | undefined) =>
    candidates.flatMap((candidate) => {
      const value = valueOf(candidate)
      return value === undefined ? [] : [{ name: candidate.name, value }]
    })
  const flagged = read(({ given }) => Option.getOrUndefined(given))
  const [first, second] = flagged.length > 0 ? flagged : read(({ variable }) => Options.variable(variable))
  if (first !== undefined && second === undefined) return Effect.succeed(first)
  const words = candidates.map(({ name, variable }) => `--${name} (${variable})`).join(", ")
  return Effect.fail(
    usage(
      first === undefined
        ? `Where are the orders? Give one of ${words}.`
        : `The orders can be in one place only, and more than one is given. Give one of ${words}.`
    )
  )
}

const storeCandidates = (given: Given<typeof storeFlags>) =>
  [
    { name: "store", given: given.store, variable: "UMF_STORE" },
    { name: "postgres", given: given.postgres, variable: "UMF_POSTGRES" }
  ] as const

const postgresPlace = (url: string): Effect.Effect<StorePlace, UsageError> =>
  /^postgres(?:ql)?:\/\//.test(url) && URL.canParse(url)
    ? Effect.succeed({ _tag: "Postgres", url: Redacted.make(url) })
    : // The text may hold a password, so it is not shown.
      Effect.fail(usage("--postgres must be a URL such as postgres://user@host/database."))

const toStorePlace = (name: "store" | "postgres", value: string): Effect.Effect<StorePlace, UsageError> =>
  name === "store" ? Effect.succeed({ _tag: "Sqlite", file: value }) : postgresPlace(value)

/** The store that a command is to work on. */
export const storePlace = (given: Given<typeof storeFlags>): Effect.Effect<StorePlace, UsageError> =>
  Effect.flatMap(chosen(storeCandidates(given)), ({ name, value }) => toStorePlace(name, value))

/** Where the orders are that a command is about. */
export const place = Effect.fnUntraced(function* (
  given: Given<typeof flags>
): Effect.fn.Return<Place, UsageError> {
  const { name, value } = yield* chosen([
    ...storeCandidates(given),
    { name: "api", given: given.api, variable: "UMF_API" } as const
  ])
  if (name !== "api") return yield* toStorePlace(name, value)
  return {
    _tag: "Api",
    url: value,
    token: yield* SecretFile.read(given.tokenFile, "token-file", "UMF_API_TOKEN")
  }
})

/** Whether a command looks only, or changes something: a file that is in use can be looked at. */
export type Access = "look" | "change"

/** The store, loaded when it is wanted: neither database costs those anything who use the other. */
const layerStore = (at: StorePlace, access: Access): Layer.Layer<OrderStore, StoreError> =>
  Layer.unwrap(
    Effect.promise(async (): Promise<Layer.Layer<OrderStore, StoreError>> => {
      if (at._tag === "Postgres") return (await import("../store/PostgresStore.ts")).layer({ url: at.url })
      const store = await import("../store/SqliteStore.ts")
      const { file } = at
      return access === "look" ? store.layerReadOnly({ file }) : store.layer({ file })
    })
  )

/** The desk at that place; a store at hand takes orders of these merchants, a service knows its own. */
export const layer = (
  at: Place,
  access: Access,
  merchants: Merchants = {}
): Layer.Layer<PlainDesk, StoreError | ApiError | ConfigInvalid> => {
  if (at._tag === "Api") {
    return Layer.unwrap(
      Effect.map(
        Effect.promise(() => import("../api/ApiClient.ts")),
        (client) => client.layer({ url: at.url, token: at.token })
      )
    )
  }
  return LocalDesk.layer(merchants).pipe(
    Layer.provide(OrderDesk.layer),
    Layer.provide(Ledger.layer({ schedule: QuerySchedule.durable })),
    Layer.provide(layerStore(at, access))
  )
}
