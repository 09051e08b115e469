/**
 * What of an order may leave the process: each field is named here, and what is not named stays. So a field
 * that is added to an order, its history or its notices elsewhere doesn't leave with them.
 */
import type * as DetailsView from "../api/DetailsView.ts"
import type { OrderView } from "../api/OrderView.ts"
import { withoutAbsent } from "../store/Fields.ts"
import { keyText, type OrderKey } from "../store/OrderStore.ts"
import { masked } from "../telling/Masked.ts"
import * as Handles from "./Handles.ts"
import type { HistoryItem, NoticeItem, OrderDetails, OrderRow, Session, Summary } from "./Protocol.ts"

/** At most so many orders can be asked for by their ids; those shown longest ago are forgotten first. */
const MOST_IDS = 20_000

/** How orders are called outside. */
export interface Naming {
  /** The order that an id stands for. */
  readonly find: (id: string) => OrderKey | undefined
  readonly idOf: (view: Pick<OrderView, "merId" | "orderId">) => string
  /** The order number as it is shown. */
  readonly shown: (orderId: string) => string
  /** Whether an order that wants to be asked is: an app's actor asks at once, a service when its turn comes. */
  readonly asksAtOnce: boolean
}

/** The key of an order as a desk shows it. */
export const keyOf = ({ merId, orderId }: Pick<OrderView, "merId" | "orderId">): OrderKey =>
  ({ merId, orderId }) as OrderKey

/** Ids that tell nothing, and order numbers that are masked, or shown on purpose. */
export const naming = (orderNumbers: Session["orderNumbers"], asksAtOnce = false): Naming => {
  const handles = Handles.make<OrderKey>(MOST_IDS)
  return {
    find: handles.find,
    idOf: (view) => {
      const key = keyOf(view)
      return handles.idOf(keyText(key), key)
    },
    shown: orderNumbers === "shown" ? (orderId) => orderId : masked,
    asksAtOnce
  }
}

const millis = (iso: string): number => Date.parse(iso)

/**
 * What is stored tells only since when a query is due; that one is under way is known from its beginning.
 * A query that is wanted at once is due since the order was saved, which no wait is.
 */
const askingOf = ({ nextQueryAt, updatedAt }: OrderView, isUnderWay: boolean): OrderRow["asking"] => {
  if (nextQueryAt === undefined) return "idle"
  return isUnderWay && nextQueryAt === updatedAt ? "querying" : "waiting"
}

/** An order in the list. */
export const row = (
  view: OrderView,
  { asksAtOnce, idOf, shown }: Naming,
  isUnderWay: boolean = asksAtOnce
): OrderRow =>
  withoutAbsent<OrderRow>({
    id: idOf(view),
    order: shown(view.orderId),
    state: view.state,
    tag: view.tag,
    asking: askingOf(view, isUnderWay),
    amount: view.amount,
    createdAt: millis(view.createdAt),
    updatedAt: millis(view.updatedAt),
    nextQueryAt: view.nextQueryAt === undefined ? undefined : millis(view.nextQueryAt),
    paid: view.paid,
    late: view.late,
    reason: view.reason
  })

type Moved = Extract<HistoryItem, { readonly kind: "moved" }>
type Faults = Extract<HistoryItem, { readonly kind: "faults" }>

const historyItem = (entry: DetailsView.HistoryView): HistoryItem => {
  const at = millis(entry.at)
  switch (entry.kind) {
    case "moved":
      return withoutAbsent<Moved>({
        kind: "moved",
        at,
        from: entry.from,
        to: entry.to,
        cause: entry.because,
        verdict: entry.answer?.verdict,
        retCode: entry.answer?.retCode,
        transState: entry.answer?.transState,
        amount: entry.answer?.amount
      })
    case "faults":
      return faults(at, entry)
    case "noted":
      return { kind: "noted", at, what: entry.what }
    case "told":
      return {
        kind: "told",
        at,
        fact: entry.fact,
        ...(entry.late === undefined ? {} : { late: entry.late })
      }
    case "personAsked":
      return { kind: "personAsked", at, reason: entry.reason }
  }
}

const faults = (at: number, run: NonNullable<OrderView["faultRun"]>): Faults => ({
  kind: "faults",
  at,
  fault: run.fault,
  count: run.count,
  first: millis(run.first),
  last: millis(run.last)
})

const noticeItem = ({ type, at, told, attempts }: DetailsView.NoticeView): NoticeItem => ({
  type,
  at: millis(at),
  told,
  attempts
})

const lastAnswer = (answer: OrderView["lastAnswer"]): OrderDetails["lastAnswer"] =>
  answer === undefined
    ? undefined
    : withoutAbsent<NonNullable<OrderDetails["lastAnswer"]>>({
        at: millis(answer.at),
        verdict: answer.verdict,
        retCode: answer.retCode,
        transState: answer.transState,
        amount: answer.amount
      })

/** The history with the run of faults that goes on, in its place. */
const withRun = (
  history: ReadonlyArray<HistoryItem>,
  run: OrderView["faultRun"]
): ReadonlyArray<HistoryItem> => {
  if (run === undefined) return history
  const last = millis(run.last)
  const place = history.findLastIndex(({ at }) => at <= last) + 1
  return history.toSpliced(place, 0, { ...faults(last, run), goesOn: true })
}

/** An order with all that may be shown of it. */
export const details = (view: DetailsView.DetailsView, names: Naming): OrderDetails => {
  const history = view.history.map(historyItem)
  const move = history.findLast((item): item is Moved => item.kind === "moved")
  return withoutAbsent<OrderDetails>({
    ...row(view, names),
    operation: view.operation,
    queries: view.queries,
    faults: view.faults,
    lastAnswer: lastAnswer(view.lastAnswer),
    lastMove: move === undefined ? undefined : { at: move.at, from: move.from, to: move.to },
    history: withRun(history, view.faultRun),
    notices: view.notices.map(noticeItem)
  })
}

/** How much there is of what. */
export const summary = (counts: DetailsView.Summary): Summary => ({
  orders: counts.orders,
  polling: counts.polling,
  settled: counts.settled,
  attention: counts.attention,
  states: counts.states,
  due: counts.due,
  pendingNotices: counts.pendingNotices
})
