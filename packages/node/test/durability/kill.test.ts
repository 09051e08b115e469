import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { QuerySchedule } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Chance from "../../../../prove/Chance.ts"
import type { NamedScript } from "../../src/sandbox/Script.ts"
import { scripts } from "../../src/sandbox/scripts.ts"
import * as Postgres from "../support/postgres.ts"
import * as Stores from "../support/stores.ts"
import * as Facts from "./facts.ts"
import * as Place from "./place.ts"
import type { Settings } from "./worker.ts"
import * as Workers from "./workers.ts"

/** Kills of each of the two services on one store. */
const KILLS = Number(process.env.UMF_TEST_KILLS ?? 25)
/** A kill comes so soon after the worker is ready, in ms … */
const LONGEST_LIFE = 450
/** … or, this often, at any moment of its start. */
const AT_START = 0.2
const ORDERS_OF_EACH_SCRIPT = 2

const schedule: QuerySchedule.QuerySchedule = {
  ...QuerySchedule.compress(QuerySchedule.durable, Place.TIME_SCALE),
  handOverAfter: 7000,
  // So often that an order whose time was over before enough of its questions survived ends all the same.
  recheckAfter: Array.from({ length: 12 }, (_, index) => 1500 * (index + 1))
}

/** An order to follow, and where it has to end. */
interface Case {
  readonly orderId: string
  readonly script: NamedScript
  /** The state at its end. */
  readonly end: string
  readonly isPaid: boolean
}

/**
 * Where a script ends here. Nobody waits for more than a minute, so here a slow answer comes in time; and
 * whether an order is seen closed before its money comes depends on the kills.
 */
const endOf = ({ name, expected }: NamedScript): string => {
  if (name === "slow-drip" || expected === "paidLate") return "paid"
  return expected
}

const unpaidEnds = ["payFailed", "closed", "unresolved", "rejected"]

const caseOf =
  (copy: number) =>
  (script: NamedScript): Case => ({
    orderId: `${script.name}-${copy}`,
    script,
    end: endOf(script),
    isPaid: !unpaidEnds.includes(endOf(script))
  })

/** Closed for long enough to be called so, whatever is killed meanwhile, with money that comes late. */
const closedForLong: NamedScript = {
  name: "closed-for-long-then-paid",
  description: { en: "Closed for 5 s, then paid.", zh: "关闭 5 秒，之后支付成功。" },
  expected: "paidLate",
  scale: 0.01,
  steps: [{ answer: { _tag: "Closed" }, forMs: 5000 }, { answer: { _tag: "Paid" } }]
}

/** Scripts that ask for more of a worker's life than it has here: their lengths fitted to that. */
const fitted = (script: NamedScript): NamedScript => {
  switch (script.name) {
    case "slow-drip":
      return { ...script, steps: [{ answer: { _tag: "SlowDrip", everyMs: 200 } }] }
    // Two answers that lie far enough apart confirm each other, and kills part them: so here there is one.
    case "refund-after-2":
      return { ...script, onRefund: [{ answer: { _tag: "Paid" } }, { answer: { _tag: "RefundAccepted" } }] }
    default:
      return script
  }
}

/** All cases, those first that take longest. */
const casesFor = (next: () => number): ReadonlyArray<Case> => {
  const all = [...scripts.map(fitted), closedForLong].flatMap((script) =>
    Array.from({ length: ORDERS_OF_EACH_SCRIPT }, (_, copy) => caseOf(copy)(script))
  )
  const isLong = ({ end }: Case) => end === "unresolved"
  const mixed = Chance.shuffled(all, next)
  return [...mixed.filter(isLong), ...mixed.filter((one) => !isLong(one))]
}

/** What differs between the services that are killed. */
interface Subject {
  readonly name: string
  readonly store: Settings["options"]["store"]
  readonly look: Facts.Look
  readonly noticesTable?: "SQLite" | "Postgres"
  /** Lets the time pass at once after which the others take a dead process's part over. */
  readonly afterKill: Effect.Effect<void>
}

