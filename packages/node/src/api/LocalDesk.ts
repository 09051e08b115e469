/** The plain desk over the order desk of this process. */
import type { Order } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { type StoreError, unavailable } from "../store/StoreError.ts"
import { OrderConflict, UnknownOrder } from "../sync/Ledger.ts"
import { type HandedOver, OrderDesk } from "../sync/OrderDesk.ts"
import * as DetailsView from "./DetailsView.ts"
import * as OrderInput from "./OrderInput.ts"
import * as OrderView from "./OrderView.ts"
import { type BulkResult, PlainDesk } from "./PlainDesk.ts"

/** How long a caller waits for a store that takes no writes. */
const PATIENCE = "10 seconds"

/**
 * A store that is away may be so for long: a step is written when it is back, a hand-over may fail instead.
 * The caller is not kept for all that time; what it asked for goes on all the same.
 */
const soon = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E | StoreError, R> =>
  Effect.flatMap(Effect.forkDetach(work, { startImmediately: true }), (fiber) =>
    Effect.timeoutOrElse(Fiber.join(fiber), {
      duration: PATIENCE,
      orElse: () =>
        Effect.fail(
          unavailable(
            "it takes no writes now. What was sent may still be written; sending it again does no harm."
          )
        )
    })
  )

const toResult = (index: number, order: Order.OrderRef, result: HandedOver | OrderConflict): BulkResult => {
  const { merId, orderId } = order
  return result instanceof OrderConflict
    ? {
        index,
        status: "conflict",
        merId,
        orderId,
        errors: [{ field: result.field, message: "differs from what was told before" }]
      }
    : { index, status: result.isNew ? "new" : "known", merId, orderId }
}

const make = Effect.fnUntraced(function* (
  merchants: OrderInput.Merchants
): Effect.fn.Return<PlainDesk["Service"], never, OrderDesk> {
  const desk = yield* OrderDesk

  const addAll = Effect.fnUntraced(function* (inputs: ReadonlyArray<OrderInput.OrderInput>) {
    const results: Array<BulkResult> = []
    const taken: Array<{ readonly index: number; readonly order: Order.OrderRef }> = []
    const orders: Array<Effect.Success<ReturnType<typeof OrderInput.toOrder>>> = []
    for (const [index, input] of inputs.entries()) {
      const read = yield* Effect.result(OrderInput.toOrder(input, merchants))
      if (read._tag === "Failure") {
        const { errors } = read.failure
        results.push({ index, status: "invalid", orderId: input.orderId, errors })
      } else {
        taken.push({ index, order: read.success.order })
        orders.push(read.success)
      }
    }
    const handed = orders.length === 0 ? [] : yield* soon(desk.handOverAll(orders))
    for (const [place, { index, order }] of taken.entries()) {
      const result = handed[place]
      if (result !== undefined) results.push(toResult(index, order, result))
    }
    return results.sort((one, other) => one.index - other.index)
  })

  return PlainDesk.of({
    add: (input) =>
      Effect.gen(function* () {
        const { order, options: more } = yield* OrderInput.toOrder(input, merchants)
        const { stored, isNew } = yield* soon(desk.handOver(order, more))
        return { order: OrderView.fromStored(stored), isNew }
      }),
    addAll,
    list: (request) =>
      Effect.map(desk.list(request), ({ orders, next }) => ({
        orders: orders.map(OrderView.fromStored),
        ...(next === undefined ? {} : { next })
      })),
    get: (key) =>
      Effect.gen(function* () {
        const stored = yield* desk.get(key)
        if (Option.isNone(stored)) return yield* new UnknownOrder({ orderId: key.orderId })
        const history = yield* desk.history(key)
        const notices = yield* desk.notices(key)
        return {
          ...OrderView.fromStored(stored.value),
          history: history.map(DetailsView.fromEntry),
          notices: notices.map(DetailsView.fromNotice)
        }
      }),
    request: (name, key) => Effect.map(soon(desk[name](key)), OrderView.fromStored),
    resumeAll: (request) => soon(desk.resumeAll(request)),
    summary: Effect.map(desk.counts, DetailsView.fromCounts)
  })
})

/** Answers from the store of this process. */
export const layer = (merchants: OrderInput.Merchants = {}): Layer.Layer<PlainDesk, never, OrderDesk> =>
  Layer.effect(PlainDesk, make(merchants))
