import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { QuerySchedule } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import * as TestClock from "effect/testing/TestClock"
import type { Notice } from "../../src/store/Notice.ts"
import * as SqliteStore from "../../src/store/SqliteStore.ts"
import { OrderDesk } from "../../src/sync/OrderDesk.ts"
import { OrderSync } from "../../src/sync/OrderSync.ts"
import { NoticeHandler } from "../../src/telling/NoticeHandler.ts"
import * as Relay from "../../src/telling/Relay.ts"
import * as Fakes from "../support/fakes.ts"
import { order } from "../support/orders.ts"
import * as Postgres from "../support/postgres.ts"
import * as Proxy from "../support/proxy.ts"
import * as Stores from "../support/stores.ts"
import * as Facts from "./facts.ts"
import * as Place from "./place.ts"
import * as Workers from "./workers.ts"

/** A trouble of the file, by what SQLite itself can be told: how it begins, and how it ends. */
interface Trouble {
  readonly name: string
  readonly begin: string
  readonly end: string
}

const troubles: ReadonlyArray<Trouble> = [
  { name: "a disk that is full", begin: "PRAGMA max_page_count = 1", end: "PRAGMA max_page_count = 1000000" },
  {
    name: "a file that may not be written",
    begin: "PRAGMA query_only = ON",
    end: "PRAGMA query_only = OFF"
  }
]

const text = (notice: Notice): string =>
  JSON.stringify(notice, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value))

/** Lets time pass so that whatever happens at an instant has room to happen before the next one. */
const pass = (seconds: number) => Effect.repeat(TestClock.adjust("100 millis"), { times: seconds * 10 - 1 })

describe("a SQLite file that can't be written for a while", () => {
  it.effect.each(troubles)(
    "given $name, no order that was taken over is lost, none is taken over in vain, and all go on by themselves",
    ({ begin, end }) =>
      Effect.gen(function* () {
        const file = join(yield* Stores.folder, "orders.db")
        const asked = new Map<string, number>()
        // Each is paid at its third query, and from then on.
        const gateway = Fakes.gateway((_, { order: { orderId } }) => {
          const times = (asked.get(orderId) ?? 0) + 1
          asked.set(orderId, times)
          return times < 3 ? "Paying" : "Paid"
        })
        const arrivals: Array<Facts.Arrival> = []
        const telling = Relay.layer().pipe(
          Layer.provide(
            NoticeHandler.layer((notice) => Effect.sync(() => arrivals.push(Facts.arrival(text(notice)))))
          )
        )
        const service = telling.pipe(
          Layer.provideMerge(OrderSync.layer({ grace: 0 })),
          Layer.provide(gateway.layer),
          Layer.provideMerge(SqliteStore.layer({ file }))
        )
        yield* Effect.gen(function* () {
          const desk = yield* OrderDesk
          const sql = yield* SqlClient
          const takenOver = new Set<string>()
          const refused: Array<string> = []
          const handOver = (name: string, count: number) =>
            Effect.forEach(
              Array.from({ length: count }, (_, index) => `${name}-${index}`),
              (orderId) =>
                Effect.matchEffect(desk.handOver(order(orderId, { amount: "8888" })), {
                  onSuccess: () => Effect.sync(() => takenOver.add(orderId)),
                  onFailure: (error) => {
                    assert.strictEqual(error._tag, "StoreError")
                    return Effect.sync(() => refused.push(orderId))
                  }
                })
            )
          const look = Facts.look(Facts.inFile(file))

          yield* handOver("before", 40)
          yield* pass(4)
          const before = yield* look
          yield* sql.unsafe(begin).unprepared
          yield* handOver("amid", 40)
          yield* pass(40)
          const amid = yield* look
          Facts.hold(before, amid)
          assert.isAbove(refused.length, 0)
          const open = [...amid.values()].filter(({ state }) => state === "open")
          assert.isAbove(open.length, 0)
          assert.isTrue(
            open.some(({ orderId }) => (asked.get(orderId) ?? 0) > 2),
            "what the platform said of a payment could not be saved"
          )
          // Nothing is told that is not saved.
          for (const { orderId } of arrivals) assert.strictEqual(amid.get(orderId)?.state, "paid")
          for (const orderId of takenOver) assert.isTrue(amid.has(orderId), orderId)
          for (const orderId of refused) assert.isFalse(amid.has(orderId), orderId)

          yield* sql.unsafe(end).unprepared
          yield* pass(90)
          yield* handOver("after", 5)
          yield* pass(10)
          const after = yield* look
          Facts.hold(amid, after)
          assert.deepStrictEqual(new Set(after.keys()), takenOver)
          for (const { orderId, state } of after.values()) assert.strictEqual(state, "paid", orderId)
          Facts.holdArrivals(after, arrivals, false)
        }).pipe(Effect.provide(service))
      }),
    60_000
  )
})

