/** An order as a row of `umf_orders`, and back. */
import { Amount } from "@umf-order-sync/core"
import { OrderSnapshot } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Bucket from "../Bucket.ts"
import { FaultRun } from "../HistoryEntry.ts"
import { dueAt, keyText, type OrderKey, type StoredOrder } from "../OrderStore.ts"
import { StoreError, StoreIncompatible } from "../StoreError.ts"
import type { Row } from "./Batch.ts"

/** The columns that name an order and never change. */
export const fixed = { mer_id: "TEXT", order_id: "TEXT", bucket: "INTEGER", created_at: "BIGINT" } as const

/** The columns that each save writes. */
export const changing = {
  version: "INTEGER",
  snapshot: "TEXT",
  snapshot_version: "INTEGER",
  state: "TEXT",
  tag: "TEXT",
  due_at: "BIGINT",
  started_at: "BIGINT",
  polls: "INTEGER",
  history_seq: "INTEGER",
  notice_seq: "INTEGER",
  fault_run: "TEXT",
  updated_at: "BIGINT",
  transaction_id: "TEXT",
  order_date: "TEXT",
  pay_type: "TEXT",
  amount: "BIGINT",
  paid_at: "BIGINT",
  told: "TEXT",
  reason: "TEXT"
} as const

export const columns = { ...fixed, ...changing } as const

/** What is read of an order. Postgres gives a BIGINT as a bigint. */
export interface OrderRow {
  readonly mer_id: string
  readonly order_id: string
  readonly snapshot: string
  readonly version: number
  readonly polls: number
  readonly history_seq: number
  readonly notice_seq: number
  readonly fault_run: string | null
  readonly created_at: number | bigint
  readonly updated_at: number | bigint
}

/** The columns of `OrderRow`. */
export const read =
  "mer_id, order_id, snapshot, version, polls, history_seq, notice_seq, fault_run, created_at, updated_at"

const FaultRunText = Schema.fromJsonString(FaultRun)
const encodeFaultRun = Schema.encodeSync(FaultRunText)
const decodeFaultRun = Schema.decodeUnknownEffect(FaultRunText)

/** The row of an order. The amount is the one that an answer told with the payment, or else the merchant's own. */
export const toRow = (stored: StoredOrder): Row<typeof columns> => {
  const { snapshot } = stored
  const { order, payment, told, reason } = snapshot.context
  const amount = payment?.answer.amount ?? order.amount
  return {
    mer_id: order.merId,
    order_id: order.orderId,
    bucket: Bucket.of(order),
    created_at: stored.createdAt,
    version: stored.version,
    snapshot: OrderSnapshot.encode(snapshot),
    snapshot_version: snapshot.version,
    state: snapshot.result,
    tag: OrderSnapshot.tagOf(snapshot.result),
    due_at: dueAt(stored),
    started_at: snapshot.context.startedAt,
    polls: stored.polls,
    history_seq: stored.historySeq,
    notice_seq: stored.noticeSeq,
    fault_run: stored.faultRun === undefined ? null : encodeFaultRun(stored.faultRun),
    updated_at: stored.updatedAt,
    transaction_id: order.transactionId,
    order_date: order.orderDate,
    pay_type: order.payType,
    amount: amount === undefined ? null : Amount.toWire(amount),
    paid_at: payment?.at,
    told,
    reason
  }
}

/** The key of a row. The table holds nothing but keys of orders that were decoded once. */
export const keyOf = ({ mer_id, order_id }: Pick<OrderRow, "mer_id" | "order_id">): string =>
  keyText({ merId: mer_id as OrderKey["merId"], orderId: order_id as OrderKey["orderId"] })

/** What a row that can't be read fails with. */
const unreadable = ({ order_id }: OrderRow): StoreError =>
  new StoreError({
    reason: new StoreIncompatible({
      what: `what is stored of order ${order_id} can't be read: a newer version of this library wrote it, or it was damaged.`
    })
  })

/** Reads a row. Fails with StoreIncompatible, and without any stored value but the order's number. */
export const fromRow = (row: OrderRow): Effect.Effect<StoredOrder, StoreError> =>
  Effect.gen(function* () {
    const snapshot = yield* OrderSnapshot.decode(row.snapshot)
    const faultRun = row.fault_run === null ? undefined : yield* decodeFaultRun(row.fault_run)
    if (keyText(snapshot.context.order) !== keyOf(row)) return yield* unreadable(row)
    return {
      snapshot,
      version: row.version,
      polls: row.polls,
      historySeq: row.history_seq,
      noticeSeq: row.notice_seq,
      ...(faultRun === undefined ? {} : { faultRun }),
      createdAt: Number(row.created_at),
      updatedAt: Number(row.updated_at)
    }
  }).pipe(Effect.catchTag("SchemaError", () => Effect.fail(unreadable(row))))

/** The rows that can be read, and those that can't. */
export const fromRows = (
  rows: ReadonlyArray<OrderRow>
): Effect.Effect<{
  readonly orders: ReadonlyArray<StoredOrder>
  readonly unreadable: ReadonlyArray<OrderRow>
}> =>
  Effect.map(
    Effect.forEach(rows, (row) => Effect.map(Effect.option(fromRow(row)), (found) => ({ row, found }))),
    (read) => ({
      orders: read.flatMap(({ found }) => Option.toArray(found)),
      unreadable: read.flatMap(({ row, found }) => (Option.isNone(found) ? [row] : []))
    })
  )
