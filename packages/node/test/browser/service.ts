/** A service over the sandbox, with its inspector: what the page's tests look at. */
import { QuerySchedule } from "@umf-order-sync/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { attach } from "../../src/inspector/AttachInspector.ts"
import type { Inspector, InspectorOptions } from "../../src/inspector/Inspector.ts"
import * as Sandbox from "../../src/sandbox/Sandbox.ts"
import type { Script } from "../../src/sandbox/Script.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import type { OrderStore } from "../../src/store/OrderStore.ts"
import type { Ledger } from "../../src/sync/Ledger.ts"
import { OrderDesk } from "../../src/sync/OrderDesk.ts"
import { OrderSync } from "../../src/sync/OrderSync.ts"
import * as Gateways from "../support/gateways.ts"
import { order } from "../support/orders.ts"

export interface Service {
  readonly url: string
  readonly origin: string
  readonly inspector: Inspector["Service"]
  readonly sandbox: Sandbox.Running
  /** Creates an order at the platform with this script, and hands it over. */
  readonly hand: (
    orderId: string,
    script: typeof Script.Encoded | string,
    amount?: string
  ) => Effect.Effect<void>
  /** Asks the platform and the service for a refund or a void. */
  readonly request: (orderId: string, what: "refund" | "void") => Effect.Effect<void>
}

/** Nothing is asked by itself for half a minute, and what takes two answers takes no time between them: tests ask. */
export const byHand: QuerySchedule.QuerySchedule = {
  ...QuerySchedule.defaults,
  firstEvery: 30_000,
  confirmAfter: 0,
  backOff: { base: 30_000, cap: 60_000 }
}

/** The token of every inspector here, so that one can be started again with the same. */
export const token = "a-token-of-the-page-0123456789"

/** A service with an inspector. They end with the scope. */
export const make = Effect.fnUntraced(function* (
  options: Omit<InspectorOptions, "source"> & {
    readonly schedule?: QuerySchedule.QuerySchedule
    readonly store?: Layer.Layer<OrderStore>
  } = {}
): Effect.fn.Return<
  {
    readonly service: Service
    readonly context: Context.Context<OrderSync | OrderDesk | Ledger | OrderStore>
  },
  never,
  Scope.Scope
> {
  const { schedule = byHand, store = MemoryStore.layer, ...rest } = options
  const sandbox = yield* Effect.orDie(Sandbox.make())
  const context = yield* Effect.orDie(
    Layer.build(
      OrderSync.layer({ schedule, grace: 0 }).pipe(
        Layer.provideMerge(store),
        Layer.provide(
          Gateways.toSandbox(
            sandbox,
            {
              rateLimit: { limit: 10_000, window: "1 second" },
              circuitBreaker: { failures: 1000, openFor: "1 second" }
            },
            { ...Gateways.short(650, 1000), backOff: { baseMillis: 5, capMillis: 100 } }
          )
        )
      )
    )
  )
  const inspector = yield* Effect.orDie(
    attach({ token: Redacted.make(token), orderNumbers: "shown", name: "till 7", ...rest }).pipe(
      Effect.provideContext(context)
    )
  )
  const desk = Context.get(context, OrderDesk)
  const service: Service = {
    url: inspector.url,
    origin: inspector.origin,
    inspector,
    sandbox,
    hand: (orderId, script, amount = "8888") =>
      Effect.gen(function* () {
        yield* sandbox.createOrder({ orderId, script, amount })
        yield* desk.handOver(order(orderId, { amount }))
      }).pipe(Effect.orDie),
    request: (orderId, what) =>
      Effect.gen(function* () {
        yield* what === "refund" ? sandbox.requestRefund(orderId) : sandbox.requestVoid(orderId)
        yield* what === "refund" ? desk.refundRequested(order(orderId)) : desk.voidRequested(order(orderId))
      }).pipe(Effect.orDie)
  }
  return { service, context }
})
