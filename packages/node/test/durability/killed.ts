/** A service that is killed again and again while orders are in flight, and what has to hold of them. */
import { assert } from "@effect/vitest"
import { QuerySchedule } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Chance from "../../../../prove/Chance.ts"
import * as Cases from "./cases.ts"
import * as Facts from "./facts.ts"
import * as Place from "./place.ts"
import * as Requests from "./requests.ts"
import type { Job, Settings } from "./worker.ts"
import * as Workers from "./workers.ts"

/** What differs between the services that are killed. */
export interface Subject {
  readonly name: string
  readonly store: Settings["options"]["store"]
  readonly look: Facts.Look
  readonly noticesTable?: "SQLite" | "Postgres"
  /** Lets the time pass at once after which the others take a dead process's part over. */
  readonly afterKill: Effect.Effect<void>
}

/** How often it is killed, and with how much to do. */
export interface Sizes {
  /** Orders that are in flight at each of these kills … */
  readonly lasting: number
  readonly kills: number
  /** … and at more kills, all come to their ends. */
  readonly killsAtEnds: number
  /** Orders that are handed over, and come to their ends, while it is killed. */
  readonly passing: number
  /** A kill comes so soon after the worker is ready, in ms. */
  readonly longestLife: number
  /** How often an order that has been paid for long is asked, in ms. */
  readonly every: number
}

/** What was seen, in numbers. */
export interface Figures {
  /** Kills while the orders that last were in flight. */
  readonly kills: number
  /** Further kills: in its first starts, and while all orders came to their ends. */
  readonly moreKills: number
  /** Kills in the middle of a start. */
  readonly atStart: number
  /** Kills with queries under way. */
  readonly underWay: number
  /** Kills between an order's being stored and the caller's learning of it. */
  readonly unanswered: number
  /** Orders in flight at a kill of the first sort, at least. */
  readonly inFlight: number
  /** The same as a median. */
  readonly medianInFlight: number
  readonly orders: number
  readonly queries: number
  readonly notices: number
  /** Notices that came again, with the same key. */
  readonly again: number
}

/** Kills before the first start has come to its end. */
const FIRST_KILLS = 3
/** This often a kill comes at any moment of a start. */
const AT_START = 0.2
/** Answers are held up for so long, at most, in ms. */
const LONGEST_HOLD = 20
/** After so many looks at what has changed everything is read. */
const WHOLE_LOOK_EVERY = 20
/** How long it may take to bring all to its end after the last kill, on a machine that is busy besides, in ms. */
const PATIENCE = 240_000
/** Orders that time alone ends are so old when they are handed over that it ends them after this, in ms. */
const TIME_LEFT = 5000

const scheduleFor = ({ every }: Sizes): QuerySchedule.QuerySchedule => ({
  ...QuerySchedule.compress(QuerySchedule.durable, Place.TIME_SCALE),
  firstFor: 1000,
  gaps: [100, 300, every],
  handOverAfter: 3_600_000,
  // So often that an order whose time was over before enough of its questions survived ends all the same.
  recheckAfter: Array.from({ length: 12 }, (_, index) => 1500 * (index + 1))
})

