/**
 * Rows of orders as their machines report them. A machine doesn't know when its order was stored: that is
 * remembered from wherever the order was read, and taken for the beginning of its asking where it never was.
 */
import * as OrderView from "../api/OrderView.ts"
import { keyText } from "../store/OrderStore.ts"
import * as Inspected from "./Inspected.ts"
import * as Permitted from "./Permitted.ts"
import type { OrderRow } from "./Protocol.ts"

/** At most so many orders' instants are remembered. */
const MOST = 20_000

export interface LiveRows {
  /** Remembers when an order was stored. */
  readonly learn: (view: OrderView.OrderView) => void
  /** Whether it is known when an order was stored. */
  readonly isKnown: (inspected: Inspected.Inspected) => boolean
  /** The row of an order; `undefined` where it can't be said rightly. */
  readonly row: (inspected: Inspected.Inspected) => OrderRow | undefined
}

/** Rows with these names. */
export const make = (naming: Permitted.Naming): LiveRows => {
  const stored = new Map<string, number>()
  return {
    learn: (view) => {
      const name = keyText(Permitted.keyOf(view))
      stored.delete(name)
      stored.set(name, Date.parse(view.createdAt))
      if (stored.size > MOST) stored.delete(stored.keys().next().value ?? "")
    },
    isKnown: ({ name }) => stored.has(name),
    row: (inspected) => {
      const snapshot = Inspected.toSnapshot(inspected)
      if (snapshot === undefined) return undefined
      const { context } = snapshot
      // An order that has a past was asked anew, perhaps: its asking began later than the order.
      const hasPast = context.told ?? context.payment ?? context.ended
      const createdAt = stored.get(inspected.name) ?? (hasPast === undefined ? context.startedAt : undefined)
      if (createdAt === undefined) return undefined
      const updatedAt = Inspected.instant(inspected, snapshot)
      return Permitted.row(
        OrderView.fromStored({
          snapshot,
          createdAt,
          updatedAt,
          version: 0,
          polls: 0,
          historySeq: 0,
          noticeSeq: 0
        }),
        naming,
        naming.asksAtOnce || Inspected.beginsQuery(inspected)
      )
    }
  }
}
