import * as PgClient from "@effect/sql-pg/PgClient"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as ClusterBuckets from "../../src/cluster/ClusterBuckets.ts"
import * as Bucket from "../../src/store/Bucket.ts"
import { Buckets } from "../../src/sync/Buckets.ts"
import * as Postgres from "../support/postgres.ts"

/** One member of the cluster, with a pool of its own, in a scope of its own. */
const member = Effect.fnUntraced(function* (url: string, schema = "public") {
  const scope = yield* Scope.make()
  const layer = ClusterBuckets.layer.pipe(
    Layer.provide(
      PgClient.layer({
        url: Redacted.make(url),
        maxConnections: 4,
        startupParameters: { search_path: schema }
      })
    )
  )
  const buckets = yield* Buckets.pipe(Effect.provide(yield* Layer.buildWithScope(layer, scope)))
  return { buckets, leave: Scope.close(scope, Exit.void) }
})

const until = Effect.fnUntraced(function* (isSo: () => boolean, limitMillis: number) {
  const began = performance.now()
  while (!isSo()) {
    if (performance.now() - began > limitMillis) return assert.fail(`not so within ${limitMillis} ms`)
    yield* Effect.sleep(20)
  }
  return performance.now() - began
})

const every = Bucket.BUCKETS

describe("buckets of a cluster on Postgres", () => {
  it.live(
    "given one member it has all; a second one takes some over; who leaves gives them back; none is two's",
    () =>
      Effect.gen(function* () {
        const url = yield* Postgres.database
        const one = yield* member(url)
        yield* until(() => one.buckets.mine().length === every, 15_000)
        const two = yield* member(url)
        const twice: Array<number> = []
        const overlaps = Effect.sync(() => {
          const others = new Set(two.buckets.mine())
          twice.push(...one.buckets.mine().filter((bucket) => others.has(bucket)))
        })
        yield* Effect.forkScoped(Effect.forever(Effect.andThen(overlaps, Effect.sleep(2))))
        const shared = () =>
          two.buckets.mine().length > every / 8 &&
          one.buckets.mine().length + two.buckets.mine().length === every
        yield* until(shared, 15_000)
        assert.closeTo(one.buckets.share() + two.buckets.share(), 1, 1e-9)
        const handOff = yield* one.leave.pipe(
          Effect.andThen(until(() => two.buckets.mine().length === every, 15_000))
        )
        assert.isBelow(handOff, 5000)
        assert.deepStrictEqual(twice, [])
        yield* two.leave
      }),
    60_000
  )

  it.live(
    "given two installations in two schemas of one database, each has all of its own buckets",
    () =>
      Effect.gen(function* () {
        const url = yield* Postgres.database
        yield* Postgres.run(url, "CREATE SCHEMA one")
        yield* Postgres.run(url, "CREATE SCHEMA two")
        const one = yield* member(url, "one")
        const two = yield* member(url, "two")
        yield* until(() => one.buckets.mine().length === every && two.buckets.mine().length === every, 15_000)
        yield* Effect.all([one.leave, two.leave], { concurrency: 2 })
      }),
    60_000
  )
})
