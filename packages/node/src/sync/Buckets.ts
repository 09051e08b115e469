/**
 * Which orders this process asks after: those in its buckets. One process owns them all; past one
 * machine the cluster hands them out, each to one process at a time.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Bucket from "../store/Bucket.ts"

export interface Buckets {
  /** The buckets that this process may ask after right now. */
  readonly mine: () => ReadonlyArray<number>
  /** Whether this one is among them: asked once more right before a query leaves. */
  readonly isMine: (bucket: number) => boolean
  /** How many of all buckets are this process's, between 0 and 1: its part of a limit for all processes. */
  readonly share: () => number
  /**
   * Says what else is called when a bucket comes, and what else has to be over before one is given up: it
   * waits for what is under way for the bucket's orders.
   */
  readonly listen: (listener: BucketListener) => void
}

export interface BucketListener {
  readonly came: () => void
  readonly beforeGivingUp: (bucket: number) => Effect.Effect<void>
}

/** One process, which owns every bucket for as long as it runs; `listen` has nothing to tell. */
export const everything: Buckets = {
  mine: () => Bucket.all,
  isMine: () => true,
  share: () => 1,
  listen: () => {}
}

/** All buckets, unless a cluster provides others. */
export const Buckets: Context.Reference<Buckets> = Context.Reference<Buckets>(
  "@umf-order-sync/node/sync/Buckets",
  { defaultValue: () => everything }
)
