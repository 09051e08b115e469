/** What was measured, as a table for people. */
import type * as Measure from "./Measure.ts"

/** Everything about one store; what there was no time for is absent. */
export interface Results {
  readonly polls: ReadonlyArray<Measure.Polls>
  readonly stub?: Measure.Polls & { readonly changesPerPoll: number }
  readonly load?: Measure.Load
  readonly restart?: Measure.Restart
  readonly handOver?: Measure.HandOver
  readonly hint?: { readonly p50: number; readonly max: number }
  readonly overlaps?: number
  readonly takeover?: Measure.Takeover
}

const whole = (value: number | undefined): string =>
  value === undefined ? "–" : Math.round(value).toLocaleString("en")
const exact = (value: number | undefined): string => (value === undefined ? "–" : value.toFixed(1))

type Row = readonly [string, (results: Results) => string]

const each = (results: Results, of: (polls: Measure.Polls) => number): string =>
  results.polls.length === 0 ? "–" : results.polls.map((polls) => whole(of(polls))).join(" / ")

const rows: ReadonlyArray<Row> = [
  ["polls a second, HTTP and signatures", (all) => each(all, ({ pollsPerSecond }) => pollsPerSecond)],
  ["  CPU µs a poll (service alone)", (all) => each(all, ({ cpuMicrosPerPoll }) => cpuMicrosPerPoll)],
  ["polls a second, stub gateway", ({ stub }) => whole(stub?.pollsPerSecond)],
  ["  CPU µs a poll", ({ stub }) => whole(stub?.cpuMicrosPerPoll)],
  ["  row changes a poll", ({ stub }) => stub?.changesPerPoll.toFixed(3) ?? "–"],
  ["orders in flight, each asked every 30 s", ({ load }) => whole(load?.orders)],
  ["  cores taken by the service", ({ load }) => load?.cores.toFixed(2) ?? "–"],
  ["  memory, MiB", ({ load }) => whole(load?.rssMiB)],
  ["  due to asked, p50 / p99 ms", ({ load }) => `${exact(load?.lagP50)} / ${exact(load?.lagP99)}`],
  ["orders waiting in the store", ({ restart }) => whole(restart?.waiting)],
  ["  process start to first poll, ms", ({ restart }) => whole(restart?.firstPoll)],
  ["  memory, MiB", ({ restart }) => whole(restart?.rssMiB)],
  ["hand-over, orders a second: one by one", ({ handOver }) => whole(handOver?.onePerSecond)],
  ["  in bulk of 1,000", ({ handOver }) => whole(handOver?.bulkPerSecond)],
  ["hint to question when idle, p50 / max ms", ({ hint }) => `${exact(hint?.p50)} / ${exact(hint?.max)}`],
  ["overlapping polls of one order", ({ overlaps }) => whole(overlaps)],
  ["longest gap of one order asked every 1 s, ms", ({ takeover }) => whole(takeover?.worstGapBefore)],
  ["  the same, one of three processes killed", ({ takeover }) => whole(takeover?.worstGapAcross)]
]

/** The table, in columns. */
export const text = (sqlite: Results, postgres: Results): string => {
  const cells = [
    ["measured", "SQLite", "Postgres (1 / 2 / 3 processes)"],
    ...rows.map(([name, of]) => [name, of(sqlite), of(postgres)])
  ]
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  return cells
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | "))
    .join("\n")
}
