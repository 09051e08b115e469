/**
 * From a stored order and what happened to the row that is to be written: the machine's steps, with the
 * history and the notices that they lead to. Pure; the fence and the transaction are the store's.
 */
import { createHash } from "node:crypto"
import type {
  OrderCommand,
  OrderEvent,
  OrderInspection,
  OrderSnapshot,
  OrderStep
} from "@umf-order-sync/machine"
import { withoutAbsent } from "../store/Fields.ts"
import type { HistoryEntry } from "../store/HistoryEntry.ts"
import * as Notice from "../store/Notice.ts"
import type { OrderWrite, StoredOrder } from "../store/OrderStore.ts"
import { fromStep, type OrderTransition } from "./OrderTransition.ts"
import * as StepHistory from "./StepHistory.ts"

/** What is to be written, and what is to be told of it once it is. */
export interface Advanced {
  readonly write: OrderWrite
  readonly transitions: ReadonlyArray<OrderTransition>
  /** Each event, and where it led; without the end of a wait, which was told when the query began. */
  readonly steps: ReadonlyArray<OrderInspection.Step>
}

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
  const remember = (entry: StepHistory.Unnumbered) =>
    history.push({ ...entry, seq: ++historySeq } as HistoryEntry)
  for (const event of events) {
    const before = snapshot
    const step = steps.step(snapshot, event)
    snapshot = step.snapshot
    updatedAt = event.at
    const added = StepHistory.after(faultRun, event, before, snapshot)
    faultRun = added.run
    for (const entry of added.entries) remember(entry)
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
