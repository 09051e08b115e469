import { assert, describe, it } from "@effect/vitest"
import { QuerySchedule } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Steps } from "../../src/sandbox/Script.ts"
import * as Postgres from "../support/postgres.ts"
import * as Stores from "../support/stores.ts"
import * as Facts from "./facts.ts"
import type { Query } from "./front.ts"
import * as Place from "./place.ts"
import * as Workers from "./workers.ts"

/** Each order is asked every 200 ms, for as long as a test may take. */
const schedule: QuerySchedule.QuerySchedule = {
  ...QuerySchedule.durable,
  firstEvery: 200,
  firstFor: 600_000,
  backOff: { base: 200, cap: 200 }
}

/** Paying for so many ms, then paid; without a number paying for ever. */
const payingFor = (millis?: number): Steps =>
  millis === undefined
    ? [{ answer: { _tag: "Paying" } }]
    : [{ answer: { _tag: "Paying" }, forMs: millis * Place.TIME_SCALE }, { answer: { _tag: "Paid" } }]

interface Cluster extends Place.Place {
  readonly look: Facts.Look
  readonly start: (worker: string) => Effect.Effect<Workers.Worker, never, Scope.Scope>
  /** Makes orders at the platform, and has a worker that runs take them over. */
  readonly orders: (worker: string, name: string, count: number, steps: Steps) => Effect.Effect<void>
  /** Waits until so many orders were asked about by each of these workers. */
  readonly untilAllAsk: (workers: ReadonlyArray<string>) => Effect.Effect<number>
  /** Waits until all orders whose number begins so are paid. */
  readonly untilPaid: (name: string, millis: number) => Effect.Effect<number>
}

const cluster = Effect.gen(function* () {
  const place = yield* Place.make(yield* Stores.folder)
  const url = yield* Postgres.database
  const look = Facts.inPostgres(url)
  const { front } = place
  const made: Cluster = {
    ...place,
    look,
    start: (worker) =>
      Effect.tap(
        Workers.start(place.settingsFor(worker, { store: { postgres: url }, schedule })),
        ({ ready }) => Effect.promise(() => ready)
      ),
    orders: Effect.fnUntraced(function* (worker, name, count, steps) {
      const orderIds = Array.from({ length: count }, (_, index) => `${name}-${index}`)
      for (const orderId of orderIds) {
        yield* Effect.orDie(place.sandbox.createOrder({ orderId, script: { steps } }))
      }
      const before = place.doneBy(worker).length
      place.assign(
        worker,
        orderIds.map((orderId) => ({ handOver: orderId, amount: "8888" }))
      )
      yield* Place.until(
        `${name} taken over`,
        20_000,
        Effect.sync(() => place.doneBy(worker).length === before + count)
      )
    }),
    untilAllAsk: (workers) => {
      const from = front.queries.length
      return Place.until(
        `all of ${workers.join(", ")} ask`,
        20_000,
        Effect.sync(() =>
          workers.every((name) => front.queries.slice(from).some(({ worker }) => worker === name))
        )
      )
    },
    untilPaid: (name, millis) =>
      Place.until(
        `orders ${name} are paid`,
        millis,
        Effect.map(
          look.run(`SELECT 1 FROM umf_orders WHERE order_id LIKE '${name}-%' AND state <> 'paid' LIMIT 1`),
          (unpaid) => unpaid.length === 0
        )
      )
  }
  return made
})

/** The queries of each order, in the order in which they began. */
const byOrder = (queries: ReadonlyArray<Query>): ReadonlyMap<string, ReadonlyArray<Query>> => {
  const orders = new Map<string, Array<Query>>()
  for (const query of queries) orders.set(query.orderId, [...(orders.get(query.orderId) ?? []), query])
  return orders
}

