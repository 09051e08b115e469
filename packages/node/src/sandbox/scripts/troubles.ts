/** Scripts in which the platform, or the way to it, has a trouble. None of them says anything about the order. */
import type { Answer } from "../Answer.ts"
import type { NamedScript, Steps } from "../Script.ts"

const always = (answer: Answer): Steps => [{ answer }]
const thenPaid = (answer: Answer, times = 1): Steps => [{ answer, times }, { answer: { _tag: "Paid" } }]

export const troubles: ReadonlyArray<NamedScript> = [
  {
    name: "platform-fault-then-paid",
    description: {
      en: "9999 (system exception) twice, then paid.",
      zh: "两次 9999（系统异常），然后支付成功。"
    },
    expected: "paid",
    steps: thenPaid({ _tag: "PlatformFault" }, 2)
  },
  {
    name: "platform-fault",
    description: { en: "9999 (system exception) for ever.", zh: "始终返回 9999（系统异常）。" },
    expected: "unresolved",
    steps: always({ _tag: "PlatformFault" })
  },
  {
    name: "contradictory",
    description: {
      en: "A paying code with transState SUCCESS, for ever: no conclusion can be drawn.",
      zh: "始终返回支付中代码却带 SUCCESS：自相矛盾，不能下结论。"
    },
    expected: "unresolved",
    steps: always({ _tag: "Contradictory" })
  },
  {
    name: "signature-rejected",
    description: {
      en: "3333 for ever, as if the merchant's key or number were wrong.",
      zh: "始终返回 3333，如同商户密钥或商户号有误。"
    },
    expected: "rejected",
    steps: always({ _tag: "SignatureRejected" })
  },
  {
    name: "slow-then-paid",
    description: {
      en: "The first answer takes 70 s, longer than the client's time-out of 65 s; then paid at once.",
      zh: "首次应答耗时 70 秒（超过客户端 65 秒超时），之后立即支付成功。"
    },
    expected: "paid",
    steps: thenPaid({ _tag: "Delayed", ms: 70_000 })
  },
  {
    name: "cut-then-paid",
    description: {
      en: "The connection is cut after half of the body; then paid.",
      zh: "应答正文传到一半连接中断；之后支付成功。"
    },
    expected: "paid",
    steps: thenPaid({ _tag: "Cut" })
  },
  {
    name: "reset-then-paid",
    description: {
      en: "The connection is cut before any answer; then paid.",
      zh: "未返回任何内容连接即中断；之后支付成功。"
    },
    expected: "paid",
    steps: thenPaid({ _tag: "Reset" })
  },
  {
    name: "slow-drip",
    description: {
      en: "A true answer, one byte each second, for ever.",
      zh: "始终以每秒一个字节的速度返回真实应答。"
    },
    expected: "unresolved",
    steps: always({ _tag: "SlowDrip", everyMs: 1000 })
  },
  {
    name: "huge-body",
    description: { en: "A true answer of 1 MiB, for ever.", zh: "始终返回 1 MiB 大小的真实应答。" },
    expected: "unresolved",
    steps: always({ _tag: "HugeBody" })
  },
  {
    name: "html",
    description: {
      en: "A proxy's error page in HTML with HTTP 200, for ever.",
      zh: "始终返回代理的 HTML 错误页（HTTP 200）。"
    },
    expected: "unresolved",
    steps: always({ _tag: "Html" })
  },
  {
    name: "bad-gateway",
    description: { en: "HTTP 502, for ever.", zh: "始终返回 HTTP 502。" },
    expected: "unresolved",
    steps: always({ _tag: "HttpStatus", status: 502 })
  },
  {
    name: "bad-gateway-then-paid",
    description: { en: "HTTP 502 twice, then paid.", zh: "两次 HTTP 502，然后支付成功。" },
    expected: "paid",
    steps: thenPaid({ _tag: "HttpStatus", status: 502 }, 2)
  },
  {
    name: "rate-limited",
    description: {
      en: "HTTP 429 with Retry-After 1, then paid.",
      zh: "HTTP 429（Retry-After 为 1 秒），然后支付成功。"
    },
    expected: "paid",
    steps: thenPaid({ _tag: "HttpStatus", status: 429, retryAfter: 1 })
  },
  {
    name: "redirect",
    description: {
      en: "HTTP 307 to another path, for ever; who follows it would see a payment, and should not.",
      zh: "始终返回 HTTP 307 跳转；不应跟随（跟随者会看到支付成功）。"
    },
    expected: "unresolved",
    steps: always({ _tag: "Redirect" })
  }
]
