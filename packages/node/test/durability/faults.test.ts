/** See prove/claims/StoreTroubles.ts and Clocks.ts. */
import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterAll, assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import * as TestClock from "effect/testing/TestClock"
import { claim as clocks } from "../../../../prove/claims/Clocks.ts"
import { claim as storeTroubles } from "../../../../prove/claims/StoreTroubles.ts"
import * as Proof from "../../../../prove/Proof.ts"
import type { Notice } from "../../src/store/Notice.ts"
import * as SqliteStore from "../../src/store/SqliteStore.ts"
import { OrderDesk } from "../../src/sync/OrderDesk.ts"
import { OrderSync } from "../../src/sync/OrderSync.ts"
import { NoticeHandler } from "../../src/telling/NoticeHandler.ts"
import * as Relay from "../../src/telling/Relay.ts"
import * as Fakes from "../support/fakes.ts"
import { order } from "../support/orders.ts"
import * as Postgres from "../support/postgres.ts"
import * as Stores from "../support/stores.ts"
import * as Bundle from "./bundle.ts"
import * as Clocked from "./clocked.ts"
import * as Facts from "./facts.ts"
import * as Place from "./place.ts"
import * as Troubled from "./troubled.ts"
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

const seconds = (sizes: { readonly small: number; readonly whole: number }): number =>
  Proof.size(sizes) * 1000

const began = performance.now()
const held: {
  services: Array<Troubled.Figures>
  clocks: Array<Clocked.Figures>
  fullDisk?: number
  noGrowth?: number
  locked?: number
  away?: number
  readOnly?: number
  refusedStarts?: number
  frozen?: number
} = { services: [], clocks: [] }

/**
 * A disk of 48 MiB: the store's own log, which is written back at 16 MiB, must not be what fills it. Only the
 * superuser can mount it: `undefined` for others.
 */
const smallDisk: Effect.Effect<string | undefined, never, Scope.Scope> = Effect.gen(function* () {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return undefined
  const path = join(yield* Stores.folder, "disk")
  return yield* Effect.acquireRelease(
    Effect.sync(() => {
      mkdirSync(path)
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=48m", "tmpfs", path])
      return path
    }),
    () => Effect.sync(() => execFileSync("umount", ["-l", path]))
  )
})

/** Writes a file until there is no room for one byte more. */
const fill = (path: string): void => {
  for (let size = 65_536; size >= 1; size = Math.floor(size / 4)) {
    try {
      while (true) writeFileSync(path, Buffer.alloc(size, 1), { flag: "a" })
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error
    }
  }
}

/** The size that files of a process may grow to, in bytes: Linux's RLIMIT_FSIZE. */
const limitFiles = (to: "0" | "unlimited") => (worker: Workers.Worker) =>
  Effect.sync(() => execFileSync("prlimit", ["--pid", String(worker.pid), `--fsize=${to}:unlimited`]))

/** Permissions don't bind the superuser, unless it becomes the program without that power. */
const bound = process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : []

