/**
 * The vocabulary of the lifecycle: its types, guards and actions, for one schedule. The chart that uses
 * them is in `orderMachine.ts`. Actions named like an `OrderCommand` do nothing here: they are what goes out.
 *
 * XState gives every action the union of all events. Which of them an action is for stands in the chart; the
 * walk over all states holds that `learn` meets answers only, `countFault` faults, `adopt` what is told.
 */
import { type Order, QuerySchedule, type Verdict } from "@umf-order-sync/core"
import { assign, setup } from "xstate"
import type { Fact, Late, Reason } from "./OrderCommand.ts"
import { type OrderContext, told } from "./OrderContext.ts"
import { type Answered, type Faulted, type Informed, isDisbelief, type OrderEvent } from "./OrderEvent.ts"

/** What an order is followed with. */
export interface OrderInput {
  readonly order: Order.OrderRef
  /** When the asking began, in ms since the epoch: the schedule counts from here. Now, for a new order. */
  readonly at: number
  /** What was asked of the platform last; a payment, if nothing else is said. */
  readonly operation?: Order.Operation
}

/** The answer denies itself, denies what is known, or can't be believed. */
const isContradiction = (context: OrderContext, event: OrderEvent): boolean =>
  event.type === "answered.Contradictory" ||
  (event.type === "answered.PayFailed" && context.payment !== undefined) ||
  (event.type === "faulted" && isDisbelief(event.fault))

/**
 * Verdicts that are statements about an order which the platform knows: only these teach its transactionId.
 * What says nothing of the order (9999, 3333, a contradiction) or concludes by exclusion may carry any number.
 */
const aboutThisOrder: ReadonlySet<Verdict.Verdict> = new Set<Verdict.Verdict>([
  "Paid",
  "Paying",
  "PayFailed",
  "RefundAccepted",
  "RefundFailed",
  "Voided",
  "VoidFailed"
])

const lateAfter: Readonly<Record<NonNullable<OrderContext["ended"]>, Late>> = {
  closed: "AfterClosed",
  payFailed: "AfterFailed",
  unresolved: "WhileUnresolved"
}

