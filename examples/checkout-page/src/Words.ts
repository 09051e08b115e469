/**
 * What a customer is told. An order without a result is never called failed: whoever reads that pays again, and may
 * have paid twice. So is one that a person has to look at.
 */
import type { PlainState } from "@umf-order-sync/node"

export type Language = "en" | "zh"

/** What the page shows of an order. */
export type Shown = "waiting" | "paid" | "failed" | "closed" | "goingBack" | "moneyBack" | "inQuestion"

const results: Readonly<Record<string, Shown>> = {
  paid: "paid",
  payFailed: "failed",
  closed: "closed",
  refunded: "moneyBack",
  voided: "moneyBack"
}

/** A result in its own words; what has none here is for a person, as what needs one. */
export const shownOf = ({ state, settled, attention }: PlainState): Shown => {
  if (settled) return results[state] ?? "inQuestion"
  if (attention) return "inQuestion"
  // While it is asked: after a refund or void request it is not the payment that is waited for.
  return /^(?:open|closingSuspected)\b/.test(state) ? "waiting" : "goingBack"
}

interface Words {
  readonly title: string
  readonly text: string
}

export const words: Readonly<Record<Language, Readonly<Record<Shown, Words>>>> = {
  en: {
    waiting: {
      title: "Waiting for the payment",
      text: "Pay in your app, and keep this page open. Once you have paid, please don't pay again: it can take a while until it shows here."
    },
    paid: { title: "Paid", text: "Thank you. Your order is on its way." },
    failed: { title: "The payment did not go through", text: "Nothing was taken. You can order again." },
    closed: {
      title: "The order was closed without a payment",
      text: "You can order again. Should money have been taken from you all the same, we notice, and get in touch."
    },
    goingBack: { title: "Your payment is being taken back", text: "We have asked for it." },
    moneyBack: { title: "Your payment goes back to you", text: "How long it takes is up to your bank." },
    inQuestion: {
      title: "We are looking into your payment",
      text: "Please don't pay again: we don't know yet whether it has arrived, and get in touch."
    }
  },
  zh: {
    waiting: {
      title: "等待支付结果",
      text: "请在手机上完成支付，并保持本页打开。付款后请勿重复支付：结果可能稍后才显示。"
    },
    paid: { title: "支付成功", text: "谢谢，您的订单正在处理。" },
    failed: { title: "支付未成功", text: "没有扣款，您可以重新下单。" },
    closed: {
      title: "订单已关闭，未支付",
      text: "您可以重新下单。如果仍被扣款，我们会发现并与您联系。"
    },
    goingBack: { title: "正在退回款项", text: "退款申请已提交。" },
    moneyBack: { title: "退款已受理", text: "到账时间取决于您的银行。" },
    inQuestion: {
      title: "正在核实您的支付",
      text: "请勿重复支付：尚不能确定款项是否到账，我们会与您联系。"
    }
  }
}

export const labels = {
  en: {
    order: "Order",
    buy: "Buy tea for ¥88.88",
    home: "Back to the shop",
    unknown: "There is no such order."
  },
  zh: { order: "订单", buy: "购买茶叶（¥88.88）", home: "返回商店", unknown: "没有这个订单。" }
} as const satisfies Record<Language, unknown>

/** The first of the browser's languages that there are words in. */
export const languageOf = (acceptLanguage: string | undefined): Language => {
  for (const wanted of (acceptLanguage ?? "").toLowerCase().split(",")) {
    if (wanted.trim().startsWith("zh")) return "zh"
    if (wanted.trim().startsWith("en")) return "en"
  }
  return "en"
}
