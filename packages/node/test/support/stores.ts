/** Stores for tests, each new and empty, and orders to put into them. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type OrderSnapshot, OrderStep } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type { SqlClient } from "effect/sql/SqlClient"
import type { HistoryEntry } from "../../src/store/HistoryEntry.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import type { Notice } from "../../src/store/Notice.ts"
import { fresh, type OrderStore, type OrderWrite, type StoredOrder } from "../../src/store/OrderStore.ts"
import * as PostgresStore from "../../src/store/PostgresStore.ts"
import * as SqliteStore from "../../src/store/SqliteStore.ts"
import type { StoreError } from "../../src/store/StoreError.ts"
import { order } from "./orders.ts"
import * as Postgres from "./postgres.ts"

/** A folder that goes with the scope. */
export const folder: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "umf-store-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** A store of some kind; a new, empty one for each time that its layer is built. */
export interface Subject<S = OrderStore> {
  readonly name: string
  readonly layer: Layer.Layer<S, StoreError>
}

export const sqlite: Subject<OrderStore | SqlClient> = {
  name: "SQLite",
  layer: Layer.unwrap(Effect.map(folder, (path) => SqliteStore.layer({ file: join(path, "orders.db") })))
}

export const postgres: Subject<OrderStore | SqlClient> = {
  name: "Postgres",
  layer: Layer.unwrap(
    Effect.map(Postgres.database, (url) => PostgresStore.layer({ url: Redacted.make(url) }))
  )
}

/** Those that keep orders for good. */
export const durable: ReadonlyArray<Subject<OrderStore | SqlClient>> = [sqlite, postgres]

export const all: ReadonlyArray<Subject> = [{ name: "memory", layer: MemoryStore.layer }, ...durable]

const { start } = OrderStep.make()

export interface Facts {
  readonly merId?: string
  readonly amount?: string
  readonly state?: OrderSnapshot.ResultState
  /** When it is to be asked; never, if left out. */
  readonly due?: number
  /** When its asking began; when it was created, if left out. */
  readonly startedAt?: number
  readonly createdAt?: number
}

/** An order before its first save. */
export const stored = (orderId: string, facts: Facts = {}): StoredOrder => {
  const { merId, amount, state = "open", due, createdAt = 0, startedAt = createdAt } = facts
  const { snapshot } = start({
    order: order(orderId, {
      ...(merId === undefined ? {} : { merId }),
      ...(amount === undefined ? {} : { amount })
    }),
    at: startedAt
  })
  const { nextQueryAt: _, ...context } = snapshot.context
  return fresh(
    {
      ...snapshot,
      result: state,
      asking: due === undefined ? "idle" : "waiting",
      context: due === undefined ? context : { ...context, nextQueryAt: due }
    },
    createdAt
  )
}

/** A step of an order, of which nothing is left but that it was one more poll. */
export const polled = (before: StoredOrder, more: Partial<StoredOrder> = {}): OrderWrite => ({
  next: { ...before, polls: before.polls + 1, ...more, version: before.version + 1 },
  history: [],
  notices: [],
  mustSurvive: false
})

export const noted = (seq: number, at = seq): HistoryEntry => ({
  seq,
  at,
  kind: "noted",
  what: `entry ${seq}`
})

export const notice = (of: StoredOrder, seq: number, more: Partial<Notice> = {}): Notice => {
  const { merId, orderId } = of.snapshot.context.order
  return {
    id: `${merId}/${orderId}/${seq}`,
    type: "order.paid",
    seq,
    at: seq,
    merId,
    orderId,
    state: "paid",
    ...more
  }
}

/** The order numbers of orders. */
export const idsOf = (orders: ReadonlyArray<StoredOrder>): ReadonlyArray<string> =>
  orders.map(({ snapshot }) => snapshot.context.order.orderId)
