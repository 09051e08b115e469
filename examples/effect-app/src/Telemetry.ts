/**
 * Spans and metrics to OpenTelemetry: the app's own and those of the library, which needs nothing said for it.
 * Where they go is up to the processors and readers that are given.
 */
import * as OtelMetrics from "@effect/opentelemetry/OtelMetrics"
import * as OtelTracer from "@effect/opentelemetry/OtelTracer"
import * as Resource from "@effect/opentelemetry/Resource"
import {
  ConsoleMetricExporter,
  type MetricReader,
  PeriodicExportingMetricReader
} from "@opentelemetry/sdk-metrics"
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ConsoleSpanExporter,
  type SpanProcessor
} from "@opentelemetry/sdk-trace-base"
import * as Config from "effect/Config"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

export interface Sinks {
  readonly spans: SpanProcessor
  readonly metrics: MetricReader
}

/** Sends what is left, then ends. A sink that can't be reached must not keep the app from ending. */
const provider = (spans: SpanProcessor) =>
  Effect.flatMap(Resource.Resource, (resource) =>
    Effect.acquireRelease(
      Effect.sync(() => new BasicTracerProvider({ resource, spanProcessors: [spans] })),
      (made) =>
        Effect.ignore(
          Effect.timeoutOption(
            Effect.tryPromise(() => made.shutdown()),
            "3 seconds"
          )
        )
    )
  )

const layerTracer = (spans: SpanProcessor): Layer.Layer<never, never, Resource.Resource> =>
  Layer.provide(
    OtelTracer.layerWithoutOtelTracer,
    Layer.provide(OtelTracer.layerTracer, Layer.effect(OtelTracer.OtelTracerProvider, provider(spans)))
  )

/** Spans and metrics go to these sinks, under this name of the service, and are flushed at the end. */
export const layer = (serviceName: string, { spans, metrics }: Sinks): Layer.Layer<never> =>
  Layer.merge(
    layerTracer(spans),
    OtelMetrics.layer(() => metrics)
  ).pipe(Layer.provide(Resource.layer({ serviceName })))

/** Everything to the console. An app of one's own has the OTLP exporters in their place. */
export const layerConsole: Layer.Layer<never, Config.ConfigError> = Layer.unwrap(
  Effect.gen(function* () {
    const serviceName = yield* Config.withDefault(Config.String("OTEL_SERVICE_NAME"), "umf-orders")
    const every = yield* Config.withDefault(Config.Duration("METRICS_EVERY"), Duration.seconds(60))
    return layer(serviceName, {
      spans: new BatchSpanProcessor(new ConsoleSpanExporter()),
      metrics: new PeriodicExportingMetricReader({
        exporter: new ConsoleMetricExporter(),
        exportIntervalMillis: Duration.toMillis(every)
      })
    })
  })
)
