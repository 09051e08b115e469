/**
 * From a stored order and what happened to the row that is to be written: the machine's steps, with the
 * history and the notices that they lead to. Pure; the fence and the transaction are the store's.
 */
import { createHash } from "node:crypto"
import { Amount } from "@umf-order-sync/core"
import {
  type OrderCommand,
  OrderEvent,
  type OrderInspection,
  type OrderSnapshot,
  type OrderStep
} from "@umf-order-sync/machine"
import * as Equal from "effect/Equal"
import type { FaultRun, HistoryEntry } from "../store/HistoryEntry.ts"
import * as Notice from "../store/Notice.ts"
import type { OrderWrite, StoredOrder } from "../store/OrderStore.ts"
import { fromStep, type OrderTransition } from "./OrderTransition.ts"

/** What is to be written, and what is to be told of it once it is. */
export interface Advanced {
  readonly write: OrderWrite
  readonly transitions: ReadonlyArray<OrderTransition>
  /** Each event, and where it led; without the end of a wait, which was told when the query began. */
  readonly steps: ReadonlyArray<OrderInspection.Step>
}

type Answered = Extract<OrderEvent.OrderEvent, { answer: unknown }>

const isAnswered = (event: OrderEvent.OrderEvent): event is Answered => event.type.startsWith("answered.")

const withoutAbsent = <A extends object>(fields: { readonly [K in keyof A]: A[K] | undefined }): A =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as A

/**
 * The idempotency key of a notice: derived from what it says, so that a store restored from a backup
 * gives the same fact the same key again.
 */
const noticeId = (merId: string, orderId: string, seq: number, type: Notice.NoticeType): string =>
  `ntc_${createHash("sha256").update([merId, orderId, seq, type].join("|")).digest("hex").slice(0, 32)}`

/** The notice of a command that somebody is to be told of. */
const toNotice = (
  command: Extract<OrderCommand.OrderCommand, { type: "tell" | "askPerson" }>,
  { context, result }: OrderSnapshot.OrderSnapshot,
  seq: number,
  at: number
): Notice.Notice => {
  const { order, payment, lastAnswer } = context
  const told = command.type === "tell"
  const type = told ? Notice.typeOf[command.fact] : "order.unresolved"
  // A payment is told with the facts of the answer that said so; anything else with those of the last one.
  const answer = told ? (command.fact === "Paid" ? payment?.answer : lastAnswer?.answer) : payment?.answer
  return withoutAbsent<Notice.Notice>({
    id: noticeId(order.merId, order.orderId, seq, type),
    type,
    seq,
    at,
    merId: order.merId,
    orderId: order.orderId,
    state: result,
    transactionId: answer?.transactionId ?? order.transactionId,
    orderDate: order.orderDate,
    payType: answer?.payType ?? order.payType,
    amount: answer?.amount ?? order.amount,
    paySeq: answer?.paySeq,
    platDate: answer?.platDate,
    platTime: answer?.platTime,
    late: told ? command.late : undefined,
    reason: told ? undefined : command.reason
  })
}

/** The facts of an answer that history keeps: no message, which may hold anything. */
const answerFacts = (event: OrderEvent.OrderEvent) => {
  if (!isAnswered(event)) return undefined
  const { retCode, transState, transactionId, amount, paySeq, platDate, platTime } = event.answer
  return withoutAbsent<NonNullable<Extract<HistoryEntry, { kind: "moved" }>["answer"]>>({
    verdict: event.type.slice("answered.".length) as NonNullable<
      Extract<HistoryEntry, { kind: "moved" }>["answer"]
    >["verdict"],
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

type Unnumbered = HistoryEntry extends infer E ? (E extends HistoryEntry ? Omit<E, "seq"> : never) : never

/** The run of faults after an event, and the entry of a run that ended with it. */
const faultRunAfter = (
  run: FaultRun | undefined,
  event: OrderEvent.OrderEvent
): { readonly run: FaultRun | undefined; readonly ended: ReadonlyArray<Unnumbered> } => {
  const entry = (ended: FaultRun): Unnumbered => ({ kind: "faults", at: event.at, ...ended })
  if (event.type === "faulted") {
    if (run?.fault === event.fault)
      return { run: { ...run, count: run.count + 1, last: event.at }, ended: [] }
    const next = { fault: event.fault, count: 1, first: event.at, last: event.at }
    return { run: next, ended: run === undefined ? [] : [entry(run)] }
  }
  return run !== undefined && isAnswered(event) ? { run: undefined, ended: [entry(run)] } : { run, ended: [] }
}

/**
 * Applies events, in their order, to a stored order. `isPoll` says that they are a query's outcome, which
 * is counted: by that count a worker tells whether somebody else has asked meanwhile.
 */
export const advance = (
  steps: OrderStep.OrderStep,
  stored: StoredOrder,
  events: ReadonlyArray<OrderEvent.OrderEvent>,
  isPoll: boolean
): Advanced => {
  let { snapshot, historySeq, noticeSeq, faultRun, updatedAt } = stored
  const history: Array<HistoryEntry> = []
  const notices: Array<Notice.Notice> = []
  const transitions: Array<OrderTransition> = []
  const taken: Array<OrderInspection.Step> = []
  const remember = (entry: Unnumbered) => history.push({ ...entry, seq: ++historySeq } as HistoryEntry)
  for (const event of events) {
    const before = snapshot
    const step = steps.step(snapshot, event)
    snapshot = step.snapshot
    updatedAt = event.at
    const after = faultRunAfter(faultRun, event)
    faultRun = after.run
    for (const entry of after.ended) remember(entry)
    if (isWorthNoting(event, before, snapshot))
      remember({ kind: "noted", at: event.at, what: OrderEvent.describe(event) })
    if (before.result !== snapshot.result) {
      const answer = answerFacts(event)
      remember({
        kind: "moved",
        at: event.at,
        from: before.result,
        to: snapshot.result,
        because: OrderEvent.describe(event),
        ...(answer === undefined ? {} : { answer })
      })
    }
    for (const command of step.commands) {
      if (command.type !== "tell" && command.type !== "askPerson") continue
      const notice = toNotice(command, snapshot, ++noticeSeq, event.at)
      notices.push(notice)
      remember(
        command.type === "tell"
          ? {
              kind: "told",
              at: event.at,
              fact: command.fact,
              noticeId: notice.id,
              ...(command.late === undefined ? {} : { late: command.late })
            }
          : { kind: "personAsked", at: event.at, reason: command.reason, noticeId: notice.id }
      )
    }
    // The end of a wait was told when the query began.
    if (event.type === "waited") continue
    taken.push({ event, after: snapshot })
    const transition = fromStep(step)
    if (transition !== undefined) transitions.push(transition)
  }
  const mustSurvive = !isPoll || snapshot.result !== stored.snapshot.result || notices.length > 0
  return {
    write: {
      next: {
        createdAt: stored.createdAt,
        ...(faultRun === undefined ? {} : { faultRun }),
        snapshot,
        historySeq,
        noticeSeq,
        updatedAt,
        version: stored.version + 1,
        polls: stored.polls + (isPoll ? 1 : 0)
      },
      history,
      notices,
      mustSurvive
    },
    transitions,
    steps: taken
  }
}
