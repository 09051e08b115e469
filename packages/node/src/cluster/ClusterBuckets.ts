/**
 * Buckets for several processes on one Postgres: each bucket is a singleton of effect/cluster, which keeps
 * membership, locks and takeover in tables of its own. Singletons exchange no messages, so the processes
 * need nothing of each other: no listening port, no address that has to be reachable.
 *
 * A process that was stopped and woke up may have lost its buckets without knowing. Here that is noticed
 * by the clock, and nothing is asked until the locks had time to speak; what was under way then is fenced
 * by the orders' versions.
 */
import { createHash, randomUUID } from "node:crypto"
import { hostname } from "node:os"
import * as MessageStorage from "effect/cluster/MessageStorage"
import * as RunnerAddress from "effect/cluster/RunnerAddress"
import * as RunnerHealth from "effect/cluster/RunnerHealth"
import * as Runners from "effect/cluster/Runners"
import { Sharding, layer as shardingLayer } from "effect/cluster/Sharding"
import * as ShardingConfig from "effect/cluster/ShardingConfig"
import * as SqlRunnerStorage from "effect/cluster/SqlRunnerStorage"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { SqlClient } from "effect/sql/SqlClient"
import * as Bucket from "../store/Bucket.ts"
import { toStoreError } from "../store/SqlFailure.ts"
import type { StoreError } from "../store/StoreError.ts"
import { type BucketListener, Buckets } from "../sync/Buckets.ts"

/** How long a process that stopped answering keeps its buckets. Much shorter ones are lost under load. */
const LOCK_MILLIS = 10_000
/** How often locks are confirmed. */
const REFRESH_MILLIS = 3000
/** How often it is looked who is there. */
const LOOK_MILLIS = 1000
const BEAT_MILLIS = 250
/** A process whose clock jumped so far between two beats was stopped. */
const STOPPED_MILLIS = 2500

/** How long a process may be without buckets before it says so: the others may be many, or something is wrong. */
const LONG_WITHOUT = "1 minute"

/** Tells whether this process ran without a stop long enough for its locks to be trusted; calls when they are again. */
const watchForStops = Effect.fnUntraced(function* (trustedAgain: () => void) {
  let beatAt = performance.now()
  let distrustedUntil = 0
  let wasTrusted = true
  const isTrusted = () => {
    const now = performance.now()
    if (now - beatAt > STOPPED_MILLIS) distrustedUntil = now + 2 * REFRESH_MILLIS
    beatAt = now
    return now >= distrustedUntil
  }
  const beat = () => {
    const isSo = isTrusted()
    if (isSo && !wasTrusted) trustedAgain()
    wasTrusted = isSo
  }
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(BEAT_MILLIS), Effect.sync(beat))))
  return { isTrusted }
})

const make = Effect.gen(function* () {
  const sharding = yield* Sharding
  const owned = new Set<number>()
  let sorted: ReadonlyArray<number> = []
  const listeners: Array<BucketListener> = []
  const came = () => {
    for (const listener of listeners) listener.came()
  }
  // Who looked meanwhile found no bucket, and sleeps until one comes.
  const { isTrusted } = yield* watchForStops(came)
  const changed = () => {
    sorted = [...owned].sort((one, other) => one - other)
  }

  const own = (bucket: number) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        owned.add(bucket)
        changed()
        came()
      }),
      () =>
        Effect.suspend(() => {
          owned.delete(bucket)
          changed()
          return Effect.forEach(listeners, ({ beforeGivingUp }) => beforeGivingUp(bucket), {
            concurrency: "unbounded",
            discard: true
          })
        })
    ).pipe(Effect.andThen(Effect.never), Effect.scoped)

  yield* Effect.forEach(
    Bucket.all,
    (bucket) => sharding.registerSingleton(`umf-bucket-${bucket}`, own(bucket)),
    {
      discard: true
    }
  )

  const lookForNone = Effect.suspend(() =>
    owned.size > 0
      ? Effect.void
      : Effect.logWarning(
          "This process has no orders to ask after: others have them all, or the locks in Postgres can't be had."
        )
  )
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(LONG_WITHOUT), lookForNone)))

  const buckets: Buckets = {
    mine: () => (isTrusted() ? sorted : []),
    isMine: (bucket) => owned.has(bucket) && isTrusted(),
    share: () => owned.size / Bucket.BUCKETS,
    listen: (listener) => {
      listeners.push(listener)
    }
  }
  return buckets
})

/**
 * The cluster's tables and locks bear a name of the schema that they lie in: locks belong to the whole
 * database, and another installation in another schema of it must not be kept from its own orders.
 */
const prefix = Effect.gen(function* () {
  const sql = yield* SqlClient
  const [row] = yield* sql<{ readonly name: string | null }>`SELECT current_schema()::text AS name`
  const schema = row?.name ?? "public"
  if (schema === "public") return "umf_cluster"
  return `umf_cluster_${createHash("sha256").update(schema).digest("hex").slice(0, 8)}`
})

const runnerStorage = Layer.unwrap(Effect.map(prefix, (name) => SqlRunnerStorage.layerWith({ prefix: name })))

/** Membership, locks and takeover in the tables `umf_cluster_*` of the store's own database. */
export const layer: Layer.Layer<never, StoreError, SqlClient> = Layer.effect(Buckets, make).pipe(
  Layer.provide(shardingLayer),
  Layer.provide(Runners.layerNoop),
  Layer.provide([MessageStorage.layerNoop, RunnerHealth.layerNoop, runnerStorage]),
  Layer.provide(
    Layer.unwrap(
      Effect.sync(() =>
        ShardingConfig.layer({
          // Nobody connects to this address; it only tells the processes apart.
          runnerAddress: Option.some(RunnerAddress.make(`${hostname()}-${process.pid}-${randomUUID()}`, 1)),
          shardsPerGroup: Bucket.BUCKETS,
          shardLockExpiration: LOCK_MILLIS,
          shardLockRefreshInterval: REFRESH_MILLIS,
          refreshAssignmentsInterval: LOOK_MILLIS
        })
      )
    )
  ),
  Layer.catchTag("SqlError", (error) => Layer.effectDiscard(Effect.fail(toStoreError(error))))
)
