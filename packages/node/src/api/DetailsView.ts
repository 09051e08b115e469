/** An order's history and notices as the API and the commands show them: plain JSON, times as text. */

import { OrderCommand, OrderSnapshot } from "@umf-order-sync/machine"
import * as Schema from "effect/Schema"
import { withoutAbsent } from "../store/Fields.ts"
import * as History from "../store/HistoryEntry.ts"
import { NoticeType, type PendingNotice } from "../store/Notice.ts"
import type { Counts } from "../store/OrderStore.ts"
import * as Instant from "./Instant.ts"
import { OrderView } from "./OrderView.ts"

const at = Instant.Written

/** One thing that happened to an order; `kind` says what. */
export const HistoryView = Schema.Union([
  Schema.Struct({ ...History.Moved.fields, at }),
  Schema.Struct({ ...History.Faults.fields, at, first: at, last: at }),
  Schema.Struct({ ...History.Noted.fields, at }),
  Schema.Struct({ ...History.Told.fields, at }),
  Schema.Struct({ ...History.PersonAsked.fields, at })
]).annotate({ identifier: "HistoryEntry" })
export type HistoryView = typeof HistoryView.Type

/** A notice to the merchant, and how far it is. */
export const NoticeView = Schema.Struct({
  id: Schema.String.annotate({ description: "The idempotency key: the same for every try" }),
  type: NoticeType,
  seq: Schema.Int,
  at,
  state: OrderSnapshot.ResultState,
  late: Schema.optionalKey(OrderCommand.Late),
  reason: Schema.optionalKey(OrderCommand.Reason),
  told: Schema.Boolean.annotate({ description: "Whether it was handed over" }),
  toldAt: Schema.optionalKey(at),
  attempts: Schema.Int,
  nextTryAt: Schema.optionalKey(at),
  lastError: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "Notice" })
export type NoticeView = typeof NoticeView.Type

/** An order with everything that is stored of it. */
export const DetailsView = Schema.Struct({
  ...OrderView.fields,
  history: Schema.Array(HistoryView).annotate({ description: "Oldest first" }),
  notices: Schema.Array(NoticeView).annotate({ description: "Oldest first" })
}).annotate({ identifier: "OrderDetails" })
export type DetailsView = typeof DetailsView.Type

/** How much there is of what. */
export const Summary = Schema.Struct({
  orders: Schema.Int,
  polling: Schema.Int,
  settled: Schema.Int,
  attention: Schema.Int,
  states: Schema.Record(Schema.String, Schema.Int).annotate({ description: "Orders by state" }),
  due: Schema.Int.annotate({ description: "Orders whose time to be asked has come" }),
  oldestDueAt: Schema.optionalKey(at),
  pendingNotices: Schema.Int.annotate({ description: "Notices that were not handed over yet" }),
  failingNotices: Schema.Int.annotate({ description: "Those that were tried in vain at least once" }),
  oldestNoticeAt: Schema.optionalKey(at)
}).annotate({ identifier: "Summary" })
export type Summary = typeof Summary.Type

/** The JSON of a history entry. */
export const fromEntry = (entry: History.HistoryEntry): HistoryView =>
  entry.kind === "faults"
    ? {
        ...entry,
        at: Instant.toIso(entry.at),
        first: Instant.toIso(entry.first),
        last: Instant.toIso(entry.last)
      }
    : { ...entry, at: Instant.toIso(entry.at) }

const iso = (at: number | undefined): string | undefined => (at === undefined ? undefined : Instant.toIso(at))

/** The JSON of a notice. */
export const fromNotice = (stored: PendingNotice & { readonly deliveredAt?: number }): NoticeView => {
  const { notice, attempts, nextAt, lastError, deliveredAt } = stored
  const { id, type, seq, at, state, late, reason } = notice
  const told = deliveredAt !== undefined
  return withoutAbsent<NoticeView>({
    id,
    type,
    seq,
    at: Instant.toIso(at),
    state,
    late,
    reason,
    told,
    toldAt: iso(deliveredAt),
    attempts,
    nextTryAt: told ? undefined : Instant.toIso(nextAt),
    lastError
  })
}

/** The JSON of the counts. */
export const fromCounts = (counts: Counts): Summary => {
  const { states, due, oldestDueAt, pendingNotices, failingNotices, oldestNoticeAt } = counts
  const sum = { orders: 0, polling: 0, settled: 0, attention: 0 }
  for (const state of OrderSnapshot.ResultState.literals) {
    const count = states[state] ?? 0
    sum.orders += count
    sum[OrderSnapshot.tagOf(state)] += count
  }
  return withoutAbsent<Summary>({
    ...sum,
    states,
    due,
    oldestDueAt: iso(oldestDueAt),
    pendingNotices,
    failingNotices,
    oldestNoticeAt: iso(oldestNoticeAt)
  })
}
