/** What only `umf-order run` has. */
import * as ApiServer from "../api/ApiServer.ts"
import * as Kind from "./Kind.ts"
import { make } from "./Setting.ts"

const { host, port, requestsPerSecond } = ApiServer.defaults

/** A flag that is there or not. */
const yesOrNo: Kind.Words = { en: "given or not", zh: "给出或不给" }

export const settings = {
  merchants: make({
    scope: "run",
    variable: "UMF_MERCHANTS",
    isInCommand: true,
    flag: "merchants",
    kind: Kind.file,
    meaning: {
      en: "JSON file with several merchants and their keys, read again when it changes; takes the place of merchant number and keys",
      zh: "列出多个商户及其密钥的 JSON 文件，变更后自动重新读取；代替商户号和密钥"
    }
  }),

  listen: make({
    scope: "run",
    flag: "listen",
    kind: Kind.ofCommand({ en: "HOST:PORT, or none", zh: "HOST:PORT，或 none" }),
    fallback: { value: `${host}:${port}` },
    meaning: {
      en: "Where the API is served; port 0 takes a free one, `none` serves none",
      zh: "API 的监听地址；端口 0 表示任取一个空闲端口，`none` 表示不提供 API"
    }
  }),

  token: make({
    scope: "run",
    variable: "UMF_API_TOKEN",
    isInCommand: true,
    flag: "token-file",
    kind: Kind.secret,
    meaning: {
      en: "What callers of the API have to show. The flag names a file that holds it",
      zh: "API 调用者须出示的令牌。命令行参数给出存放它的文件"
    }
  }),

  apiRate: make({
    scope: "run",
    flag: "api-rate",
    kind: Kind.count(1),
    fallback: { value: requestsPerSecond },
    meaning: {
      en: "Requests a second that the API lets in, over all callers",
      zh: "API 每秒接受的请求数，所有调用者合计"
    }
  }),

  log: make({
    scope: "run",
    flag: "log",
    kind: Kind.ofCommand({ en: "logfmt or json", zh: "logfmt 或 json" }),
    fallback: { value: "logfmt" },
    meaning: { en: "The form of the log on stderr", zh: "stderr 日志的格式" }
  }),

  inspect: make({
    scope: "run",
    flag: "inspect",
    kind: Kind.ofCommand(yesOrNo),
    meaning: {
      en: "Serves the live inspector on 127.0.0.1, for one person alone",
      zh: "在 127.0.0.1 上提供实时检视器，仅供一人使用"
    }
  }),

  inspectPort: make({
    scope: "run",
    flag: "inspect-port",
    kind: Kind.count(0),
    fallback: { value: 0 },
    meaning: { en: "Its port; 0 takes a free one", zh: "它的端口；0 表示任取一个空闲端口" }
  }),

  showOrderNumbers: make({
    scope: "run",
    flag: "show-order-numbers",
    kind: Kind.ofCommand(yesOrNo),
    meaning: {
      en: "Shows order numbers in full there; they are masked if not",
      zh: "在其中显示完整的订单号；否则打码"
    }
  }),

  open: make({
    scope: "run",
    flag: "open",
    kind: Kind.ofCommand(yesOrNo),
    meaning: { en: "Opens it in the browser", zh: "在浏览器中打开它" }
  }),

  json: make({
    scope: "run",
    flag: "json",
    kind: Kind.ofCommand(yesOrNo),
    meaning: {
      en: "One JSON object a line on stdout, and nothing else there",
      zh: "stdout 每行一个 JSON 对象，别无其他"
    }
  })
}
