/** The page's own words. What a state means, and what to do about it, comes from StateGuide. */
import type { StateGuide } from "@umf-order-sync/machine"

export type Language = StateGuide.Language

export const languageOf = (wanted: string): Language => (wanted.toLowerCase().startsWith("zh") ? "zh" : "en")

export const words = {
  en: {
    order: "Order",
    amount: "Amount",
    queries: "Queries",
    next: "Next query",
    late: "The payment came late: somebody has to decide whether to deliver or to refund.",
    askNow: "Ask now",
    askAgain: "Ask again",
    loading: "Asking the shop…",
    unknown: "The shop knows no order of this number.",
    away: "The shop can't be reached now. What is shown is what it said last; it is asked again.",
    choose: "Orders of the scripted shop:"
  },
  zh: {
    order: "订单",
    amount: "金额",
    queries: "查询次数",
    next: "下次查询",
    late: "这是一笔迟到的支付：须由人决定发货还是退款。",
    askNow: "立即查询",
    askAgain: "恢复查询",
    loading: "正在询问商店……",
    unknown: "商店没有这个订单号。",
    away: "暂时连不上商店。显示的是它最近一次的答复；会再次询问。",
    choose: "演示商店的订单："
  }
} as const satisfies Record<Language, unknown>
