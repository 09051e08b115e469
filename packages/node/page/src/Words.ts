/** The page's own words, in both languages. What the protocol's terms mean is in `Terms`. */
import type { Language, Session, Tag } from "./Protocol.ts"

export interface Words {
  readonly title: string
  readonly sources: Readonly<Record<Session["source"], string>>
  readonly otherLanguage: string
  readonly schemes: Readonly<Record<"system" | "light" | "dark", string>>
  readonly scheme: (now: string) => string
  readonly keys: string
  readonly live: string
  readonly connecting: string
  /** The inspector answers, and what it looks at doesn't. */
  readonly noAnswer: string
  readonly reconnecting: (left: string) => string
  readonly retry: string
  readonly rate: (perSecond: string) => string
  readonly rateMeaning: string
  readonly orders: string
  readonly due: string
  readonly toBeTold: string
  readonly summary: string
  readonly list: string
  readonly search: string
  readonly searchHint: string
  readonly clearSearch: string
  readonly kinds: string
  readonly all: string
  readonly tags: Readonly<Record<Tag, string>>
  readonly state: string
  readonly anyState: string
  readonly shown: (count: string, total: string | undefined) => string
  readonly found: (count: number) => string
  readonly more: string
  readonly loading: string
  readonly noOrders: string
  readonly noOrdersYet: string
  readonly nothingFound: string
  readonly nothingFoundHint: string
  readonly showAll: string
  readonly listFailed: string
  readonly again: string
  readonly nothingChosen: string
  readonly nothingChosenHint: string
  readonly gone: string
  readonly goneHint: string
  readonly back: string
  readonly order: string
  readonly askNow: string
  readonly resume: string
  readonly whatToDo: string
  readonly asking: Readonly<Record<"querying" | "waiting" | "idle" | "dueNow", string>>
  readonly nextQuery: (left: string) => string
  readonly operation: string
  readonly queries: string
  readonly faultsInARow: string
  readonly created: string
  readonly changed: string
  readonly lastAnswer: string
  readonly none: string
  readonly wasPaid: string
  readonly yes: string
  readonly no: string
  readonly late: string
  readonly reason: string
  readonly chart: string
  readonly chartFailed: string
  readonly lastMove: (from: string, to: string, at: string) => string
  readonly notDrawn: string
  readonly history: string
  readonly newestFirst: string
  readonly handedOver: string
  /** The last answer, which changed nothing. */
  readonly answered: string
  readonly afterQueries: (count: string) => string
  readonly faults: (count: string, kind: string) => string
  readonly from: (first: string, last: string) => string
  readonly goesOn: string
  readonly told: (fact: string) => string
  readonly personAsked: string
  readonly notices: string
  readonly noNotices: string
  readonly noticeTold: string
  readonly noticePending: string
  readonly tries: (count: number) => string
  readonly now: (order: string, state: string, meaning: string) => string
  readonly dismiss: string
  readonly acted: Readonly<Record<"hint" | "resume", string>>
  readonly close: string
  readonly keyList: ReadonlyArray<readonly [keys: ReadonlyArray<string>, what: string]>
  readonly noToken: string
  readonly noTokenHint: string
  readonly refused: string
  readonly refusedHint: string
  readonly unreachable: string
  readonly unreachableHint: string
}

