import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Order, QuerySchedule } from "@umf-order-sync/core"
import type * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Str from "effect/String"
import * as GatewayConfig from "../../src/gateway/GatewayConfig.ts"
import * as Sandbox from "../../src/sandbox/Sandbox.ts"
import type { Setting } from "../../src/settings/Setting.ts"
import * as Settings from "../../src/settings/Settings.ts"
import * as Housekeeping from "../../src/sync/Housekeeping.ts"
import * as Sync from "../../src/sync/OrderSync.ts"
import * as Relay from "../../src/telling/Relay.ts"
import * as Webhook from "../../src/telling/Webhook.ts"
import * as UmfConfig from "../../src/UmfConfig.ts"
import type { UmfOptions } from "../../src/UmfOrderSync.ts"
import { pathOf } from "../keys/fixtures.ts"
import { folder } from "../support/stores.ts"

type Variables = { readonly [variable: string]: unknown }

const needed = { UMF_PRIVATE_KEY: "merchant.key.p8", UMF_PLATFORM_CERT: "platform.cert.crt" }
const webhook = { UMF_WEBHOOK_URL: "https://shop.example/umf", UMF_WEBHOOK_SECRET: "whsec_a" }

const parse = (variables: Variables): Effect.Effect<object, Config.ConfigError> =>
  UmfConfig.config.parse(ConfigProvider.fromUnknown({ ...needed, ...variables }))

/** The value at a place such as "rateLimit.limit"; secrets as their texts, lengths of time in ms. */
const at = (options: unknown, path: string): unknown =>
  plain(path.split(".").reduce<unknown>((value, name) => Object(value)[name], options))

const plain = (value: unknown): unknown => {
  if (Redacted.isRedacted(value)) return Redacted.value(value)
  if (Duration.isDuration(value)) return Duration.toMillis(value)
  if (Array.isArray(value)) return value.map(plain)
  return value
}

/** Every option that can stand in a variable. */
const readable = Settings.all.filter(
  (setting): setting is Setting<unknown> & { readonly option: string; readonly variable: string } =>
    setting.option !== undefined && setting.variable !== undefined
)

/** Values that are nobody's default: as the variable has them, and as the option does. */
const samples: { readonly [option: string]: readonly [text: string, value: unknown] } = {
  merId: ["90000009", "90000009"],
  privateKey: ["other.p12", "other.p12"],
  platformCert: ["other.crt", "other.crt"],
  passphrase: ["hunter2", "hunter2"],
  signatureLimit: ["344", 344],
  baseUrl: ["http://127.0.0.1:1", "http://127.0.0.1:1"],
  timeout: ["70s", 70_000],
  deadline: ["3m", 180_000],
  maxBodyBytes: ["2048", 2048],
  retries: ["0", 0],
  "backOff.base": ["1s", 1000],
  "backOff.cap": ["20 seconds", 20_000],
  "rateLimit.limit": ["5", 5],
  "rateLimit.window": ["2s", 2000],
  "circuitBreaker.failures": ["3", 3],
  "circuitBreaker.openFor": ["1m", 60_000],
  connections: ["8", 8],
  "store.file": ["orders.sqlite", "orders.sqlite"],
  "store.postgres": ["postgres://umf:secret@db/umf", "postgres://umf:secret@db/umf"],
  concurrency: ["7", 7],
  grace: ["3s", 3000],
  maxQueryTime: ["10m", 600_000],
  keepHistory: ["30d", 30 * 86_400_000],
  countEvery: ["1m", 60_000],
  "schedule.firstEvery": ["4s", 4000],
  "schedule.firstFor": ["1m", 60_000],
  "schedule.gaps": ["1m, 2 minutes,3m", [60_000, 120_000, 180_000]],
  "schedule.handOverAfter": ["1h", 3_600_000],
  "schedule.maxQueries": ["99", 99],
  "schedule.confirmAfter": ["45s", 45_000],
  "schedule.recheckAfter": ["1h,5m", [300_000, 3_600_000]],
  "schedule.backOff.base": ["9s", 9000],
  "schedule.backOff.cap": ["6m", 360_000],
  "schedule.maxContradictions": ["4", 4],
  "webhook.url": ["https://shop.example/other", "https://shop.example/other"],
  "webhook.secret": ["whsec_new,whsec_old", ["whsec_new", "whsec_old"]],
  "webhook.timeout": ["20s", 20_000],
  "relay.concurrency": ["2", 2],
  "relay.backOff.base": ["1s", 1000],
  "relay.backOff.cap": ["2h", 7_200_000],
  "relay.timeout": ["2m", 120_000],
  "relay.grace": ["1s", 1000]
}