/** No query of an order began before the one before it had ended. */
const assertOneAtATime = (queries: ReadonlyArray<Query>): void => {
  for (const mine of byOrder(queries).values()) {
    for (const [index, query] of mine.entries()) {
      const before = mine[index - 1]
      if (before === undefined) continue
      assert.isTrue(
        before.ended !== undefined && before.ended <= query.began,
        `two at once: ${JSON.stringify([before, query])}`
      )
    }
  }
}

/** The orders that this worker was the last to ask about before an instant. */
const ordersOf = (worker: string, queries: ReadonlyArray<Query>, before: number): ReadonlyArray<string> =>
  [...byOrder(queries.filter(({ began }) => began < before))].flatMap(([orderId, mine]) =>
    mine.at(-1)?.worker === worker ? [orderId] : []
  )

/** How long each of these orders had to wait for its next query by another worker, in ms; the longest. */
const longestGap = (
  worker: string,
  orderIds: ReadonlyArray<string>,
  queries: ReadonlyArray<Query>,
  since: number
): number | undefined => {
  const gaps = orderIds.map((orderId) => {
    const next = queries.find(
      (query) => query.orderId === orderId && query.worker !== worker && query.began >= since
    )
    return next === undefined ? undefined : next.began - since
  })
  return gaps.reduce<number | undefined>(
    (longest, gap) => (longest === undefined || gap === undefined ? undefined : Math.max(longest, gap)),
    0
  )
}