const en: Words = {
  title: "Order inspector",
  sources: { service: "service", store: "store", api: "service, by its API", actors: "actors" },
  otherLanguage: "中文",
  schemes: { system: "as the system", light: "light", dark: "dark" },
  scheme: (now) => `Colours: ${now}. Change.`,
  keys: "Keys",
  live: "Live",
  connecting: "Connecting",
  noAnswer: "No answer: what you see is old",
  reconnecting: (left) => `Reconnecting in ${left}`,
  retry: "Try now",
  rate: (perSecond) => `${perSecond}/s`,
  rateMeaning: "transitions a second",
  orders: "orders",
  due: "due",
  toBeTold: "to be told",
  summary: "In all",
  list: "Orders, newest first",
  search: "Search by order number",
  searchHint: "Order number",
  clearSearch: "Clear the search",
  kinds: "Which orders",
  all: "All",
  tags: { polling: "Polling", settled: "Settled", attention: "Attention" },
  state: "State",
  anyState: "Any state",
  shown: (count, total) => (total === undefined ? `${count} loaded` : `${count} of ${total} loaded`),
  found: (count) =>
    count === 0 ? "No orders." : count === 1 ? "1 order listed." : `${count} orders listed.`,
  more: "More",
  loading: "Loading",
  noOrders: "No orders yet",
  noOrdersYet: "An order appears here as soon as it is handed over.",
  nothingFound: "Nothing found",
  nothingFoundHint: "No order has this in its number and is in such a state.",
  showAll: "Show all orders",
  listFailed: "The orders could not be listed.",
  again: "Try again",
  nothingChosen: "No order chosen",
  nothingChosenHint: "Choose one to see where it is, how it got there, and what to do.",
  gone: "This order is not known any more",
  goneHint:
    "It was removed, or the inspector has shown too many others since. Look for it in the list again.",
  back: "Orders",
  order: "Order",
  askNow: "Ask now",
  resume: "Resume",
  whatToDo: "What to do",
  asking: {
    querying: "The platform is being asked",
    waiting: "Next query in",
    idle: "No query is planned",
    dueNow: "Due; waits for its turn"
  },
  nextQuery: (left) => `Next query in ${left}`,
  operation: "Asked for",
  queries: "Queries",
  faultsInARow: "Faults in a row",
  created: "Handed over",
  changed: "Changed",
  lastAnswer: "Last answer",
  none: "none yet",
  wasPaid: "Seen paid",
  yes: "yes",
  no: "no",
  late: "late",
  reason: "Why a person",
  chart: "Lifecycle",
  chartFailed: "The chart could not be loaded.",
  lastMove: (from, to, at) => `Last move: ${from} → ${to} at ${at}.`,
  notDrawn: "It is possible from almost everywhere, so the chart leaves it out.",
  history: "History",
  newestFirst: "newest first",
  handedOver: "Handed over",
  answered: "Answered, and nothing changed",
  afterQueries: (count) => `${count} queries so far`,
  faults: (count, kind) => `${count} × ${kind}`,
  from: (first, last) => (first === last ? `at ${first}` : `${first} to ${last}`),
  goesOn: "not over yet",
  told: (fact) => `The merchant is told: ${fact}`,
  personAsked: "A person is asked for",
  notices: "Notices",
  noNotices: "None: there was nothing to tell yet.",
  noticeTold: "told",
  noticePending: "not told yet",
  tries: (count) => (count === 1 ? "1 try" : `${count} tries`),
  now: (order, state, meaning) => `Order ${order}: ${state}, ${meaning}.`,
  dismiss: "Dismiss",
  acted: { hint: "It will be asked at once.", resume: "It is asked again." },
  close: "Close",
  keyList: [
    [["/"], "search by order number"],
    [["j", "k"], "move in the list; the arrow keys too"],
    [["Enter"], "open the order"],
    [["Esc"], "back to the list"],
    [["?"], "show these keys"]
  ],
  noToken: "This page needs its token",
  noTokenHint:
    "Open the address that the inspector printed when it started, the whole of it: it ends in #token= and the token. An address without that part lets nobody in.",
  refused: "The token was refused",
  refusedHint:
    "A token is good for one run of the inspector. It has probably been started anew: open the address that it printed then. If nothing was started anew, the address was not copied whole.",
  unreachable: "The inspector does not answer",
  unreachableHint:
    "Its program has ended, or is stopping. Start it again and open the address that it prints; if it is still there, this page goes on by itself."
}

