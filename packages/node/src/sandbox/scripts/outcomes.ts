/** Scripts in which platform and transport do their work: how a payment can go. */
import type { NamedScript } from "../Script.ts"

export const outcomes: ReadonlyArray<NamedScript> = [
  {
    name: "paid",
    description: { en: "Paid at the first query.", zh: "首次查询即支付成功。" },
    expected: "paid",
    steps: [{ answer: { _tag: "Paid" } }]
  },
  {
    name: "paid-after-3",
    description: {
      en: "Three paying answers (01000000, 02000000, 03000000), then paid.",
      zh: "三次支付中（01000000、02000000、03000000），然后支付成功。"
    },
    expected: "paid",
    steps: [
      { answer: { _tag: "Paying", retCode: "01000000" } },
      { answer: { _tag: "Paying", retCode: "02000000" } },
      { answer: { _tag: "Paying", retCode: "03000000" } },
      { answer: { _tag: "Paid" } }
    ]
  },
  {
    name: "paid-without-state",
    description: { en: "0000 without transState: paid.", zh: "返回 0000 且无 transState：支付成功。" },
    expected: "paid",
    steps: [{ answer: { _tag: "PaidWithoutState" } }]
  },
  {
    name: "notpay-then-paid",
    description: {
      en: "0000 with NOTPAY twice (not paid yet), then paid.",
      zh: "两次 0000 + NOTPAY（尚未支付），然后支付成功。"
    },
    expected: "paid",
    steps: [{ answer: { _tag: "NotPay" }, times: 2 }, { answer: { _tag: "Paid" } }]
  },
  {
    name: "new-fields",
    description: {
      en: "Paid, in an answer with fields that the specification does not know, one a number.",
      zh: "支付成功，但应答含文档之外的新字段，其中一个是数字。"
    },
    expected: "paid",
    steps: [
      {
        answer: {
          _tag: "Custom",
          retCode: "0000",
          retMsg: "交易成功",
          transState: "SUCCESS",
          fields: { txnAmt: 1, zVersion: "2.0" }
        }
      }
    ]
  },
  {
    name: "pay-error",
    description: {
      en: "Being paid, then PAYERROR: the bank said no.",
      zh: "支付中，然后 PAYERROR：银行拒绝。"
    },
    expected: "payFailed",
    steps: [{ answer: { _tag: "Paying" } }, { answer: { _tag: "PayError" } }]
  },
  {
    name: "closed",
    description: {
      en: "A code that the platform never listed, for ever: closed, once two answers say so.",
      zh: "始终返回未列出的返回码：两次确认后视为已关闭。"
    },
    expected: "closed",
    steps: [{ answer: { _tag: "Closed" } }]
  },
  {
    name: "closed-once-then-paid",
    description: {
      en: "One answer with an unlisted code, then paid: one such answer closes nothing.",
      zh: "一次未列出的返回码，然后支付成功：单次应答不能认定关闭。"
    },
    expected: "paid",
    steps: [{ answer: { _tag: "Closed" } }, { answer: { _tag: "Paid" } }]
  },
  {
    name: "closed-then-paid",
    description: {
      en: "Closed for 2 minutes, long enough to be confirmed, then paid: money that arrives late.",
      zh: "关闭持续 2 分钟（足以确认），之后却支付成功：迟到的款项。"
    },
    expected: "paidLate",
    steps: [{ answer: { _tag: "Closed" }, forMs: 120_000 }, { answer: { _tag: "Paid" } }]
  },
  {
    name: "never-decided",
    description: {
      en: "Being paid for ever: ends with a person, not with a result.",
      zh: "永远支付中：最终交人工处理，不得出结论。"
    },
    expected: "unresolved",
    steps: [{ answer: { _tag: "Paying" } }]
  }
]
