/** Orders in memory: gone with the process. For tests, and for tracking that may be begun again. */
import type { OrderSnapshot } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Bucket from "./Bucket.ts"
import * as Cursor from "./Cursor.ts"
import * as DueQueue from "./DueQueue.ts"
import { type HistoryEntry, MOST } from "./HistoryEntry.ts"
import type { PendingNotice } from "./Notice.ts"
import {
  CLOCK_SLACK,
  type Counts,
  dueAt,
  keyText,
  LONGEST_NOTICE_PAUSE,
  OrderStore,
  type StoredOrder,
  wantedStates
} from "./OrderStore.ts"
import { StoreError, StoreRefused } from "./StoreError.ts"

type Kept = PendingNotice & { readonly deliveredAt?: number; readonly bucket: number; readonly key: string }

const newestFirst = (one: StoredOrder, other: StoredOrder): number =>
  other.createdAt - one.createdAt ||
  (keyText(one.snapshot.context.order) < keyText(other.snapshot.context.order) ? 1 : -1)

const smallest = (numbers: Iterable<number>): number | undefined => {
  let least: number | undefined
  for (const one of numbers) if (least === undefined || one < least) least = one
  return least
}

const make = (): OrderStore["Service"] => {
  const orders = new Map<string, StoredOrder>()
  const planned = DueQueue.make<{ readonly stored: StoredOrder; readonly bucket: number }>()
  const histories = new Map<string, ReadonlyArray<HistoryEntry>>()
  const outbox = new Map<string, Kept>()

  const put = (stored: StoredOrder): void => {
    const { order } = stored.snapshot.context
    const key = keyText(order)
    orders.set(key, stored)
    planned.plan(key, { stored, bucket: Bucket.of(order) }, dueAt(stored))
  }

  const due = (now: number, buckets: ReadonlyArray<number>, except: ReadonlyArray<string> = []) => {
    const mine = new Set(buckets)
    return planned
      .due(now)
      .filter(
        ({ bucket, stored }) => mine.has(bucket) && !except.includes(stored.snapshot.context.order.merId)
      )
      .map(({ stored }) => stored)
  }

  const pending = () => [...outbox.values()].filter(({ deliveredAt }) => deliveredAt === undefined)

  /** The first pending notice of each order; later ones wait for it. */
  const heads = (buckets: ReadonlyArray<number>): ReadonlyArray<Kept> => {
    const mine = new Set(buckets)
    const first = new Map<string, Kept>()
    for (const kept of pending()) {
      const before = first.get(kept.key)
      if (mine.has(kept.bucket) && (before === undefined || kept.notice.seq < before.notice.seq)) {
        first.set(kept.key, kept)
      }
    }
    return [...first.values()]
  }

  const update = (id: string, change: (kept: Kept) => Kept): Effect.Effect<void, StoreError> =>
    Effect.suspend(() => {
      const kept = outbox.get(id)
      if (kept === undefined) {
        return Effect.fail(new StoreError({ reason: new StoreRefused({ what: "there is no such notice." }) }))
      }
      outbox.set(id, change(kept))
      return Effect.void
    })

  const counts = (now: number): Counts => {
    const states: Partial<Record<OrderSnapshot.ResultState, number>> = {}
    for (const { snapshot } of orders.values()) states[snapshot.result] = (states[snapshot.result] ?? 0) + 1
    const overdue = due(now, Bucket.all)
    const [first] = overdue
    const oldestDueAt = first === undefined ? undefined : dueAt(first)
    const waiting = pending()
    const oldestNoticeAt = smallest(waiting.map(({ createdAt }) => createdAt))
    return {
      states,
      due: overdue.length,
      ...(oldestDueAt === undefined ? {} : { oldestDueAt }),
      pendingNotices: waiting.length,
      failingNotices: waiting.filter(({ attempts }) => attempts > 0).length,
      ...(oldestNoticeAt === undefined ? {} : { oldestNoticeAt })
    }
  }

  return OrderStore.of({
    isShared: false,
    create: (given) =>
      Effect.sync(() =>
        given.map((stored) => {
          const known = orders.get(keyText(stored.snapshot.context.order))
          if (known !== undefined) return { stored: known, isNew: false }
          put(stored)
          return { stored, isNew: true }
        })
      ),
    get: (key) => Effect.sync(() => Option.fromUndefinedOr(orders.get(keyText(key)))),
    save: (writes) =>
      Effect.sync(() =>
        writes.map(({ next, history, notices }) => {
          const { order } = next.snapshot.context
          const key = keyText(order)
          if (orders.get(key)?.version !== next.version - 1) return false
          put(next)
          if (history.length > 0) histories.set(key, [...(histories.get(key) ?? []), ...history].slice(-MOST))
          for (const notice of notices) {
            const { updatedAt } = next
            outbox.set(notice.id, {
              notice,
              createdAt: updatedAt,
              attempts: 0,
              nextAt: updatedAt,
              bucket: Bucket.of(order),
              key
            })
          }
          return true
        })
      ),
    due: ({ now, buckets, newest, oldest, exceptMerchants }) =>
      Effect.sync(() => {
        const all = due(now, buckets, exceptMerchants)
        if (all.length <= newest + oldest) return all
        const freshest = all
          .slice(oldest)
          .sort((one, other) => other.snapshot.context.startedAt - one.snapshot.context.startedAt)
        return [...freshest.slice(0, newest), ...all.slice(0, oldest)]
      }),
    replan: (now) =>
      Effect.sync(() => {
        let mended = 0
        for (const [key, stored] of orders) {
          const at = dueAt(stored)
          if (at === undefined || stored.updatedAt <= now + CLOCK_SLACK) continue
          const mendedAt = at - (stored.updatedAt - now)
          const again = { ...stored, updatedAt: now }
          orders.set(key, again)
          planned.plan(key, { stored: again, bucket: Bucket.of(stored.snapshot.context.order) }, mendedAt)
          mended += 1
        }
        for (const [id, kept] of outbox) {
          const isWrong =
            kept.createdAt > now + CLOCK_SLACK || kept.nextAt > now + LONGEST_NOTICE_PAUSE + CLOCK_SLACK
          if (isWrong) outbox.set(id, { ...kept, nextAt: now })
        }
        return mended
      }),
    // Other processes' orders may be among them; then the due query finds nothing, and costs nothing.
    nextDueAt: ({ now }) => Effect.sync(() => planned.nextAt(now)),
    list: ({ merId, states, search = "", since = -Infinity, until = Infinity, cursor, limit }) =>
      Effect.suspend(() => {
        // The cursor is the key of the last order of the page before, whatever became of that order since.
        const before = cursor === undefined ? undefined : orders.get(cursor)
        if (cursor !== undefined && before === undefined) return Effect.fail(Cursor.refused())
        const wanted = wantedStates(states)
        const found = [...orders.values()]
          .filter(
            ({ snapshot, createdAt }) =>
              (merId === undefined || snapshot.context.order.merId === merId) &&
              (wanted === undefined || wanted.has(snapshot.result)) &&
              snapshot.context.order.orderId.includes(search) &&
              createdAt >= since &&
              createdAt < until
          )
          .filter(
            (one) =>
              before === undefined ||
              (keyText(one.snapshot.context.order) !== cursor && newestFirst(before, one) < 0)
          )
          .sort(newestFirst)
        const page = found.slice(0, limit)
        const last = page.at(-1)
        return Effect.succeed(
          limit < found.length && last !== undefined
            ? { orders: page, next: keyText(last.snapshot.context.order) }
            : { orders: page }
        )
      }),
    counts: (now) => Effect.sync(() => counts(now)),
    history: (key, after) =>
      Effect.sync(() => (histories.get(keyText(key)) ?? []).filter(({ seq }) => seq > after)),
    notices: (key) =>
      Effect.sync(() =>
        [...outbox.values()]
          .filter((kept) => kept.key === keyText(key))
          .sort((one, other) => one.notice.seq - other.notice.seq)
          .map(({ bucket: _, key: __, ...rest }) => rest)
      ),
    pendingNotices: ({ now, buckets, limit }) =>
      Effect.sync(() =>
        heads(buckets)
          .filter(({ nextAt }) => nextAt <= now)
          .sort((one, other) => one.nextAt - other.nextAt)
          .slice(0, limit)
          .map(({ bucket: _, key: __, ...rest }) => rest)
      ),
    nextNoticeAt: ({ now, buckets }) =>
      Effect.sync(() => smallest(heads(buckets).flatMap(({ nextAt }) => (nextAt > now ? [nextAt] : [])))),
    noticeDelivered: (id, at) =>
      update(id, (kept) => ({ ...kept, attempts: kept.attempts + 1, deliveredAt: at })),
    noticeFailed: (id, { nextAt, error }) =>
      update(id, (kept) => ({ ...kept, attempts: kept.attempts + 1, nextAt, lastError: error })),
    prune: (before) =>
      Effect.sync(() => {
        let gone = 0
        for (const [key, entries] of histories) {
          const kept = entries.filter(({ at }) => at >= before)
          gone += entries.length - kept.length
          histories.set(key, kept)
        }
        for (const [id, { deliveredAt }] of outbox) {
          if (deliveredAt !== undefined && deliveredAt < before && outbox.delete(id)) gone += 1
        }
        return gone
      }),
    transaction: (effect) => effect
  })
}

/** A store of its own for each layer that is built. */
export const layer: Layer.Layer<OrderStore> = Layer.sync(OrderStore, make)
