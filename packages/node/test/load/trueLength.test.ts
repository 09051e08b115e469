/** See prove/claims/OutageAtTrueLength.ts. */
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { claim } from "../../../../prove/claims/OutageAtTrueLength.ts"
import * as Proof from "../../../../prove/Proof.ts"
import * as GatewayConfig from "../../src/gateway/GatewayConfig.ts"
import type { Notice } from "../../src/store/Notice.ts"
import * as Sync from "../../src/sync/OrderSync.ts"
import * as SteppedClock from "../../src/testing/SteppedClock.ts"
import { order } from "../support/orders.ts"
import * as Stores from "../support/stores.ts"
import * as Life from "./Life.ts"
import * as Weather from "./Weather.ts"

const second = 1000
const minute = 60 * second
const MIB = 2 ** 20

const ORDERS = Proof.size({ small: 200, whole: 50_000 })
/** Requests a second. Small, it is the default. */
const LIMIT = Proof.size({ small: GatewayConfig.defaults.rateLimit.limit, whole: 400 })
/** Of all orders, those whose 40 minutes were over before it: at a person, and asked again after ten minutes, in its midst. */
const AGED = Math.round(ORDERS / 50)
const FRESH_EVERY = Proof.size({ small: 1, whole: 5 }) * second
/** How long after the recovery all are paid: the queue, and the longest pause that the schedule may have planned before. */
const WORKED_OFF = (ORDERS / LIMIT) * 1.25 * second + 6 * minute

const START = Date.UTC(2026, 0, 1)
const slow = 10 * second
const dead = slow + 90 * second
const fault = dead + 150 * second
const restart = fault + 100 * second
const recovery = fault + 10 * minute
const { concurrency } = Sync.defaults
const { failures } = GatewayConfig.defaults.circuitBreaker
/** A try of 65 s that meets nothing, and the 15 s in which nothing is asked after it. */
const DEAD_PERIOD = 80 * second
const OPEN_FOR = 15 * second

const weather = () =>
  Weather.make(START, [
    { at: 0, state: "paying" },
    { at: slow, state: "slow" },
    { at: dead, state: "dead" },
    { at: fault, state: "fault" },
    { at: recovery, state: "paid" }
  ])

