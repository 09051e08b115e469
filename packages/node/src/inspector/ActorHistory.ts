/**
 * What happened to an order, told from two snapshots of its actor and the event between them. An actor's
 * commands are carried out by its app: that somebody was told, or asked for, shows in what the order remembers.
 */
import { Amount } from "@umf-order-sync/core"
import { OrderEvent, type OrderSnapshot } from "@umf-order-sync/machine"
import * as Equal from "effect/Equal"
import { withoutAbsent } from "../api/Fields.ts"
import type { FaultRun, HistoryEntry } from "../store/HistoryEntry.ts"

type Snapshot = OrderSnapshot.OrderSnapshot
type Moved = Extract<HistoryEntry, { readonly kind: "moved" }>

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

const isAnswered = (
  event: OrderEvent.OrderEvent
): event is Extract<OrderEvent.OrderEvent, OrderEvent.Answered> => event.type.startsWith("answered.")

const answerOf = (event: OrderEvent.OrderEvent): Moved["answer"] => {
  if (!isAnswered(event)) return undefined
  const { retCode, transState, amount } = event.answer
  return withoutAbsent<NonNullable<Moved["answer"]>>({
    verdict: event.type.slice("answered.".length) as NonNullable<Moved["answer"]>["verdict"],
    retCode,
    transState,
    amount: amount === undefined ? undefined : Amount.toWire(amount)
  } as NonNullable<Moved["answer"]>)
}

const base = (at: number) => ({ seq: 0, at })

/** The run of faults after an event, and the entry of a run that ended with it. */
const faultsAfter = (run: FaultRun | undefined, event: OrderEvent.OrderEvent, at: number): Added => {
  const ended: ReadonlyArray<HistoryEntry> =
    run === undefined ? [] : [{ ...base(at), kind: "faults", ...run }]
  if (event.type !== "faulted") {
    return isAnswered(event) ? { entries: ended, faultRun: undefined } : { entries: [], faultRun: run }
  }
  return run?.fault === event.fault
    ? { entries: [], faultRun: { ...run, count: run.count + 1, last: at } }
    : { entries: ended, faultRun: { fault: event.fault, count: 1, first: at, last: at } }
}

const notes: ReadonlySet<string> = new Set(["refundRequested", "voidRequested", "resumed", "informed"])

/** What an event that led from one snapshot to another adds to the history. */
export const after = (
  before: { readonly snapshot: Snapshot; readonly faultRun?: FaultRun | undefined },
  snapshot: Snapshot,
  reported: unknown,
  at: number
): Added => {
  const event = toOrderEvent(reported)
  if (event === undefined) return { entries: [], faultRun: before.faultRun }
  const faults = faultsAfter(before.faultRun, event, at)
  const entries: Array<HistoryEntry> = [...faults.entries]
  if (notes.has(event.type) && !Equal.equals(before.snapshot, snapshot)) {
    entries.push({ ...base(at), kind: "noted", what: OrderEvent.describe(event) })
  }
  if (before.snapshot.result !== snapshot.result) {
    const answer = answerOf(event)
    entries.push({
      ...base(at),
      kind: "moved",
      from: before.snapshot.result,
      to: snapshot.result,
      because: OrderEvent.describe(event),
      ...(answer === undefined ? {} : { answer })
    })
  }
  const { told, payment, reason } = snapshot.context
  if (told !== undefined && told !== before.snapshot.context.told) {
    const late = told === "Paid" ? payment?.late : undefined
    entries.push({
      ...base(at),
      kind: "told",
      fact: told,
      noticeId: "",
      ...(late === undefined ? {} : { late })
    })
  }
  if (reason !== undefined && before.snapshot.context.reason === undefined) {
    entries.push({ ...base(at), kind: "personAsked", reason, noticeId: "" })
  }
  return { entries, faultRun: faults.faultRun }
}
