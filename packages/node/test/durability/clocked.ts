/** A service whose wall clock is set an hour or two ahead and back, and what has to hold of it. */
import { writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { assert } from "@effect/vitest"
import { QuerySchedule } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Chance from "../../../../prove/Chance.ts"
import * as Proof from "../../../../prove/Proof.ts"
import * as Cases from "./cases.ts"
import * as Facts from "./facts.ts"
import * as Place from "./place.ts"
import * as Requests from "./requests.ts"
import type { Job, Settings } from "./worker.ts"
import * as Workers from "./workers.ts"

const HOUR = 3_600_000
/** How far ahead of the true one the wall clock is, one after the other: by an hour, or two, at a time. */
const AHEAD = [HOUR, -HOUR, 0, -HOUR, HOUR, 0]
const settings = Proof.size({ small: 3, whole: 18 })
/** How long each setting holds, in ms: less than the time between two answers, so that it falls in between. */
const HOLDS = 2500
/** How far two answers have to lie apart here, in ms. */
const CONFIRM_AFTER = 4000
const ORDERS = Proof.size({ small: 60, whole: 240 })

const settableClock = fileURLToPath(new URL("settableClock.ts", import.meta.url))

const schedule: QuerySchedule.QuerySchedule = {
  ...QuerySchedule.durable,
  firstEvery: 400,
  // Longer than all settings together, so that time alone neither ends an order nor slows its asking.
  firstFor: 24 * HOUR,
  confirmAfter: CONFIRM_AFTER,
  backOff: { base: 100, cap: 400 }
}

/** Ends that take two answers. */
const twice: ReadonlyArray<string> = ["closed", "refundFailed", "voidFailed"]

/** As many that take two answers as others; none that time alone ends: of those the clock decides. */
const cases: ReadonlyArray<Cases.Case> = (() => {
  const all = Cases.passing(40 * ORDERS).filter(
    ({ isTimed, script }) => !isTimed && script.expected !== "paidLate"
  )
  const takes = (two: boolean) => all.filter(({ end }) => twice.includes(end) === two).slice(0, ORDERS / 2)
  return [...takes(true), ...takes(false)]
})()

export interface Figures {
  readonly settings: number
  readonly orders: number
  /** Ends that took two answers, and the least time between these, in ms. */
  readonly confirmed: number
  readonly shortest: number
  /** The longest time without a question while orders were open, in ms. */
  readonly silence: number
  readonly notices: number
}

export const live = Effect.fnUntraced(function* (
  name: string,
  store: Settings["options"]["store"],
  look: Facts.Look,
  folder: string
): Effect.fn.Return<Figures, never, Scope.Scope> {
  const where = (what: string) => `${name}, UMF_TEST_SEED=${Chance.seed}: ${what}`
  const mixed = Chance.shuffled(cases, Chance.make(name))
  const place = yield* Place.make(folder)
  const { sandbox, front } = place
  for (const { orderId, script } of mixed) {
    const { name: _, description: __, expected: ___, ...more } = script
    yield* Effect.orDie(sandbox.createOrder({ orderId, script: more }))
  }
  const noticesFile = place.fileFor("notices")
  const clockFile = place.fileFor("clock")
  const assign = (jobs: ReadonlyArray<Job>) => place.assign("worker", jobs)
  assign(mixed.map(({ orderId }) => ({ handOver: orderId, amount: "8888" })))
  const requests = Requests.make(sandbox, mixed, assign)
  const worker = yield* Workers.start(
    {
      ...place.settingsFor("worker", { store, schedule }),
      // So that at each setting some are between their two answers.
      jobEveryMillis: Math.floor((settings * HOLDS) / mixed.length),
      noticesFile,
      noticeMillis: 5,
      clockFile
    },
    { node: ["--import", settableClock] }
  )
  yield* Effect.promise(() => worker.ready)

  let seen: ReadonlyMap<string, Facts.Seen> = new Map()
  /** When an order was first seen at its end, by the true clock. */
  const endedAt = new Map<string, number>()
  const observe = Effect.gen(function* () {
    const now = yield* Facts.lookAgain(look, seen)
    Facts.hold(seen, now)
    seen = now
    for (const { orderId, end } of mixed) {
      if (now.get(orderId)?.state === end && !endedAt.has(orderId)) endedAt.set(orderId, Date.now())
    }
    yield* requests.ask(now)
  })

  const began = Date.now()
  for (let index = 0; index < settings; index++) {
    writeFileSync(clockFile, String(AHEAD[index % AHEAD.length]))
    const before = worker.said().length
    worker.signal("SIGUSR2")
    yield* Place.until(
      where("its clock is set"),
      10_000,
      Effect.sync(() => worker.said().slice(before).includes("clock set"))
    )
    while (Date.now() - began < (index + 1) * HOLDS) {
      yield* Effect.sleep(100)
      yield* observe
    }
  }
  const isOver = () =>
    mixed.every(({ orderId, end }) => {
      const order = seen.get(orderId)
      return order?.state === end && order.notices.every(({ deliveredAt }) => deliveredAt !== undefined)
    })
  const setAt = Date.now()
  while (!isOver() && Date.now() - setAt < 60_000) {
    yield* Effect.sleep(100)
    yield* observe
  }
  const until = Date.now()
  worker.signal("SIGTERM")
  assert.strictEqual(yield* Effect.promise(() => worker.ended), 0, where(worker.said()))
  const astray = mixed.filter(({ orderId, end }) => seen.get(orderId)?.state !== end)
  const some = JSON.stringify(astray.slice(0, 5).map(({ orderId }) => seen.get(orderId) ?? orderId))
  assert.strictEqual(astray.length, 0, where(`orders that ended elsewhere: ${some}\n${worker.said()}`))
  const arrived = Workers.linesOf(noticesFile).map(Facts.arrival)
  Facts.holdArrivals(yield* Facts.look(look), arrived, false)

  // The first answer came no sooner than the first question's end, or than the request for a refund or void.
  const apart = mixed.flatMap(({ orderId, end }) => {
    if (!twice.includes(end)) return []
    const first =
      requests.asked.get(orderId) ?? front.queries.find((query) => query.orderId === orderId)?.ended
    const last = endedAt.get(orderId)
    return first === undefined || last === undefined ? [] : [last - first]
  })
  const shortest = Math.min(...apart)
  assert.isAtLeast(shortest, CONFIRM_AFTER - 50, where("two answers that confirmed each other"))
  const times = [began, ...front.queries.map((query) => query.began).filter((at) => at > began), until]
  const silence = Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? at)))
  const figures: Figures = {
    settings,
    orders: mixed.length,
    confirmed: apart.length,
    shortest,
    silence,
    notices: arrived.length
  }
  console.log(where(JSON.stringify(figures)))
  return figures
})
