/**
 * The exhaustive walk: every event from every reachable state, with `xstate/graph` over `OrderStep`.
 *
 * Time would make the space endless, so the walk's events say how long after the one before they come,
 * its schedule is small, and `keyOf` says which states count as one. Everything that the walk visits is a
 * real snapshot with real times, which a run of the machine can meet.
 */
import type { QuerySchedule, Verdict } from "@umf-order-sync/core"
import { fromTransition } from "xstate"
import { adjacencyMapToArray, getAdjacencyMap } from "xstate/graph"
import type * as OrderEvent from "../../src/OrderEvent.ts"
import * as OrderSnapshot from "../../src/OrderSnapshot.ts"
import * as OrderStep from "../../src/OrderStep.ts"
import { answered, faulted, informed, operations, order, type Plain, plain, verdicts } from "./Samples.ts"

export const schedule: QuerySchedule.QuerySchedule = {
  firstEvery: 10,
  firstFor: 0,
  gaps: [10],
  handOverAfter: 100,
  confirmAfter: 30,
  recheckAfter: [50, 100],
  backOff: { base: 10, cap: 10 },
  maxContradictions: 2
}

/** An event of the walk: what happens, and how many ms after the event before. */
export type WalkEvent = { readonly after: number } & (
  | { readonly type: "answered"; readonly verdict: Verdict.Verdict }
  | { readonly type: "faulted"; readonly fault: OrderEvent.FaultKind }
  | { readonly type: Plain | "informed" }
)

/** Soon; past `confirmAfter`; past every limit. */
export const delays = [10, 40, 200] as const

/** One fault of each of the two sorts; the rest are compared with these on `samples`. */
export const sorts = ["Connection", "Unverified"] as const

const events: ReadonlyArray<WalkEvent> = delays.flatMap((after) => [
  ...verdicts.map((verdict) => ({ type: "answered", verdict, after }) as const),
  ...sorts.map((fault) => ({ type: "faulted", fault, after }) as const),
  ...([...plain, "informed"] as const).map((type) => ({ type, after }) as const)
])

/** A state on the walk: the snapshot, and when its last event happened. */
export interface Node {
  readonly now: number
  readonly snapshot: OrderSnapshot.OrderSnapshot
  /** What led here. */
  readonly step: OrderStep.Step
}

/** One event in one state, and what it led to. */
export interface Edge {
  readonly from: Node
  readonly event: OrderEvent.OrderEvent
  readonly step: OrderStep.Step
}

export interface Walk {
  readonly nodes: ReadonlyArray<Node>
  readonly edges: ReadonlyArray<Edge>
  /** One state for each result, asking, operation and paid or not, for what is dear to do on all. */
  readonly samples: ReadonlyArray<Node>
  /** The events of a shortest path to a state, and from there along the edge. */
  readonly pathOf: (edge: Edge) => ReadonlyArray<OrderEvent.OrderEvent>
}

const eventAt = (event: WalkEvent, now: number): OrderEvent.OrderEvent => {
  const at = now + event.after
  if (event.type === "answered") return answered(event.verdict, at)
  if (event.type === "informed") return informed(at)
  return event.type === "faulted" ? faulted(at, event.fault) : { type: event.type, at }
}

/**
 * What decides about what can still happen: where the order is, what is known and was told, and which
 * limits of time are behind it. How near the next limit is, is left out; the delays step over each.
 */
export const keyOf = ({ now, snapshot: { result, asking, context } }: Node): string => {
  const { payment, ended, told, operation, startedAt, suspectedAt, restedAt = 0 } = context
  const past = (limit: number) => now >= limit
  const polling = [
    past(startedAt + schedule.handOverAfter),
    suspectedAt === undefined ? "" : past(suspectedAt + schedule.confirmAfter),
    Math.min(context.contradictions, schedule.maxContradictions)
  ]
  const resting = [schedule.recheckAfter.filter((after) => past(restedAt + after)).length]
  return [
    result,
    asking,
    operation,
    payment === undefined ? "unpaid" : (payment.late ?? "paid"),
    // Refunded and voided are left by nothing, so nothing more is told.
    ...(result === "refunded" || result === "voided" ? [] : [ended, told]),
    ...(OrderSnapshot.tagOf(result) === "polling" ? polling : []),
    ...(result === "closed" || result === "payFailed" || result === "unresolved" ? resting : [])
  ].join(" ")
}

const eventKey = (event: WalkEvent): string => Object.values(event).join(" ")

/** Walks from a first query for each operation until nothing new is found. */
export const walk = (): Walk => {
  const { start, step } = OrderStep.make(schedule)
  const nodes = new Map<string, Node>()
  const edges: Array<Edge> = []
  const parents = new Map<Node, Edge>()
  for (const operation of operations) {
    const first = start({ order, at: 0, operation })
    const logic = fromTransition(
      (node: Node, event: WalkEvent): Node => {
        const happened = eventAt(event, node.now)
        const next = step(node.snapshot, happened)
        return { now: happened.at, snapshot: next.snapshot, step: next }
      },
      { now: 0, snapshot: first.snapshot, step: first }
    )
    const found = getAdjacencyMap(logic, {
      events,
      serializeState: ({ context }) => keyOf(context),
      serializeEvent: eventKey,
      stopWhen: ({ context }) => nodes.has(keyOf(context)),
      limit: 10_000_000
    })
    for (const [key, { state }] of Object.entries(found)) if (!nodes.has(key)) nodes.set(key, state.context)
    for (const { state, event, nextState } of adjacencyMapToArray(found)) {
      const from = state.context
      const next = nextState.context
      const edge = { from, event: eventAt(event, from.now), step: next.step }
      edges.push(edge)
      if (nodes.get(keyOf(next)) === next) parents.set(next, edge)
    }
  }
  const pathOf = (edge: Edge): ReadonlyArray<OrderEvent.OrderEvent> => {
    const path = [edge.event]
    for (let back = parents.get(edge.from); back !== undefined; back = parents.get(back.from)) {
      path.unshift(back.event)
    }
    return path
  }
  const samples = new Map<string, Node>()
  for (const node of nodes.values()) {
    const { result, asking, context } = node.snapshot
    samples.set([result, asking, context.operation, context.payment === undefined].join(), node)
  }
  return { nodes: [...nodes.values()], edges, samples: [...samples.values()], pathOf }
}
