/** The library's values as the plain ones of the promise interface. */
import type { Verdict } from "@umf-order-sync/core"
import { OrderSnapshot } from "@umf-order-sync/machine"
import { withoutAbsent } from "../store/Fields.ts"
import type { HistoryEntry, Moved } from "../store/HistoryEntry.ts"
import type { Notice } from "../store/Notice.ts"
import type { OrderTransition } from "../sync/OrderTransition.ts"
import type { PlainHistoryEntry, PlainMoved } from "./PlainHistoryEntry.ts"
import type { PlainNotice } from "./PlainNotice.ts"
import type { PlainState, PlainTransition } from "./PlainState.ts"
import type { PlainVerdict } from "./PlainVerdict.ts"

/** Where an order is. */
export const state = (snapshot: OrderSnapshot.OrderSnapshot): PlainState => {
  const tag = OrderSnapshot.tagOf(snapshot.result)
  return {
    orderId: snapshot.context.order.orderId,
    state: OrderSnapshot.nameOf(snapshot),
    settled: tag === "settled",
    attention: tag === "attention",
    paid: snapshot.context.payment !== undefined
  }
}

/** One change of state, and where it led. */
export const transition = (made: OrderTransition): PlainTransition => {
  const { at, from, to, because, late, reason, snapshot } = made
  return {
    ...state(snapshot),
    ...withoutAbsent<Pick<PlainTransition, "late" | "reason">>({ late, reason }),
    at: new Date(at),
    from,
    to,
    because
  }
}

/** What one query said of an order. */
export const verdict = (orderId: string, conclusion: Verdict.Conclusion): PlainVerdict => ({
  orderId,
  verdict: conclusion.verdict,
  ...conclusion.answer
})

const answer = ({ amount, ...facts }: (typeof Moved.Type)["answer"] & {}): PlainMoved["answer"] & {} => ({
  ...facts,
  ...(amount === undefined ? {} : { amount: BigInt(amount) })
})

/** What happened to an order, once. */
export const historyEntry = (entry: HistoryEntry): PlainHistoryEntry => {
  const at = new Date(entry.at)
  switch (entry.kind) {
    case "moved": {
      const { answer: facts, ...moved } = entry
      return { ...moved, at, ...(facts === undefined ? {} : { answer: answer(facts) }) }
    }
    case "faults":
      return { ...entry, at, first: new Date(entry.first), last: new Date(entry.last) }
    default:
      return { ...entry, at }
  }
}

/** What a merchant is told. */
export const notice = (told: Notice): PlainNotice => ({ ...told, at: new Date(told.at) })