export const live = Effect.fnUntraced(function* (
  subject: Subject,
  sizes: Sizes,
  folder: string,
  program: string
): Effect.fn.Return<Figures, never, Scope.Scope> {
  const { noticesTable } = subject
  const where = (what: string) => `${subject.name}, UMF_TEST_SEED=${Chance.seed}: ${what}`
  const chance = Chance.make(subject.name)
  const place = yield* Place.make(folder)
  const { sandbox, front } = place
  const schedule = scheduleFor(sizes)
  const lasting = Cases.lasting(sizes.lasting)
  const passing = Chance.shuffled(Cases.passing(sizes.passing), chance)
  const cases = [...lasting, ...passing]
  const noticesFile = place.fileFor("notices")
  const settings: Settings = {
    ...place.settingsFor("worker", { store: subject.store, schedule }),
    noticeMillis: 10,
    ...(noticesTable === undefined ? { noticesFile } : { noticesTable })
  }
  for (const { orderId, script } of cases) {
    const { name: _, description: __, expected: ___, ...more } = script
    yield* Effect.orDie(sandbox.createOrder({ orderId, script: more }))
  }
  front.hold(() => chance() * LONGEST_HOLD)

  /** The orders of the jobs, by their numbers; of others than hand-overs none. */
  const assigned: Array<string | undefined> = []
  const assign = (jobs: ReadonlyArray<Job>) => {
    assigned.push(...jobs.map((job) => ("handOver" in job ? job.handOver : undefined)))
    place.assign("worker", jobs)
  }
  const handOver = ({ orderId, isTimed }: Cases.Case): Job => ({
    handOver: orderId,
    amount: "8888",
    ...(isTimed ? { orderedAt: Date.now() - schedule.handOverAfter + TIME_LEFT } : {})
  })

  let seen: ReadonlyMap<string, Facts.Seen> = new Map()
  let looks = 0
  let unanswered = 0
  const requests = Requests.make(sandbox, cases, assign)
  /** Looks at the store, holds it against what was seen before, and asks for refunds and voids of what is paid. */
  const observe = Effect.gen(function* () {
    const done = place.doneBy("worker")
    looks += 1
    const now = yield* looks % WHOLE_LOOK_EVERY === 0
      ? Facts.look(subject.look)
      : Facts.lookAgain(subject.look, seen)
    Facts.hold(seen, now)
    seen = now
    const handedOver = done.flatMap((index) => assigned[index] ?? [])
    for (const orderId of handedOver) assert.isTrue(now.has(orderId), where(`order ${orderId} was lost`))
    if (now.size > handedOver.length) unanswered += 1
    for (const { orderId, isPaid } of cases) {
      const paid = now.get(orderId)?.payment !== undefined
      assert.isTrue(isPaid || !paid, where(`order ${orderId} was never paid`))
    }
    yield* requests.ask(now)
  })
  const inFlight = () =>
    cases.filter(({ orderId, end }) => {
      const order = seen.get(orderId)
      return order !== undefined && order.state !== end
    }).length
  const arrivals: Effect.Effect<ReadonlyArray<Facts.Arrival>> =
    noticesTable !== undefined
      ? Effect.map(subject.look.run("SELECT notice, nth FROM told ORDER BY order_id, nth"), (rows) =>
          rows.map(({ notice }) => Facts.arrival(String(notice)))
        )
      : Effect.sync(() => Workers.linesOf(noticesFile).map(Facts.arrival))

  let startMillis = 300
  const hits = { atStart: 0, underWay: 0 }
  const kill = (atStart: boolean) =>
    Effect.gen(function* () {
      yield* Effect.scoped(
        Effect.gen(function* () {
          const worker = yield* Workers.start(settings, { program })
          if (atStart) {
            yield* Effect.sleep(chance() * startMillis)
            hits.atStart += 1
          } else {
            startMillis = yield* Effect.promise(() => worker.ready)
            yield* Effect.sleep(chance() * sizes.longestLife)
            if (front.underWay().length > 0) hits.underWay += 1
          }
          assert.isFalse(worker.hasEnded(), where(`ended before it was killed: ${worker.said()}`))
          worker.signal("SIGKILL")
          assert.strictEqual(yield* Effect.promise(() => worker.ended), "SIGKILL", where(worker.said()))
          assert.notInclude(worker.said(), "not done", where("a call was refused"))
        })
      )
      yield* subject.afterKill
      yield* observe
    })

  // The tables are made in one of these, or in the life after them.
  yield* Effect.repeat(kill(true), { times: FIRST_KILLS - 1 })

  // A life that is not cut short: it takes over what lasts.
  assign(lasting.map(handOver))
  yield* Effect.scoped(
    Effect.gen(function* () {
      const worker = yield* Workers.start(settings, { program })
      const isReady = () =>
        place.doneBy("worker").length === lasting.length &&
        new Set(front.queries.map(({ orderId }) => orderId)).size === lasting.length
      while (!isReady()) {
        assert.isFalse(worker.hasEnded(), where(worker.said()))
        yield* Effect.sleep(250)
      }
      worker.signal("SIGTERM")
      assert.strictEqual(yield* Effect.promise(() => worker.ended), 0, where(worker.said()))
    })
  )
  yield* observe

  const inFlightAtKills: Array<number> = []
  for (let index = 0; index < sizes.kills; index++) {
    const portion = (nth: number) => Math.round((nth * passing.length) / sizes.kills)
    assign(passing.slice(portion(index), portion(index + 1)).map(handOver))
    inFlightAtKills.push(inFlight())
    yield* kill(chance() < AT_START)
  }

  // Now all that lasted comes to its ends, and is killed meanwhile too.
  place.setPlatformClock(Cases.LASTS)
  for (let index = 0; index < sizes.killsAtEnds; index++) yield* kill(chance() < AT_START)
  const killedAt = Date.now()

  const worker = yield* Workers.start(settings, { program })
  const isOver = () =>
    cases.every(({ orderId, end }) => {
      const order = seen.get(orderId)
      return order?.state === end && order.notices.every(({ deliveredAt }) => deliveredAt !== undefined)
    })
  while (!isOver() && Date.now() - killedAt < PATIENCE) {
    yield* Effect.sleep(250)
    yield* observe
  }
  worker.signal("SIGTERM")
  assert.strictEqual(yield* Effect.promise(() => worker.ended), 0, where(worker.said()))
  const before = seen
  seen = yield* Facts.look(subject.look)
  Facts.hold(before, seen)

  assert.strictEqual(place.doneBy("worker").length, assigned.length, where("jobs that were not done"))
  const astray = cases.flatMap(({ orderId, end, isPaid }) => {
    const order = seen.get(orderId)
    return order?.state === end && (order.payment !== undefined) === isPaid ? [] : [{ orderId, end, order }]
  })
  const some = JSON.stringify(astray.slice(0, 5))
  assert.strictEqual(astray.length, 0, where(`orders that ended elsewhere: ${some}\n${worker.said()}`))
  const arrived = yield* arrivals
  Facts.holdArrivals(seen, arrived, noticesTable !== undefined)
  const figures: Figures = {
    kills: sizes.kills,
    moreKills: FIRST_KILLS + sizes.killsAtEnds,
    ...hits,
    unanswered,
    inFlight: Math.min(...inFlightAtKills),
    medianInFlight: inFlightAtKills.toSorted((one, other) => one - other)[sizes.kills >> 1] ?? 0,
    orders: cases.length,
    queries: front.queries.length,
    notices: arrived.length,
    again: arrived.length - new Set(arrived.map(({ id }) => id)).size
  }
  console.log(
    where(
      `${JSON.stringify(figures)}, start ${Math.round(startMillis)} ms, end ${Date.now() - killedAt} ms after the last kill`
    )
  )
  return figures
})
