/** `umf-order orders add`: hands one order over, or those of a file. */
import { resolve } from "node:path"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Bulk from "../api/Bulk.ts"
import * as OrderInput from "../api/OrderInput.ts"
import { type BulkResult, PlainDesk } from "../api/PlainDesk.ts"
import * as MerchantsFile from "../merchants/MerchantsFile.ts"
import { withoutAbsent } from "../store/Fields.ts"
import * as DeskOptions from "./DeskOptions.ts"
import { Ended, NEGATIVE, UsageError } from "./ExitCode.ts"
import * as Options from "./Options.ts"
import * as OrderFile from "./OrderFile.ts"
import * as OrderText from "./OrderText.ts"
import * as Output from "./Output.ts"

/** So many orders are handed over in one transaction, or one request. */
const AT_ONCE = 500

const flagOf = (field: string): string =>
  `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

/** The order that the options describe. */
const toInput = (fields: object): Effect.Effect<OrderInput.OrderInput, UsageError> =>
  Effect.mapError(
    OrderInput.decode(withoutAbsent(fields)),
    ({ errors }) =>
      new UsageError({
        message: errors.map(({ field, message }) => `${flagOf(field)}: ${message}`).join("; ")
      })
  )

const tell = Effect.fnUntraced(function* (result: BulkResult, json: boolean) {
  const { index, status, orderId, errors = [] } = result
  if (json) return yield* Output.json(result)
  if (status === "new" || status === "known") return
  const what = errors
    .map(({ field, message }) => (field === "" ? message : `${field}: ${message}`))
    .join("; ")
  yield* Output.note(
    Output.harmless(`order ${index + 1}${orderId === undefined ? "" : ` (${orderId})`}: ${what}`)
  )
})

/** Hands the orders of a file over, tells what became of each, and how many there were of each kind. */
const addLines = Effect.fnUntraced(function* (lines: ReadonlyArray<Bulk.Line>, json: boolean) {
  const merId = yield* Options.merchant
  const desk = yield* PlainDesk
  const counts = { new: 0, known: 0, conflict: 0, invalid: 0 }
  for (let from = 0; from < lines.length; from += AT_ONCE) {
    const part = lines.slice(from, from + AT_ONCE)
    const inputs: Array<OrderInput.OrderInput> = []
    const places: Array<number> = []
    const results: Array<BulkResult> = []
    for (const [index, line] of part.entries()) {
      if (Result.isFailure(line)) {
        results.push({ index: from + index, status: "invalid", errors: line.failure.errors })
        continue
      }
      // A service has a merchant of its own for those that name none.
      inputs.push(merId === undefined ? line.success : { merId, ...line.success })
      places.push(from + index)
    }
    const added = inputs.length === 0 ? [] : yield* desk.addAll(inputs)
    for (const result of added) results.push({ ...result, index: places[result.index] ?? result.index })
    for (const result of results.sort((one, other) => one.index - other.index)) {
      counts[result.status] += 1
      yield* tell(result, json)
    }
  }
  if (!json) {
    yield* Output.text(
      `${counts.new} new, ${counts.known} known already, ${counts.conflict} in conflict, ${counts.invalid} invalid`
    )
  }
  if (counts.conflict + counts.invalid > 0) return yield* new Ended({ code: NEGATIVE })
})

const isNoMerchants = (error: { readonly message: string }) => new UsageError({ message: error.message })

/**
 * Whose orders go into a store at hand: those of the listed merchants, or else of the one that is given. The
 * service that follows them there has keys for no others.
 */
const takenFrom = Effect.gen(function* () {
  const merId = yield* Options.merchant
  const file = Options.variable("UMF_MERCHANTS")
  if (file !== undefined) {
    const { merchants } = yield* Effect.mapError(MerchantsFile.read(resolve(file)), isNoMerchants)
    const listed: ReadonlySet<string> = new Set(merchants.map((merchant) => merchant.merId))
    return { merId, knows: (given: string) => listed.has(given) }
  }
  return merId === undefined ? {} : { merId, knows: (given: string) => given === merId }
})

export const addCommand = Command.make(
  "add",
  {
    ...DeskOptions.flags,
    ...Options.order,
    orderId: Flag.optional(Options.order.orderId),
    orderedAt: Flag.String("ordered-at").pipe(
      Flag.withMetavar("TIME"),
      Flag.withDescription("When the order was made, as 2026-11-24T09:30:00+08:00; now, if left out"),
      Flag.optional
    ),
    from: Flag.String("from").pipe(
      Flag.withMetavar("FILE"),
      Flag.withDescription("Many orders: NDJSON, a JSON array, or CSV with a header; - reads standard input"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* (input) {
    const json = yield* Options.Json
    const place = yield* DeskOptions.place(input)
    const layer = DeskOptions.layer(place, "change", place._tag === "Api" ? {} : yield* takenFrom)
    const { store: _, postgres: __, api: ___, tokenFile: ____, from, operation, ...order } = input
    const given = Object.entries(order).flatMap(([name, value]) =>
      Option.isSome(value) ? [[name, value.value] as const] : []
    )
    if (Option.isSome(from)) {
      if (given.length > 0) {
        return yield* new UsageError({ message: "--from can't be together with options of one order." })
      }
      // The file first: one that can't be read makes no store.
      const lines = yield* OrderFile.read(from.value)
      return yield* Effect.provide(addLines(lines, json), layer)
    }
    if (Option.isNone(order.orderId)) {
      return yield* new UsageError({
        message: "--order-id is missing. Give it, or --from with a file of orders."
      })
    }
    const merId = yield* Options.merchant
    if (merId === undefined && place._tag !== "Api") {
      return yield* new UsageError({ message: "--mer-id is missing. Give it, or set UMF_MER_ID." })
    }
    const one = yield* toInput({ ...Object.fromEntries(given), operation, merId })
    const added = yield* Effect.provide(
      PlainDesk.use((desk) => desk.add(one)),
      layer
    )
    yield* json
      ? Output.json({ ...added.order, isNew: added.isNew })
      : Output.text(`${added.isNew ? "new" : "known already"}  ${OrderText.line(added.order)}`)
  })
).pipe(
  Command.withDescription(
    "Hand an order over, to be followed; safe to do twice. Exit codes: 0 stored, 1 some of many were not, 2 usage, a conflict, or a file that is in use (its service is at --api), 3 the store or the service can't be reached."
  ),
  Command.withExamples([
    {
      command: "umf-order orders add --store orders.db --order-id 20261124-001 --amount 8888",
      description: "One order"
    },
    { command: "umf-order orders add --store orders.db --from orders.csv", description: "Those of a file" }
  ])
)