describe.concurrent("several workers on one Postgres", { timeout: 90_000 }, () => {
  it.live(
    "given workers that come and go in peace, no order is asked about by two at once, every answer is saved " +
      "and counted, who leaves is followed within 2 s, and all orders end",
    () =>
      Effect.gen(function* () {
        const { front, ...here } = yield* cluster
        // Long enough for queries to be under way when a bucket changes hands.
        front.hold(() => 60)
        const one = yield* here.start("one")
        yield* here.orders("one", "ends", 20, payingFor(15_000))
        yield* here.orders("one", "goes-on", 40, payingFor())
        yield* here.untilAllAsk(["one"])
        const two = yield* here.start("two")
        yield* here.untilAllAsk(["one", "two"])
        const three = yield* here.start("three")
        yield* here.untilAllAsk(["one", "two", "three"])

        const stoppedAt = Date.now()
        const left = ordersOf("one", front.queries, stoppedAt).filter((orderId) =>
          orderId.startsWith("goes-on")
        )
        assert.isAbove(left.length, 0)
        one.signal("SIGTERM")
        assert.strictEqual(yield* Effect.promise(() => one.ended), 0, one.said())
        const endedAfter = Date.now() - stoppedAt
        const gap = () => longestGap("one", left, front.queries, stoppedAt)
        yield* Place.until(
          "the others ask",
          15_000,
          Effect.sync(() => gap() !== undefined)
        )
        console.log(
          `SIGTERM: ended after ${endedAfter} ms, its ${left.length} orders asked by others after ${gap()} ms`
        )
        assert.isAtMost((gap() ?? Number.NaN) - endedAfter, 2000)

        yield* here.untilPaid("ends", 30_000)
        for (const worker of [two, three]) {
          worker.signal("SIGTERM")
          assert.strictEqual(yield* Effect.promise(() => worker.ended), 0, worker.said())
        }
        assertOneAtATime(front.queries)
        const orders = yield* Facts.look(here.look)
        assert.strictEqual(orders.size, 60)
        const asked = byOrder(front.queries)
        for (const { orderId, polls } of orders.values()) {
          assert.strictEqual(polls, asked.get(orderId)?.length, `queries of ${orderId} that were not saved`)
        }
      })
  )

  it.live("given a worker that is killed, another asks about all of its orders within 15 s", () =>
    Effect.gen(function* () {
      const { front, ...here } = yield* cluster
      front.hold(() => 20)
      const one = yield* here.start("one")
      yield* here.start("two")
      yield* here.orders("one", "order", 40, payingFor())
      yield* here.untilAllAsk(["one", "two"])
      yield* Effect.sleep(500)
      const killedAt = Date.now()
      const left = ordersOf("one", front.queries, killedAt)
      assert.isAbove(left.length, 0)
      one.signal("SIGKILL")
      const gap = () => longestGap("one", left, front.queries, killedAt)
      yield* Place.until(
        "the other asks",
        30_000,
        Effect.sync(() => gap() !== undefined)
      )
      console.log(`SIGKILL: its ${left.length} orders asked by the other after ${gap()} ms`)
      assert.isAtMost(gap() ?? Number.NaN, 15_000)
      assertOneAtATime(front.queries)
    })
  )

  it.live(
    "given a worker that is stopped amid its queries for longer than its locks last, its waking changes no " +
      "order: questions that it was about to send leave, once each, and are in vain; for 5 s it begins none, " +
      "then it goes on with what the other has given back",
    () =>
      Effect.gen(function* () {
        const { front, ...here } = yield* cluster
        const one = yield* here.start("one")
        yield* here.start("two")
        yield* here.orders("one", "ends", 30, payingFor(10_000))
        yield* here.orders("one", "goes-on", 30, payingFor())
        yield* here.untilAllAsk(["one", "two"])
        // From here on, what it asks is answered when it can't hear it any more.
        front.hold(({ worker }) => (worker === "one" ? 500 : 20))
        yield* Effect.sleep(1000)
        const asking = () => front.underWay().filter(({ worker }) => worker === "one")
        yield* Place.until(
          "queries of the one that is stopped are under way",
          10_000,
          Effect.sync(() => asking().length > 0)
        )
        const stopped = asking()
        one.signal("SIGSTOP")
        const stoppedAt = Date.now()
        const mine = ordersOf("one", front.queries, stoppedAt)
        yield* here.untilPaid("ends", 30_000)
        yield* Place.until(
          "the other asks about all",
          30_000,
          Effect.sync(
            () =>
              longestGap(
                "one",
                mine.filter((orderId) => orderId.startsWith("goes-on")),
                front.queries,
                stoppedAt
              ) !== undefined
          )
        )
        yield* Effect.sleep(Math.max(0, stoppedAt + 11_000 - Date.now()))
        const settled = Effect.map(Facts.look(here.look), (orders) =>
          [...orders.values()].filter(({ orderId }) => orderId.startsWith("ends"))
        )
        const before = yield* settled
        assert.isTrue(before.every(({ state }) => state === "paid"))

        const wokenAt = Date.now()
        one.signal("SIGCONT")
        front.hold(() => 20)
        /** What it asks once it believes its locks again. */
        const again = () =>
          front.queries.find(({ worker, began }) => worker === "one" && began > wokenAt + 2000)
        yield* Place.until(
          "it asks again",
          20_000,
          Effect.sync(() => again() !== undefined)
        )
        const backAfter = (again()?.began ?? Number.NaN) - wokenAt
        yield* Effect.sleep(1000)
        assert.isFalse(one.hasEnded(), one.said())

        assert.deepStrictEqual(yield* settled, before)
        const afterWaking = front.queries.filter(({ began }) => began > wokenAt)
        const begunBefore = afterWaking.filter(
          ({ worker, began }) => worker === "one" && began <= wokenAt + 2000
        )
        const underWay = stopped.map(({ orderId }) => orderId)
        const left = begunBefore.map(({ orderId }) => orderId)
        assert.deepStrictEqual([...new Set(left)], left)
        for (const orderId of left) assert.notInclude(underWay, orderId)
        assertOneAtATime(afterWaking.filter((query) => !begunBefore.includes(query)))
        console.log(
          `SIGSTOP: ${stopped.length} queries under way, woken after ${wokenAt - stoppedAt} ms; ` +
            `${begunBefore.length} left on waking, asks again after ${backAfter} ms`
        )
        // Its locks are not believed before they had time to speak.
        assert.isAtLeast(backAfter, 5000)
      })
  )
})
