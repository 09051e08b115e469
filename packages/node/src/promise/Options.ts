/**
 * The options of apps without Effect, checked: nothing that can't be used gets further, and no message shows
 * a value, which may be a passphrase in the wrong place.
 */
import { Order, type QuerySchedule } from "@umf-order-sync/core"
import type { OrderInspection } from "@umf-order-sync/machine"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { withoutAbsent } from "../store/Fields.ts"
import type { UmfOptions } from "../UmfOrderSync.ts"
import * as Given from "./Given.ts"
import * as Plain from "./Plain.ts"
import type {
  OrderSyncOptions,
  PlainDuration,
  PlainInspector,
  PlainRelay,
  PlainSchedule,
  PlainStore,
  PlainTelling,
  PlainUnit,
  PlainWebhook
} from "./PlainOptions.ts"
import { type FieldFault, UmfConfigError } from "./UmfError.ts"

const units: { readonly [unit in PlainUnit]: true } = {
  milli: true,
  millis: true,
  second: true,
  seconds: true,
  minute: true,
  minutes: true,
  hour: true,
  hours: true,
  day: true,
  days: true,
  week: true,
  weeks: true
}

const isLength = (value: unknown): value is PlainDuration =>
  Predicate.isNumber(value)
    ? Number.isFinite(value) && value >= 0
    : Predicate.isString(value) &&
      /^\d+(?:\.\d+)? [a-z]+$/.test(value) &&
      (value.split(" ")[1] ?? "") in units

/** A length of time in whole ms. */
const millis = (length: PlainDuration): number =>
  Math.round(Duration.toMillis(Duration.fromInputUnsafe(length)))

const length = 'must be a length of time: a number of ms, or a text such as "10 seconds"'
const Length = Schema.declare(isLength, { message: length })
const Positive = Schema.declare((given): given is PlainDuration => isLength(given) && millis(given) > 0, {
  message: `${length}; at least 1 ms`
})

const handler = <F extends PlainTelling["onNotice"] | PlainTelling["onNoticeInTransaction"]>() =>
  Schema.declare((value): value is F & {} => Predicate.isFunction(value), { message: "must be a function" })

const Text = Schema.String.annotate({ message: "must be a text" })

const whole = (least: number) => {
  const message = `must be a whole number, at least ${least}`
  return Schema.Finite.annotate({ message }).check(
    Schema.makeFilter<number>((given) => (Number.isSafeInteger(given) && given >= least) || message)
  )
}
const Count = whole(1)

/** A file: its path, or its bytes. */
const File = Schema.declare(
  (given): given is string | Uint8Array => Predicate.isString(given) || given instanceof Uint8Array,
  { message: "must be a file's path, or its bytes (Uint8Array)" }
)

const BackOff = Given.fields({ base: Positive, cap: Positive })

const Schedule = Given.fields({
  firstEvery: Schema.optionalKey(Positive),
  firstFor: Schema.optionalKey(Length),
  gaps: Schema.optionalKey(Schema.Array(Positive)),
  handOverAfter: Schema.optionalKey(Positive),
  maxQueries: Schema.optionalKey(Count),
  confirmAfter: Schema.optionalKey(Length),
  recheckAfter: Schema.optionalKey(Schema.Array(Positive)),
  backOff: Schema.optionalKey(BackOff),
  maxContradictions: Schema.optionalKey(Count)
} satisfies Given.Each<PlainSchedule>)

const isStore = (given: unknown): given is PlainStore => {
  if (!Predicate.isObject(given)) return given === "memory"
  const [[place, where] = [], ...more] = Object.entries(given)
  if (more.length > 0 || !Predicate.isString(where)) return false
  return (
    place === "file" || (place === "postgres" && /^postgres(?:ql)?:$/.test(URL.parse(where)?.protocol ?? ""))
  )
}

const Store = Schema.declare(isStore, {
  message: 'must be "memory", { file: "…" } or { postgres: "postgres://user:password@host:port/database" }'
})

const isSecret = (given: unknown): given is PlainWebhook["secret"] =>
  Predicate.isString(given) || (Array.isArray(given) && given.every(Predicate.isString))

const Webhook = Given.fields({
  url: Text,
  secret: Schema.declare(isSecret, { message: "must be a text, or a list of texts" }),
  timeout: Schema.optionalKey(Positive)
} satisfies Given.Each<PlainWebhook>)

const Relay = Given.fields({
  concurrency: Schema.optionalKey(Count),
  backOff: Schema.optionalKey(BackOff),
  timeout: Schema.optionalKey(Positive),
  grace: Schema.optionalKey(Length)
} satisfies Given.Each<PlainRelay>)

