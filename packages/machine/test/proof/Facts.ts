/**
 * What may be said of an order after what has happened to it: a table of facts and their grounds, written from
 * PROTOCOL.md 6 and docs/decisions.md, and not from the machine. It knows no states that lead to each other,
 * only which answers came, in which order, and when.
 */
import type { Order, QuerySchedule, Verdict } from "@umf-order-sync/core"
import type { Fact, OrderCommand } from "../../src/OrderCommand.ts"
import type { OrderEvent } from "../../src/OrderEvent.ts"
import type { OrderSnapshot, ResultState } from "../../src/OrderSnapshot.ts"
import { verdictOf } from "../support/Samples.ts"

/** What has happened so far, as far as it counts. */
export interface Past {
  /** An answer said that the money was taken, before any that said that it went back. */
  readonly isPaid: boolean
  /** What an answer said of the money's way back, the first time. */
  readonly returned: "refunded" | "voided" | undefined
  /** The answers in a row that say the same, the instant of the first, and the earliest of all. Faults are no answers. */
  readonly row:
    | { readonly verdict: Verdict.Verdict; readonly first: number; readonly since: number }
    | undefined
  /**
   * The same row, as far as it must be counted: since the payment was known, and no person was called
   * meanwhile; not before its first answer, where the clock was set back after that.
   */
  readonly sureSince: number | undefined
  /** What was asked for last. */
  readonly asked: Order.Operation
  /** When it came to rest where rechecks follow. */
  readonly restedAt: number | undefined
  /** The latest instant that was seen since: a clock that is set back afterwards plans no recheck anew. */
  readonly restedUntil: number | undefined
  /** Answers in a row that contradict, and answers that were not believed. */
  readonly doubts: number
  readonly told: Fact | undefined
  /** It was told that there is no payment. */
  readonly wasDenied: boolean
  /** A person was called, and has not had it taken up again; "perhaps" where an answer showed that the key is accepted again. */
  readonly isAbandoned: boolean | "perhaps"
}

export const nothing: Past = {
  isPaid: false,
  returned: undefined,
  row: undefined,
  sureSince: undefined,
  asked: "payment",
  restedAt: undefined,
  restedUntil: undefined,
  doubts: 0,
  told: undefined,
  wasDenied: false,
  isAbandoned: false
}

/** Answers from which the money is known to be taken: 0000, whatever was asked for. */
const saysPaid: ReadonlySet<string | undefined> = new Set(["Paid", "RefundFailed", "VoidFailed"])
const returns: Readonly<Record<string, Past["returned"]>> = { RefundAccepted: "refunded", Voided: "voided" }
/** Conclusions by exclusion, or that an old answer looks like: they take two in a row. */
const takeTwo: Readonly<Partial<Record<Fact, Verdict.Verdict>>> = {
  Closed: "Closed",
  RefundFailed: "RefundFailed",
  VoidFailed: "VoidFailed"
}
const grounds: Readonly<Record<Fact, (verdict: Verdict.Verdict | undefined) => boolean>> = {
  Paid: (verdict) => saysPaid.has(verdict),
  PayFailed: (verdict) => verdict === "PayFailed",
  Closed: (verdict) => verdict === "Closed",
  RefundAccepted: (verdict) => verdict === "RefundAccepted",
  RefundFailed: (verdict) => verdict === "RefundFailed",
  Voided: (verdict) => verdict === "Voided",
  VoidFailed: (verdict) => verdict === "VoidFailed"
}

/** The fact that each end stands for. */
const endOf: Readonly<Partial<Record<ResultState, Fact>>> = {
  paid: "Paid",
  payFailed: "PayFailed",
  closed: "Closed",
  refunded: "RefundAccepted",
  refundFailed: "RefundFailed",
  voided: "Voided",
  voidFailed: "VoidFailed"
}
export const ends: ReadonlyArray<ResultState> = Object.keys(endOf) as Array<ResultState>
const unpaid: ReadonlyArray<ResultState> = ["open", "closingSuspected", "closed", "payFailed"]
const person: ReadonlyArray<ResultState> = ["unresolved", "rejected"]
/** Ends that a later answer may still prove wrong. */
const rechecked: ReadonlyArray<ResultState> = ["closed", "payFailed", "unresolved"]
const pursued: Readonly<Record<string, ReadonlyArray<ResultState>>> = {
  payment: ["open"],
  refund: ["refunding", "refundFailureSuspected"],
  void: ["voiding", "voidFailureSuspected"]
}
const requestOf: Readonly<Record<string, Order.Operation>> = {
  refundRequested: "refund",
  voidRequested: "void"
}

