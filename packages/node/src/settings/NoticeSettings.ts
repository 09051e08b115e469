/** Who is told, and how patiently. */
import * as Duration from "effect/Duration"
import * as Relay from "../telling/Relay.ts"
import * as Webhook from "../telling/Webhook.ts"
import * as Kind from "./Kind.ts"
import { make } from "./Setting.ts"

const { defaults } = Relay
const length = (input: Duration.Input) => ({ value: Duration.fromInputUnsafe(input) })

export const settings = {
  onNotice: make({
    scope: "app",
    option: "onNotice",
    kind: Kind.callback,
    meaning: {
      en: "Called for each notice, at least once. At most one of this, the next and the webhook",
      zh: "每条通知至少调用一次。本项、下一项和 webhook 至多设一个"
    }
  }),

  onNoticeInTransaction: make({
    scope: "app",
    option: "onNoticeInTransaction",
    kind: Kind.callback,
    meaning: {
      en: "The same for a function that writes to the store's own database: it takes effect exactly once",
      zh: "同上，但函数写入存储所在的数据库：恰好生效一次"
    }
  }),

  webhookUrl: make({
    scope: "both",
    option: "webhook.url",
    variable: "UMF_WEBHOOK_URL",
    isInCommand: true,
    flag: "webhook-url",
    kind: Kind.url,
    meaning: {
      en: "Where notices are sent, signed. https, but for loopback. Without a handler they are kept",
      zh: "签名后的通知发往何处。除回环地址外必须是 https。没有处理者时通知会保留"
    }
  }),

  webhookSecret: make({
    scope: "both",
    option: "webhook.secret",
    variable: "UMF_WEBHOOK_SECRET",
    isInCommand: true,
    flag: "webhook-secret-file",
    kind: Kind.secrets,
    meaning: {
      en: "Signs them: `whsec_` and 24 to 64 bytes in base64. The flag names a file that holds it. Of two, both sign; the command takes one",
      zh: "用于签名：`whsec_` 加 24 至 64 字节的 base64。命令行参数给出存放它的文件。给出两个则都用来签名；命令只接受一个"
    }
  }),

  webhookTimeout: make({
    scope: "app",
    option: "webhook.timeout",
    variable: "UMF_WEBHOOK_TIMEOUT",
    kind: Kind.length,
    fallback: length(Webhook.defaults.timeout),
    meaning: { en: "Time for one try", zh: "单次发送的时限" }
  }),

  relayConcurrency: make({
    scope: "app",
    option: "relay.concurrency",
    variable: "UMF_RELAY_CONCURRENCY",
    kind: Kind.count(1),
    fallback: { value: defaults.concurrency },
    meaning: { en: "Notices on their way at once", zh: "同时发送的通知数" }
  }),

  relayBackOffBase: make({
    scope: "app",
    option: "relay.backOff.base",
    variable: "UMF_RELAY_BACK_OFF_BASE",
    kind: Kind.length,
    fallback: length(defaults.backOff.base),
    meaning: {
      en: "The first pause after a notice could not be handed over; doubled each time",
      zh: "通知未能送达后的首次间隔；每次加倍"
    }
  }),

  relayBackOffCap: make({
    scope: "app",
    option: "relay.backOff.cap",
    variable: "UMF_RELAY_BACK_OFF_CAP",
    kind: Kind.length,
    fallback: length(defaults.backOff.cap),
    meaning: { en: "The longest such pause", zh: "该间隔的上限" }
  }),

  relayTimeout: make({
    scope: "app",
    option: "relay.timeout",
    variable: "UMF_RELAY_TIMEOUT",
    kind: Kind.length,
    fallback: length(defaults.timeout),
    meaning: {
      en: "The longest time that a handler may take; then its notice is tried again later",
      zh: "处理函数的最长时间；超过后稍后再试"
    }
  }),

  relayGrace: make({
    scope: "app",
    option: "relay.grace",
    variable: "UMF_RELAY_GRACE",
    kind: Kind.length,
    fallback: length(defaults.grace),
    meaning: {
      en: "How long notices on their way may take to arrive at a stop",
      zh: "停止时，途中的通知可用多久送达"
    }
  })
}
