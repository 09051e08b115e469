/** One order, as the machine has it. */
import { type OrderInspection, OrderSnapshot, StateGuide } from "@umf-order-sync/machine"
import { useActor } from "@xstate/react"
import type { ReactElement } from "react"
import { machineState } from "./machineState.ts"
import { orderFeed } from "./orderFeed.ts"
import type * as ShopApi from "./ShopApi.ts"
import { type Language, words } from "./words.ts"

/** Fen as yuan. */
const yuan = (fen: bigint): string => `¥${fen / 100n}.${(fen % 100n).toString().padStart(2, "0")}`

/** What a person may do now: what the machine would take. */
const actOf = (order: OrderSnapshot.OrderSnapshot): ShopApi.Act | undefined => {
  const state = machineState(order)
  const at = Date.now()
  if (state.hasTag("attention")) return state.can({ type: "resumed", at }) ? "resume" : undefined
  return state.hasTag("polling") && state.can({ type: "hinted", at }) ? "hint" : undefined
}

interface DetailsProps {
  readonly order: OrderSnapshot.OrderSnapshot
  readonly language: Language
}

const Details = ({ order, language }: DetailsProps): ReactElement => {
  const { queries, nextQueryAt } = order.context
  const { amount } = order.context.order
  const own = words[language]
  return (
    <dl>
      {amount !== undefined && (
        <>
          <dt>{own.amount}</dt>
          <dd>{yuan(amount)}</dd>
        </>
      )}
      <dt>{own.queries}</dt>
      <dd>{queries}</dd>
      {nextQueryAt !== undefined && (
        <>
          <dt>{own.next}</dt>
          <dd>{new Date(nextQueryAt).toLocaleTimeString(language)}</dd>
        </>
      )}
    </dl>
  )
}

interface StateProps extends DetailsProps {
  /** Absent while an earlier act is on its way. */
  readonly onAct: ((act: ShopApi.Act) => void) | undefined
}

const State = ({ order, language, onAct }: StateProps): ReactElement => {
  const { meaning, todo } = StateGuide.states[order.result]
  const own = words[language]
  const act = actOf(order)
  return (
    <>
      <p>
        <strong>{meaning[language]}</strong> <code>{OrderSnapshot.nameOf(order)}</code>
      </p>
      <p>{todo[language]}</p>
      {order.context.payment?.late !== undefined && <p role="alert">{own.late}</p>}
      <Details order={order} language={language} />
      {act !== undefined && (
        <button type="button" disabled={onAct === undefined} onClick={() => onAct?.(act)}>
          {act === "resume" ? own.askAgain : own.askNow}
        </button>
      )}
    </>
  )
}

export interface OrderPageProps {
  readonly orderId: string
  readonly language: Language
  readonly inspect?: OrderInspection.Inspect | undefined
}

export const OrderPage = ({ orderId, language, inspect }: OrderPageProps): ReactElement => {
  const [feed, send] = useActor(orderFeed, { input: { orderId, inspect } })
  const { order, trouble } = feed.context
  const own = words[language]
  const onAct = feed.matches("acting") ? undefined : (act: ShopApi.Act) => send({ type: "act", act })
  return (
    <article
      lang={language}
      data-result={order?.result}
      data-tag={order && OrderSnapshot.tagOf(order.result)}
      aria-live="polite"
    >
      <h1>
        {own.order} {orderId}
      </h1>
      {trouble !== undefined && <p role="status">{own[trouble]}</p>}
      {order !== undefined && <State order={order} language={language} onAct={onAct} />}
      {order === undefined && trouble === undefined && <p>{own.loading}</p>}
    </article>
  )
}
