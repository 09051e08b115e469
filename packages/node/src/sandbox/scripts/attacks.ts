/**
 * Scripts in which somebody on the path, or a faulty platform, makes answers look like a payment that did
 * not happen. In none of them was this order paid; a client that ends with "paid" was fooled.
 */
import type { NamedScript } from "../Script.ts"

export const attacks: ReadonlyArray<NamedScript> = [
  {
    name: "wrong-signature",
    description: {
      en: "Answers that say paid, with a signature that does not fit.",
      zh: "应答称支付成功，但签名不符。"
    },
    expected: "unresolved",
    steps: [{ answer: { _tag: "WrongSignature" } }]
  },
  {
    name: "unsigned",
    description: { en: "Answers that say paid, without a signature.", zh: "应答称支付成功，但没有签名。" },
    expected: "unresolved",
    steps: [{ answer: { _tag: "Unsigned" } }]
  },
  {
    name: "replayed",
    description: {
      en: "A true paying answer, then another order's true answer: other transactionId, other amount.",
      zh: "先是真实的支付中应答，之后重放另一订单的真实应答：流水号与金额均不同。"
    },
    expected: "unresolved",
    steps: [{ answer: { _tag: "Paying" } }, { answer: { _tag: "Replayed" } }]
  },
  {
    name: "wrong-amount",
    description: {
      en: "Paid and truly signed, with another amount. Track it with its own amount, 8888 fen.",
      zh: "签名真实、支付成功，但金额不符。跟踪时请给出订单金额 8888 分。"
    },
    expected: "unresolved",
    steps: [{ answer: { _tag: "WrongAmount" } }]
  },
  {
    name: "renamed",
    description: {
      en: "0000 with NOTPAY, and transState renamed to transStatf: the signature still fits.",
      zh: "0000 + NOTPAY，但字段 transState 被改名为 transStatf：签名仍然有效。"
    },
    expected: "unresolved",
    steps: [{ answer: { _tag: "Renamed" } }]
  },
  {
    name: "merged",
    description: {
      en: '0000 with NOTPAY, and retMsg merged with transState to "ok|NOTPAY": the signature still fits.',
      zh: "0000 + NOTPAY，但 retMsg 与 transState 被合并为“ok|NOTPAY”：签名仍然有效。"
    },
    expected: "unresolved",
    steps: [{ answer: { _tag: "Merged" } }]
  }
]
