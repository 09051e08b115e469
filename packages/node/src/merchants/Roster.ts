/**
 * The merchants in use: read from the list and the key files, and replaced by what a later reading finds.
 * Reading changes nothing; what was read is put into use in one step.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as GatewayConfig from "../gateway/GatewayConfig.ts"
import * as FileStamp from "./FileStamp.ts"
import * as MerchantGateway from "./MerchantGateway.ts"
import * as MerchantKeys from "./MerchantKeys.ts"
import type { MerchantsFault } from "./MerchantsFault.ts"
import * as MerchantsFile from "./MerchantsFile.ts"
import * as ReloadReport from "./ReloadReport.ts"

/** What is in use, by merchant number, and what it was read from. */
export interface Roster {
  readonly gateways: ReadonlyMap<string, MerchantGateway.MerchantGateway>
  /** The last reading. Where the list could not be read: its stamp and fault, beside what was read before. */
  readonly reading: Reading
}

export const empty: Roster = { gateways: new Map(), reading: { loaded: [], stamps: new Map(), faults: [] } }

/** What one reading found. */
export interface Reading {
  readonly loaded: ReadonlyArray<MerchantKeys.Loaded>
  /** How the files were when they were read. */
  readonly stamps: FileStamp.Stamps
  /** What could not be used. */
  readonly faults: ReadonlyArray<MerchantsFault>
}

/** Files that are read at the same time. */
const CONCURRENCY = 16

/**
 * Reads the list, by its whole path, and every file that it leads to; of the key files only those that changed
 * since the reading `before`, if there is one, or could not be used then.
 */
export const read = Effect.fnUntraced(function* (
  file: string,
  shared: GatewayConfig.GatewayOptions,
  before?: Reading | undefined
): Effect.fn.Return<Reading> {
  // Taken before the reading, so that what is written meanwhile is seen as a change.
  const list = yield* FileStamp.take([file])
  const listed = yield* Effect.result(MerchantsFile.read(file))
  if (Result.isFailure(listed)) return { loaded: [], stamps: list, faults: [listed.failure] }
  const known = new Map(before?.loaded.map((one) => [one.merchant.merId, one]))
  const { merchants, faults } = listed.success
  const load = (one: MerchantsFile.Merchant) => MerchantKeys.load(one, shared, known.get(one.merId))
  const loaded = yield* Effect.forEach(merchants, load, { concurrency: CONCURRENCY })
  const unusable = loaded.flatMap(({ result }) => (Result.isFailure(result) ? [result.failure] : []))
  const stamps = new Map([list, ...loaded.map((one) => one.stamps)].flatMap((all) => [...all]))
  return { loaded, stamps, faults: [...faults, ...unusable] }
})

/**
 * The merchants that a reading says nothing of, but may have meant: those it has faults of, and all where the
 * list, or the number of one in it, can't be read.
 */
const mayMean = (faults: Reading["faults"]): ((merId: string) => boolean) => {
  const named = new Set<string | undefined>(
    faults.map((fault) => (fault._tag === "MerchantUnusable" ? fault.merId : undefined))
  )
  return (merId) => named.has(undefined) || named.has(merId)
}

/** The roster after a reading. Gateways that are not in it any more have still to be retired. */
export const after = Effect.fnUntraced(function* (
  before: Roster,
  reading: Reading
): Effect.fn.Return<
  { readonly roster: Roster; readonly report: ReloadReport.ReloadReport },
  never,
  MerchantGateway.Shared
> {
  const gateways = new Map<string, MerchantGateway.MerchantGateway>()
  const fates: Array<readonly [ReloadReport.Fate, MerchantKeys.Prepared["merId"]]> = []
  const { loaded, stamps, faults } = reading
  for (const { result } of loaded) {
    if (Result.isFailure(result)) continue
    const one = result.success
    const old = before.gateways.get(one.merId)
    const isSame = old?.identity === one.identity
    gateways.set(one.merId, isSame ? old : yield* MerchantGateway.make(one))
    fates.push([old === undefined ? "added" : isSame ? "unchanged" : "replaced", one.merId])
  }
  const isMeant = mayMean(faults)
  for (const [merId, old] of before.gateways) {
    if (gateways.has(merId)) continue
    const isKept = isMeant(merId)
    if (isKept) gateways.set(merId, old)
    fates.push([isKept ? "kept" : "removed", old.merId])
  }
  // Where the list could not be read, what it led to before is watched and known still.
  const isWhole = faults.every(({ _tag }) => _tag !== "FileUnusable")
  const { reading: old } = before
  const kept = { loaded: old.loaded, stamps: new Map([...old.stamps, ...stamps]), faults }
  const roster: Roster = { gateways, reading: isWhole ? reading : kept }
  return { roster, report: ReloadReport.make(fates, faults) }
})
