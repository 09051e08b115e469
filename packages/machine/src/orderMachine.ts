/**
 * The lifecycle of an order. Pure: no timers, no promises, no I/O; what is to be done leaves as actions
 * whose names and params are `OrderCommand`s.
 *
 * Two regions run side by side. `result` is what is known of the order; it moves on believed answers
 * only, and never back from paid to paying. `asking` is the querying itself: a query under way, a wait
 * for the next one, or nothing planned. On each answer or fault `result` decides and plans first
 * (`nextQueryAt`), then `asking` follows the plan.
 */
import { QuerySchedule } from "@umf-order-sync/core"
import { start } from "./OrderContext.ts"
import { type OrderInput, orderSetup } from "./orderSetup.ts"

// Shared pieces of the chart. An answer that a state has no row for can't be left out by accident: the
// exhaustive walk in the tests sends every event to every reachable state.

const learn = { actions: ["learn"] } as const
const poll = { actions: ["learn", "planPolling"] } as const
const recheck = { actions: ["learn", "planRecheck"] } as const
const exhausted = { guard: "exhausted", target: "unresolved", actions: ["learn"] } as const
const rejected = { target: "rejected", actions: ["learn"] } as const

/** Back to what was asked for: the payment, the refund or the void. */
const pursue = [
  { guard: "refundAsked", target: "refunding", actions: ["learn", "planPolling"] },
  { guard: "voidAsked", target: "voiding", actions: ["learn", "planPolling"] },
  { target: "open", actions: ["learn", "planPolling"] }
] as const

/** The same, with the time and number of queries counted anew. */
const pursueAnew = [
  { guard: "refundAsked", target: "refunding", actions: ["learn", "beginAnew", "planPolling"] },
  { guard: "voidAsked", target: "voiding", actions: ["learn", "beginAnew", "planPolling"] },
  { target: "open", actions: ["learn", "beginAnew", "planPolling"] }
] as const

/** The same when a person resumes: what only an answer told of the order's number is asked anew too. */
const resumed = [
  { guard: "refundAsked", target: "refunding", actions: ["unlearn", "beginAnew", "planPolling"] },
  { guard: "voidAsked", target: "voiding", actions: ["unlearn", "beginAnew", "planPolling"] },
  { target: "open", actions: ["unlearn", "beginAnew", "planPolling"] }
] as const

/** "It is paid": the end, unless a refund or void was asked for meanwhile. */
const isPaid = [
  { guard: "refundAsked", target: "refunding", actions: ["learn", "learnPayment", "planPolling"] },
  { guard: "voidAsked", target: "voiding", actions: ["learn", "learnPayment", "planPolling"] },
  { target: "paid", actions: ["learn"] }
] as const

/** "It is paid", learned while a person was needed: a request that is still open keeps needing one. */
const isPaidUnresolved = [
  { guard: "refundAsked", actions: ["learn", "learnPayment", "planRecheck"] },
  { guard: "voidAsked", actions: ["learn", "learnPayment", "planRecheck"] },
  { target: "paid", actions: ["learn"] }
] as const

/** The same answers where a refund or void is pursued already. */
const stillPaid = [
  { guard: "exhausted", target: "unresolved", actions: ["learn", "learnPayment"] },
  { actions: ["learn", "learnPayment", "planPolling"] }
] as const

/** Statements that end an order wherever it stands. */
const moneyBack = {
  "answered.RefundAccepted": { target: "refunded", actions: ["learn"] },
  "answered.Voided": { target: "voided", actions: ["learn"] }
} as const

const contradicted = {
  guard: "contradicted",
  target: "unresolved",
  actions: ["learn", { type: "because", params: { reason: "Contradictions" } }]
} as const

const polledFault = [
  {
    guard: "contradicted",
    target: "unresolved",
    actions: ["countFault", { type: "because", params: { reason: "Contradictions" } }]
  },
  { guard: "exhausted", target: "unresolved", actions: ["countFault"] },
  { actions: ["countFault", "planPolling"] }
] as const

const requests = {
  refundRequested: {
    target: "refunding",
    actions: [{ type: "ask", params: { operation: "refund" } }, "beginAnew", "planPolling"]
  },
  voidRequested: {
    target: "voiding",
    actions: [{ type: "ask", params: { operation: "void" } }, "beginAnew", "planPolling"]
  }
} as const

/** The same request again while it is pursued is the same request: sent twice, it must not begin anew. */
const alreadyAsked = { actions: "keepPlan" } as const

const suspectClosing = { target: "closingSuspected", actions: ["learn", "suspect", "planPolling"] } as const
const suspectRefundFailure = {
  target: "refundFailureSuspected",
  actions: ["learn", "learnPayment", "suspect", "planPolling"]
} as const
const suspectVoidFailure = {
  target: "voidFailureSuspected",
  actions: ["learn", "learnPayment", "suspect", "planPolling"]
} as const