/** An answer that contradicts itself, or a payment that was seen, or that was not believed. */
const isDoubt = (past: Past, event: OrderEvent): boolean =>
  (event.type === "answered.PayFailed" && past.isPaid) ||
  event.type === "answered.Contradictory" ||
  (event.type === "faulted" && (event.fault === "Unverified" || event.fault === "Implausible"))

/** One step of a machine, whatever machine: what was, what happened, what came of it. */
export interface Step {
  readonly before: OrderSnapshot
  readonly event: OrderEvent
  readonly after: OrderSnapshot
  readonly commands: ReadonlyArray<OrderCommand>
}

/** What has happened, after one more step. */
export const next = (past: Past, { after, before, commands, event }: Step): Past => {
  const verdict = verdictOf(event)
  const facts = commands.flatMap((command) => (command.type === "tell" ? [command.fact] : []))
  // A request that is followed already asks for nothing new.
  const isRequest =
    (event.type === "refundRequested" || event.type === "voidRequested") && after.result !== before.result
  const isTakenUp = isRequest || (event.type === "resumed" && person.includes(before.result))
  const isAccepted = past.isAbandoned !== false && before.result === "rejected" && after.result !== "rejected"
  const returned = past.returned ?? (verdict === undefined ? undefined : returns[verdict])
  const isCalled = person.includes(after.result)
  const counts = verdict === "Closed" || past.isPaid
  // By a clock that was set back meanwhile, the later answer is the first.
  const row = past.row?.verdict === verdict ? past.row : undefined
  const since = Math.min(row?.since ?? event.at, event.at)
  const first = row?.first ?? event.at
  const restedAt = !rechecked.includes(after.result)
    ? undefined
    : after.result === before.result
      ? past.restedAt
      : event.at
  return {
    isPaid: past.isPaid || (past.returned === undefined && saysPaid.has(verdict)),
    returned,
    // What was answered before a request was an answer to another question.
    row: isRequest ? undefined : verdict === undefined ? past.row : { verdict, first, since },
    sureSince:
      isRequest || isCalled
        ? undefined
        : verdict === undefined
          ? past.sureSince
          : row !== undefined && past.sureSince !== undefined
            ? past.sureSince
            : counts
              ? Math.max(event.at, first)
              : undefined,
    asked: isRequest ? (requestOf[event.type] ?? past.asked) : past.asked,
    restedAt,
    restedUntil:
      restedAt === undefined
        ? undefined
        : restedAt === past.restedAt
          ? Math.max(past.restedUntil ?? restedAt, event.at)
          : restedAt,
    doubts: isDoubt(past, event) ? past.doubts + 1 : verdict === undefined ? past.doubts : 0,
    told: facts.at(-1) ?? (isRequest && past.returned === undefined ? undefined : past.told),
    wasDenied: past.wasDenied || facts.includes("Closed") || facts.includes("PayFailed"),
    isAbandoned:
      after.result === "unresolved" || (isTakenUp ? false : isAccepted ? "perhaps" : past.isAbandoned)
  }
}