export const orderSetup = (schedule: QuerySchedule.QuerySchedule) => {
  const progress = (context: OrderContext, now: number) => ({
    startedAt: context.startedAt,
    now,
    queries: context.queries,
    faults: context.faults,
    suspectedAt: context.suspectedAt
  })
  const base = setup({
    types: {
      context: {} as OrderContext,
      events: {} as OrderEvent,
      input: {} as OrderInput,
      tags: {} as "polling" | "settled" | "attention"
    },
    guards: {
      /** This answer and the first of its row lie far enough apart to end the order's suspicion. */
      confirmed: ({ context, event }) => {
        const { askedAt, at } = event as Answered
        // Without a suspicion there is no number, which is at least nothing: that confirms nothing.
        return (askedAt ?? at) - Number(context.suspectedAt) >= schedule.confirmAfter
      },
      /** The time or number of queries is used up: a person is needed. */
      exhausted: ({ context, event }) =>
        QuerySchedule.next(schedule, progress(context, event.at))._tag === "HandOver",
      /** This one makes it too many contradictory or unbelievable answers in a row. */
      contradicted: ({ context, event }) =>
        isContradiction(context, event) && context.contradictions + 1 >= schedule.maxContradictions,
      paymentKnown: ({ context }) => context.payment !== undefined,
      paymentUnknown: ({ context }) => context.payment === undefined,
      refundAsked: ({ context }) => context.operation === "refund",
      voidAsked: ({ context }) => context.operation === "void",
      planned: ({ context }) => context.nextQueryAt !== undefined
    },
    actions: {
      // Commands: carried out by whoever runs the machine.
      query: (_, _params: { readonly operation: Order.Operation }) => {},
      wake: (_, _params: { readonly at: number }) => {},
      tell: (_, _params: { readonly fact: Fact; readonly late?: Late }) => {},
      askPerson: (_, _params: { readonly reason: Reason }) => {},

      /** Remembers a believed answer, and the platform's order number with it. */
      learn: assign(({ context, event }) => {
        const { answer, at, type } = event as Answered
        const verdict = type.slice("answered.".length) as Verdict.Verdict
        const { transactionId } = answer
        const isNew = context.order.transactionId === undefined && transactionId !== undefined
        const known =
          isNew && aboutThisOrder.has(verdict) ? { ...context.order, transactionId } : context.order
        return {
          order: known,
          learned: context.learned === true || known !== context.order ? true : undefined,
          faults: verdict === "PlatformFault" || verdict === "SignatureRejected" ? context.faults + 1 : 0,
          contradictions: isContradiction(context, event) ? context.contradictions + 1 : 0,
          lastAnswer: { at, verdict, answer }
        }
      }),
      /** Adds what is new about the order; what is known already stands. */
      adopt: assign(({ context, event }) => {
        const { order } = event as Informed
        // What the merchant says stands above what an answer told.
        const said = order.transactionId !== undefined
        return {
          order: { ...order, ...(said ? told(context) : context.order) },
          learned: said ? undefined : context.learned
        }
      }),
      unlearn: assign(({ context }) => ({ order: told(context), learned: undefined })),
      countFault: assign(({ context, event }) => {
        const { at, fault } = event as Faulted
        return {
          faults: context.faults + 1,
          contradictions: context.contradictions + (isContradiction(context, event) ? 1 : 0),
          lastFault: { at, fault }
        }
      }),
      because: assign((_, params: { readonly reason: Reason }) => ({ reason: params.reason })),
      noPerson: assign(() => ({ reason: undefined })),
      suspect: assign(({ context, event }) => ({ suspectedAt: context.suspectedAt ?? event.at })),
      unsuspect: assign(() => ({ suspectedAt: undefined })),
      rest: assign(({ event }) => ({ restedAt: event.at, faults: 0 })),
      /** An end was reached; being unresolved is none that could hide an earlier one. */
      endAs: assign(({ context }, params: { readonly end: NonNullable<OrderContext["ended"]> }) => ({
        ended: params.end === "unresolved" ? (context.ended ?? params.end) : params.end
      })),
      ask: assign((_, params: { readonly operation: Order.Operation }) => ({ operation: params.operation })),
      planPolling: assign(({ context, event }) => {
        const next = QuerySchedule.next(schedule, progress(context, event.at))
        return { nextQueryAt: next._tag === "AskAt" ? next.at : event.at }
      }),
      planRecheck: assign(({ context, event }) => {
        const at = QuerySchedule.nextRecheck(schedule, {
          restedAt: context.restedAt ?? event.at,
          now: event.at,
          faults: context.faults
        })
        // A recheck that was given up leaves the next one all its repeats.
        return {
          nextQueryAt: at,
          faults: context.faults > QuerySchedule.MAX_RECHECK_FAULTS ? 0 : context.faults
        }
      }),
      /** The plan stands; one that is past already means now. */
      keepPlan: assign(({ context, event }) => ({
        nextQueryAt: context.nextQueryAt === undefined ? undefined : Math.max(context.nextQueryAt, event.at)
      })),
      clearPlan: assign(() => ({ nextQueryAt: undefined })),
      countQuery: assign(({ context }) => ({ queries: context.queries + 1, nextQueryAt: undefined })),
      /** The asking begins anew: after a refund or void request, or when a person resumes. */
      beginAnew: assign(({ context, event }) => ({
        startedAt: event.at,
        queries: 0,
        faults: 0,
        contradictions: 0,
        suspectedAt: undefined,
        restedAt: undefined,
        reason: undefined,
        // A new request may be told the same fact again; asking anew tells nothing twice.
        told: event.type === "refundRequested" || event.type === "voidRequested" ? undefined : context.told,
        ended: context.ended === "unresolved" ? undefined : context.ended
      }))
    }
  })
  /** Tells the merchant a fact, unless it is what was told last. */
  const tells = (fact: Fact) =>
    base.enqueueActions(({ context, enqueue }) => {
      if (context.told === fact) return
      enqueue.assign({ told: fact })
      enqueue({ type: "tell", params: { fact } })
    })
  return base.extend({
    actions: {
      /** Remembers the payment, once, and tells it: late where an end was reached before. */
      learnPayment: base.enqueueActions(({ context, event, enqueue }) => {
        if (context.payment !== undefined) return
        const { answer, at } = event as Answered
        const late = context.ended === undefined ? {} : { late: lateAfter[context.ended] }
        enqueue.assign({ payment: { at, ...late, answer }, told: "Paid" })
        enqueue({ type: "tell", params: { fact: "Paid", ...late } })
      }),
      tellClosed: tells("Closed"),
      tellPayFailed: tells("PayFailed"),
      tellRefundAccepted: tells("RefundAccepted"),
      tellRefundFailed: tells("RefundFailed"),
      tellVoided: tells("Voided"),
      tellVoidFailed: tells("VoidFailed"),
      /** Asks for a person, and says why: the limit reached, where nothing else was said. */
      needPerson: base.enqueueActions(({ context, event, enqueue }) => {
        const next = QuerySchedule.next(schedule, progress(context, event.at))
        const limit = next._tag === "HandOver" && next.limit === "Queries" ? "QueryLimit" : "TimeLimit"
        const reason = context.reason ?? limit
        enqueue.assign({ reason })
        enqueue({ type: "askPerson", params: { reason } })
      })
    }
  })
}
