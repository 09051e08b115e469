/**
 * Who is told of an order's end: the merchant's own function, or its URL (`Webhook`). Called at least once
 * for each notice, in their order for each order, and never for two notices of one order at a time.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import type { Notice } from "../store/Notice.ts"

export class NoticeHandler extends Context.Service<
  NoticeHandler,
  {
    /**
     * Whether `hand` writes to the store's own database, through its SqlClient. It is then run in one
     * transaction with the mark that the notice was handed over, and so takes effect exactly once.
     */
    readonly transactional: boolean
    /** Takes a notice. Whatever it fails with, the notice is handed over again later, with the same `id`. */
    readonly hand: (notice: Notice) => Effect.Effect<void, unknown>
  }
>()("@umf-order-sync/node/telling/NoticeHandler") {
  /** A function, with what it needs taken from where the layer is built. */
  static readonly layer = <E, R>(
    hand: (notice: Notice) => Effect.Effect<unknown, E, R>
  ): Layer.Layer<NoticeHandler, never, R> => make(hand, false)

  /** A function that writes to the store's own database, and must do so exactly once. */
  static readonly layerTransactional = <E, R>(
    hand: (notice: Notice) => Effect.Effect<unknown, E, R>
  ): Layer.Layer<NoticeHandler, never, R> => make(hand, true)
}

/**
 * What the handler was given where it was built comes first; an open transaction of the caller's stays, and so
 * does its span: the one in which the handler was built is over, or lasts as long as the app.
 */
const make = <E, R>(
  hand: (notice: Notice) => Effect.Effect<unknown, E, R>,
  transactional: boolean
): Layer.Layer<NoticeHandler, never, R> =>
  Layer.effect(
    NoticeHandler,
    Effect.map(Effect.context<R>(), (context) =>
      NoticeHandler.of({
        transactional,
        hand: (notice) =>
          Effect.flatMap(Effect.serviceOption(Tracer.ParentSpan), (span) =>
            Effect.provide(
              Effect.suspend(() => Effect.asVoid(hand(notice))),
              Option.isNone(span) ? context : Context.add(context, Tracer.ParentSpan, span.value)
            )
          )
      })
    )
  )
