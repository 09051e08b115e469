/** The order, the answers and the events that the tests tell their stories with. */
import { Order, OrderQueryAnswer, Verdict } from "@umf-order-sync/core"
import * as Schema from "effect/Schema"
import * as OrderEvent from "../../src/OrderEvent.ts"

export const order = Schema.decodeUnknownSync(Order.OrderRef)({
  merId: "30000102",
  orderId: "1509518653211",
  orderDate: "20171101",
  amount: "100"
})

export const verdicts: ReadonlyArray<Verdict.Verdict> = Verdict.Verdict.literals
export const operations: ReadonlyArray<Order.Operation> = Order.Operation.literals
export const faults: ReadonlyArray<OrderEvent.FaultKind> = OrderEvent.FaultKind.literals

const read = (fields: Readonly<Record<string, string>>): OrderQueryAnswer.OrderQueryAnswer =>
  Schema.decodeUnknownSync(OrderQueryAnswer.OrderQueryAnswer)({
    retMsg: "返回信息",
    transactionId: "31711011432450012",
    amount: "000000000100",
    ...fields
  })

/** An answer that leads to each verdict. */
const answers: Readonly<Record<Verdict.Verdict, OrderQueryAnswer.OrderQueryAnswer>> = {
  Paid: read({ retCode: "0000", transState: "SUCCESS" }),
  Paying: read({ retCode: "01000000" }),
  PayFailed: read({ retCode: "0000", transState: "PAYERROR" }),
  RefundAccepted: read({ retCode: "88881220" }),
  RefundFailed: read({ retCode: "0000", transState: "SUCCESS" }),
  Voided: read({ retCode: "88881137" }),
  VoidFailed: read({ retCode: "0000", transState: "SUCCESS" }),
  Closed: read({ retCode: "00060780", transState: "NOTPAY" }),
  PlatformFault: read({ retCode: "9999" }),
  SignatureRejected: read({ retCode: "3333" }),
  Contradictory: read({ retCode: "00060780", transState: "SUCCESS" })
}

/** The operation that a verdict is about, where it is about one. */
const usual = (verdict: Verdict.Verdict): Order.Operation => {
  if (verdict === "RefundFailed" || verdict === "RefundAccepted") return "refund"
  return verdict === "VoidFailed" || verdict === "Voided" ? "void" : "payment"
}

export const answered = (
  verdict: Verdict.Verdict,
  at: number,
  operation: Order.Operation = usual(verdict)
): OrderEvent.OrderEvent => OrderEvent.answered(at, { verdict, operation, answer: answers[verdict] })

export const faulted = (at: number, fault: OrderEvent.FaultKind = "Connection"): OrderEvent.OrderEvent => ({
  type: "faulted",
  at,
  fault
})

export type Plain = Exclude<OrderEvent.OrderEvent["type"], `answered.${string}` | "faulted" | "informed">

/** The events that carry nothing but their time. */
export const plain: ReadonlyArray<Plain> = ["waited", "hinted", "refundRequested", "voidRequested", "resumed"]

/** More is told of the order: the platform's number and the way of payment, and an amount that is known. */
export const informed = (at: number): OrderEvent.OrderEvent => ({
  type: "informed",
  at,
  order: Schema.decodeUnknownSync(Order.OrderRef)({
    merId: "30000102",
    orderId: "1509518653211",
    transactionId: "31711011432450099",
    payType: "WX",
    amount: "999"
  })
})

/** The verdict in an answer's event; `undefined` for all other events. */
export const verdictOf = ({ type }: OrderEvent.OrderEvent): Verdict.Verdict | undefined =>
  type.startsWith("answered.") ? (type.slice("answered.".length) as Verdict.Verdict) : undefined