const withWebhook = (option: string): Variables => (option.startsWith("webhook.") ? webhook : {})

describe("the table", () => {
  it("has each option and each variable once", () => {
    for (const names of [readable.map(({ option }) => option), readable.map(({ variable }) => variable)]) {
      assert.strictEqual(new Set(names).size, names.length)
    }
  })

  it("names variables as their options, but for those with a shorter name", () => {
    const shorter: { readonly [option: string]: string } = {
      "store.file": "UMF_STORE",
      "store.postgres": "UMF_POSTGRES",
      "rateLimit.limit": "UMF_RATE_LIMIT"
    }
    for (const { option, variable } of readable) {
      const regular = `UMF_${option.split(".").map(Str.configCase).join("_")}`
      assert.strictEqual(variable, shorter[option] ?? regular)
    }
  })

  it("has a row for each option of the library, or for each in its group", () => {
    // A name that is missing here, or too much, is an error of the compiler.
    const names: { readonly [K in keyof Required<UmfOptions>]: true } = {
      privateKey: true,
      platformCert: true,
      passphrase: true,
      signatureLimit: true,
      baseUrl: true,
      timeout: true,
      deadline: true,
      maxBodyBytes: true,
      retries: true,
      backOff: true,
      rateLimit: true,
      circuitBreaker: true,
      connections: true,
      store: true,
      schedule: true,
      concurrency: true,
      rateLimitOf: true,
      grace: true,
      inspect: true,
      maxQueryTime: true,
      keepHistory: true,
      countEvery: true,
      onNotice: true,
      onNoticeInTransaction: true,
      webhook: true,
      relay: true
    }
    const schedule: { readonly [K in keyof Required<QuerySchedule.QuerySchedule>]: true } = {
      firstEvery: true,
      firstFor: true,
      gaps: true,
      handOverAfter: true,
      maxQueries: true,
      confirmAfter: true,
      recheckAfter: true,
      backOff: true,
      maxContradictions: true
    }
    const webhook: { readonly [K in keyof Required<Webhook.WebhookOptions>]: true } = {
      url: true,
      secret: true,
      timeout: true
    }
    const relay: { readonly [K in keyof Required<Relay.RelayOptions>]: true } = {
      concurrency: true,
      backOff: true,
      timeout: true,
      grace: true
    }
    const paths = Settings.all.flatMap(({ option }) => (option === undefined ? [] : [option.split(".")]))
    const under = (name: string) => paths.flatMap(([first, next]) => (first === name && next ? [next] : []))
    const same = (given: ReadonlyArray<string | undefined>, wanted: object) =>
      assert.deepStrictEqual([...new Set(given)].sort(), Object.keys(wanted).sort())
    // The merchant number is createOrderSync's own.
    same(
      paths.map(([first]) => first),
      { ...names, merId: true }
    )
    same(under("schedule"), schedule)
    same(under("webhook"), webhook)
    same(under("relay"), relay)
  })

  it("has an example for each option here", () => {
    assert.deepStrictEqual(Object.keys(samples).sort(), readable.map(({ option }) => option).sort())
  })
})

