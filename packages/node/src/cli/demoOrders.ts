/** The orders of `umf-order demo`: what happens to each, and where each has to end. */
import type { OrderSnapshot } from "@umf-order-sync/machine"
import type { Script } from "../sandbox/Script.ts"

/** One order of the demo. Times are the platform's; the demo divides them. */
export interface DemoOrder {
  readonly orderId: string
  readonly story: string
  readonly script: typeof Script.Encoded | string
  /** What the merchant asks for once the order is paid. */
  readonly afterPaid?: "refund" | "void"
  readonly expected: OrderSnapshot.ResultState
}

const paying = (forMs: number) => ({ answer: { _tag: "Paying" }, forMs }) as const
const paid = { answer: { _tag: "Paid" } } as const

export const demoOrders: ReadonlyArray<DemoOrder> = [
  {
    orderId: "till-0001",
    story: "the customer types the password",
    script: { steps: [paying(120_000), paid] },
    expected: "paid"
  },
  {
    orderId: "till-0002",
    story: "the platform has trouble (9999) first",
    script: { steps: [paying(30_000), { answer: { _tag: "PlatformFault" }, times: 3 }, paid] },
    expected: "paid"
  },
  {
    orderId: "till-0003",
    story: "the line breaks in mid-answer",
    script: { steps: [{ answer: { _tag: "Cut" }, times: 2 }, paying(20_000), paid] },
    expected: "paid"
  },
  {
    orderId: "till-0004",
    story: "the bank says no",
    script: { steps: [paying(90_000), { answer: { _tag: "PayError" } }] },
    expected: "payFailed"
  },
  {
    orderId: "till-0005",
    story: "the customer walks away",
    script: { steps: [paying(180_000), { answer: { _tag: "Closed" } }] },
    expected: "closed"
  },
  {
    orderId: "till-0006",
    story: "closed, but the money comes late",
    script: "closed-then-paid",
    expected: "paid"
  },
  {
    orderId: "till-0007",
    story: "paid, then refunded",
    script: "paid-then-refund",
    afterPaid: "refund",
    expected: "refunded"
  },
  {
    orderId: "till-0008",
    story: "paid, and the refund fails",
    script: "refund-fails",
    afterPaid: "refund",
    expected: "refundFailed"
  },
  {
    orderId: "till-0009",
    story: "paid, then voided",
    script: "paid-then-void",
    afterPaid: "void",
    expected: "voided"
  },
  {
    orderId: "till-0010",
    story: "somebody on the path renames a field",
    script: { steps: [{ answer: { _tag: "Renamed" }, times: 2 }, paying(60_000), paid] },
    expected: "paid"
  },
  {
    orderId: "till-0011",
    story: "never decided: handed to a person",
    script: "never-decided",
    expected: "unresolved"
  },
  {
    orderId: "till-0012",
    story: "the platform refuses our signature",
    script: "signature-rejected",
    expected: "rejected"
  }
]
