/**
 * The same for apps that don't use Effect: promises, plain values, async iterables, ordinary error classes.
 * No type that is reached from here is one of Effect's.
 */
import "./runtime/refuseOldNode.ts"

export { createOrderSync } from "./promise/createOrderSync.ts"
export type { OrderSync } from "./promise/OrderSync.ts"
export type * from "./promise/PlainHistoryEntry.ts"
export type * from "./promise/PlainNotice.ts"
export type * from "./promise/PlainOptions.ts"
export type * from "./promise/PlainOrder.ts"
export type * from "./promise/PlainState.ts"
export type * from "./promise/PlainVerdict.ts"
export * from "./promise/UmfError.ts"