/** Closed and failed orders: told, at rest, and asked again later; money may still arrive. */
const endedWithoutPayment = {
  ...moneyBack,
  ...requests,
  "answered.Paid": isPaid,
  "answered.RefundFailed": isPaid,
  "answered.VoidFailed": isPaid,
  "answered.Paying": {
    target: "unresolved",
    actions: ["learn", { type: "because", params: { reason: "ContradictsEnd" } }]
  },
  "answered.*": recheck,
  faulted: { actions: ["countFault", "planRecheck"] }
} as const

/** A refund or void that is being pursued: what both have in common. */
const pursuing = {
  ...moneyBack,
  ...requests,
  "answered.Paid": stillPaid,
  "answered.Paying": [exhausted, poll],
  "answered.PlatformFault": [exhausted, poll],
  // An unlisted code may be the refund under way; it closes only what was never seen paid.
  "answered.Closed": [
    { ...exhausted },
    { guard: "paymentKnown", actions: ["learn", "planPolling"] },
    suspectClosing
  ],
  "answered.PayFailed": [
    { guard: "paymentUnknown", target: "payFailed", actions: ["learn"] },
    contradicted,
    exhausted,
    poll
  ],
  "answered.Contradictory": [contradicted, exhausted, poll],
  "answered.SignatureRejected": rejected,
  faulted: polledFault
} as const

/** At rest for good: only money that goes back, and new requests, move it. */
const settled = { "answered.*": learn, faulted: { actions: ["countFault"] } } as const

