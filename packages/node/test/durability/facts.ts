/**
 * What must hold of stored orders at any moment, whatever was killed: held against what was seen before.
 * Reads the tables themselves, and knows nothing of the lifecycle but the order of its facts.
 */
import { existsSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Postgres from "../support/postgres.ts"

type Row = { readonly [column: string]: unknown }

/** Looks into a store from outside of every worker. */
export interface Look {
  readonly run: (statement: string) => Effect.Effect<ReadonlyArray<Row>>
  /** Whether the tables are there yet. */
  readonly isMade: Effect.Effect<boolean>
}

export const inFile = (file: string): Look => {
  const run: Look["run"] = (statement) =>
    Effect.sync(() => {
      if (!existsSync(file)) return []
      const database = new DatabaseSync(file, { readOnly: true, timeout: 5000 })
      try {
        return database.prepare(statement).all()
      } finally {
        database.close()
      }
    })
  const tables = run("SELECT 1 FROM sqlite_schema WHERE name = 'umf_orders'")
  return { run, isMade: Effect.map(tables, (rows) => rows.length > 0) }
}

const inServer = (run: Look["run"]): Look => {
  const tables = run("SELECT 1 FROM pg_tables WHERE tablename = 'umf_orders'")
  return { run, isMade: Effect.map(tables, (rows) => rows.length > 0) }
}

/** With a connection for each look: for a server that comes and goes. */
export const inPostgres = (url: string): Look => inServer((statement) => Postgres.run(url, statement))

/** With one connection for all looks. */
export const overConnection = (url: string): Effect.Effect<Look, never, Scope.Scope> =>
  Effect.map(Postgres.connection(url), inServer)

/** An order as it was seen. */
export interface Seen {
  readonly orderId: string
  readonly state: string
  readonly version: number
  readonly polls: number
  /** The fact of payment as JSON, once it is known. */
  readonly payment: string | undefined
  /** Its history's entries as they are stored, oldest first. */
  readonly history: ReadonlyArray<string>
  readonly notices: ReadonlyArray<{
    readonly id: string
    readonly text: string
    readonly deliveredAt: number | undefined
  }>
}

const numberOrNone = (value: unknown): number | undefined => (value === null ? undefined : Number(value))

/** The rows of each order. */
const byOrder = (rows: ReadonlyArray<Row>): ((orderId: string) => ReadonlyArray<Row>) => {
  const orders = new Map<string, Array<Row>>()
  for (const row of rows) {
    const mine = orders.get(String(row.order_id))
    if (mine === undefined) orders.set(String(row.order_id), [row])
    else mine.push(row)
  }
  return (orderId) => orders.get(orderId) ?? []
}

/** Orders by number, all of them or those that `where` picks. */
const read = Effect.fnUntraced(function* (run: Look["run"], where: string) {
  const orders = yield* run(`SELECT order_id, state, version, polls, snapshot FROM umf_orders ${where}`)
  const entries = byOrder(
    yield* run(`SELECT order_id, entry FROM umf_history ${where} ORDER BY order_id, seq`)
  )
  const notices = byOrder(
    yield* run(`SELECT order_id, id, notice, delivered_at FROM umf_outbox ${where} ORDER BY order_id, seq`)
  )
  return new Map(
    orders.map((row): readonly [string, Seen] => {
      const orderId = String(row.order_id)
      const { payment } = Object(JSON.parse(String(row.snapshot))).context
      return [
        orderId,
        {
          orderId,
          state: String(row.state),
          version: Number(row.version),
          polls: Number(row.polls),
          payment: payment === undefined ? undefined : JSON.stringify(payment),
          history: entries(orderId).map(({ entry }) => String(entry)),
          notices: notices(orderId).map(({ id, notice, delivered_at }) => ({
            id: String(id),
            text: String(notice),
            deliveredAt: numberOrNone(delivered_at)
          }))
        }
      ]
    })
  )
})

/** All orders by number. Tables that are not there yet hold nothing. */
export const look = ({ run, isMade }: Look): Effect.Effect<ReadonlyMap<string, Seen>> =>
  Effect.flatMap(isMade, (made) => (made ? read(run, "") : Effect.succeed(new Map<string, Seen>())))

/** More orders than these that changed are not picked one by one. */
const FEW = 300

/**
 * All orders by number, where these were seen before: reads whole only those whose version is another one, or
 * of which a notice was handed over meanwhile. Is no less strict of the others: a version, a state or a number
 * of queries that went back shows, and so does an order or a notice that is gone.
 */
export const lookAgain = Effect.fnUntraced(function* (
  { run, isMade }: Look,
  before: ReadonlyMap<string, Seen>
): Effect.fn.Return<ReadonlyMap<string, Seen>> {
  if (!(yield* isMade)) return new Map()
  const orders = yield* run("SELECT order_id, state, version, polls, history_seq, notice_seq FROM umf_orders")
  const delivered = byOrder(
    yield* run("SELECT order_id, delivered_at FROM umf_outbox ORDER BY order_id, seq")
  )
  const isAsBefore = (row: Row): boolean => {
    const known = before.get(String(row.order_id))
    return (
      known !== undefined &&
      known.state === row.state &&
      known.version === Number(row.version) &&
      known.polls === Number(row.polls) &&
      known.history.length === Number(row.history_seq) &&
      known.notices.length === Number(row.notice_seq) &&
      known.notices.every(
        ({ deliveredAt }, index) =>
          deliveredAt === numberOrNone(delivered(known.orderId)[index]?.delivered_at ?? null)
      )
    )
  }
  const changed = orders.filter((row) => !isAsBefore(row)).map(({ order_id }) => String(order_id))
  if (changed.length > FEW) return yield* read(run, "")
  const names = changed.map((orderId) => `'${orderId}'`).join(", ")
  const news = changed.length === 0 ? new Map() : yield* read(run, `WHERE order_id IN (${names})`)
  const still = orders.map(({ order_id }) => String(order_id))
  return new Map(
    still.flatMap((orderId) => {
      const seen = news.get(orderId) ?? before.get(orderId)
      return seen === undefined ? [] : [[orderId, seen] as const]
    })
  )
})

/** How far an order's facts have come: nothing < an end without payment < payment < the money went back. */
const rankOf = ({ state, payment }: Seen): number => {
  if (state === "refunded" || state === "voided") return 3
  if (payment !== undefined) return 2
  return state === "closed" || state === "payFailed" ? 1 : 0
}

/** States that are impossible once a payment is known. */
const unpaid = ["open", "closingSuspected", "closed", "payFailed"]

/** What a database that crashed may have forgotten: mere polls, and that a notice was handed over. */
export interface Allowed {
  readonly forgets?: boolean
}

/** Holds one order against what was seen of it before. */
const holdOne = (before: Seen, after: Seen, { forgets = false }: Allowed): void => {
  const what = `${after.orderId}: ${JSON.stringify({ before, after })}`
  assert.isAtLeast(rankOf(after), rankOf(before), `a fact was lost of ${what}`)
  if (!forgets) {
    assert.isAtLeast(after.version, before.version, `an older version came back of ${what}`)
    assert.isAtLeast(after.polls, before.polls, `queries were forgotten of ${what}`)
  }
  if (before.payment !== undefined) {
    assert.strictEqual(after.payment, before.payment, `the payment changed of ${what}`)
  }
  assert.deepStrictEqual(after.history.slice(0, before.history.length), before.history, what)
  for (const [index, { id, text, deliveredAt }] of before.notices.entries()) {
    const now = after.notices[index]
    assert.deepStrictEqual([now?.id, now?.text], [id, text], `a notice changed of ${what}`)
    if (deliveredAt !== undefined && !forgets) {
      assert.isDefined(now?.deliveredAt, `a hand-over was forgotten of ${what}`)
    }
  }
}

/** Holds all orders against what was seen of them before; fails where one is missing or has lost a fact. */
export const hold = (
  before: ReadonlyMap<string, Seen>,
  after: ReadonlyMap<string, Seen>,
  allowed: Allowed = {}
): void => {
  for (const [orderId, seen] of before) {
    const now = after.get(orderId)
    assert.isDefined(now, `order ${orderId} is gone`)
    if (now !== undefined) holdOne(seen, now, allowed)
  }
  for (const seen of after.values()) {
    if (seen.payment === undefined) continue
    assert.notInclude(unpaid, seen.state, `${seen.orderId} was paid`)
  }
}

/** The ids of the notices that an order's history says were written, in their order. */
const toldInHistory = ({ history }: Seen): ReadonlyArray<unknown> =>
  history
    .map((entry): Row => JSON.parse(entry))
    .filter(({ kind }) => kind === "told" || kind === "personAsked")
    .map(({ noticeId }) => noticeId)

/** A notice as it arrived. */
export interface Arrival {
  readonly id: string
  readonly orderId: string
  readonly seq: number
  readonly text: string
}

export const arrival = (text: string): Arrival => {
  const { id, orderId, seq } = Object(JSON.parse(text))
  return { id: String(id), orderId: String(orderId), seq: Number(seq), text }
}

/**
 * Holds what arrived, in its order, against what is stored: for each order all that its history says was
 * told and nothing else, in order, and each id always with the same content. `once`: none of it twice.
 */
export const holdArrivals = (
  orders: ReadonlyMap<string, Seen>,
  arrivals: ReadonlyArray<Arrival>,
  once: boolean
): void => {
  for (const { orderId } of arrivals)
    assert.isTrue(orders.has(orderId), `told of an unknown order ${orderId}`)
  const byNumber = new Map<string, Array<Arrival>>()
  for (const one of arrivals) {
    const mine = byNumber.get(one.orderId)
    if (mine === undefined) byNumber.set(one.orderId, [one])
    else mine.push(one)
  }
  for (const seen of orders.values()) {
    const mine = byNumber.get(seen.orderId) ?? []
    const what = `${seen.orderId}: ${JSON.stringify({ mine, seen })}`
    const firsts = new Map<string, string>()
    let last = 0
    for (const { id, seq, text } of mine) {
      assert.isTrue(!once || !firsts.has(id), `twice: ${what}`)
      assert.strictEqual(text, firsts.get(id) ?? text, `another content: ${what}`)
      assert.isAtLeast(seq, last, `out of order: ${what}`)
      firsts.set(id, text)
      last = seq
    }
    assert.deepStrictEqual([...firsts.keys()], toldInHistory(seen), `not what history says: ${what}`)
    assert.deepStrictEqual(
      seen.notices.map(({ id }) => id),
      [...firsts.keys()],
      `not what was to be told: ${what}`
    )
  }
}
