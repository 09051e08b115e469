/**
 * What one step of an order adds to its history: what was noted, where it moved, and the run of faults that
 * ended. Pure; what is told of a step stands among its commands.
 */
import { Amount } from "@umf-order-sync/core"
import { OrderEvent, type OrderSnapshot } from "@umf-order-sync/machine"
import * as Equal from "effect/Equal"
import { withoutAbsent } from "../store/Fields.ts"
import type { FaultRun, HistoryEntry } from "../store/HistoryEntry.ts"

type Answered = Extract<OrderEvent.OrderEvent, { answer: unknown }>
type Facts = NonNullable<Extract<HistoryEntry, { kind: "moved" }>["answer"]>

/** An entry before it has its number. */
export type Unnumbered = HistoryEntry extends infer E
  ? E extends HistoryEntry
    ? Omit<E, "seq">
    : never
  : never

export interface Added {
  /** Oldest first. */
  readonly entries: ReadonlyArray<Unnumbered>
  /** Faults in a row that have not ended yet. */
  readonly run: FaultRun | undefined
}

const isAnswered = (event: OrderEvent.OrderEvent): event is Answered => event.type.startsWith("answered.")

/** The facts of an answer that history keeps: no message, which may hold anything. */
const answerFacts = (event: OrderEvent.OrderEvent): Facts | undefined => {
  if (!isAnswered(event)) return undefined
  const { retCode, transState, transactionId, amount, paySeq, platDate, platTime } = event.answer
  return withoutAbsent<Facts>({
    verdict: event.type.slice("answered.".length) as Facts["verdict"],
    retCode,
    transState,
    transactionId,
    amount: amount === undefined ? undefined : Amount.toWire(amount),
    paySeq,
    platDate,
    platTime
  })
}

/** Events that come from outside, and not from a query or a clock. */
const isNote = (event: OrderEvent.OrderEvent): boolean =>
  !isAnswered(event) && event.type !== "faulted" && event.type !== "waited"

/**
 * Whether something from outside is worth an entry: a hint concludes nothing and may come often, and what is
 * sent twice changes nothing the second time.
 */
const isWorthNoting = (
  event: OrderEvent.OrderEvent,
  before: OrderSnapshot.OrderSnapshot,
  after: OrderSnapshot.OrderSnapshot
): boolean => isNote(event) && event.type !== "hinted" && !Equal.equals(before, after)

/** The run of faults after an event, and the entry of a run that ended with it. */
const faultRunAfter = (run: FaultRun | undefined, event: OrderEvent.OrderEvent): Added => {
  const entry = (ended: FaultRun): Unnumbered => ({ kind: "faults", at: event.at, ...ended })
  if (event.type === "faulted") {
    if (run?.fault === event.fault)
      return { run: { ...run, count: run.count + 1, last: event.at }, entries: [] }
    const next = { fault: event.fault, count: 1, first: event.at, last: event.at }
    return { run: next, entries: run === undefined ? [] : [entry(run)] }
  }
  return run !== undefined && isAnswered(event)
    ? { run: undefined, entries: [entry(run)] }
    : { run, entries: [] }
}

/** What an event adds that led from one snapshot to another, with this run of faults going on. */
export const after = (
  run: FaultRun | undefined,
  event: OrderEvent.OrderEvent,
  before: OrderSnapshot.OrderSnapshot,
  snapshot: OrderSnapshot.OrderSnapshot
): Added => {
  const faults = faultRunAfter(run, event)
  const entries: Array<Unnumbered> = [...faults.entries]
  if (isWorthNoting(event, before, snapshot)) {
    entries.push({ kind: "noted", at: event.at, what: OrderEvent.describe(event) })
  }
  if (before.result !== snapshot.result) {
    const answer = answerFacts(event)
    entries.push({
      kind: "moved",
      at: event.at,
      from: before.result,
      to: snapshot.result,
      because: OrderEvent.describe(event),
      ...(answer === undefined ? {} : { answer })
    })
  }
  return { entries, run: faults.run }
}