const live = Effect.fnUntraced(function* (subject: Subject, folder: string) {
  const chance = Chance.make(subject.name)
  const place = yield* Place.make(folder)
  const { sandbox, front } = place
  const cases = casesFor(chance)
  const { noticesTable } = subject
  const noticesFile = place.fileFor("notices")
  const settings: Settings = {
    ...place.settingsFor("worker", { store: subject.store, schedule }),
    jobEveryMillis: 30,
    noticeMillis: 10,
    ...(noticesTable === undefined ? { noticesFile } : { noticesTable })
  }
  for (const { orderId, script } of cases) {
    const { name: _, description: __, expected: ___, ...more } = script
    yield* Effect.orDie(sandbox.createOrder({ orderId, script: more }))
  }
  place.assign(
    "worker",
    cases.map(({ orderId }) => ({ handOver: orderId, amount: "8888" }))
  )

  let seen: ReadonlyMap<string, Facts.Seen> = new Map()
  const requested = new Set<string>()
  /** Looks at the store, holds it against what was seen before, and asks for refunds and voids of what is paid. */
  const observe = Effect.gen(function* () {
    const handedOver = place.doneBy("worker").flatMap((index) => cases[index] ?? [])
    const now = yield* Facts.look(subject.look)
    Facts.hold(seen, now)
    seen = now
    for (const { orderId } of handedOver) assert.isTrue(now.has(orderId), `order ${orderId} was lost`)
    for (const { orderId, script, isPaid } of cases) {
      const { state, payment } = now.get(orderId) ?? {}
      assert.isTrue(isPaid || payment === undefined, `order ${orderId} was never paid`)
      if (state !== "paid" || requested.has(orderId)) continue
      if (script.onRefund !== undefined) {
        requested.add(orderId)
        yield* Effect.orDie(sandbox.requestRefund(orderId))
        place.assign("worker", [{ refundRequested: orderId }])
      } else if (script.onVoid !== undefined) {
        requested.add(orderId)
        yield* Effect.orDie(sandbox.requestVoid(orderId))
        place.assign("worker", [{ voidRequested: orderId }])
      }
    }
  })
  const arrivals: Effect.Effect<ReadonlyArray<Facts.Arrival>> =
    noticesTable !== undefined
      ? Effect.map(subject.look.run("SELECT notice, nth FROM told ORDER BY order_id, nth"), (rows) =>
          rows.map(({ notice }) => Facts.arrival(String(notice)))
        )
      : Effect.sync(() => Workers.linesOf(noticesFile).map(Facts.arrival))

  let startMillis = 500
  const hits = { beforeReady: 0, queriesUnderWay: 0, quiet: 0 }
  for (let kill = 0; kill < KILLS; kill++) {
    yield* Effect.scoped(
      Effect.gen(function* () {
        const worker = yield* Workers.start(settings)
        if (chance() < AT_START) {
          yield* Effect.sleep(chance() * startMillis)
          hits.beforeReady += 1
        } else {
          startMillis = yield* Effect.promise(() => worker.ready)
          yield* Effect.sleep(chance() * LONGEST_LIFE)
          hits[front.underWay().length > 0 ? "queriesUnderWay" : "quiet"] += 1
        }
        assert.isFalse(worker.hasEnded(), `ended before it was killed: ${worker.said()}`)
        worker.signal("SIGKILL")
        assert.strictEqual(yield* Effect.promise(() => worker.ended), "SIGKILL", worker.said())
        assert.notInclude(worker.said(), "not done")
      })
    )
    yield* subject.afterKill
    yield* observe
  }
  const killedAt = Date.now()

  const worker = yield* Workers.start(settings)
  const isOver = () =>
    cases.every(({ orderId, end }) => {
      const order = seen.get(orderId)
      return order?.state === end && order.notices.every(({ deliveredAt }) => deliveredAt !== undefined)
    })
  while (!isOver() && Date.now() - killedAt < 90_000) {
    yield* Effect.sleep(250)
    yield* observe
  }
  worker.signal("SIGTERM")
  assert.strictEqual(yield* Effect.promise(() => worker.ended), 0, worker.said())
  yield* observe

  assert.strictEqual(place.doneBy("worker").length, cases.length + requested.size)
  for (const { orderId, end, isPaid } of cases) {
    const order = seen.get(orderId)
    assert.strictEqual(order?.state, end, `${orderId}: ${JSON.stringify(order)}\n${worker.said()}`)
    assert.strictEqual(order?.payment !== undefined, isPaid, orderId)
  }
  const arrived = yield* arrivals
  Facts.holdArrivals(seen, arrived, noticesTable !== undefined)
  const again = arrived.length - new Set(arrived.map(({ id }) => id)).size
  console.log(
    `${subject.name}: ${KILLS} kills (${hits.beforeReady} before ready, ${hits.queriesUnderWay} with queries under way), ` +
      `${cases.length} orders, ${front.queries.length} queries, ${arrived.length} notices (${again} of them again), ` +
      `start ${Math.round(startMillis)} ms, end ${Date.now() - killedAt} ms after the last kill, seed ${Chance.seed}`
  )
})

const sqlite = (name: string, more: Pick<Subject, "noticesTable">): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const folder = yield* Stores.folder
    const file = join(folder, "orders.db")
    yield* live({ name, store: { file }, look: Facts.inFile(file), afterKill: Effect.void, ...more }, folder)
  })

const postgres = (
  name: string,
  more: Pick<Subject, "noticesTable">
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function* () {
    const folder = yield* Stores.folder
    const url = yield* Postgres.database
    yield* Postgres.run(url, "CREATE TABLE told (id TEXT, order_id TEXT, nth BIGINT, notice TEXT)")
    const look = Facts.inPostgres(url)
    // A dead member's heartbeat counts for some more seconds; its locks went with its connection.
    const afterKill = Effect.gen(function* () {
      const [made] = yield* look.run("SELECT 1 FROM pg_tables WHERE tablename = 'umf_cluster_runners'")
      if (made !== undefined) yield* look.run("DELETE FROM umf_cluster_runners")
    })
    yield* live({ name, store: { postgres: url }, look, afterKill, ...more }, folder)
  })

const promises =
  "given kills at any moment, every order that was handed over comes to its end, no payment is forgotten, " +
  "every notice arrives in order and nothing else, and in a transaction exactly once"

describe("a service that is killed again and again", () => {
  it.live(
    `SQLite: ${promises}`,
    () =>
      Effect.all(
        [sqlite("SQLite, onNotice", {}), sqlite("SQLite, onNoticeInTransaction", { noticesTable: "SQLite" })],
        { concurrency: 2, discard: true }
      ),
    300_000
  )

  it.live(
    `Postgres: ${promises}`,
    () =>
      Effect.all(
        [
          postgres("Postgres, onNotice", {}),
          postgres("Postgres, onNoticeInTransaction", { noticesTable: "Postgres" })
        ],
        { concurrency: 2, discard: true }
      ),
    300_000
  )
})
