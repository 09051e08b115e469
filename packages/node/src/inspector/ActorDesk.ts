/**
 * An order desk over nothing but what actors report: the last snapshots of the orders that moved last, and what
 * happened to them since they were first seen. For apps that run the machine themselves and keep no store.
 */
import type { OrderSnapshot } from "@umf-order-sync/machine"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as DetailsView from "../api/DetailsView.ts"
import * as OrderView from "../api/OrderView.ts"
import { ApiError, type PlainListRequest } from "../api/PlainDesk.ts"
import type { HistoryEntry } from "../store/HistoryEntry.ts"
import { dueAt, keyText, type StoredOrder, wantedStates } from "../store/OrderStore.ts"
import { UnknownOrder } from "../sync/Ledger.ts"
import * as ActorHistory from "./ActorHistory.ts"
import * as Inspected from "./Inspected.ts"
import type { Desk } from "./Reads.ts"

/** At most so many orders are kept; those that have not moved for longest go first. */
const MOST_ORDERS = 1_000
/** At most so much of the history of each. */
const MOST_MOVES = 100

/** An order as its actor reported it last. */
interface Kept {
  readonly stored: StoredOrder
  readonly history: ReadonlyArray<HistoryEntry>
}

const first = (snapshot: OrderSnapshot.OrderSnapshot, at: number): Kept => ({
  stored: {
    snapshot,
    version: 0,
    polls: 0,
    historySeq: 0,
    noticeSeq: 0,
    createdAt: snapshot.context.startedAt,
    updatedAt: at
  },
  history: []
})

const next = (
  { stored, history }: Kept,
  snapshot: OrderSnapshot.OrderSnapshot,
  event: unknown,
  at: number
): Kept => {
  const { entries, faultRun } = ActorHistory.after(stored, snapshot, event, at)
  const { faultRun: _, ...rest } = stored
  return {
    stored: { ...rest, snapshot, updatedAt: at, ...(faultRun === undefined ? {} : { faultRun }) },
    history: entries.length === 0 ? history : [...history, ...entries].slice(-MOST_MOVES)
  }
}

const keyOf = ({ stored }: Kept): string => keyText(stored.snapshot.context.order)

/** Newest first. */
const order = (one: Kept, other: Kept): number =>
  other.stored.createdAt - one.stored.createdAt || (keyOf(one) < keyOf(other) ? 1 : -1)

const isWanted = ({ states, search = "" }: PlainListRequest): ((kept: Kept) => boolean) => {
  const wanted = wantedStates(states)
  return ({ stored: { snapshot } }) =>
    (wanted === undefined || wanted.has(snapshot.result)) && snapshot.context.order.orderId.includes(search)
}

/** What was kept in a hurry is held against the schema before any of it is told. */
const canBeTold = ({ stored }: Kept): boolean => Inspected.isSnapshot(stored.snapshot)

const refused = Effect.fail(
  new ApiError({ reason: "Refused", message: "Actors of an app are looked at, and asked for nothing." })
)

export interface ActorDesk extends Desk {
  /** Takes a step that an actor reported; on the actor's own time, so it does no more than it must. */
  readonly keep: (inspected: Inspected.Inspected) => void
}

/** A desk that knows no order yet. */
export const make = (): ActorDesk => {
  const orders = new Map<string, Kept>()
  return {
    keep: (inspected) => {
      const snapshot = Inspected.peek(inspected)
      if (snapshot === undefined) return
      const { name, event } = inspected
      const at = Inspected.instant(inspected, snapshot)
      const known = orders.get(name)
      orders.delete(name)
      orders.set(name, known === undefined ? first(snapshot, at) : next(known, snapshot, event, at))
      if (orders.size > MOST_ORDERS) orders.delete(orders.keys().next().value ?? "")
    },
    list: (request) =>
      Effect.sync(() => {
        const wanted = [...orders.values()].filter(isWanted(request)).sort(order)
        // The cursor is the last order of the page before; where that was forgotten, the list begins anew.
        const from = 1 + wanted.findIndex((kept) => keyOf(kept) === request.cursor)
        const page = wanted.slice(from, from + request.limit)
        const last = page.at(-1)
        return {
          orders: page.filter(canBeTold).map(({ stored }) => OrderView.fromStored(stored)),
          ...(last === undefined || from + page.length >= wanted.length ? {} : { next: keyOf(last) })
        }
      }),
    get: (key) =>
      Effect.suspend(() => {
        const kept = orders.get(keyText(key))
        if (kept === undefined || !canBeTold(kept))
          return Effect.fail(new UnknownOrder({ orderId: key.orderId }))
        return Effect.succeed({
          ...OrderView.fromStored(kept.stored),
          history: kept.history.map(DetailsView.fromEntry),
          notices: []
        })
      }),
    request: () => refused,
    summary: Effect.map(Clock.currentTimeMillis, (now) => {
      const states: Partial<Record<OrderSnapshot.ResultState, number>> = {}
      let due = 0
      for (const { stored } of orders.values()) {
        const { result } = stored.snapshot
        states[result] = (states[result] ?? 0) + 1
        if ((dueAt(stored) ?? Number.POSITIVE_INFINITY) <= now) due++
      }
      return DetailsView.fromCounts({ states, due, pendingNotices: 0, failingNotices: 0 })
    })
  }
}
