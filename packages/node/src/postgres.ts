/** The door of apps that put layers together themselves, and keep orders in Postgres. */
import "./runtime/refuseOldNode.ts"

export * as ClusterBuckets from "./cluster/ClusterBuckets.ts"
export * as PostgresStore from "./store/PostgresStore.ts"
