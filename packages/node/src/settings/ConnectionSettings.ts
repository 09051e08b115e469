/** Keys, and how the platform is reached. */
import * as Duration from "effect/Duration"
import * as GatewayConfig from "../gateway/GatewayConfig.ts"
import { defaultSignatureLimit } from "../keys/MerchantSigner.ts"
import * as Kind from "./Kind.ts"
import { make } from "./Setting.ts"

const { defaults } = GatewayConfig
const length = (input: Duration.Input) => ({ value: Duration.fromInputUnsafe(input) })

export const settings = {
  merId: make({
    scope: "both",
    option: "merId",
    variable: "UMF_MER_ID",
    isInCommand: true,
    flag: "mer-id",
    kind: Kind.merchantNumber,
    meaning: {
      en: "The merchant of every order that names no other. `UmfConfig.merId` reads it",
      zh: "未写明商户的订单所属的商户。由 `UmfConfig.merId` 读取"
    }
  }),

  privateKey: make({
    scope: "both",
    option: "privateKey",
    variable: "UMF_PRIVATE_KEY",
    isInCommand: true,
    flag: "private-key",
    isNeeded: true,
    kind: Kind.file,
    meaning: {
      en: "The merchant's private key (PKCS#8, PKCS#1 or PKCS#12). In code also the file's bytes",
      zh: "商户私钥（PKCS#8、PKCS#1 或 PKCS#12）。在代码中也可直接给出文件的字节"
    }
  }),

  platformCert: make({
    scope: "both",
    option: "platformCert",
    variable: "UMF_PLATFORM_CERT",
    isInCommand: true,
    flag: "platform-cert",
    isNeeded: true,
    kind: Kind.file,
    meaning: {
      en: "The platform's certificate or public key. In code also the file's bytes",
      zh: "平台证书或公钥。在代码中也可直接给出文件的字节"
    }
  }),

  passphrase: make({
    scope: "both",
    option: "passphrase",
    variable: "UMF_PASSPHRASE",
    isInCommand: true,
    flag: "passphrase-file",
    kind: Kind.secret,
    meaning: {
      en: "Opens an encrypted private key. The flag names a file that holds it",
      zh: "用于打开加密的私钥。命令行参数给出存放它的文件"
    }
  }),

  signatureLimit: make({
    scope: "both",
    option: "signatureLimit",
    variable: "UMF_SIGNATURE_LIMIT",
    flag: "allow-long-signature",
    kind: Kind.limit,
    fallback: { value: defaultSignatureLimit },
    meaning: {
      en: "The longest signature, in characters; `none` (the flag) for keys above 1536 bits, if the platform takes them",
      zh: "签名的最大字符数；密钥超过 1536 位且平台接受时用 `none`（即该参数）"
    }
  }),

  baseUrl: make({
    scope: "both",
    option: "baseUrl",
    variable: "UMF_BASE_URL",
    isInCommand: true,
    flag: "base-url",
    kind: Kind.url,
    fallback: { value: GatewayConfig.PLATFORM_URL },
    meaning: {
      en: "The platform's address, up to and without `/pay/orderquery`. https, but for loopback",
      zh: "平台地址，到 `/pay/orderquery` 之前为止。除回环地址外必须是 https"
    }
  }),

  timeout: make({
    scope: "app",
    option: "timeout",
    variable: "UMF_TIMEOUT",
    kind: Kind.length,
    fallback: length(defaults.timeout),
    meaning: {
      en: "Time for one request; more than a minute, which the platform may need",
      zh: "单次请求的时限；须大于一分钟，平台可能需要这么久"
    }
  }),

  deadline: make({
    scope: "app",
    option: "deadline",
    variable: "UMF_DEADLINE",
    kind: Kind.length,
    fallback: {
      ...length(defaults.deadline),
      note: { en: "or `timeout` and 10 s, if that is more", zh: "或 `timeout` 加 10 秒，取较大者" }
    },
    meaning: {
      en: "Time for one query with its waits and retries; at least 1 s more than `timeout`",
      zh: "一次查询连同等待和重试的总时限；至少比 `timeout` 多 1 秒"
    }
  }),

  maxBodyBytes: make({
    scope: "app",
    option: "maxBodyBytes",
    variable: "UMF_MAX_BODY_BYTES",
    kind: Kind.count(1024),
    fallback: { value: defaults.maxBodyBytes },
    meaning: { en: "The largest answer that is read, in bytes", zh: "可读取的最大应答，单位字节" }
  }),

  retries: make({
    scope: "app",
    option: "retries",
    variable: "UMF_RETRIES",
    kind: Kind.count(0),
    fallback: { value: defaults.retries },
    meaning: {
      en: "Retries within one query, after faults that can pass",
      zh: "一次查询之内，对可能自行恢复的故障的重试次数"
    }
  }),

  backOffBase: make({
    scope: "app",
    option: "backOff.base",
    variable: "UMF_BACK_OFF_BASE",
    kind: Kind.length,
    fallback: length(defaults.backOff.base),
    meaning: {
      en: "The first pause between those retries; doubled each time",
      zh: "这些重试之间的首次间隔；每次加倍"
    }
  }),

  backOffCap: make({
    scope: "app",
    option: "backOff.cap",
    variable: "UMF_BACK_OFF_CAP",
    kind: Kind.length,
    fallback: length(defaults.backOff.cap),
    meaning: { en: "The longest pause between them", zh: "这些间隔的上限" }
  }),

  rateLimit: make({
    scope: "both",
    option: "rateLimit.limit",
    variable: "UMF_RATE_LIMIT",
    flag: "rate-limit",
    kind: Kind.count(1),
    fallback: { value: defaults.rateLimit.limit },
    meaning: {
      en: "At most so many requests in a window for each merchant, over all processes (the flag: in a second)",
      zh: "每个商户在一个时间窗内的最多请求数，所有进程合计（命令行参数：每秒）"
    }
  }),

  rateLimitWindow: make({
    scope: "app",
    option: "rateLimit.window",
    variable: "UMF_RATE_LIMIT_WINDOW",
    kind: Kind.length,
    fallback: length(defaults.rateLimit.window),
    meaning: { en: "The length of that window", zh: "该时间窗的长度" }
  }),

  breakerFailures: make({
    scope: "app",
    option: "circuitBreaker.failures",
    variable: "UMF_CIRCUIT_BREAKER_FAILURES",
    kind: Kind.count(1),
    fallback: { value: defaults.circuitBreaker.failures },
    meaning: {
      en: "After so many faults in a row the platform is left alone",
      zh: "连续这么多次故障后，暂停访问平台"
    }
  }),

  breakerOpenFor: make({
    scope: "app",
    option: "circuitBreaker.openFor",
    variable: "UMF_CIRCUIT_BREAKER_OPEN_FOR",
    kind: Kind.length,
    fallback: length(defaults.circuitBreaker.openFor),
    meaning: { en: "For how long it is left alone each time", zh: "每次暂停访问的时长" }
  }),

  connections: make({
    scope: "both",
    option: "connections",
    variable: "UMF_CONNECTIONS",
    flag: "concurrency",
    kind: Kind.count(1),
    fallback: { value: defaults.connections },
    meaning: {
      en: "Requests to the platform at once (the flag sets this and `concurrency`)",
      zh: "同时向平台发出的请求数（该参数同时设定本项和 `concurrency`）"
    }
  })
}