/** Every 100 ms. */
const schedule: QuerySchedule.QuerySchedule = {
  ...QuerySchedule.durable,
  firstEvery: 100,
  firstFor: 600_000,
  backOff: { base: 100, cap: 100 }
}

describe("a Postgres that goes away and comes back", () => {
  it.live(
    "given that it is away for 4 s amid queries, hand-overs and notices, twice, nothing is lost, and the service " +
      "goes on by itself to every order's end",
    () =>
      Effect.gen(function* () {
        const place = yield* Place.make(yield* Stores.folder)
        const url = yield* Postgres.database
        const proxy = yield* Proxy.make(url)
        const look = Facts.look(Facts.inPostgres(url))
        const orderIds = Array.from({ length: 60 }, (_, index) => `order-${index}`)
        for (const orderId of orderIds) {
          const steps = [{ answer: { _tag: "Paying" }, times: 40 }, { answer: { _tag: "Paid" } }] as const
          yield* Effect.orDie(place.sandbox.createOrder({ orderId, script: { steps } }))
        }
        place.assign(
          "worker",
          orderIds.map((handOver) => ({ handOver, amount: "8888" }))
        )
        const noticesFile = place.fileFor("notices")
        const worker = yield* Workers.start({
          ...place.settingsFor("worker", { store: { postgres: proxy.url }, schedule }),
          jobEveryMillis: 100,
          noticesFile,
          noticeMillis: 15
        })
        yield* Effect.promise(() => worker.ready)
        let seen = yield* look
        const observe = Effect.gen(function* () {
          const takenOver = place.doneBy("worker").flatMap((index) => orderIds[index] ?? [])
          const now = yield* look
          Facts.hold(seen, now)
          for (const orderId of takenOver) assert.isTrue(now.has(orderId), orderId)
          seen = now
        })
        const anyPaid = Effect.andThen(
          observe,
          Effect.sync(() => [...seen.values()].some(({ state }) => state === "paid"))
        )
        const allPaid = Effect.andThen(
          observe,
          Effect.sync(
            () =>
              seen.size === orderIds.length &&
              [...seen.values()].every(
                ({ state, notices }) =>
                  state === "paid" && notices.every(({ deliveredAt }) => deliveredAt !== undefined)
              )
          )
        )
        const away = Effect.gen(function* () {
          proxy.cut()
          yield* Effect.sleep(4000)
          yield* observe
          proxy.mend()
        })
        yield* Effect.sleep(2000)
        yield* away
        const backAt = Date.now()
        yield* Place.until("some are paid", 40_000, anyPaid)
        yield* away
        yield* Place.until("all are paid", 60_000, allPaid)
        assert.isFalse(worker.hasEnded(), worker.said())
        assert.include(worker.said(), "not done", "hand-overs were refused meanwhile")
        Facts.holdArrivals(seen, Workers.linesOf(noticesFile).map(Facts.arrival), false)
        const first = place.front.queries.find(({ began }) => began > backAt)
        console.log(`Postgres was back: asked again after ${(first?.began ?? Number.NaN) - backAt} ms`)
        worker.signal("SIGTERM")
        assert.strictEqual(yield* Effect.promise(() => worker.ended), 0, worker.said())
      }),
    120_000
  )
})
