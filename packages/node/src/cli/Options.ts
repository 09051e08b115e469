/** The options that commands share, each also to be had from the environment. */

import { readFile } from "node:fs/promises"
import { Order } from "@umf-order-sync/core"
import * as Flag from "effect/cli/Flag"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TimeText from "../settings/TimeText.ts"
import type { KeyOptions } from "../UmfOrderSync.ts"
import { UsageError } from "./ExitCode.ts"

const text = (name: string, metavar: string, description: string) =>
  Flag.String(name).pipe(Flag.withMetavar(metavar), Flag.withDescription(description), Flag.optional)

const setting = <const Id extends string>(id: Id, metavar: string, description: string) =>
  GlobalFlag.Setting(id)({ flag: text(id, metavar, description) })

export const MerId = setting("mer-id", "ID", "Merchant number (UMF_MER_ID)")
export const PrivateKeyFile = setting(
  "private-key",
  "FILE",
  "The merchant's private key: PKCS#8, PKCS#1 or PKCS#12 (UMF_PRIVATE_KEY)"
)
export const PlatformCertFile = setting(
  "platform-cert",
  "FILE",
  "The platform's certificate or public key (UMF_PLATFORM_CERT)"
)
export const BaseUrl = setting(
  "base-url",
  "URL",
  "Address up to /pay/orderquery; the platform's by default (UMF_BASE_URL)"
)
export const PassphraseFile = setting(
  "passphrase-file",
  "FILE",
  "File with the private key's passphrase (or UMF_PASSPHRASE)"
)

/** One JSON object a line on stdout, and nothing else there. */
export const Json = GlobalFlag.Setting("json")({
  flag: Flag.Boolean("json").pipe(
    Flag.withDescription("Print one JSON object a line on stdout, and nothing else there"),
    Flag.withDefault(false)
  )
})

/** Lifts the limit of 256 characters for signatures, for keys of more than 1536 bits. */
export const LongSignature = GlobalFlag.Setting("allow-long-signature")({
  flag: Flag.Boolean("allow-long-signature").pipe(
    Flag.withDescription("Send signatures of more than 256 characters (keys above 1536 bits)"),
    Flag.withDefault(false)
  )
})

/** Every option that all commands take. */
export const global = [
  MerId,
  PrivateKeyFile,
  PlatformCertFile,
  BaseUrl,
  PassphraseFile,
  LongSignature,
  Json
] as const

/** A value of the environment; an empty one counts as none. */
export const variable = (name: string): string | undefined => {
  const value = process.env[name]
  return value === undefined || value === "" ? undefined : value
}

const either = (option: Option.Option<string>, name: string): string | undefined =>
  Option.getOrUndefined(option) ?? variable(name)

const needed = (value: string | undefined, flag: string, name: string): Effect.Effect<string, UsageError> =>
  value === undefined
    ? Effect.fail(new UsageError({ message: `--${flag} is missing. Give it, or set ${name}.` }))
    : Effect.succeed(value)

/** The passphrase of the private key, if there is one. A file's last line break is not part of it. */
const passphrase = Effect.gen(function* () {
  const file = Option.getOrUndefined(yield* PassphraseFile)
  if (file === undefined) {
    const value = variable("UMF_PASSPHRASE")
    return value === undefined ? undefined : Redacted.make(value)
  }
  const content = yield* Effect.tryPromise({
    try: () => readFile(file, "utf8"),
    catch: () =>
      new UsageError({
        message: `The passphrase file ${file} can't be read. Check its path and permissions.`
      })
  })
  return Redacted.make(content.replace(/\r?\n$/, ""))
})

const decodeMerId = Schema.decodeUnknownEffect(Order.MerchantId)

/** The merchant number, where one is given. */
export const merchant = Effect.gen(function* () {
  const given = either(yield* MerId, "UMF_MER_ID")
  if (given === undefined) return undefined
  return yield* Effect.mapError(
    decodeMerId(given),
    ({ message }) => new UsageError({ message: `--mer-id: ${message}` })
  )
})

/** Where the merchant's private key is, and how it is opened. */
export const privateKey = Effect.gen(function* () {
  const file = yield* needed(
    either(yield* PrivateKeyFile, "UMF_PRIVATE_KEY"),
    "private-key",
    "UMF_PRIVATE_KEY"
  )
  return { privateKey: file, passphrase: yield* passphrase }
})

