/** A tracer that keeps all spans, and what they say. */
import { inspect } from "node:util"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

export interface Collected {
  /** All spans, in the order in which they began. */
  readonly spans: ReadonlyArray<Tracer.NativeSpan>
  /** Those of that name. */
  readonly named: (name: string) => ReadonlyArray<Tracer.NativeSpan>
  /** Everything that an exporter may read of them. */
  readonly text: () => string
  /** Collects what an effect does. */
  readonly collect: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
}

export const collector = (): Collected => {
  const spans: Array<Tracer.NativeSpan> = []
  const tracer = Tracer.make({
    span: (options) => {
      const span = new Tracer.NativeSpan(options)
      spans.push(span)
      return span
    }
  })
  const told = ({ name, attributes, events, links, status }: Tracer.NativeSpan) => {
    const failure = status._tag === "Ended" && status.exit._tag === "Failure" ? status.exit.cause : undefined
    return inspect([name, attributes, events, links, failure], { depth: 20 })
  }
  return {
    spans,
    named: (name) => spans.filter((span) => span.name === name),
    text: () => spans.map(told).join("\n"),
    collect: Effect.provideService(Tracer.Tracer, tracer)
  }
}

/** The attributes of a span of this product, as a record. */
export const attributes = (span: Tracer.Span | undefined): Readonly<Record<string, unknown>> =>
  Object.fromEntries(span?.attributes ?? [])

/** The name of the span that one is in; none for the root of a trace. */
export const parentOf = (span: Tracer.Span | undefined): string | undefined => {
  const parent = span === undefined ? undefined : Option.getOrUndefined(span.parent)
  return parent?._tag === "Span" ? parent.name : undefined
}
