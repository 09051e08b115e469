/** The promise interface over any layer that follows orders: the whole library, or a test's stand-ins. */
import type { Order } from "@umf-order-sync/core"
import { OrderContext, OrderSnapshot } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { OrderGateway } from "../gateway/OrderGateway.ts"
import * as AttachInspector from "../inspector/AttachInspector.ts"
import type { OrderKey } from "../store/OrderStore.ts"
import type { StoreError } from "../store/StoreError.ts"
import { type OrderConflict, UnknownOrder } from "../sync/Ledger.ts"
import { OrderDesk } from "../sync/OrderDesk.ts"
import { OrderSync as OrderSyncService } from "../sync/OrderSync.ts"
import * as Input from "./Input.ts"
import * as Options from "./Options.ts"
import type { OrderSync, RunningInspection } from "./OrderSync.ts"
import * as Plain from "./Plain.ts"
import * as Running from "./Running.ts"
import * as SettledListener from "./SettledListener.ts"
import type { UmfError } from "./UmfError.ts"

/** What the interface is made of. */
export type Services = OrderGateway | OrderSyncService | OrderDesk

/** What was read; throws what is wrong with it. */
const read = <A>(result: Result.Result<A, UmfError>): A => Result.getOrThrowWith(result, (error) => error)

/** An order's snapshot once it is at rest. Says nothing about the order that was not said before. */
const rested = Effect.fnUntraced(function* (
  key: OrderKey
): Effect.fn.Return<
  OrderSnapshot.OrderSnapshot,
  UnknownOrder | OrderConflict | StoreError,
  OrderSyncService
> {
  const sync = yield* OrderSyncService
  const found = yield* sync.get(key)
  if (Option.isNone(found)) return yield* new UnknownOrder({ orderId: key.orderId })
  const { result, context } = found.value
  if (OrderSnapshot.tagOf(result) !== "polling") return found.value
  return yield* sync.track(OrderContext.told(context))
})

/** The live inspector over what is running, in a scope of its own that ends with the service's at the latest. */
const inspection = async (
  { run, onClose }: Running.Running<Services>,
  options: AttachInspector.Options
): Promise<RunningInspection> => {
  const scope = Scope.makeUnsafe()
  const end = () => Effect.runPromise(Scope.close(scope, Exit.void))
  const leave = onClose(end)
  const close = () => {
    leave()
    return end()
  }
  try {
    const { url } = await run(Effect.provideService(AttachInspector.attach(options), Scope.Scope, scope))
    return { url, close, [Symbol.asyncDispose]: close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The interface over what is running, for one merchant's orders. */
const make = (merId: Order.MerchantId, running: Running.Running<Services>): OrderSync => {
  const { run, iterate, start, close } = running
  const keyOf = (orderId: string) => read(Input.key(merId, orderId))

  const note = (name: "hint" | "refundRequested" | "voidRequested" | "resume") => async (orderId: string) => {
    const key = keyOf(orderId)
    return run(OrderSyncService.use((sync) => sync[name](key)))
  }

  return {
    query: async (order, options) => {
      const ref = read(Input.order(merId, order))
      const { signal } = read(Input.waitOptions(options))
      const asked = OrderGateway.use((gateway) => gateway.query(ref))
      return Plain.verdict(ref.orderId, await run(asked, signal))
    },
    track: async (order, options) => {
      const ref = read(Input.order(merId, order))
      const { signal, ...more } = read(Input.trackOptions(options))
      return Plain.state(
        await run(
          OrderSyncService.use((sync) => sync.track(ref, more)),
          signal
        )
      )
    },
    waitFor: async (orderId, options) => {
      const key = keyOf(orderId)
      const { signal } = read(Input.waitOptions(options))
      return Plain.state(await run(rested(key), signal))
    },
    handOver: async (order, options) => {
      const ref = read(Input.order(merId, order))
      const { signal, ...more } = read(Input.trackOptions(options))
      const { stored } = await run(
        OrderDesk.use((desk) => desk.handOver(ref, more)),
        signal
      )
      return Plain.state(stored.snapshot)
    },
    get: async (orderId) => {
      const key = keyOf(orderId)
      const found = await run(OrderSyncService.use((sync) => sync.get(key)))
      return Option.getOrUndefined(Option.map(found, Plain.state))
    },
    list: async (given) => {
      const request = read(Input.listRequest(merId, given))
      const { orders, next } = await run(OrderDesk.use((desk) => desk.list(request)))
      const page = orders.map(({ snapshot }) => Plain.state(snapshot))
      return next === undefined ? { orders: page } : { orders: page, next }
    },
    history: async (orderId) => {
      const key = keyOf(orderId)
      return (await run(OrderDesk.use((desk) => desk.history(key)))).map(Plain.historyEntry)
    },
    snapshot: async (orderId) => {
      const key = keyOf(orderId)
      const found = await run(OrderSyncService.use((sync) => sync.get(key)))
      return Option.getOrUndefined(Option.map(found, OrderSnapshot.encode))
    },
    hint: note("hint"),
    refundRequested: note("refundRequested"),
    voidRequested: note("voidRequested"),
    resume: note("resume"),
    resumeAll: () => run(OrderDesk.use((desk) => desk.resumeAll({ merId }))),
    transitions: (order, options) => {
      const ref = read(Input.order(merId, order))
      const { signal, ...more } = read(Input.trackOptions(options))
      const made = OrderSyncService.useSync((sync) => sync.transitions(ref, more))
      return iterate(Stream.map(Stream.unwrap(made), Plain.transition), { signal, atClose: "throws" })
    },
    allTransitions: (options) => {
      const { signal } = read(Input.waitOptions(options))
      const made = OrderSyncService.useSync((sync) => sync.allTransitions)
      return iterate(Stream.map(Stream.unwrap(made), Plain.transition), { signal, atClose: "ends" })
    },
    onSettled: (listener) => {
      const hear = SettledListener.hear(read(Input.listener(listener)))
      return start(OrderSyncService.use((sync) => Stream.runForEach(sync.allTransitions, hear)))
    },
    inspect: async (options) => inspection(running, read(Input.inspectOptions(options))),
    close,
    [Symbol.asyncDispose]: close
  }
}

/**
 * Builds the layer, and gives the promise interface over it for the orders of this merchant. Rejects with a
 * `UmfError` where the layer can't be built; nothing of it stays open then.
 */
export const fromLayer = async <E>(merId: string, layer: Layer.Layer<Services, E>): Promise<OrderSync> => {
  const merchant = await Effect.runPromise(Options.merchant(merId))
  return make(merchant, await Running.make(layer))
}