describe.concurrent("a service of its own whose store, or clock, is in trouble for a while", () => {
  it.live(
    "given a disk that is full, callers are told, nothing is lost, and all goes on once there is room again",
    (test) =>
      Effect.gen(function* () {
        const disk = yield* smallDisk
        if (disk === undefined) return test.skip("only the superuser can mount a small disk")
        const file = join(disk, "orders.db")
        const millis = seconds({ small: 3, whole: 20 })
        const filler = join(disk, "filler")
        const figures = yield* Troubled.live(
          {
            name: "full disk",
            store: { file },
            look: Facts.inFile(file),
            troubles: [
              {
                begin: () => Effect.sync(() => fill(filler)),
                end: () => Effect.sync(() => rmSync(filler)),
                millis,
                told: "the disk is full"
              }
            ]
          },
          yield* Stores.folder
        )
        held.services.push(figures)
        held.fullDisk = millis / 1000
      }),
    600_000
  )

  it.live(
    "given a limit by which no file may grow, callers are told, nothing is lost, and all goes on once it is lifted",
    (test) =>
      Effect.gen(function* () {
        if (process.platform !== "linux")
          return test.skip("only Linux limits the files of a process that runs")
        const folder = yield* Stores.folder
        const file = join(folder, "orders.db")
        const millis = seconds({ small: 3, whole: 20 })
        const told = "reading or writing the file failed"
        const figures = yield* Troubled.live(
          {
            name: "no growth",
            store: { file },
            look: Facts.inFile(file),
            troubles: [{ begin: limitFiles("0"), end: limitFiles("unlimited"), millis, told }]
          },
          folder
        )
        held.services.push(figures)
        held.noGrowth = millis / 1000
      }),
    600_000
  )

  it.live(
    "given another process that holds the database's lock, callers are told, nothing is lost, and all goes on after",
    () =>
      Effect.gen(function* () {
        const folder = yield* Stores.folder
        const file = join(folder, "orders.db")
        // Longer than a statement waits for a lock.
        const millis = seconds({ small: 7, whole: 30 })
        let holder: DatabaseSync | undefined
        const figures = yield* Troubled.live(
          {
            name: "locked database",
            store: { file },
            look: Facts.inFile(file),
            troubles: [
              {
                begin: () =>
                  Effect.promise(async () => {
                    holder = new DatabaseSync(file, { timeout: 5000 })
                    holder.exec("BEGIN EXCLUSIVE")
                  }),
                end: () =>
                  Effect.sync(() => {
                    holder?.exec("ROLLBACK")
                    holder?.close()
                  }),
                millis,
                told: "the file is busy"
              }
            ]
          },
          folder
        )
        held.services.push(figures)
        held.locked = millis / 1000
      }),
    600_000
  )

  it.live(
    "given a Postgres that crashes, and one that is shut down for a while, callers are told, no fact is lost, and " +
      "all goes on by itself once it is back",
    () =>
      Effect.gen(function* () {
        const server = yield* Postgres.ownServer
        const millis = seconds({ small: 4, whole: 60 })
        const told = "The order store is not available"
        const figures = yield* Troubled.live(
          {
            name: "Postgres away",
            store: { postgres: server.url },
            look: Facts.inPostgres(server.url),
            troubles: [
              // What needn't survive a power cut is not written at once.
              {
                begin: () => server.crash,
                end: () => server.start,
                millis: 2000,
                told,
                allowed: { forgets: true }
              },
              { begin: () => server.stop, end: () => server.start, millis, told }
            ]
          },
          yield* Stores.folder
        )
        held.services.push(figures)
        held.away = millis / 1000
      }),
    600_000
  )

  it.live(
    "given a file, or a folder, that may not be written, no service begins, why is told, nothing changes, and " +
      "all goes on once that is mended",
    () =>
      Effect.gen(function* () {
        const place = yield* Place.make(yield* Stores.folder)
        const folder = place.fileFor("store")
        const file = join(folder, "orders.db")
        mkdirSync(folder)
        const orderIds = Array.from({ length: 10 }, (_, index) => `order-${index}`)
        for (const orderId of orderIds) {
          const steps = [
            { answer: { _tag: "Paying" }, forMs: 86_400_000 },
            { answer: { _tag: "Paid" } }
          ] as const
          yield* Effect.orDie(place.sandbox.createOrder({ orderId, script: { steps } }))
        }
        place.assign(
          "worker",
          orderIds.map((handOver) => ({ handOver, amount: "8888" }))
        )
        const settings = place.settingsFor("worker", { store: { file }, schedule: Troubled.schedule })
        const start = Workers.start(settings, { through: bound })
        const look = Facts.look(Facts.inFile(file))
        const first = yield* start
        yield* Place.until(
          "the orders are taken over",
          60_000,
          Effect.sync(() => place.doneBy("worker").length === orderIds.length)
        )
        first.signal("SIGTERM")
        assert.strictEqual(yield* Effect.promise(() => first.ended), 0, first.said())
        const before = yield* look
        assert.strictEqual(before.size, orderIds.length)
        for (const [path, wrong, right] of [
          [file, 0o444, 0o600],
          [folder, 0o555, 0o700]
        ] as const) {
          chmodSync(path, wrong)
          const refused = yield* start
          assert.strictEqual(yield* Effect.promise(() => refused.ended), 1, refused.said())
          assert.match(
            refused.said(),
            /The order store refused: .*(may only read it|has to be allowed to write)/
          )
          chmodSync(path, right)
          assert.deepStrictEqual(yield* look, before)
        }
        place.setPlatformClock(86_400_000)
        const last = yield* start
        yield* Place.until(
          "all are paid",
          60_000,
          Effect.map(look, (orders) => {
            Facts.hold(before, orders)
            return [...orders.values()].every(({ state }) => state === "paid")
          })
        )
        last.signal("SIGTERM")
        assert.strictEqual(yield* Effect.promise(() => last.ended), 0, last.said())
        held.readOnly = 2
      }),
    600_000
  )

  it.live(
    "given many processes on one SQLite file, one has it, the others are told who; frozen it keeps the file, and " +
      "killed it leaves it to the next",
    () =>
      Effect.gen(function* () {
        const program = yield* Bundle.worker
        const place = yield* Place.make(yield* Stores.folder)
        const file = place.fileFor("orders.db")
        const look = Facts.inFile(file)
        const orderIds = Array.from({ length: 20 }, (_, index) => `order-${index}`)
        for (const orderId of orderIds) {
          const steps = [
            { answer: { _tag: "Paying" }, forMs: 86_400_000 },
            { answer: { _tag: "Paid" } }
          ] as const
          yield* Effect.orDie(place.sandbox.createOrder({ orderId, script: { steps } }))
        }
        place.front.hold(() => 20)
        const names = ["one", "two", "three"]
        place.assign(
          "one",
          orderIds.map((handOver) => ({ handOver, amount: "8888" }))
        )
        // All that it takes over is in one place, whoever has the file.
        const start = (name: string) =>
          Workers.start(
            {
              ...place.settingsFor(name, { store: { file }, schedule: Troubled.schedule }),
              jobsFile: place.fileFor("one-jobs"),
              doneFile: place.fileFor("one-done")
            },
            { program }
          )
        /** Starts all of these at once; gives the one that got the file. */
        const race = Effect.gen(function* () {
          const racers = yield* Effect.forEach(names, (name) =>
            Effect.map(start(name), (worker) => ({ name, worker }))
          )
          const winners: Array<(typeof racers)[number]> = []
          for (const racer of racers) {
            const isReady = yield* Effect.promise(() =>
              racer.worker.ready.then(
                () => true,
                () => false
              )
            )
            if (isReady) winners.push(racer)
            else {
              assert.strictEqual(yield* Effect.promise(() => racer.worker.ended), 1, racer.worker.said())
              assert.include(racer.worker.said(), "is in use by")
              held.refusedStarts = (held.refusedStarts ?? 0) + 1
            }
          }
          assert.strictEqual(winners.length, 1, "one has the file")
          return winners[0] ?? (yield* Effect.die(new Error("nobody has the file")))
        })
        const refusedMeanwhile = Effect.gen(function* () {
          const other = yield* start("other")
          assert.strictEqual(yield* Effect.promise(() => other.ended), 1, other.said())
          return other.said()
        })

        let seen: ReadonlyMap<string, Facts.Seen> = new Map()
        for (let round = 0; round < Proof.size({ small: 2, whole: 10 }); round++) {
          const { name, worker } = yield* race
          const from = place.front.queries.length
          yield* Place.until(
            "it asks",
            60_000,
            Effect.sync(() => place.front.queries.length > from + 20)
          )
          assert.include(yield* refusedMeanwhile, `process ${worker.pid}`)
          if (round === 0) {
            const millis = seconds({ small: 2, whole: 15 })
            worker.signal("SIGSTOP")
            yield* Effect.sleep(millis)
            assert.include(yield* refusedMeanwhile, `process ${worker.pid}`)
            const asked = place.front.queries.length
            worker.signal("SIGCONT")
            yield* Place.until(
              "it asks again",
              60_000,
              Effect.sync(() => place.front.queries.length > asked + 20)
            )
            assert.isFalse(worker.hasEnded(), worker.said())
            held.frozen = millis / 1000
          }
          const mine = place.front.queries.slice(from).filter((query) => query.worker !== name)
          assert.deepStrictEqual(mine, [], "who has no file asks nothing")
          worker.signal("SIGKILL")
          yield* Effect.promise(() => worker.ended)
          const now = yield* Facts.look(look)
          Facts.hold(seen, now)
          seen = now
        }
        place.setPlatformClock(86_400_000)
        yield* race
        yield* Place.until(
          "all are paid",
          60_000,
          Effect.map(Facts.look(look), (orders) => {
            Facts.hold(seen, orders)
            return (
              orders.size === orderIds.length && [...orders.values()].every(({ state }) => state === "paid")
            )
          })
        )
      }),
    600_000
  )

  const onTime =
    "every order comes to its end on time, nothing is lost or goes back, and two answers that confirm each " +
    "other lie as far apart as they have to"

  it.live(
    `given a wall clock that is set an hour ahead and back, on SQLite ${onTime}`,
    () =>
      Effect.gen(function* () {
        const folder = yield* Stores.folder
        const file = join(folder, "orders.db")
        held.clocks.push(yield* Clocked.live("SQLite, clock", { file }, Facts.inFile(file), folder))
      }),
    600_000
  )

  it.live(
    `given a wall clock that is set an hour ahead and back, on Postgres ${onTime}`,
    () =>
      Effect.gen(function* () {
        const url = yield* Postgres.database
        const look = yield* Facts.overConnection(url)
        held.clocks.push(
          yield* Clocked.live("Postgres, clock", { postgres: url }, look, yield* Stores.folder)
        )
      }),
    600_000
  )
})

