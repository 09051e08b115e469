/** `umf-order export`: all orders, or their histories, for reconciliation with the platform's daily file. */
import { Order } from "@umf-order-sync/core"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { HistoryView } from "../api/DetailsView.ts"
import type { OrderView } from "../api/OrderView.ts"
import { PlainDesk } from "../api/PlainDesk.ts"
import type { OrderKey } from "../store/OrderStore.ts"
import * as Csv from "./Csv.ts"
import * as DeskOptions from "./DeskOptions.ts"
import { UsageError } from "./ExitCode.ts"
import * as ListOptions from "./ListOptions.ts"
import * as Options from "./Options.ts"
import * as Output from "./Output.ts"

type Line = Readonly<Record<string, string | number | boolean | undefined>>

const orderColumns = `merId,orderId,transactionId,orderDate,payType,amount,state,paid,paidAt,late,reason,
paySeq,platDate,platTime,retCode,createdAt,updatedAt`

const historyColumns = `merId,orderId,seq,at,kind,from,to,because,what,fault,count,first,last,fact,late,reason,
noticeId,verdict,retCode,transState,transactionId,amount,paySeq,platDate,platTime`

const namesOf = (columns: string): ReadonlyArray<string> => columns.split(/,\s*/)

/** An order with the facts of the answer that said: paid, or else of the last one. */
const orderLine = (order: OrderView): Line => {
  const { payment, lastAnswer, faultRun: _, ...rest } = order
  const { paySeq, platDate, platTime, retCode } = payment ?? lastAnswer ?? {}
  return { ...rest, paySeq, platDate, platTime, retCode }
}

const historyLine = ({ merId, orderId }: OrderView, entry: HistoryView): Line => {
  if (entry.kind !== "moved") return { merId, orderId, ...entry }
  const { answer, ...rest } = entry
  return { merId, orderId, ...rest, ...answer }
}

/** What names an order that came from a store, and so was checked when it went in. */
const keyOf = ({ merId, orderId }: OrderView): OrderKey => ({
  merId: Order.MerchantId.make(merId),
  orderId: Order.OrderId.make(orderId)
})

/** The lines, as they come from the store. */
const lines = (
  what: "orders" | "history",
  request: Effect.Success<ReturnType<typeof ListOptions.request>>
) => {
  const orders = ListOptions.stream(request)
  if (what === "orders") return Stream.map(orders, orderLine)
  return orders.pipe(
    Stream.mapEffect(
      (order) =>
        // Nothing deletes orders, so one that was just listed is there.
        PlainDesk.use((desk) => desk.get(keyOf(order))).pipe(
          Effect.map(({ history }) => history.map((entry) => historyLine(order, entry))),
          Effect.catchTag("UnknownOrder", () => Effect.succeed([]))
        ),
      { concurrency: 4 }
    ),
    Stream.flatMap(Stream.fromIterable)
  )
}

const only = (columns: ReadonlyArray<string>, line: Line): Line =>
  Object.fromEntries(columns.flatMap((name) => (line[name] === undefined ? [] : [[name, line[name]]])))

export const exportCommand = Command.make(
  "export",
  {
    ...DeskOptions.flags,
    ...ListOptions.flags,
    format: Flag.Literals("format", ["csv", "jsonl"]).pipe(
      Flag.withDescription("csv (RFC 4180, with a header) or jsonl (one JSON object a line); csv by default"),
      Flag.optional
    ),
    what: Flag.Literals("what", ["orders", "history"]).pipe(
      Flag.withDescription("One line for each order, or one for each thing that happened to them"),
      Flag.withDefault("orders")
    ),
    spreadsheet: Flag.Boolean("spreadsheet").pipe(
      Flag.withDescription("Put an apostrophe before cells that a spreadsheet would take for a formula"),
      Flag.withDefault(false)
    )
  },
  Effect.fnUntraced(function* (input) {
    const json = yield* Options.Json
    const format = Option.getOrElse(input.format, () => (json ? "jsonl" : "csv"))
    if (json && format === "csv") {
      return yield* new UsageError({ message: "--json and --format csv can't be together." })
    }
    const place = yield* DeskOptions.place(input)
    const request = yield* ListOptions.request(input)
    const columns = namesOf(input.what === "orders" ? orderColumns : historyColumns)
    const safe = input.spreadsheet ? Csv.harmless : (cell: string) => cell
    const toText = (line: Line): string =>
      format === "jsonl"
        ? Output.jsonLine(only(columns, line))
        : Csv.line(columns.map((name) => (line[name] === undefined ? undefined : safe(String(line[name])))))
    if (format === "csv") yield* Output.raw(Csv.line(columns))
    yield* lines(input.what, request).pipe(
      Stream.map(toText),
      Stream.grouped(200),
      Stream.runForEach((texts) => Output.raw(texts.join(""))),
      Effect.provide(DeskOptions.layer(place, "look"))
    )
  })
).pipe(
  Command.withDescription(
    "Print orders, or their histories, as CSV or JSON lines, newest first; a file may be in use meanwhile."
  ),
  Command.withExamples([
    {
      command: "umf-order export --store orders.db --since 2026-11-24 --until 2026-11-25 > orders.csv",
      description: "The orders of one day in China"
    }
  ])
)