describe("UmfConfig.config", () => {
  for (const { option, variable } of readable) {
    const [text, value] = samples[option] ?? []
    if (option === "merId") continue

    it.effect(`given ${variable}, it is ${option}`, () =>
      Effect.gen(function* () {
        const without = yield* parse(withWebhook(option))
        assert.notDeepEqual(at(without, option), value)
        const options = yield* parse({ ...withWebhook(option), [variable]: text })
        assert.deepStrictEqual(at(options, option), value)
      })
    )
  }

  it.effect("given UMF_MER_ID, it is the merchant number, of the shape that they have", () =>
    Effect.gen(function* () {
      const merId = (given: string) =>
        UmfConfig.merId.parse(ConfigProvider.fromUnknown({ UMF_MER_ID: given }))
      assert.strictEqual(yield* merId("90000009"), Order.MerchantId.make("90000009"))
      assert.include((yield* Effect.flip(merId("9|0"))).message, "UMF_MER_ID must be")
    })
  )

  it.effect("given nothing but the keys, nothing else is said, so that the code's defaults hold", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* parse({}), {
        privateKey: "merchant.key.p8",
        platformCert: "platform.cert.crt",
        schedule: {},
        relay: {}
      })
    })
  )

  it.effect("given one of a group, the others of it are as by default", () =>
    Effect.gen(function* () {
      const options = yield* parse({ UMF_RATE_LIMIT: "5", UMF_SCHEDULE_BACK_OFF_CAP: "1m" })
      assert.deepInclude(options, {
        rateLimit: { limit: 5, window: "1 second" },
        schedule: { backOff: { base: QuerySchedule.defaults.backOff.base, cap: 60_000 } }
      })
    })
  )

  it.effect("given the environment, a .env file or a plain object, it reads the same", () =>
    Effect.gen(function* () {
      const env = { ...needed, UMF_RATE_LIMIT: "5", UMF_RATE_LIMIT_WINDOW: "2s", UMF_SCHEDULE_GAPS: "1m,2m" }
      const lines = Object.entries(env).map(([name, value]) => `${name}=${value}`)
      const fromEnv = yield* UmfConfig.config.parse(ConfigProvider.fromEnv({ env }))
      const fromLines = yield* UmfConfig.config.parse(ConfigProvider.fromDotEnvContents(lines.join("\n")))
      const fromObject = yield* parse({
        UMF_RATE_LIMIT: 5,
        UMF_RATE_LIMIT_WINDOW: "2 seconds",
        UMF_SCHEDULE_GAPS: ["1 minute", "2m"]
      })
      assert.deepStrictEqual(at(fromEnv, "schedule.gaps"), [60_000, 120_000])
      assert.deepStrictEqual(fromLines, fromEnv)
      assert.deepStrictEqual(fromObject, fromEnv)
    })
  )

  it.effect("given an empty variable, it is as if it were not set", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* parse({ UMF_RETRIES: "", UMF_STORE: "" }), yield* parse({}))
    })
  )

  it.effect("given `none`, nothing is asked again, and no signature is too long", () =>
    Effect.gen(function* () {
      const options = yield* parse({ UMF_SCHEDULE_RECHECK_AFTER: "none", UMF_SIGNATURE_LIMIT: "none" })
      assert.deepInclude(options, { signatureLimit: "none", schedule: { recheckAfter: [] } })
    })
  )
})

