/** A service whose store is in trouble for a while, and what has to hold of it. */
import { assert } from "@effect/vitest"
import { QuerySchedule } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Chance from "../../../../prove/Chance.ts"
import * as Facts from "./facts.ts"
import * as Place from "./place.ts"
import type { Job, Settings } from "./worker.ts"
import * as Workers from "./workers.ts"

/** A trouble of the store: how it begins and ends, and how long it lasts in between. */
export interface Trouble {
  readonly begin: (worker: Workers.Worker) => Effect.Effect<unknown>
  readonly end: (worker: Workers.Worker) => Effect.Effect<unknown>
  readonly millis: number
  /** What callers are told meanwhile, among other things. */
  readonly told: string
  readonly allowed?: Facts.Allowed
}

export interface Subject {
  readonly name: string
  readonly store: Settings["options"]["store"]
  readonly look: Facts.Look
  readonly troubles: ReadonlyArray<Trouble>
}

/** What was seen, in numbers. */
export interface Figures {
  readonly orders: number
  /** Calls that were refused while the trouble lasted. */
  readonly refused: number
  readonly notices: number
  /** Notices that came again, with the same key. */
  readonly again: number
}

/** Every half second. */
export const schedule: QuerySchedule.QuerySchedule = {
  ...QuerySchedule.durable,
  firstEvery: 500,
  firstFor: 6 * 3_600_000,
  backOff: { base: 100, cap: 100 }
}

/** Before the first trouble, and between two of them, in ms. */
const QUIET = 1500
const HAND_OVER_EVERY = 200
/** How long all may take to end once all troubles are over, on a machine that is busy besides, in ms. */
const PATIENCE = 240_000

/** Follows orders that are paid one after the other, before, in and after the troubles, and are handed over meanwhile. */
export const live = Effect.fnUntraced(function* (
  { name, store, look, troubles }: Subject,
  folder: string
): Effect.fn.Return<Figures, never, Scope.Scope> {
  const where = (what: string) => `${name}, UMF_TEST_SEED=${Chance.seed}: ${what}`
  const chance = Chance.make(name)
  const place = yield* Place.make(folder)
  const lasts = troubles.reduce((sum, { millis }) => sum + millis + QUIET, QUIET)
  const orderIds = Array.from({ length: Math.ceil(lasts / HAND_OVER_EVERY) }, (_, index) => `order-${index}`)
  for (const orderId of orderIds) {
    const forMs = Math.round(chance() * lasts * Place.TIME_SCALE)
    const steps = [{ answer: { _tag: "Paying" }, forMs }, { answer: { _tag: "Paid" } }] as const
    yield* Effect.orDie(place.sandbox.createOrder({ orderId, script: { steps } }))
  }
  const noticesFile = place.fileFor("notices")
  place.assign(
    "worker",
    orderIds.map((handOver): Job => ({ handOver, amount: "8888" }))
  )
  const worker = yield* Workers.start({
    ...place.settingsFor("worker", { store, schedule }),
    jobEveryMillis: HAND_OVER_EVERY,
    noticesFile,
    noticeMillis: 5
  })
  yield* Effect.promise(() => worker.ready)
  let seen = yield* Facts.look(look)
  const observe = (allowed: Facts.Allowed = {}) =>
    Effect.gen(function* () {
      const takenOver = place.doneBy("worker").flatMap((index) => orderIds[index] ?? [])
      const now = yield* Facts.look(look)
      Facts.hold(seen, now, allowed)
      for (const orderId of takenOver) assert.isTrue(now.has(orderId), where(`order ${orderId} was lost`))
      seen = now
    })
  const refusals = () => worker.said().split("not done: ").length - 1

  for (const { begin, end, millis, told, allowed } of troubles) {
    yield* Effect.sleep(QUIET)
    yield* observe()
    const before = { said: worker.said().length, done: place.doneBy("worker").length }
    yield* begin(worker)
    yield* Effect.sleep(millis)
    const done = place.doneBy("worker").length - before.done
    yield* end(worker)
    yield* observe(allowed)
    // It was a trouble: less was taken over than came, and callers were told why.
    assert.isBelow(done, Math.max(3, millis / HAND_OVER_EVERY / 2), where("most calls went through"))
    assert.include(worker.said().slice(before.said), told, where("what callers were told"))
  }
  yield* Place.until(
    where("all are paid and told"),
    PATIENCE,
    Effect.andThen(
      observe(),
      Effect.sync(() => {
        assert.isFalse(worker.hasEnded(), where(worker.said()))
        return (
          seen.size === orderIds.length &&
          [...seen.values()].every(
            ({ state, notices }) =>
              state === "paid" && notices.every(({ deliveredAt }) => deliveredAt !== undefined)
          )
        )
      })
    )
  )
  const arrived = Workers.linesOf(noticesFile).map(Facts.arrival)
  Facts.holdArrivals(seen, arrived, false)
  worker.signal("SIGTERM")
  assert.strictEqual(yield* Effect.promise(() => worker.ended), 0, where(worker.said()))
  const figures: Figures = {
    orders: orderIds.length,
    refused: refusals(),
    notices: arrived.length,
    again: arrived.length - new Set(arrived.map(({ id }) => id)).size
  }
  console.log(where(JSON.stringify(figures)))
  return figures
})
