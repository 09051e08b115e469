/**
 * The schema's versions, oldest first. A version that was released is never changed: a change is a new one,
 * which must leave what older processes read and write working, as they run beside it for a while.
 */
import type * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { orders } from "./0001_orders.ts"

/** Each version under its number and name. */
export const all: Readonly<Record<string, Effect.Effect<void, SqlError, SqlClient>>> = {
  "1_orders": orders
}

/** The number of the newest version. */
export const newest = 1
