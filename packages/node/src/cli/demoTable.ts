/** The demo's table, drawn as text. Pure: rows in, lines out. */
import { OrderSnapshot } from "@umf-order-sync/machine"
import * as Output from "./Output.ts"

export interface DemoRow {
  readonly orderId: string
  readonly story: string
  readonly snapshot: OrderSnapshot.OrderSnapshot | undefined
  readonly because: string
}

const colours: Readonly<Record<OrderSnapshot.Tag, Output.Colour>> = {
  polling: "cyan",
  settled: "green",
  attention: "red"
}

/** The state in words; a late payment says so. */
const stateOf = (snapshot: OrderSnapshot.OrderSnapshot | undefined): string => {
  if (snapshot === undefined) return "-"
  const late = snapshot.result === "paid" && snapshot.context.payment?.late !== undefined
  return late ? "paid (late)" : snapshot.result
}

/** Cuts or fills `text` to `width` columns. */
const fit = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text.padEnd(width)

const widths = { order: 11, story: 38, state: 23, queries: 8 } as const

const headings = ["ORDER", "WHAT HAPPENS", "STATE", "QUERIES", "LAST"] as const

/** One line a row under a line of headings, none longer than `columns`; what was said last goes where it fits. */
export const lines = (
  rows: ReadonlyArray<DemoRow>,
  columns: number,
  colour: boolean
): ReadonlyArray<string> => {
  const room = columns - 1 - widths.order - widths.state - widths.queries
  const last = room - widths.story < 16 ? 0 : room - widths.story
  const widthOfStory = last === 0 ? Math.max(8, room) : widths.story
  const line = (
    [order, story, state, queries, because]: readonly [string, string, string, string, string],
    paint: (text: string) => string
  ) =>
    [
      fit(order, widths.order),
      fit(story, widthOfStory),
      paint(fit(state, widths.state)),
      fit(queries, widths.queries),
      last === 0 ? "" : fit(because, last).trimEnd()
    ].join("")
  return [
    Output.paint(
      "bold",
      line(headings, (text) => text),
      colour
    ),
    ...rows.map(({ orderId, story, snapshot, because }) =>
      line([orderId, story, stateOf(snapshot), String(snapshot?.context.queries ?? 0), because], (text) =>
        snapshot === undefined
          ? text
          : Output.paint(colours[OrderSnapshot.tagOf(snapshot.result)], text, colour)
      )
    )
  ]
}
