/**
 * What can be done with the sandbox from outside of the merchant's API: create orders, ask for refunds and
 * voids, look at orders and at what was received. `AdminApi` offers the same over HTTP.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Answer } from "./Answer.ts"
import type { Memory } from "./Memory.ts"
import type { Received } from "./Received.ts"
import * as SandboxOrder from "./SandboxOrder.ts"
import * as SandboxState from "./SandboxState.ts"

/** The sandbox from the tester's side. */
export interface Administration {
  /** Creates an order with a script. Fails where the number is taken or the script is not known or not sound. */
  readonly createOrder: (
    order: typeof SandboxState.NewOrder.Encoded
  ) => Effect.Effect<SandboxOrder.SandboxOrderView, SandboxState.Refused>
  /** Asks for a refund, as the merchant would with another API; the script's `onRefund` answers from now on. */
  readonly requestRefund: (
    orderId: string
  ) => Effect.Effect<SandboxOrder.SandboxOrderView, SandboxState.Refused>
  /** Asks for a void; the script's `onVoid` answers from now on. */
  readonly requestVoid: (
    orderId: string
  ) => Effect.Effect<SandboxOrder.SandboxOrderView, SandboxState.Refused>
  /**
   * Answers the order's next queries with these, one each; then its script goes on where it stood. Fails where
   * there is no such order, or an answer is none.
   */
  readonly answerNext: (
    orderId: string,
    answers: ReadonlyArray<Answer>
  ) => Effect.Effect<SandboxOrder.SandboxOrderView, SandboxState.Refused>
  /** One order. */
  readonly order: (orderId: string) => Effect.Effect<SandboxOrder.SandboxOrderView, SandboxState.Refused>
  /** The orders, newest first, at most 1000. */
  readonly orders: Effect.Effect<ReadonlyArray<SandboxOrder.SandboxOrderView>>
  /** The queries that were received, oldest first, the last 1000. */
  readonly received: Effect.Effect<ReadonlyArray<Received>>
}

const decode = Schema.decodeUnknownEffect(SandboxState.NewOrder, { onExcessProperty: "error" })
const decodeAnswers = Schema.decodeUnknownEffect(Schema.Array(Answer), { onExcessProperty: "error" })

const notSound = (what: string) => (error: Schema.SchemaError) =>
  new SandboxState.Refused({ kind: "InvalidInput", message: `Not ${what}: ${error.message}` })

type Change = ReturnType<typeof SandboxState.create>

/** The administration of a memory. */
export const make = (memory: Memory): Administration => {
  const change = Effect.fnUntraced(function* (
    decide: (state: SandboxState.SandboxState, now: number) => Change
  ): Effect.fn.Return<SandboxOrder.SandboxOrderView, SandboxState.Refused> {
    const now = yield* Clock.currentTimeMillis
    const changed = yield* Ref.modify(memory.state, (state) => {
      const result = decide(state, now)
      return [
        Result.map(result, ([order]) => SandboxOrder.view(order)),
        Result.isSuccess(result) ? result.success[1] : state
      ]
    })
    return yield* Effect.fromResult(changed)
  })
  return {
    createOrder: (input) =>
      decode(input).pipe(
        Effect.mapError(notSound("an order")),
        Effect.flatMap((order) => change((state, now) => SandboxState.create(state, now, order)))
      ),
    requestRefund: (orderId) => change((state, now) => SandboxState.ask(state, now, orderId, "refund")),
    requestVoid: (orderId) => change((state, now) => SandboxState.ask(state, now, orderId, "void")),
    answerNext: (orderId, answers) =>
      decodeAnswers(answers).pipe(
        Effect.mapError(notSound("answers")),
        Effect.flatMap((sound) => change((state, now) => SandboxState.interject(state, now, orderId, sound)))
      ),
    order: (orderId) =>
      Effect.flatMap(Ref.get(memory.state), (state) =>
        Effect.fromResult(Result.map(SandboxState.get(state, orderId), SandboxOrder.view))
      ),
    orders: Effect.map(Ref.get(memory.state), (state) =>
      SandboxState.newest(state, 1000).map(SandboxOrder.view)
    ),
    received: Ref.get(memory.received)
  }
}
