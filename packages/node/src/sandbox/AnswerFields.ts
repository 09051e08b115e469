/**
 * The fields of an answer before it is signed: a statement in the platform's words, and what the platform
 * says of the order beside it. Pure.
 */
import * as SandboxOrder from "./SandboxOrder.ts"
import { hasPayment, type Statement, wording } from "./Statement.ts"

/** Fields of an answer. A number stays a number in the JSON text. */
export interface AnswerFields {
  readonly [name: string]: string | number
}

const eightHours = 8 * 3_600_000

/** `platDate` and `platTime` of an instant. Asia/Shanghai has been UTC+8 without summer time since 1992. */
const platformTime = (now: number): { readonly platDate: string; readonly platTime: string } => {
  const text = new Date(now + eightHours).toISOString()
  return { platDate: text.slice(0, 10).replaceAll("-", ""), platTime: text.slice(11, 19).replaceAll(":", "") }
}

/** The answer about an order. */
export const ofOrder = (
  statement: Statement,
  order: Pick<SandboxOrder.SandboxOrder, "orderId" | "amount" | "payType">,
  now: number
): AnswerFields => {
  const words = wording(statement)
  const { retCode, retMsg, transState, fields } = words
  return {
    retCode,
    retMsg,
    ...platformTime(now),
    ...(hasPayment(words) && { paySeq: SandboxOrder.paySeq(order.orderId) }),
    transactionId: SandboxOrder.transactionId(order.orderId),
    ...(transState !== undefined && { transState }),
    amount: order.amount.toString().padStart(12, "0"),
    payType: order.payType,
    ...fields
  }
}

/** An answer that is about no order: the request was not believed, not understood, or named an unknown one. */
export const ofNoOrder = (retCode: string, retMsg: string, now: number): AnswerFields => ({
  retCode,
  retMsg,
  ...platformTime(now)
})
