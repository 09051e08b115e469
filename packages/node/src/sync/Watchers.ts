/** Who waits for which order's transitions, in this process. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as PubSub from "effect/PubSub"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { keyText, type OrderKey } from "../store/OrderStore.ts"
import type { StoreError } from "../store/StoreError.ts"
import type { OrderTransition } from "./OrderTransition.ts"

export interface Watchers {
  /** The order's transitions from now on. */
  readonly watch: (
    key: OrderKey
  ) => Effect.Effect<Queue.Dequeue<OrderTransition, StoreError>, never, Scope.Scope>
  readonly publish: (transitions: ReadonlyArray<OrderTransition>) => void
  /** Ends the waiting for an order with what the store said. */
  readonly fail: (key: OrderKey, error: StoreError) => void
  /** The transitions of all orders. A reader that falls behind loses the oldest. */
  readonly all: PubSub.PubSub<OrderTransition>
}

type Watcher = Queue.Queue<OrderTransition, StoreError>

export const make: Effect.Effect<Watchers> = Effect.gen(function* () {
  const all = yield* PubSub.sliding<OrderTransition>(4096)
  const watchers = new Map<string, Set<Watcher>>()
  const leave = (name: string, watcher: Watcher) => {
    const others = watchers.get(name)
    others?.delete(watcher)
    if (others?.size === 0) watchers.delete(name)
  }
  return {
    all,
    watch: (key) =>
      Effect.acquireRelease(
        Effect.map(Queue.unbounded<OrderTransition, StoreError>(), (watcher) => {
          const name = keyText(key)
          const others = watchers.get(name) ?? new Set()
          watchers.set(name, others.add(watcher))
          return watcher
        }),
        (watcher) => Effect.sync(() => leave(keyText(key), watcher))
      ),
    publish: (transitions) => {
      for (const transition of transitions) {
        PubSub.publishUnsafe(all, transition)
        for (const watcher of watchers.get(keyText(transition)) ?? []) Queue.offerUnsafe(watcher, transition)
      }
    },
    fail: (key, error) => {
      for (const watcher of watchers.get(keyText(key)) ?? []) {
        Queue.failCauseUnsafe(watcher, Cause.fail(error))
      }
    }
  }
})