describe("the defaults in the table", () => {
  const standing = (durable: boolean): Variables =>
    Object.fromEntries(
      readable.flatMap(({ variable, fallback }) =>
        fallback === undefined
          ? []
          : [[variable, durable ? (fallback.durable ?? fallback.text) : fallback.text]]
      )
    )

  it.effect("are the gateway's own", () =>
    Effect.gen(function* () {
      const said = yield* UmfConfig.config.parse(
        ConfigProvider.fromUnknown({ ...needed, ...standing(false) })
      )
      assert.deepStrictEqual(yield* GatewayConfig.make(said), yield* GatewayConfig.make())
    })
  )

  it.effect.each([
    ["in memory", false, QuerySchedule.defaults],
    ["with a store on disk", true, QuerySchedule.durable]
  ] as const)("are the schedule's own %s", ([, durable, schedule]) =>
    Effect.gen(function* () {
      assert.deepStrictEqual(at(yield* parse(standing(durable)), "schedule"), schedule)
    })
  )

  it.effect("are those of following, keeping and telling", () =>
    Effect.gen(function* () {
      const said = yield* parse({ ...standing(false), ...webhook })
      const own = {
        ...Sync.defaults,
        ...Housekeeping.defaults,
        relay: Relay.defaults,
        webhook: Webhook.defaults
      }
      const leaves = (value: object, path: ReadonlyArray<string> = []): ReadonlyArray<string> =>
        Object.entries(value).flatMap(([name, inner]) =>
          typeof inner === "object" ? leaves(inner, [...path, name]) : [[...path, name].join(".")]
        )
      const millis = (value: unknown) =>
        typeof value === "string"
          ? Duration.toMillis(Duration.fromInputUnsafe(value as Duration.Input))
          : value
      const paths = leaves(own)
      assert.isAbove(paths.length, 8)
      for (const path of paths) assert.strictEqual(at(said, path), millis(at(own, path)), path)
    })
  )
})

describe("what can't be used", () => {
  /** Values that no option of that name takes. */
  const wrong: { readonly [option: string]: ReadonlyArray<string> } = {
    merId: [],
    privateKey: ["-----BEGIN PRIVATE KEY-----\nMIIC", "A".repeat(300)],
    platformCert: ["-----BEGIN CERTIFICATE-----\nMIIC"],
    "store.file": ["A".repeat(300)],
    "store.postgres": ["mysql://umf:hunter2@db/umf", "hunter2-hunter2"],
    baseUrl: ["nowhere"],
    "webhook.url": ["nowhere"],
    passphrase: [],
    "webhook.secret": []
  }
  const numbers = ["many", "-1", "1.5", "0x10", "1e3", "9007199254740993"]
  const lengths = ["soon", "0s", "-1s", "5", "0.1 millis", "Infinity", "1h;2h"]

  for (const { kind, option, variable } of readable) {
    const bad = wrong[option] ?? (kind.words.en.startsWith("number") ? numbers : lengths)
    if (bad.length === 0) continue

    it.effect(`given ${variable} with what it can't be, the error names it and shows no value`, () =>
      Effect.gen(function* () {
        for (const text of bad) {
          const error = yield* Effect.flip(parse({ ...withWebhook(option), [variable]: text }))
          assert.strictEqual(error._tag, "ConfigError")
          assert.match(error.message, new RegExp(`${variable} must be \\S.*\\.`), text)
          const shown = `${error.message} ${inspect(error, { depth: 20, showHidden: true })}`
          if (text.length > 8) assert.notInclude(shown, text.slice(-20))
        }
      })
    )
  }

  it.effect.each(["UMF_PRIVATE_KEY", "UMF_PLATFORM_CERT"])(
    "given no %s, it says what is missing",
    (variable) =>
      Effect.gen(function* () {
        for (const given of [undefined, ""]) {
          const error = yield* Effect.flip(parse({ [variable]: given }))
          assert.include(error.message, `${variable} is missing. Set it to the path of a file`)
        }
      })
  )

  it.effect("given a webhook without its secret, or two stores, it says what to do", () =>
    Effect.gen(function* () {
      const noSecret = yield* Effect.flip(parse({ UMF_WEBHOOK_URL: "https://shop.example" }))
      assert.include(noSecret.message, "UMF_WEBHOOK_SECRET is missing")
      const two = yield* Effect.flip(parse({ UMF_STORE: "a", UMF_POSTGRES: "postgres://u:hunter2@db/umf" }))
      assert.match(two.message, /UMF_POSTGRES stands beside UMF_STORE/)
      assert.notInclude(two.message, "hunter2")
    })
  )

  it.effect("given a value that only its use shows to be wrong, the error names the variable too", () =>
    Effect.gen(function* () {
      const keys = {
        UMF_PRIVATE_KEY: pathOf("rsa-1024.p8.pem"),
        UMF_PLATFORM_CERT: pathOf("rsa-1024.cert.pem")
      }
      const building = (variables: Variables) =>
        Layer.build(UmfConfig.layer).pipe(
          Effect.scoped,
          Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ ...keys, ...variables }))),
          Effect.flip
        )
      for (const [variable, value] of [
        ["UMF_TIMEOUT", "10s"],
        ["UMF_DEADLINE", "20s"],
        ["UMF_BASE_URL", "http://example.com"],
        ["UMF_WEBHOOK_SECRET", "hunter2-hunter2"]
      ] as const) {
        const error = yield* building({ ...webhook, [variable]: value })
        assert.strictEqual(error._tag, "ConfigInvalid")
        assert.include(error.message, `(${variable})`)
        assert.notInclude(error.message, "hunter2")
      }
    })
  )

  it.effect("given options, their secrets are not printed with them", () =>
    Effect.gen(function* () {
      const options = yield* parse({
        ...webhook,
        UMF_PASSPHRASE: "hunter2",
        UMF_POSTGRES: "postgres://u:hunter2@db/u"
      })
      const shown = `${inspect(options, { depth: 20 })} ${JSON.stringify(options)}`
      assert.notMatch(shown, /hunter2|whsec_/)
    })
  )
})

