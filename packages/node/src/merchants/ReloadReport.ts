/** What a new reading of the list and the keys came to, merchant by merchant. */
import type { Order } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import type { MerchantsFault } from "./MerchantsFault.ts"

/** What became of a merchant. `kept`: the new can't be used, and what it had before is in use still. */
export type Fate = "added" | "replaced" | "removed" | "unchanged" | "kept"

/** Each merchant that is or was in use stands in one of the lists. */
export interface ReloadReport extends Readonly<Record<Fate, ReadonlyArray<Order.MerchantId>>> {
  /** What could not be used, and why. */
  readonly faults: ReadonlyArray<MerchantsFault>
}

/** The report of what became of each merchant. */
export const make = (
  fates: ReadonlyArray<readonly [Fate, Order.MerchantId]>,
  faults: ReadonlyArray<MerchantsFault>
): ReloadReport => {
  const of = (wanted: Fate) => fates.flatMap(([fate, merId]) => (fate === wanted ? [merId] : []))
  return {
    added: of("added"),
    replaced: of("replaced"),
    removed: of("removed"),
    unchanged: of("unchanged"),
    kept: of("kept"),
    faults
  }
}

/** Logs what changed, and the faults that were not known before: one that stays is told once. */
export const log = Effect.fnUntraced(function* (
  report: ReloadReport,
  known: ReadonlyArray<MerchantsFault>
): Effect.fn.Return<void> {
  const { added, replaced, removed } = report
  const old = new Set(known.map(({ message }) => message))
  for (const fault of report.faults) {
    if (old.has(fault.message)) continue
    const where = fault._tag === "MerchantUnusable" ? { merId: fault.merId, field: fault.field } : {}
    yield* Effect.logError(`${fault.message} What was in use before still is.`).pipe(
      Effect.annotateLogs({ file: fault.file, ...where })
    )
  }
  if (added.length + replaced.length + removed.length > 0) {
    yield* Effect.annotateLogs(Effect.logInfo("Merchants changed."), { added, replaced, removed })
  }
  if (known.length > 0 && report.faults.length === 0) {
    yield* Effect.logInfo("The list of merchants and all its keys can be used again.")
  }
})