/** The passphrase alone, for commands that look into any key file. */
export const keyPassphrase = passphrase

/** Where the platform's public key is. */
export const platformCert = Effect.gen(function* () {
  const file = yield* needed(
    either(yield* PlatformCertFile, "UMF_PLATFORM_CERT"),
    "platform-cert",
    "UMF_PLATFORM_CERT"
  )
  return { platformCert: file }
})

/** Whether long signatures are let through. */
export const signatureLimit = Effect.map(LongSignature, (allowed): KeyOptions["signatureLimit"] =>
  allowed ? "none" : undefined
)

/** The platform's address, where another than its own is meant. */
export const baseUrl = Effect.map(BaseUrl, (given) => either(given, "UMF_BASE_URL"))

/** Both keys and the address. */
export const connection = Effect.gen(function* () {
  return {
    ...(yield* privateKey),
    ...(yield* platformCert),
    signatureLimit: yield* signatureLimit,
    baseUrl: yield* baseUrl
  }
})

/** The options that describe an order. */
export const order = {
  orderId: Flag.String("order-id").pipe(
    Flag.withMetavar("ID"),
    Flag.withDescription("The merchant's order number")
  ),
  transactionId: text("transaction-id", "ID", "The platform's order number, where it is known"),
  orderDate: text("order-date", "yyyyMMdd", "The day of the order"),
  payType: text("pay-type", "WX|AL|YL", "WeChat Pay, Alipay or UnionPay QR code"),
  amount: text("amount", "FEN", "The order's amount in fen; an answer with another one is not believed"),
  operation: Flag.Literals("operation", ["payment", "refund", "void"]).pipe(
    Flag.withDescription(
      "What was asked of the platform last; after a refund or void request, 0000 means that it failed"
    ),
    Flag.withDefault("payment")
  )
}

/** The parsed form of `order`. */
export interface OrderInput {
  readonly orderId: string
  readonly transactionId: Option.Option<string>
  readonly orderDate: Option.Option<string>
  readonly payType: Option.Option<string>
  readonly amount: Option.Option<string>
}

const flagNames: Readonly<Record<string, string>> = {
  merId: "--mer-id",
  orderId: "--order-id",
  transactionId: "--transaction-id",
  orderDate: "--order-date",
  payType: "--pay-type",
  amount: "--amount"
}

/** The order that a command is about. */
export const toOrder = Effect.fnUntraced(function* (
  input: OrderInput
): Effect.fn.Return<Order.OrderRef, UsageError, Effect.Services<typeof MerId>> {
  const merId = yield* needed(either(yield* MerId, "UMF_MER_ID"), "mer-id", "UMF_MER_ID")
  const given = Object.entries({ ...input, merId }).flatMap(([name, value]) => {
    if (flagNames[name] === undefined) return []
    const present = Option.isOption(value) ? Option.getOrUndefined(value) : value
    return present === undefined ? [] : [[name, present] as const]
  })
  return yield* Order.decode(Object.fromEntries(given)).pipe(
    Effect.mapError((error) => {
      const name = Object.keys(flagNames).find((field) => error.message.includes(`["${field}"]`))
      const what = error.message.split("\n", 1)[0] ?? "can't be used"
      return new UsageError({ message: `${name === undefined ? "The order" : flagNames[name]}: ${what}` })
    })
  )
})

/** A length of time on the command line: a number with ms, s, m, h or d. */
export const duration = (name: string, description: string): Flag.Flag<Option.Option<Duration.Duration>> =>
  Flag.String(name).pipe(
    Flag.withMetavar("TIME"),
    Flag.withDescription(description),
    Flag.filterMap(TimeText.read, (input) => `"${input}" is no length of time; write ${TimeText.example}`),
    Flag.optional
  )

/** Several lengths of time with commas between them, or `none`. */
export const durations = (
  name: string,
  description: string
): Flag.Flag<Option.Option<ReadonlyArray<Duration.Duration>>> =>
  Flag.String(name).pipe(
    Flag.withMetavar("TIMES"),
    Flag.withDescription(description),
    Flag.filterMap(
      (input) => (input === "none" ? Option.some([]) : Option.all(input.split(",").map(TimeText.read))),
      (input) => `"${input}" is no list of lengths of time; write 10m,1h or none`
    ),
    Flag.optional
  )
