/** Orders as people read them on a terminal: a line, or everything with its history. */
import type { DetailsView, HistoryView, NoticeView } from "../api/DetailsView.ts"
import type { OrderView } from "../api/OrderView.ts"
import * as Output from "./Output.ts"

const colours = { settled: "green", attention: "red", polling: "cyan" } as const

const state = ({ state, tag }: OrderView): string => Output.paint(colours[tag], state)

const amount = (fen: string | undefined): string | undefined =>
  fen === undefined ? undefined : Output.money(BigInt(fen))

/** One order on one line. */
export const line = (order: OrderView): string =>
  Output.harmless(
    [order.createdAt, order.orderId, order.state, amount(order.amount), order.late, order.reason]
      .filter((part) => part !== undefined)
      .join("  ")
  )

const times = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`

const happened = (entry: HistoryView): string => {
  switch (entry.kind) {
    case "moved":
      return `${entry.from} -> ${entry.to}  ${entry.because}`
    case "faults":
      return `${times(entry.count, "fault")} of kind ${entry.fault}, ${entry.first} to ${entry.last}`
    case "noted":
      return entry.what
    case "told":
      return `to be told: ${entry.fact}${entry.late === undefined ? "" : `, late (${entry.late})`}`
    case "personAsked":
      return `a person is needed: ${entry.reason}`
  }
}

const notice = (told: NoticeView): string => {
  const how = told.told
    ? `told ${told.toldAt ?? ""}`
    : `pending, next try ${told.nextTryAt ?? ""}${told.lastError === undefined ? "" : `, last: ${told.lastError}`}`
  return `${told.at}  ${told.type}  ${how} (${told.attempts} ${told.attempts === 1 ? "try" : "tries"})`
}

/** Faults in a row that no believed answer has ended yet. */
const faults = ({ faults, faultRun }: OrderView): string | undefined => {
  if (faultRun === undefined) return faults === 0 ? undefined : `${faults} in a row`
  const { fault, count, first, last } = faultRun
  return `${count} in a row: ${fault}, first ${first}, last ${last}`
}

/** The run of faults that goes on, as the last line of the history. */
const goingOn = ({ faultRun }: OrderView): ReadonlyArray<string> => {
  if (faultRun === undefined) return []
  const { fault, count, first, last } = faultRun
  return [`  ${last}  ${times(count, "fault")} of kind ${fault} since ${first}, not over yet`]
}

/** Everything that is known of an order, one line each. */
export const details = (order: DetailsView): ReadonlyArray<string> => {
  const facts: ReadonlyArray<readonly [string, string | undefined]> = [
    ["merchant", order.merId],
    ["amount", amount(order.amount)],
    ["transaction", order.transactionId],
    ["order date", order.orderDate],
    ["pay type", order.payType],
    [
      "paid",
      order.paidAt === undefined ? undefined : `${order.paidAt}${order.late ? ` (${order.late})` : ""}`
    ],
    ["a person", order.reason],
    ["asked for", order.operation],
    ["queries", `${order.queries}`],
    ["faults", faults(order)],
    ["next query", order.nextQueryAt],
    ["created", order.createdAt],
    [
      "last answer",
      order.lastAnswer && `${order.lastAnswer.at}  ${order.lastAnswer.verdict} (${order.lastAnswer.retCode})`
    ]
  ]
  return [
    `Order ${Output.harmless(order.orderId)}: ${state(order)}`,
    ...facts.flatMap(([name, value]) =>
      value === undefined ? [] : [`  ${name.padEnd(12)} ${Output.harmless(value)}`]
    ),
    "History",
    ...(order.history.length === 0 && order.faultRun === undefined ? ["  nothing yet"] : []),
    ...order.history.map((entry) => Output.harmless(`  ${entry.at}  ${happened(entry)}`)),
    ...goingOn(order),
    ...(order.notices.length === 0 ? [] : ["Notices"]),
    ...order.notices.map((told) => Output.harmless(`  ${notice(told)}`))
  ]
}
