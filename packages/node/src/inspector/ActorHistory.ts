/**
 * What happened to an order, told from two snapshots of its actor and the event between them. An actor's
 * commands are carried out by its app: that somebody was told, or asked for, shows in what the order remembers.
 */
import type { OrderEvent, OrderSnapshot } from "@umf-order-sync/machine"
import type { FaultRun, HistoryEntry } from "../store/HistoryEntry.ts"
import * as StepHistory from "../sync/StepHistory.ts"

type Snapshot = OrderSnapshot.OrderSnapshot

/** What an event added. */
export interface Added {
  /** Without numbers of their own: they are never told. */
  readonly entries: ReadonlyArray<HistoryEntry>
  /** The run of faults that goes on. */
  readonly faultRun: FaultRun | undefined
}

const types: ReadonlySet<string> = new Set<OrderEvent.OrderEvent["type"]>([
  "faulted",
  "waited",
  "hinted",
  "refundRequested",
  "voidRequested",
  "resumed",
  "informed"
])

/** The event, where it is one of the order machine's. */
const toOrderEvent = (event: unknown): OrderEvent.OrderEvent | undefined => {
  if (typeof event !== "object" || event === null || !("type" in event)) return undefined
  const { type } = event
  const isAnswered = typeof type === "string" && type.startsWith("answered.") && "answer" in event
  return isAnswered || types.has(String(type)) ? (event as OrderEvent.OrderEvent) : undefined
}

/** What the commands of a step would tell. */
const told = (before: Snapshot, { context }: Snapshot, at: number): ReadonlyArray<StepHistory.Unnumbered> => {
  const { told: fact, payment, reason } = context
  const entries: Array<StepHistory.Unnumbered> = []
  if (fact !== undefined && fact !== before.context.told) {
    const late = fact === "Paid" ? payment?.late : undefined
    entries.push({ kind: "told", at, fact, noticeId: "", ...(late === undefined ? {} : { late }) })
  }
  if (reason !== undefined && before.context.reason === undefined) {
    entries.push({ kind: "personAsked", at, reason, noticeId: "" })
  }
  return entries
}

/** What an event that led from one snapshot to another adds to the history; it happened at `at`. */
export const after = (
  before: { readonly snapshot: Snapshot; readonly faultRun?: FaultRun | undefined },
  snapshot: Snapshot,
  reported: unknown,
  at: number
): Added => {
  const event = toOrderEvent(reported)
  if (event === undefined) return { entries: [], faultRun: before.faultRun }
  const { entries, run } = StepHistory.after(before.faultRun, { ...event, at }, before.snapshot, snapshot)
  const all = [...entries, ...told(before.snapshot, snapshot, at)]
  return { entries: all.map((entry) => ({ ...entry, seq: 0 }) as HistoryEntry), faultRun: run }
}
