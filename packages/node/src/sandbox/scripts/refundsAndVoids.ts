/**
 * Scripts for what follows a payment. All are paid at the first query; the rest begins when a refund or a
 * void is asked for over the admin API, and `expected` is the end after that.
 */
import type { NamedScript, Steps } from "../Script.ts"

const paid: Steps = [{ answer: { _tag: "Paid" } }]

export const refundsAndVoids: ReadonlyArray<NamedScript> = [
  {
    name: "paid-then-refund",
    description: {
      en: "Paid; once a refund is asked for: refund accepted (88881220).",
      zh: "支付成功；申请退款后返回退款受理成功（88881220）。"
    },
    expected: "refunded",
    steps: paid,
    onRefund: [{ answer: { _tag: "RefundAccepted" } }]
  },
  {
    name: "refund-after-2",
    description: {
      en: "Paid; after the refund request two quick answers still say 0000, then refund accepted.",
      zh: "支付成功；申请退款后先有两次 0000，然后退款受理成功。"
    },
    expected: "refunded",
    steps: paid,
    onRefund: [{ answer: { _tag: "Paid" }, times: 2 }, { answer: { _tag: "RefundAccepted" } }]
  },
  {
    name: "refund-fails",
    description: {
      en: "Paid; after the refund request still 0000, for ever: the refund failed.",
      zh: "支付成功；申请退款后始终返回 0000：退款失败。"
    },
    expected: "refundFailed",
    steps: paid,
    onRefund: paid
  },
  {
    name: "paid-then-void",
    description: {
      en: "Paid; once a void is asked for: voided (88881137).",
      zh: "支付成功；申请撤销后返回撤销成功（88881137）。"
    },
    expected: "voided",
    steps: paid,
    onVoid: [{ answer: { _tag: "Voided" } }]
  },
  {
    name: "void-fails",
    description: {
      en: "Paid; after the void request still 0000, for ever: the void failed.",
      zh: "支付成功；申请撤销后始终返回 0000：撤销失败。"
    },
    expected: "voidFailed",
    steps: paid,
    onVoid: paid
  }
]
