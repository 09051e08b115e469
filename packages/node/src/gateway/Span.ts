/**
 * Spans that are made only where somebody collects them. Without a tracer of the app's own, Effect makes them
 * all the same, and nobody ever sees them: some microseconds for each, in each query.
 */
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Tracer from "effect/Tracer"

/** Sets an attribute, where there is a span. */
export type Tell = (name: string, value: unknown) => void

export interface SpanOptions<A, E> {
  /** Asked for only where there is a span, as is `outcome`. */
  readonly begin?: () => Tracer.SpanOptionsNoTrace
  /** What is told of the end. */
  readonly outcome?: (exit: Exit.Exit<A, E>) => Readonly<Record<string, unknown>>
}

const untold: Tell = () => {}

/** Runs an effect in a span, which is the parent of those that are made inside. No stack is captured. */
export const within = <A, E>(
  name: string,
  { begin, outcome }: SpanOptions<A, E>,
  evaluate: (tell: Tell) => Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  Effect.withFiber((fiber) =>
    fiber.getRef(Tracer.Tracer) === Tracer.nativeTracer
      ? evaluate(untold)
      : Effect.useSpan(name, begin?.() ?? {}, (span) => {
          const tell: Tell = (key, value) => span.attribute(key, value)
          const told = Effect.onExit(evaluate(tell), (exit) =>
            Effect.sync(() => {
              for (const [key, value] of Object.entries(outcome?.(exit) ?? {})) tell(key, value)
            })
          )
          return Effect.withParentSpan(told, span, { captureStackTrace: false })
        })
  )