afterAll(() => {
  const { services, fullDisk, noGrowth, locked, away, readOnly, refusedStarts, frozen } = held
  if (locked === undefined || away === undefined || readOnly === undefined) return
  if (refusedStarts === undefined || frozen === undefined || services.length < 2) return
  const sum = (name: keyof Troubled.Figures): number => services.reduce((total, one) => total + one[name], 0)
  Proof.record(storeTroubles, (performance.now() - began) / 1000, {
    fullDisk: fullDisk ?? 0,
    noGrowth: noGrowth ?? 0,
    locked,
    away,
    readOnly,
    refusedStarts,
    frozen,
    orders: sum("orders"),
    refused: sum("refused"),
    lost: 0,
    backwards: 0,
    notices: sum("notices"),
    again: sum("again")
  })
})

afterAll(() => {
  if (held.clocks.length < 2) return
  const sum = (name: keyof Clocked.Figures): number =>
    held.clocks.reduce((total, one) => total + one[name], 0)
  Proof.record(clocks, (performance.now() - began) / 1000, {
    settings: sum("settings"),
    orders: sum("orders"),
    confirmed: sum("confirmed"),
    shortest: Math.min(...held.clocks.map(({ shortest }) => shortest)),
    silence: Math.max(...held.clocks.map(({ silence }) => silence)),
    lost: 0,
    backwards: 0,
    notices: sum("notices")
  })
})