describe("an outage at its true length", () => {
  it.live(
    "given orders in flight, the limit holds in every second, and each of them ends as paid and is told",
    () =>
      Effect.gen(function* () {
        const began = performance.now()
        const folder = yield* Stores.folder
        const clock = yield* SteppedClock.make(START)
        const platform = weather()
        const { arrivals, firstAsked } = platform
        const notices: Array<Notice> = []
        const options: Life.Options = {
          file: join(folder, "orders.db"),
          clock,
          client: platform.client,
          gateway: { rateLimit: { limit: LIMIT, window: "1 second" } },
          sync: {},
          onNotice: (notice) => void notices.push(notice)
        }
        const now = () => clock.now() - START
        const requests = (from: number, to: number) => Weather.between(arrivals, from, to)
        let life = yield* Effect.promise(() => Life.begin(options))
        const handOver = (ids: ReadonlyArray<string>, orderedAt: number) =>
          Effect.promise(() =>
            life.run(
              life.desk.handOverAll(
                ids.map((id) => ({ order: order(id, { amount: "8888" }), options: { orderedAt } }))
              )
            )
          )
        const states = Effect.promise(async () => (await life.run(life.desk.counts)).states)
        let peak = 0
        const advanceTo = (at: number) =>
          Effect.promise(async () => {
            while (now() < at) {
              await clock.advance(Math.min(second, at - now()))
              peak = Math.max(peak, process.memoryUsage.rss())
            }
          })

        const ids = Array.from({ length: ORDERS }, (_, index) => `order-${index}`)
        yield* handOver(ids.slice(0, AGED), START - 41 * minute)
        yield* advanceTo(5 * second)
        assert.deepStrictEqual(yield* states, { unresolved: AGED })
        yield* handOver(ids.slice(AGED), clock.now())
        const inFlight = process.memoryUsage.rss()

        yield* advanceTo(restart)
        const underWay = platform.underWay().most
        yield* Effect.promise(() => life.end())
        // All of them are overdue, and this process knows nothing of an outage.
        life = yield* Effect.promise(() => Life.begin(options))
        yield* advanceTo(recovery)

        const { open = 0, unresolved = 0, ...others } = yield* states
        assert.deepStrictEqual([open, others], [ORDERS - AGED, {}], "concluded during the outage")
        assert.strictEqual(unresolved, AGED, "handed to a person before its time")
        assert.strictEqual(notices.length, AGED, "told during the outage")

        const freshAt = new Map<string, number>()
        while (now() < recovery + (ORDERS / LIMIT) * second + 20 * second) {
          const id = `fresh-${freshAt.size}`
          freshAt.set(id, now())
          yield* handOver([id], clock.now())
          yield* advanceTo(now() + FRESH_EVERY)
        }
        yield* advanceTo(recovery + WORKED_OFF)
        const lastOfQueue = (arrivals.at(-1) ?? 0) - recovery
        const total = ORDERS + freshAt.size
        assert.deepStrictEqual(yield* states, { paid: total })
        const told = new Map<string, Array<string>>()
        for (const { orderId, type } of notices) told.set(orderId, [...(told.get(orderId) ?? []), type])
        const untold = [...ids, ...freshAt.keys()].filter((id) => told.get(id)?.at(-1) !== "order.paid")
        assert.deepStrictEqual(untold.slice(0, 5), [], "not told")
        assert.strictEqual(notices.length, total + unresolved, "told more than once")

        const busiest = Weather.mostWithin(arrivals, second)
        assert.isAtMost(busiest, LIMIT, "the limit did not hold")
        const whileDead = requests(dead, fault)
        assert.isAtMost(whileDead, concurrency + failures + Math.ceil((fault - dead) / DEAD_PERIOD))
        const whileFaulty = requests(fault, recovery)
        // Each start of the service finds out anew: what it sent before so many faults had come.
        assert.isAtMost(whileFaulty, (recovery - fault) / OPEN_FOR + concurrency + failures + 2)
        const left = arrivals.filter((at) => at >= restart + 2 * OPEN_FOR && at < recovery)
        assert.strictEqual(Weather.mostWithin(left, OPEN_FOR), 1, "more than one probe")
        assert.isAtLeast(left.length, (recovery - restart) / OPEN_FOR - 5, "the platform was given up")

        const waits = [...freshAt].map(([id, at]) => ({ at, wait: (firstAsked.get(id) ?? Infinity) - at }))
        const closedAt = recovery + OPEN_FOR + 2 * second
        const longest = (some: typeof waits) => Math.max(0, ...some.map(({ wait }) => wait))
        const fresh = longest(waits.filter(({ at }) => at >= closedAt))
        assert.isAtMost(fresh, second, "a new order waited")
        assert.isAtMost(longest(waits), OPEN_FOR + 3 * second, "a new order waited for the probe")
        assert.isAtMost(underWay, concurrency)

        yield* Effect.promise(() => life.end())
        Proof.record(claim, (performance.now() - began) / 1000, {
          orders: ORDERS,
          limit: LIMIT,
          busiest: Math.round((100 * busiest) / LIMIT),
          dead: whileDead,
          faults: whileFaulty,
          probes: Weather.mostWithin(left, OPEN_FOR),
          atOnce: underWay,
          concluded: ORDERS - open - unresolved,
          unresolved,
          queue: Math.round(lastOfQueue / second),
          fresh,
          unended: untold.length,
          growth: Math.max(0, Math.round((peak - inFlight) / MIB))
        })
      }),
    600_000
  )
})