const zh: Words = {
  title: "订单检视器",
  sources: { service: "服务", store: "存储", api: "服务（经 API）", actors: "Actor" },
  otherLanguage: "English",
  schemes: { system: "跟随系统", light: "浅色", dark: "深色" },
  scheme: (now) => `配色：${now}。点击切换。`,
  keys: "快捷键",
  live: "实时",
  connecting: "连接中",
  noAnswer: "无应答：所见已过时",
  reconnecting: (left) => `${left}后重连`,
  retry: "立即重试",
  rate: (perSecond) => `${perSecond} 次/秒`,
  rateMeaning: "每秒状态转移次数",
  orders: "订单",
  due: "待查询",
  toBeTold: "待通知",
  summary: "总计",
  list: "订单，最新在前",
  search: "按订单号搜索",
  searchHint: "订单号",
  clearSearch: "清除搜索",
  kinds: "筛选订单",
  all: "全部",
  tags: { polling: "查询中", settled: "有结果", attention: "需人工" },
  state: "状态",
  anyState: "任意状态",
  shown: (count, total) =>
    total === undefined ? `已载入 ${count} 笔` : `已载入 ${count} 笔，共 ${total} 笔`,
  found: (count) => (count === 0 ? "没有订单。" : `已列出 ${count} 笔订单。`),
  more: "更多",
  loading: "载入中",
  noOrders: "还没有订单",
  noOrdersYet: "订单一经提交就会出现在这里。",
  nothingFound: "没有找到",
  nothingFoundHint: "没有订单号包含此内容且处于该状态的订单。",
  showAll: "显示全部订单",
  listFailed: "无法列出订单。",
  again: "重试",
  nothingChosen: "尚未选择订单",
  nothingChosenHint: "选择一笔订单，查看它所处的状态、经过以及应采取的操作。",
  gone: "此订单已不可查",
  goneHint: "它已被移除，或检视器此后显示过太多其他订单。请在列表中重新查找。",
  back: "订单列表",
  order: "订单",
  askNow: "立即查询",
  resume: "恢复查询",
  whatToDo: "应采取的操作",
  asking: {
    querying: "正在向平台查询",
    waiting: "距下次查询",
    idle: "没有计划中的查询",
    dueNow: "已到查询时间，等待轮到"
  },
  nextQuery: (left) => `${left}后再次查询`,
  operation: "当前请求",
  queries: "查询次数",
  faultsInARow: "连续故障",
  created: "提交时间",
  changed: "更新时间",
  lastAnswer: "最近应答",
  none: "尚无",
  wasPaid: "曾见已支付",
  yes: "是",
  no: "否",
  late: "迟到",
  reason: "转人工原因",
  chart: "生命周期",
  chartFailed: "无法载入状态图。",
  lastMove: (from, to, at) => `最近一次转移：${from} → ${to}（${at}）。`,
  notDrawn: "这种转移几乎处处可能，图中未画出。",
  history: "经过",
  newestFirst: "最新在前",
  handedOver: "提交订单",
  answered: "最近一次应答，未改变状态",
  afterQueries: (count) => `共查询 ${count} 次`,
  faults: (count, kind) => `${kind} × ${count}`,
  from: (first, last) => (first === last ? first : `${first} 至 ${last}`),
  goesOn: "仍在持续",
  told: (fact) => `通知商户：${fact}`,
  personAsked: "请求人工处理",
  notices: "通知",
  noNotices: "无：还没有需要通知的内容。",
  noticeTold: "已通知",
  noticePending: "尚未通知",
  tries: (count) => `尝试 ${count} 次`,
  now: (order, state, meaning) => `订单 ${order}：${state}，${meaning}。`,
  dismiss: "关闭提示",
  acted: { hint: "将立即查询。", resume: "已恢复查询。" },
  close: "关闭",
  keyList: [
    [["/"], "按订单号搜索"],
    [["j", "k"], "在列表中移动，也可用方向键"],
    [["Enter"], "打开订单"],
    [["Esc"], "回到列表"],
    [["?"], "显示快捷键"]
  ],
  noToken: "此页面需要令牌",
  noTokenHint: "请打开检视器启动时打印的完整地址，它以 #token= 及令牌结尾。缺少这一部分的地址无法进入。",
  refused: "令牌被拒绝",
  refusedHint:
    "令牌只在检视器的一次运行期间有效。它很可能已重新启动：请打开它重新打印的地址。若未曾重启，则地址没有复制完整。",
  unreachable: "检视器没有应答",
  unreachableHint:
    "它的程序已结束，或正在停止。请重新启动并打开它打印的地址；若它仍在运行，本页面会自动继续。"
}

const words: Readonly<Record<Language, Words>> = { en, zh }

/** The words of a language. */
export const of = (language: Language): Words => words[language]