const isInspector = (given: unknown): given is PlainInspector =>
  Predicate.isFunction(given) ||
  (Predicate.isObject(given) && "next" in given && Predicate.isFunction(given.next))

const Inspector = Schema.declare(isInspector, {
  message: "must be a function, or an observer with a function `next`, as XState's `inspect` takes it"
})

const Options = Given.fields({
  merId: Order.MerchantId,
  privateKey: File,
  platformCert: File,
  passphrase: Schema.optionalKey(Text),
  signatureLimit: Schema.optionalKey(
    Schema.Union([Count, Schema.Literal("none")]).annotate({ message: 'must be a whole number, or "none"' })
  ),
  baseUrl: Schema.optionalKey(Text),
  timeout: Schema.optionalKey(Length),
  deadline: Schema.optionalKey(Length),
  maxBodyBytes: Schema.optionalKey(Count),
  retries: Schema.optionalKey(whole(0)),
  backOff: Schema.optionalKey(BackOff),
  rateLimit: Schema.optionalKey(Given.fields({ limit: Count, window: Positive })),
  circuitBreaker: Schema.optionalKey(Given.fields({ failures: Count, openFor: Positive })),
  connections: Schema.optionalKey(Count),
  store: Schema.optionalKey(Store),
  schedule: Schema.optionalKey(Schedule),
  concurrency: Schema.optionalKey(Count),
  grace: Schema.optionalKey(Length),
  maxQueryTime: Schema.optionalKey(Positive),
  keepHistory: Schema.optionalKey(Length),
  countEvery: Schema.optionalKey(Positive),
  onNotice: Schema.optionalKey(handler<PlainTelling["onNotice"]>()),
  onNoticeInTransaction: Schema.optionalKey(handler<PlainTelling["onNoticeInTransaction"]>()),
  webhook: Schema.optionalKey(Webhook),
  relay: Schema.optionalKey(Relay),
  inspect: Schema.optionalKey(Inspector)
} satisfies Given.Each<OrderSyncOptions>)

const invalid = (faults: ReadonlyArray<FieldFault>): UmfConfigError =>
  new UmfConfigError(Given.refusal("The options", faults), { setting: faults[0]?.field ?? "" })

const readMerchant = Given.reader(Given.fields({ merId: Order.MerchantId }))

/** The merchant of every order. */
export const merchant = (merId: string): Effect.Effect<Order.MerchantId, UmfConfigError> =>
  Effect.mapBoth(Effect.fromResult(readMerchant({ merId })), {
    onFailure: invalid,
    onSuccess: (given) => given.merId
  })

/** What is said of a schedule, in ms; what is not said stays as it is by default. */
const toSchedule = (given: PlainSchedule): Partial<QuerySchedule.QuerySchedule> => {
  const length = (one: PlainDuration | undefined) => (one === undefined ? undefined : millis(one))
  const { backOff, maxQueries, maxContradictions } = given
  return withoutAbsent<Partial<QuerySchedule.QuerySchedule>>({
    firstEvery: length(given.firstEvery),
    firstFor: length(given.firstFor),
    gaps: given.gaps?.map(millis),
    handOverAfter: length(given.handOverAfter),
    maxQueries,
    confirmAfter: length(given.confirmAfter),
    recheckAfter: given.recheckAfter?.map(millis),
    backOff: backOff && { base: millis(backOff.base), cap: millis(backOff.cap) },
    maxContradictions
  })
}

const readOptions = Given.reader(Options)

/** The options for the layers. Fails with UmfConfigError, which names what can't be used, and why. */
export const read = (
  given: OrderSyncOptions
): Effect.Effect<{ readonly merId: Order.MerchantId; readonly options: UmfOptions }, UmfConfigError> =>
  Effect.mapBoth(Effect.fromResult(readOptions(given)), {
    onFailure: invalid,
    onSuccess: ({ merId, schedule, onNotice, onNoticeInTransaction, inspect, ...rest }) => ({
      merId,
      options: {
        ...rest,
        schedule: schedule && toSchedule(schedule),
        // What it takes is said in XState's types, which a declaration without any package can't name.
        inspect: inspect as OrderInspection.Inspector | undefined,
        onNotice: onNotice && ((notice) => onNotice(Plain.notice(notice))),
        onNoticeInTransaction:
          onNoticeInTransaction && ((notice, sql) => onNoticeInTransaction(Plain.notice(notice), sql))
      }
    })
  })