describe("UmfConfig.layer", () => {
  it.live("given the variables of a sandbox, an order is followed to its end", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make({ keysDirectory: yield* folder })
      const { merchantPrivateKey, platformCert } = sandbox.keyFiles ?? assert.fail("no key files")
      const provider = ConfigProvider.fromUnknown({
        UMF_PRIVATE_KEY: merchantPrivateKey,
        UMF_PLATFORM_CERT: platformCert,
        UMF_BASE_URL: sandbox.baseUrl,
        UMF_MER_ID: sandbox.merId,
        UMF_SCHEDULE_FIRST_EVERY: "50ms"
      })
      const followed = Effect.gen(function* () {
        const sync = yield* Sync.OrderSync
        const merId = yield* UmfConfig.merId
        return yield* sync.track(
          yield* Order.decode({ merId, orderId: "paid-after-2-config", amount: "8888" })
        )
      })
      const began = Date.now()
      const { result } = yield* followed.pipe(
        Effect.provide(UmfConfig.layer),
        Effect.provide(ConfigProvider.layer(provider))
      )
      assert.strictEqual(result, "paid")
      assert.isBelow(Date.now() - began, 3000)
    }).pipe(Effect.scoped)
  )

  it.live(
    "given an encrypted key and its passphrase, it opens; with another passphrase the error shows neither",
    () =>
      Effect.gen(function* () {
        const building = (passphrase: string) => {
          const provider = ConfigProvider.fromUnknown({
            UMF_PRIVATE_KEY: pathOf("rsa-1024.encrypted.p8.pem"),
            UMF_PLATFORM_CERT: pathOf("rsa-1024.cert.pem"),
            UMF_PASSPHRASE: passphrase
          })
          return Effect.exit(
            Layer.build(UmfConfig.layer).pipe(Effect.scoped, Effect.provide(ConfigProvider.layer(provider)))
          )
        }
        assert.isTrue(Exit.isSuccess(yield* building("test-passphrase")))
        const refused = yield* building("hunter2-hunter2")
        assert.include(inspect(refused, { depth: 20 }), "PassphraseWrong")
        assert.notInclude(inspect(refused, { depth: 20 }), "hunter2")
      })
  )
})
