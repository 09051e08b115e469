/** What the protocol's own terms are called in both languages. A term that is not here stands for itself. */
import type { HistoryItem, Language } from "./Protocol.ts"

type Both = readonly [en: string, zh: string]
type Terms = Readonly<Record<string, Both>>

const operations: Terms = {
  payment: ["payment", "支付"],
  refund: ["refund", "退款"],
  void: ["void", "撤销"]
}

const reasons: Terms = {
  TimeLimit: ["no result within the time limit", "超过时限仍无结果"],
  QueryLimit: ["no result within the number of queries", "超过查询次数仍无结果"],
  Contradictions: ["answers contradict, or can't be believed", "应答自相矛盾或不可信"],
  ContradictsEnd: ["an answer contradicts the end that was told", "应答与已通知的结果矛盾"],
  SignatureRejected: ["the platform refuses our signature", "签名被平台拒绝"]
}

const lates: Terms = {
  AfterClosed: ["paid after it was closed", "关闭后到账"],
  AfterFailed: ["paid after it had failed", "失败后到账"],
  WhileUnresolved: ["paid while a person was needed", "待人工处理期间到账"]
}

const facts: Terms = {
  Paid: ["paid", "已支付"],
  PayFailed: ["payment failed", "支付失败"],
  Closed: ["closed", "已关闭"],
  RefundAccepted: ["refund accepted", "退款已受理"],
  RefundFailed: ["refund failed", "退款失败"],
  Voided: ["voided", "已撤销"],
  VoidFailed: ["void failed", "撤销失败"]
}

const verdicts: Terms = {
  ...facts,
  Paying: ["being paid", "支付中"],
  PlatformFault: ["platform fault", "平台故障"],
  SignatureRejected: ["signature refused", "签名被拒绝"],
  Contradictory: ["contradictory", "自相矛盾"]
}

const faults: Terms = {
  Connection: ["no connection", "连接失败"],
  TimeOut: ["time-out", "超时"],
  Http: ["HTTP error", "HTTP 错误"],
  Unreadable: ["unreadable answer", "应答无法读取"],
  Unverified: ["wrong signature", "验签失败"],
  Implausible: ["implausible answer", "应答不可信"],
  CircuitOpen: ["breaker open", "熔断中"],
  Local: ["fault on this side", "本地故障"]
}

const causes: Terms = {
  "the wait is over": ["the wait is over", "等待结束"],
  "hint from outside": ["hint from outside", "收到外部提示"],
  "refund asked for": ["refund asked for", "申请退款"],
  "void asked for": ["void asked for", "申请撤销"],
  "resumed by a person": ["resumed by a person", "人工恢复查询"],
  "more is known of the order": ["more is known of the order", "补充了订单信息"]
}

const named =
  (terms: Terms) =>
  (term: string, language: Language): string =>
    (Object.hasOwn(terms, term) ? terms[term]?.[language === "zh" ? 1 : 0] : undefined) ?? term

export const operation: (term: string, language: Language) => string = named(operations)
export const reason: (term: string, language: Language) => string = named(reasons)
export const late: (term: string, language: Language) => string = named(lates)
export const fact: (term: string, language: Language) => string = named(facts)
export const verdict: (term: string, language: Language) => string = named(verdicts)
export const fault: (term: string, language: Language) => string = named(faults)
/** What happened outside, as the history notes it. */
export const cause: (term: string, language: Language) => string = named(causes)

/** What an answer said: its verdict, with the code and the state that it was drawn from. */
export const answer = (
  said: { readonly verdict: string; readonly retCode?: string; readonly transState?: string },
  language: Language
): string => {
  const codes = [said.retCode, said.transState].filter((code) => code !== undefined).join(" ")
  return codes === "" ? verdict(said.verdict, language) : `${verdict(said.verdict, language)} (${codes})`
}

/** Why an order moved: the answer, where one moved it, or what happened otherwise. */
export const moveCause = (item: Extract<HistoryItem, { kind: "moved" }>, language: Language): string => {
  const said = item.verdict === undefined ? undefined : answer({ ...item, verdict: item.verdict }, language)
  if (said !== undefined) return language === "zh" ? `应答：${said}` : `answered: ${said}`
  const fallen = /^fault: (\w+)$/.exec(item.cause)?.[1]
  if (fallen === undefined) return cause(item.cause, language)
  return language === "zh" ? `故障：${fault(fallen, language)}` : `fault: ${fault(fallen, language)}`
}
