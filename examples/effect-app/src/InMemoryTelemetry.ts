/** For tests: keeps what would be sent. */
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  type MetricData,
  PeriodicExportingMetricReader
} from "@opentelemetry/sdk-metrics"
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Telemetry from "./Telemetry.ts"

export interface InMemoryTelemetry {
  readonly layer: Layer.Layer<never>
  /** The spans that have ended so far. Forgotten once the layer is gone. */
  readonly spans: Effect.Effect<ReadonlyArray<ReadableSpan>>
  /** The metrics as they stand now. */
  readonly metrics: Effect.Effect<ReadonlyArray<MetricData>>
}

export const make = (serviceName: string): InMemoryTelemetry => {
  const spans = new InMemorySpanExporter()
  const metrics = new PeriodicExportingMetricReader({
    exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  })
  return {
    layer: Telemetry.layer(serviceName, { spans: new SimpleSpanProcessor(spans), metrics }),
    spans: Effect.sync(() => spans.getFinishedSpans()),
    metrics: Effect.map(
      Effect.promise(() => metrics.collect()),
      ({ resourceMetrics }) => resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)
    )
  }
}
