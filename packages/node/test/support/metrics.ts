/** Metrics of one test alone, read as a scraper reads them. */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"

/** Runs a test with metrics of its own: none is there that it did not make. */
export const alone = <A, E, R>(test: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.suspend(() => Effect.provideService(test, Metric.MetricRegistry, new Map()))

/** The lines of a metric: its help, its type, and its values. */
export const linesOf = (name: string): Effect.Effect<ReadonlyArray<string>> =>
  Effect.map(PrometheusMetrics.format(), (text) =>
    text.split("\n").filter((line) => line.replace(/^# (?:HELP|TYPE) /, "").split(/[ {]/)[0] === name)
  )

/** The values of a metric, each with its labels. */
export const valuesOf = (name: string): Effect.Effect<ReadonlyArray<string>> =>
  Effect.map(linesOf(name), (lines) =>
    lines.flatMap((line) => (line.startsWith("#") ? [] : [line.slice(name.length).trim()]))
  )

export const valueOf = (name: string): Effect.Effect<number> =>
  Effect.map(valuesOf(name), ([value]) => Number(value?.split(" ").at(-1)))