/** The machine of one order's lifecycle, for a schedule (QuerySchedule's defaults if none is given). */
export const orderMachine = (schedule: QuerySchedule.QuerySchedule = QuerySchedule.defaults) =>
  orderSetup(schedule).createMachine({
    id: "order",
    type: "parallel",
    on: { informed: { actions: "adopt" } },
    context: ({ input }: { input: OrderInput }) => start(input.order, input.at, input.operation ?? "payment"),
    states: {
      result: {
        initial: "beginning",
        states: {
          beginning: {
            always: [
              { guard: "refundAsked", target: "refunding" },
              { guard: "voidAsked", target: "voiding" },
              { target: "open" }
            ]
          },
          open: {
            tags: "polling",
            on: {
              ...moneyBack,
              ...requests,
              "answered.Paid": isPaid,
              "answered.RefundFailed": isPaid,
              "answered.VoidFailed": isPaid,
              "answered.Paying": [exhausted, poll],
              "answered.PlatformFault": [exhausted, poll],
              "answered.PayFailed": { target: "payFailed", actions: ["learn"] },
              "answered.Closed": suspectClosing,
              "answered.Contradictory": [contradicted, exhausted, poll],
              "answered.SignatureRejected": rejected,
              faulted: polledFault
            }
          },
          closingSuspected: {
            tags: "polling",
            exit: "unsuspect",
            on: {
              ...moneyBack,
              ...requests,
              "answered.Closed": [
                { guard: "confirmed", target: "closed", actions: ["learn"] },
                exhausted,
                poll
              ],
              "answered.Paid": isPaid,
              "answered.RefundFailed": isPaid,
              "answered.VoidFailed": isPaid,
              "answered.PayFailed": { target: "payFailed", actions: ["learn"] },
              "answered.Paying": [exhausted, ...pursue],
              "answered.PlatformFault": [exhausted, ...pursue],
              "answered.Contradictory": [contradicted, exhausted, ...pursue],
              "answered.SignatureRejected": rejected,
              faulted: polledFault
            }
          },
          closed: {
            tags: "settled",
            entry: ["rest", { type: "endAs", params: { end: "closed" } }, "tellClosed", "planRecheck"],
            on: endedWithoutPayment
          },
          payFailed: {
            tags: "settled",
            entry: ["rest", { type: "endAs", params: { end: "payFailed" } }, "tellPayFailed", "planRecheck"],
            on: endedWithoutPayment
          },
          paid: {
            tags: "settled",
            entry: ["learnPayment", "clearPlan"],
            on: { ...moneyBack, ...requests, ...settled }
          },
          refunding: {
            tags: "polling",
            on: {
              ...pursuing,
              refundRequested: alreadyAsked,
              "answered.RefundFailed": suspectRefundFailure,
              "answered.VoidFailed": stillPaid
            }
          },
          refundFailureSuspected: {
            tags: "polling",
            exit: "unsuspect",
            on: {
              ...moneyBack,
              ...requests,
              refundRequested: alreadyAsked,
              "answered.RefundFailed": [
                { guard: "confirmed", target: "refundFailed", actions: ["learn"] },
                exhausted,
                poll
              ],
              "answered.SignatureRejected": rejected,
              "answered.*": [
                contradicted,
                exhausted,
                { target: "refunding", actions: ["learn", "planPolling"] }
              ],
              faulted: polledFault
            }
          },
          refundFailed: {
            tags: "settled",
            entry: ["tellRefundFailed", "clearPlan"],
            on: { ...moneyBack, ...requests, ...settled }
          },
          refunded: {
            tags: "settled",
            entry: ["tellRefundAccepted", "clearPlan"],
            on: settled
          },
          voiding: {
            tags: "polling",
            on: {
              ...pursuing,
              voidRequested: alreadyAsked,
              "answered.VoidFailed": suspectVoidFailure,
              "answered.RefundFailed": stillPaid
            }
          },
          voidFailureSuspected: {
            tags: "polling",
            exit: "unsuspect",
            on: {
              ...moneyBack,
              ...requests,
              voidRequested: alreadyAsked,
              "answered.VoidFailed": [
                { guard: "confirmed", target: "voidFailed", actions: ["learn"] },
                exhausted,
                poll
              ],
              "answered.SignatureRejected": rejected,
              "answered.*": [
                contradicted,
                exhausted,
                { target: "voiding", actions: ["learn", "planPolling"] }
              ],
              faulted: polledFault
            }
          },
          voidFailed: {
            tags: "settled",
            entry: ["tellVoidFailed", "clearPlan"],
            on: { ...moneyBack, ...requests, ...settled }
          },
          voided: {
            tags: "settled",
            entry: ["tellVoided", "clearPlan"],
            on: settled
          },
          unresolved: {
            tags: "attention",
            entry: ["rest", { type: "endAs", params: { end: "unresolved" } }, "needPerson", "planRecheck"],
            exit: "noPerson",
            on: {
              ...moneyBack,
              ...requests,
              "answered.Paid": isPaidUnresolved,
              "answered.RefundFailed": [
                { guard: "refundAsked", ...suspectRefundFailure },
                ...isPaidUnresolved
              ],
              "answered.VoidFailed": [{ guard: "voidAsked", ...suspectVoidFailure }, ...isPaidUnresolved],
              "answered.PayFailed": [
                { guard: "paymentKnown", actions: ["learn", "planRecheck"] },
                { target: "payFailed", actions: ["learn"] }
              ],
              "answered.Closed": [
                { guard: "paymentKnown", actions: ["learn", "planRecheck"] },
                suspectClosing
              ],
              "answered.SignatureRejected": rejected,
              "answered.*": recheck,
              faulted: { actions: ["countFault", "planRecheck"] },
              resumed
            }
          },
          rejected: {
            tags: "attention",
            entry: [{ type: "because", params: { reason: "SignatureRejected" } }, "needPerson", "clearPlan"],
            exit: "noPerson",
            on: {
              ...moneyBack,
              ...requests,
              "answered.Paid": isPaid,
              "answered.RefundFailed": [{ guard: "refundAsked", ...suspectRefundFailure }, ...isPaid],
              "answered.VoidFailed": [{ guard: "voidAsked", ...suspectVoidFailure }, ...isPaid],
              "answered.PayFailed": [
                { guard: "paymentKnown", ...learn },
                { target: "payFailed", actions: ["learn"] }
              ],
              "answered.Closed": [{ guard: "paymentKnown", ...learn }, suspectClosing],
              "answered.Paying": pursueAnew,
              "answered.Contradictory": pursueAnew,
              "answered.*": learn,
              faulted: { actions: ["countFault"] },
              resumed
            }
          }
        }
      },
      asking: {
        initial: "querying",
        states: {
          querying: {
            entry: [
              "countQuery",
              { type: "query", params: ({ context }) => ({ operation: context.operation }) }
            ],
            on: { "answered.*": "deciding", faulted: "deciding" }
          },
          deciding: { always: [{ guard: "planned", target: "waiting" }, { target: "idle" }] },
          waiting: {
            entry: {
              type: "wake",
              // The guard of this state's one entrance sees to it that there is a plan.
              params: ({ context }) => ({ at: context.nextQueryAt as number })
            },
            on: {
              waited: "querying",
              hinted: "querying",
              resumed: "querying",
              "answered.*": "deciding",
              faulted: "deciding",
              refundRequested: "deciding",
              voidRequested: "deciding"
            }
          },
          idle: {
            on: {
              hinted: "querying",
              resumed: "querying",
              "answered.*": "deciding",
              faulted: "deciding",
              refundRequested: "deciding",
              voidRequested: "deciding"
            }
          }
        }
      }
    }
  })

export type OrderMachine = ReturnType<typeof orderMachine>
