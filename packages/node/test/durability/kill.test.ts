/** See prove/claims/Kills.ts. */
import { join } from "node:path"
import { afterAll, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { claim } from "../../../../prove/claims/Kills.ts"
import * as Proof from "../../../../prove/Proof.ts"
import * as Postgres from "../support/postgres.ts"
import * as Stores from "../support/stores.ts"
import * as Bundle from "./bundle.ts"
import * as Cases from "./cases.ts"
import * as Facts from "./facts.ts"
import * as Killed from "./killed.ts"

const sizes: Killed.Sizes = {
  lasting: Proof.size({ small: 40, whole: 1000 }),
  kills: Proof.size({ small: 18, whole: 250 }),
  killsAtEnds: Proof.size({ small: 4, whole: 15 }),
  passing: Proof.size({ small: Cases.SCRIPTS, whole: 5 * Cases.SCRIPTS }),
  longestLife: Proof.size({ small: 450, whole: 250 }),
  every: Proof.size({ small: 300, whole: 10_000 })
}

/** Each with a Postgres to start besides: fewer of them. */
const sizesOnPostgres: Killed.Sizes = {
  ...sizes,
  kills: Proof.size({ small: 18, whole: 100 }),
  passing: Proof.size({ small: Cases.SCRIPTS, whole: 3 * Cases.SCRIPTS })
}

type More = Pick<Killed.Subject, "name" | "noticesTable">
type Service = (program: string) => Effect.Effect<Killed.Figures, never, Scope.Scope>

const sqlite =
  (more: More): Service =>
  (program) =>
    Effect.gen(function* () {
      const folder = yield* Stores.folder
      const file = join(folder, "orders.db")
      const subject = { store: { file }, look: Facts.inFile(file), afterKill: Effect.void, ...more }
      return yield* Killed.live(subject, sizes, folder, program)
    })

const postgres =
  (more: More): Service =>
  (program) =>
    Effect.gen(function* () {
      const folder = yield* Stores.folder
      const url = yield* Postgres.database
      const look = yield* Facts.overConnection(url)
      yield* look.run("CREATE TABLE told (id TEXT, order_id TEXT, nth BIGINT, notice TEXT)")
      // A dead member's heartbeat counts for some more seconds; its locks went with its connection.
      const afterKill = Effect.gen(function* () {
        const [made] = yield* look.run("SELECT 1 FROM pg_tables WHERE tablename = 'umf_cluster_runners'")
        if (made !== undefined) yield* look.run("DELETE FROM umf_cluster_runners")
      })
      return yield* Killed.live(
        { store: { postgres: url }, look, afterKill, ...more },
        sizesOnPostgres,
        folder,
        program
      )
    })

const began = performance.now()
const held: { sqlite?: ReadonlyArray<Killed.Figures>; postgres?: ReadonlyArray<Killed.Figures> } = {}

/** Both ways of being told, side by side. */
const both = (
  services: ReadonlyArray<Service>
): Effect.Effect<ReadonlyArray<Killed.Figures>, never, Scope.Scope> =>
  Effect.flatMap(Bundle.worker, (program) =>
    Effect.forEach(services, (service) => service(program), { concurrency: "unbounded" })
  )

const promises =
  "given kills at any moment, every order that was handed over comes to its end, no payment is forgotten, " +
  "every notice arrives in order and nothing else, and in a transaction exactly once"

describe.concurrent("a service that is killed again and again", () => {
  it.live(
    `SQLite: ${promises}`,
    () =>
      Effect.gen(function* () {
        held.sqlite = yield* both([
          sqlite({ name: "SQLite, onNotice" }),
          sqlite({ name: "SQLite, onNoticeInTransaction", noticesTable: "SQLite" })
        ])
      }),
    1_200_000
  )

  it.live(
    `Postgres: ${promises}`,
    () =>
      Effect.gen(function* () {
        held.postgres = yield* both([
          postgres({ name: "Postgres, onNotice" }),
          postgres({ name: "Postgres, onNoticeInTransaction", noticesTable: "Postgres" })
        ])
      }),
    1_200_000
  )
})

afterAll(() => {
  if (held.sqlite === undefined || held.postgres === undefined) return
  const all = [...held.sqlite, ...held.postgres]
  const sum = (figures: ReadonlyArray<Killed.Figures>, name: keyof Killed.Figures): number =>
    figures.reduce((total, one) => total + one[name], 0)
  const again = (figures: ReadonlyArray<Killed.Figures>, index: number): number => figures[index]?.again ?? 0
  Proof.record(claim, (performance.now() - began) / 1000, {
    killsSqlite: sum(held.sqlite, "kills"),
    killsPostgres: sum(held.postgres, "kills"),
    inFlight: Math.min(...all.map(({ inFlight }) => inFlight)),
    medianInFlight: Math.min(...all.map(({ medianInFlight }) => medianInFlight)),
    moreKills: sum(all, "moreKills"),
    underWay: sum(all, "underWay"),
    atStart: sum(all, "atStart"),
    unanswered: sum(all, "unanswered"),
    orders: sum(all, "orders"),
    queries: sum(all, "queries"),
    lost: 0,
    backwards: 0,
    notices: sum(all, "notices"),
    again: sum(all, "again"),
    againInTransaction: again(held.sqlite, 1) + again(held.postgres, 1)
  })
})
