/** Who is told, for apps that say it in options: a function of theirs, or a URL. */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { ConfigInvalid } from "./gateway/GatewayConfig.ts"
import type { Notice } from "./store/Notice.ts"
import { keyText, type OrderStore } from "./store/OrderStore.ts"
import type { Ledger } from "./sync/Ledger.ts"
import { NoticeHandler } from "./telling/NoticeHandler.ts"
import * as Relay from "./telling/Relay.ts"
import * as Webhook from "./telling/Webhook.ts"

/** Runs one statement in the transaction that marks the notice as handed over, and gives its rows. */
export type InTransaction = (
  statement: string,
  parameters?: ReadonlyArray<unknown>
) => Promise<ReadonlyArray<Readonly<Record<string, unknown>>>>

/** At most one of the three. Without any, notices are kept, and wait for a start with one. */
export interface TellingOptions {
  /**
   * Called for each notice, in order for each order, at least once: what it did for a notice's `id` before, it
   * must not do again. A rejection is tried again later.
   */
  readonly onNotice?: ((notice: Notice) => Promise<unknown> | unknown) | undefined
  /** The same for a handler that writes to the store's own database through `sql`: it takes effect exactly once. */
  readonly onNoticeInTransaction?: ((notice: Notice, sql: InTransaction) => Promise<unknown>) | undefined
  /** A URL that is sent each notice, signed. */
  readonly webhook?: Webhook.WebhookOptions | undefined
  /** Pauses after failures, and how much at once. */
  readonly relay?: Relay.RelayOptions | undefined
}

const called = (call: () => unknown): Effect.Effect<void, unknown> =>
  Effect.tryPromise({ try: async () => void (await call()), catch: (error) => error })

/**
 * Calls a promise handler, never for two notices of one order at a time: a call that took too long can't be
 * ended, so the next one waits until it has ended by itself.
 */
const oneAtATime = () => {
  const running = new Set<string>()
  return (notice: Notice, call: () => unknown): Effect.Effect<void, unknown> =>
    Effect.suspend(() => {
      const key = keyText(notice)
      if (running.has(key)) {
        return Effect.fail(new Error("an earlier call for this order has not ended yet"))
      }
      running.add(key)
      return called(async () => {
        try {
          await call()
        } finally {
          running.delete(key)
        }
      })
    })
}

const invalid = (message: string) => Effect.fail(new ConfigInvalid({ setting: "onNotice", message }))

/** A handler that is given the transaction which is open around it. */
const inTransaction = (
  handler: NonNullable<TellingOptions["onNoticeInTransaction"]>
): Layer.Layer<NoticeHandler, ConfigInvalid> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const client = yield* Effect.serviceOption(SqlClient)
      if (client._tag === "None") {
        return yield* invalid("onNoticeInTransaction needs a store in a file or in Postgres.")
      }
      const alone = oneAtATime()
      return NoticeHandler.layerTransactional((notice) =>
        Effect.flatMap(Effect.context<never>(), (context: Context.Context<never>) => {
          const run = Effect.runPromiseWith(context)
          // A statement that comes after the transaction's end would stand outside of it.
          let isOver = false
          const sql: InTransaction = (statement, parameters = []) =>
            isOver
              ? Promise.reject(
                  new Error("The notice's transaction is over: await every statement in the handler.")
                )
              : run(client.value.unsafe(statement, parameters))
          return Effect.ensuring(
            alone(notice, () => handler(notice, sql)),
            Effect.sync(() => {
              isOver = true
            })
          )
        })
      )
    })
  )

const inProcess = (onNotice: NonNullable<TellingOptions["onNotice"]>): Layer.Layer<NoticeHandler> => {
  const alone = oneAtATime()
  return NoticeHandler.layer((notice) => alone(notice, () => onNotice(notice)))
}

/** The relay with the handler of the options; nothing without one. */
export const layer = (options: TellingOptions): Layer.Layer<never, ConfigInvalid, OrderStore | Ledger> => {
  const { onNotice, onNoticeInTransaction, webhook } = options
  const handlers = [
    ...(onNotice === undefined ? [] : [inProcess(onNotice)]),
    ...(onNoticeInTransaction === undefined ? [] : [inTransaction(onNoticeInTransaction)]),
    ...(webhook === undefined ? [] : [Webhook.layer(webhook)])
  ]
  const [handler] = handlers
  if (handler === undefined) return Layer.empty
  if (handlers.length > 1) {
    return Layer.effectDiscard(
      invalid(
        "Only one of onNotice, onNoticeInTransaction and webhook can be told; more would not be told in order."
      )
    )
  }
  return Relay.layer(options.relay).pipe(Layer.provide(handler))
}
