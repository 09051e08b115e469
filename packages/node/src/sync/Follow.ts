/** Waiting for one order: its transitions from now on, whichever process makes them. */
import { OrderSnapshot } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { HistoryEntry } from "../store/HistoryEntry.ts"
import type { OrderKey, OrderStore, StoredOrder } from "../store/OrderStore.ts"
import type { StoreError } from "../store/StoreError.ts"
import type { Ledger } from "./Ledger.ts"
import * as OrderTransition from "./OrderTransition.ts"

/** How often a shared store is looked at for what other processes wrote. */
const LOOK_EVERY = "500 millis"

const isPolling = (stored: StoredOrder): boolean => OrderSnapshot.tagOf(stored.snapshot.result) === "polling"

/** A stored entry as the transition that it was. */
const fromEntry = (
  entry: HistoryEntry,
  { snapshot }: StoredOrder
): ReadonlyArray<OrderTransition.OrderTransition> => {
  if (entry.kind !== "moved") return []
  const { at, from, to, because } = entry
  return [OrderTransition.make({ at, from, to, because }, snapshot, snapshot.context.payment?.late)]
}

/**
 * The transitions of an order until it is at rest. Begins with what is stored now; empty for an order at
 * rest. Fails where the store refuses for good.
 */
export const transitions = (
  ledger: Ledger["Service"],
  store: OrderStore["Service"],
  key: OrderKey,
  stored: StoredOrder
): Stream.Stream<OrderTransition.OrderTransition, StoreError> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const own = yield* ledger.watchers.watch(key)
      // Between reading the order and watching it, it may have come to rest.
      const newest = Option.getOrElse(yield* store.get(key), () => stored)
      if (!isPolling(newest)) {
        const missed = yield* store.history(key, stored.historySeq)
        return Stream.fromIterable(missed.flatMap((entry) => fromEntry(entry, newest)))
      }
      const here = Stream.fromQueue(own)
      return (store.isShared ? Stream.merge(here, elsewhere(store, key, newest)) : here).pipe(
        Stream.takeUntil(OrderTransition.isRest)
      )
    })
  )

/** What other processes wrote: only the end, since the way to it may be told here already. */
const elsewhere = (
  store: OrderStore["Service"],
  key: OrderKey,
  from: StoredOrder
): Stream.Stream<OrderTransition.OrderTransition, StoreError> =>
  Stream.fromEffectRepeat(
    Effect.gen(function* () {
      yield* Effect.sleep(LOOK_EVERY)
      const newest = Option.getOrElse(yield* store.get(key), () => from)
      if (isPolling(newest)) return []
      const last = (yield* store.history(key, from.historySeq)).findLast(({ kind }) => kind === "moved")
      return last === undefined ? [] : fromEntry(last, newest)
    })
  ).pipe(Stream.flatMap((found) => Stream.fromIterable(found)))