/** What is wrong with a step, in words; nothing where it is right. */
export const faultsOf = (
  past: Past,
  step: Step,
  { confirmAfter, recheckAfter }: QuerySchedule.QuerySchedule
): ReadonlyArray<string> => {
  const { after, before, commands, event } = step
  const verdict = verdictOf(event)
  const faults: Array<string> = []
  const must = (holds: boolean, rule: string) => {
    if (!holds) faults.push(rule)
  }
  const now = next(past, step)
  const tells = commands.flatMap((command) => (command.type === "tell" ? [command] : []))
  const facts = tells.map(({ fact }) => fact)
  const { asking, context, result } = after
  const moves = result !== before.result
  const asked = "askedAt" in event ? (event.askedAt ?? event.at) : event.at

  for (const { fact, late } of tells) {
    must(grounds[fact](verdict), `${fact} is told without an answer that says so`)
    must(fact !== past.told, `${fact} is told twice in a row`)
    must(past.returned === undefined, `${fact} is told after the money went back`)
    if (fact === "Closed" || fact === "PayFailed") must(!past.isPaid, `${fact} is told after a payment`)
    if (fact === "Paid") must(!past.isPaid, "a payment is told that was known")
    if (fact === "Paid" && (past.wasDenied || past.isAbandoned !== "perhaps")) {
      must((late !== undefined) === (past.wasDenied || past.isAbandoned === true), "lateness is wrong")
    }
    if (takeTwo[fact] !== undefined) {
      const { row } = past
      must(row?.verdict === takeTwo[fact], `${fact} is told after one answer`)
      must(row !== undefined && asked - row.since >= confirmAfter, `${fact} is told too soon`)
    }
  }
  must(facts.length <= 1, "several facts at once")

  // What an answer says for certain is told at once.
  if (saysPaid.has(verdict) && !past.isPaid && past.returned === undefined) {
    must(facts.includes("Paid"), "a payment is not told")
  }
  const returning = verdict === undefined ? undefined : returns[verdict]
  if (returning !== undefined && past.returned === undefined) {
    must(facts.includes(returning === "refunded" ? "RefundAccepted" : "Voided"), "a return is not told")
  }
  if (verdict === "PayFailed" && !now.isPaid && now.returned === undefined && past.told !== "Closed") {
    must(past.told === "PayFailed" || facts.includes("PayFailed"), "a failure is not told")
  }

  // What takes two answers is told by the second.
  const confirmed = Object.entries(takeTwo).find(([, needed]) => needed === verdict)?.[0]
  const isSure =
    past.row?.verdict === verdict && past.sureSince !== undefined && asked - past.sureSince >= confirmAfter
  const isAsked =
    confirmed === "Closed"
      ? !past.isPaid && past.told !== "PayFailed"
      : confirmed === (past.asked === "refund" ? "RefundFailed" : past.asked === "void" ? "VoidFailed" : "")
  if (confirmed !== undefined && isSure && isAsked && past.returned === undefined) {
    must(past.told === confirmed || facts.includes(confirmed as Fact), `${confirmed} is not told`)
  }

  // Nothing moves backwards.
  if (now.returned !== undefined) must(result === now.returned, `${now.returned} is left, or never entered`)
  if (now.isPaid) must(!unpaid.includes(result), `${result}, though it was paid`)
  must((context.payment !== undefined) === now.isPaid, "the payment in the snapshot is not what was answered")
  if (before.context.payment !== undefined) {
    must(context.payment === before.context.payment, "the payment changed")
  }

  // Ends come from answers alone, and stand for what was told last.
  const end = endOf[result]
  if (moves && end !== undefined) must(verdict !== undefined, `${result} without an answer`)
  if (end !== undefined)
    must(now.told === end || now.returned !== undefined, `${result}, but told ${now.told}`)
  must(context.told === now.told, "what was told last is not remembered")

  // A person is asked exactly where one is needed.
  const asks = commands.some(({ type }) => type === "askPerson")
  must(asks === (moves && person.includes(result)), "a person is asked for nothing, or is not asked")
  if (moves && result === "rejected") must(verdict === "SignatureRejected", "rejected without such an answer")
  if (moves && result === "unresolved" && context.reason === "Contradictions") {
    must(isDoubt(past, event) && now.doubts >= 3, "contradictions that there were not")
  }

  // A request is followed, and so is a person's word that it be taken up again.
  const request = requestOf[event.type]
  const isResumed = event.type === "resumed" && person.includes(before.result)
  if (request !== undefined && past.returned === undefined) {
    must(pursued[request]?.includes(result) === true, `${event.type} is not followed`)
    must(context.operation === request, `${event.type}, and something else is asked`)
    must(asking !== "idle", `${event.type}, and nobody asks`)
  }
  if (isResumed) {
    must(pursued[past.asked]?.includes(result) === true, "resumed, and not taken up")
    must(asking === "querying", "resumed, and not asked at once")
  }

  // What may still prove wrong is asked again.
  const { restedAt, restedUntil = Number.POSITIVE_INFINITY } = now
  if (restedAt !== undefined && restedUntil < restedAt + Math.max(...recheckAfter)) {
    must(asking !== "idle", `${result}, and no recheck is planned`)
  }

  // Nothing tracked is lost.
  const isOver = end !== undefined || person.includes(result)
  must(isOver || asking !== "idle", "nobody asks any more, and there is no end")
  must(asking !== "waiting" || context.nextQueryAt !== undefined, "a wait without an instant")
  must(
    (asking === "idle") === (context.nextQueryAt === undefined && asking !== "querying"),
    "idle, with a plan"
  )
  must(
    asking !== "querying" || before.asking === "querying" || commands.some(({ type }) => type === "query"),
    "no query goes out"
  )
  return faults
}
