/**
 * Writes the pages docs/lifecycle.md and docs/lifecycle.zh-CN.md: what each state means, what to do about
 * it, what the merchant is told, and where the order goes from there.
 *   node scripts/lifecyclePages.ts
 *
 * The words are StateGuide's, the moves are read from the machine's chart. A guard, an event or an entry
 * action that has no words here is an error. A test keeps the committed pages current.
 */
import { writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { QuerySchedule } from "@umf-order-sync/core"
import { OrderCommand, OrderSnapshot, orderMachine, StateGuide } from "@umf-order-sync/machine"
import { Notice } from "@umf-order-sync/node"
import * as Table from "./Table.ts"

type Language = StateGuide.Language
type Words = StateGuide.Words
type State = OrderSnapshot.ResultState

const { confirmAfter, maxContradictions, recheckAfter } = QuerySchedule.defaults

/** A length of time of at least a second, in its largest whole unit. */
const lengthOf = (millis: number): Words => {
  const units: ReadonlyArray<readonly [number, string, string]> = [
    [3_600_000, "hour", "小时"],
    [60_000, "minute", "分钟"],
    [1000, "second", "秒"]
  ]
  const [size, en, zh] = units.find(([one]) => millis % one === 0) ?? [1, "ms", "毫秒"]
  const count = millis / size
  return { en: `${count} ${en}${count === 1 ? "" : "s"}`, zh: `${count} ${zh}` }
}

/**
 * Conditions of moves, in the order in which the machine looks at them wherever one event has several: so
 * that in a table the first line that fits is the one that counts.
 */
const conditions: ReadonlyArray<readonly [guard: string, words: Words]> = [
  [
    "confirmed",
    {
      en: `it was asked for at least ${lengthOf(confirmAfter).en} after the first such answer came`,
      zh: `提问距第一次这样的应答到达至少 ${lengthOf(confirmAfter).zh}`
    }
  ],
  ["paymentUnknown", { en: "it was never seen paid", zh: "从未见到已支付" }],
  [
    "contradicted",
    {
      en: `it is the ${maxContradictions}rd in a row that contradicts or is not believed`,
      zh: `连续第 ${maxContradictions} 次自相矛盾或不可采信`
    }
  ],
  ["exhausted", { en: "its time or its number of queries is used up", zh: "查询时间或次数已用尽" }],
  ["paymentKnown", { en: "it was seen paid before", zh: "此前见到过已支付" }],
  ["refundAsked", { en: "a refund was asked for", zh: "已申请退款" }],
  ["voidAsked", { en: "a void was asked for", zh: "已申请撤销" }],
  ["", { en: "", zh: "" }]
]

const rankOf = (guard: string): number => {
  const rank = conditions.findIndex(([name]) => name === guard)
  if (rank === -1) throw new Error(`There are no words for the guard ${guard}.`)
  return rank
}

const [REFUND, VOID] = [rankOf("refundAsked"), rankOf("voidAsked")]

/** Events besides answers, which are told by their verdicts. */
const events: Readonly<Record<string, Words>> = {
  "answered.*": { en: "any other answer", zh: "其他任何应答" },
  faulted: { en: "a fault", zh: "故障" },
  refundRequested: { en: "a refund is asked for", zh: "申请退款" },
  voidRequested: { en: "a void is asked for", zh: "申请撤销" },
  resumed: { en: "resumed by a person", zh: "人工恢复查询" }
}

/** What a move's line says of where it leads, besides a state's name. */
const stays: Words = { en: "stays", zh: "不变" }

const wordsOf = (event: string, language: Language): string => {
  const words = events[event]
  if (words !== undefined) return words[language]
  if (!event.startsWith("answered.")) throw new Error(`There are no words for the event ${event}.`)
  return `\`${event.slice("answered.".length)}\``
}

/** One move: the events that make it, under which condition, to where; `undefined` where it stays. */
interface Move {
  readonly rank: number
  readonly target: ReadonlyArray<string> | undefined
  readonly events: ReadonlyArray<string>
}

const resultStates = orderMachine().root.states.result?.states ?? {}

const nodeOf = (state: State) => {
  const node = resultStates[state]
  if (node === undefined) throw new Error(`The machine has no state ${state}.`)
  return node
}

const nameOf = (named: unknown): string =>
  typeof named === "object" && named !== null && "type" in named ? String(named.type) : String(named ?? "")

/** The machine's moves from a state; those that change nothing are left out unless a later one would. */
const movesFrom = (state: State): ReadonlyArray<Move> => {
  const found: Array<{ rank: number; target: string | undefined; event: string }> = []
  for (const [event, transitions] of nodeOf(state).transitions) {
    const moves = transitions.map(({ guard, target }) => ({
      rank: rankOf(nameOf(guard)),
      target: target?.[0]?.key,
      event
    }))
    // What was asked for last is a refund or a void, never both: which of them is looked at first is all one.
    const places = moves.map(({ rank }) => (rank === VOID ? REFUND : rank))
    if (places.some((place, index) => place < (places[index - 1] ?? 0))) {
      throw new Error(`${state} looks at the conditions of ${event} in another order than the page tells.`)
    }
    // A condition that stands twice never gets to the second one.
    const reached = moves.filter(({ rank }, index) => moves.findIndex((one) => one.rank === rank) === index)
    const last = reached.findLastIndex(({ target }) => target !== undefined)
    found.push(...reached.slice(0, last + 1))
  }
  const grouped = new Map<string, Move>()
  for (const { rank, target, event } of found) {
    const key = `${rank} ${target ?? ""}`
    const before = grouped.get(key)
    grouped.set(key, {
      rank,
      target: target === undefined ? undefined : [target],
      events: [...(before?.events ?? []), event]
    })
  }
  return paired([...grouped.values()]).sort((one, other) => one.rank - other.rank)
}

/** A refund and a void that are taken up again for the same events stand in one line. */
const paired = (moves: ReadonlyArray<Move>): Array<Move> => {
  const [refund, void_] = [REFUND, VOID].map((place) => moves.find(({ rank }) => rank === place))
  if (refund?.target === undefined || void_?.target === undefined) return [...moves]
  if (refund.events.join() !== void_.events.join()) return [...moves]
  return [
    ...moves.filter((move) => move !== refund && move !== void_),
    { ...refund, target: [...refund.target, ...void_.target] }
  ]
}

const conditionOf = ({ rank, target }: Move, language: Language): string => {
  if (target !== undefined && target.length > 1) {
    return { en: "if one of them was asked for", zh: "条件：已申请其一" }[language]
  }
  const words = conditions[rank]?.[1][language] ?? ""
  if (words === "") return ""
  return language === "en" ? `if ${words}` : `条件：${words}`
}

const or: Words = { en: " or ", zh: " 或 " }
const comma: Words = { en: ", ", zh: "、" }

/** The notice that is written when an order comes into a state. */
const noticeOf = (state: State): string | undefined => {
  for (const action of nodeOf(state).entry.map(nameOf)) {
    if (action === "learnPayment") return "order.paid"
    if (action === "needPerson") return "order.unresolved"
    const fact = OrderCommand.Fact.literals.find((one) => action === `tell${one}`)
    if (fact !== undefined) return Notice.typeOf[fact]
    if (action.startsWith("tell")) throw new Error(`There is no notice for ${action}.`)
  }
  return undefined
}

/** Whether and how the platform is asked about an order in a state. */
const askingOf = (state: State): Words => {
  if (OrderSnapshot.tagOf(state) === "polling") return { en: "on the schedule", zh: "按计划查询" }
  const entry = nodeOf(state).entry.map(nameOf)
  if (entry.includes("planRecheck")) {
    const times = recheckAfter.map(lengthOf)
    return {
      en: `again ${times.map(({ en }) => en).join(" and ")} after it came to rest, and after a hint`,
      zh: `停下来 ${times.map(({ zh }) => zh).join("和 ")}后再次查询，有提示时也查询`
    }
  }
  if (!entry.includes("clearPlan")) throw new Error(`It can't be told how ${state} is asked about.`)
  return { en: "after a hint only", zh: "仅在有提示时" }
}

const labels: Readonly<Record<"kind" | "told" | "asked" | "todo" | "to" | "when" | "none" | "rests", Words>> =
  {
    kind: { en: "kind", zh: "类别" },
    told: { en: "the merchant is told", zh: "告知商户" },
    asked: { en: "the platform is asked", zh: "查询平台" },
    todo: { en: "what to do", zh: "该怎么办" },
    to: { en: "goes to", zh: "转到" },
    when: { en: "when", zh: "何时" },
    none: { en: "nothing", zh: "不通知" },
    rests: { en: "Nothing moves it any more.", zh: "此后不再变化。" }
  }

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const section = (state: State, language: Language): string => {
  const { meaning, todo } = StateGuide.states[state]
  const notice = noticeOf(state)
  const stop = language === "en" ? "." : "。"
  const facts = [
    ["", ""],
    [labels.kind[language], `\`${OrderSnapshot.tagOf(state)}\``],
    [labels.todo[language], todo[language]],
    [labels.told[language], notice === undefined ? labels.none[language] : `\`${notice}\``],
    [labels.asked[language], askingOf(state)[language]]
  ]
  const moves = movesFrom(state).map((move) => [
    move.target?.map((target) => `\`${target}\``).join(or[language]) ?? stays[language],
    [move.events.map((event) => wordsOf(event, language)).join(comma[language]), conditionOf(move, language)]
      .filter((part) => part !== "")
      .join(language === "en" ? ", " : "；")
  ])
  return [
    `### ${state}`,
    `${capital(meaning[language])}${stop}`,
    Table.from(facts),
    moves.length === 0
      ? labels.rests[language]
      : Table.from([[labels.to[language], labels.when[language]], ...moves])
  ].join("\n\n")
}

const kinds: ReadonlyArray<OrderSnapshot.Tag> = ["polling", "settled", "attention"]

const heads: Readonly<Record<Language, ReadonlyArray<string>>> = {
  en: [
    "# The life of an order",
    "[中文](lifecycle.zh-CN.md)",
    "Each state: what it means, what to do about it, what the merchant is told, and where the order goes from there. This page and the picture are made from the machine itself (`scripts/lifecyclePages.ts`, `scripts/lifecycle.ts`), with the figures of the default schedule. The words are explained in [concepts.md](concepts.md), the verdicts in [decisions.md](decisions.md).",
    "![The lifecycle of an order](lifecycle.svg)",
    "## How to read it",
    `There are three kinds of states:\n\n${kinds.map((tag) => `- \`${tag}\`${StateGuide.tags[tag].en.slice(tag.length)}.`).join("\n")}`,
    "A name such as `Paid` under “when” is the verdict of a believed answer. Where several lines fit, the first one counts. What is not in a table moves nothing: faults, above all, end no order. A notice that was the last one told is not told again. A payment that becomes known in another state, while a refund is followed for example, is told there as `order.paid`. A payment that was seen is remembered in every state: an order that was paid and refunded is `refunded`, and `paid` is still true.",
    "Whatever the state, each query is made in the same way: one is under way (`querying`), waited for (`waiting`), or not planned (`idle`). A hint makes it be made at once.",
    "## The states"
  ],
  zh: [
    "# 订单的一生",
    "[English](lifecycle.md)",
    "逐个状态说明：含义、该怎么办、告知商户什么、之后转到哪里。本页和图均由状态机生成（`scripts/lifecyclePages.ts`、`scripts/lifecycle.ts`），数字为默认查询计划的数字。用词解释见 [concepts.zh-CN.md](concepts.zh-CN.md)，结论见 [decisions.zh-CN.md](decisions.zh-CN.md)。",
    "![订单生命周期](lifecycle.zh-CN.svg)",
    "## 如何阅读",
    `状态分三类：\n\n${kinds.map((tag) => `- \`${tag}\`：${StateGuide.tags[tag].zh.replace("：", "，")}。`).join("\n")}`,
    "“何时”一栏中形如 `Paid` 的名字，是一个可信应答的结论。多行都符合时，以第一行为准。表中没有的不引起任何变化：尤其是故障，绝不终结订单。刚刚告知过的同一事实不会再次告知。若付款是在别的状态下得知的（例如正在跟踪退款时），同样以 `order.paid` 告知。见到过的付款在任何状态下都记着：支付后又退款的订单状态是 `refunded`，而 `paid` 仍为真。",
    "无论处于何状态，查询方式都相同：进行中（`querying`）、等待中（`waiting`）或无计划（`idle`）。有提示时立即查询。",
    "## 状态"
  ]
}

/** The page, as the text of a file. */
export const page = (language: Language): string =>
  `${[...heads[language], ...OrderSnapshot.ResultState.literals.map((state) => section(state, language))].join("\n\n")}\n`

/** The pages' files, from the workspace's root. */
export const pages: ReadonlyArray<readonly [file: string, language: Language]> = [
  ["docs/lifecycle.md", "en"],
  ["docs/lifecycle.zh-CN.md", "zh"]
]

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, language] of pages) {
    await writeFile(new URL(`../${file}`, import.meta.url), page(language))
  }
}
