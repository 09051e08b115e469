/** Stand-ins for the services around `OrderSync`: a gateway with a script, and a store that fails. */
import { type Order, RetCode, type TransState, type Verdict } from "@umf-order-sync/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { GatewayError, HttpStatus } from "../../src/gateway/GatewayError.ts"
import { OrderGateway } from "../../src/gateway/OrderGateway.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { OrderStore } from "../../src/store/OrderStore.ts"
import { StoreError, StoreRefused, unavailable } from "../../src/store/StoreError.ts"

/** One query that the gateway was asked. */
export interface Asked {
  readonly at: number
  readonly order: Order.OrderRef
  readonly operation: Order.Operation
}

/** What the gateway does with the query of that index: conclude, or anything else an effect can do. */
export type Script = (
  index: number,
  asked: Asked
) => Verdict.Verdict | Effect.Effect<Verdict.Verdict, GatewayError>

const codes: { readonly [V in Verdict.Verdict]: readonly [string, TransState.TransState?] } = {
  Paid: ["0000", "SUCCESS"],
  Paying: ["01000000"],
  PayFailed: ["0000", "PAYERROR"],
  RefundAccepted: ["88881220"],
  RefundFailed: ["0000", "SUCCESS"],
  Voided: ["88881137"],
  VoidFailed: ["0000", "SUCCESS"],
  Closed: ["00080520"],
  PlatformFault: ["9999"],
  SignatureRejected: ["3333"],
  Contradictory: ["01000000", "SUCCESS"]
}

/** A fault of the gateway, as it comes. */
export const fault: Effect.Effect<never, GatewayError> = Effect.suspend(() =>
  Effect.fail(new GatewayError({ reason: new HttpStatus({ status: 502 }) }))
)

/** A gateway that concludes what its script says, and keeps a list of what it was asked. */
export const gateway = (
  script: Script
): {
  readonly asked: ReadonlyArray<Asked>
  /** How many queries were under way at once, at most, for one order. */
  readonly most: () => number
  readonly layer: Layer.Layer<OrderGateway>
} => {
  const asked: Array<Asked> = []
  const underWay = new Map<string, number>()
  let most = 0
  const query: OrderGateway["Service"]["query"] = (order, operation = "payment") =>
    Effect.gen(function* () {
      const entry = { at: yield* Clock.currentTimeMillis, order, operation }
      const now = (underWay.get(order.orderId) ?? 0) + 1
      underWay.set(order.orderId, now)
      most = Math.max(most, now)
      const said = script(asked.push(entry) - 1, entry)
      const verdict = typeof said === "string" ? said : yield* said
      const [retCode, transState] = codes[verdict]
      const answer = {
        retCode: RetCode.RetCode.make(retCode),
        ...(transState === undefined ? {} : { transState })
      }
      return { verdict, operation, answer }
    }).pipe(
      Effect.ensuring(Effect.sync(() => underWay.set(order.orderId, (underWay.get(order.orderId) ?? 1) - 1)))
    )
  return { asked, most: () => most, layer: Layer.succeed(OrderGateway, OrderGateway.of({ query })) }
}

/** The store in memory, with saving that is refused. */
export const storeThatRefuses: Layer.Layer<OrderStore> = Layer.effect(
  OrderStore,
  Effect.map(OrderStore, (store) =>
    OrderStore.of({
      ...store,
      save: () => Effect.fail(new StoreError({ reason: new StoreRefused({ what: "no room" }) }))
    })
  )
).pipe(Layer.provide(MemoryStore.layer))

/** The store in memory, with saving that fails as long as `isAway` says. */
export const storeThatIsAway = (isAway: (now: number) => boolean): Layer.Layer<OrderStore> =>
  Layer.effect(
    OrderStore,
    Effect.map(OrderStore, (store) =>
      OrderStore.of({
        ...store,
        save: (writes) =>
          Effect.flatMap(Clock.currentTimeMillis, (now) =>
            isAway(now) ? Effect.fail(unavailable("away")) : store.save(writes)
          )
      })
    )
  ).pipe(Layer.provide(MemoryStore.layer))

/** One store in memory for several lives of a process. */
export const sharedStore: Effect.Effect<Layer.Layer<OrderStore>> = Effect.map(
  Effect.provide(OrderStore, MemoryStore.layer),
  (store) => Layer.succeed(OrderStore, store)
)
