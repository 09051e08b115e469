/**
 * Draws the lifecycle pictures from the machine itself, for the documents and for the inspector's page.
 *   node scripts/lifecycle.ts
 *
 * States and transitions are read from the machine's chart. Transitions that exist from almost everywhere
 * are left out of the drawing and told in a line beneath it; `drawn` is the list of those that stay, and an
 * entry that the machine doesn't have is an error. A test keeps the committed pictures current.
 */
import { writeFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { OrderSnapshot, orderMachine, StateGuide } from "@umf-order-sync/machine"
import elk, { type ElkExtendedEdge, type ElkNode } from "elkjs/lib/elk.bundled.js"

type Language = StateGuide.Language
type Words = StateGuide.Words

/** Pairs of states whose transitions are drawn, with the words on the arrow. */
const drawn: ReadonlyArray<readonly [from: string, to: string, words: Words]> = [
  ["open", "paid", { en: "paid", zh: "已支付" }],
  ["open", "payFailed", { en: "payment failed", zh: "支付失败" }],
  ["open", "closingSuspected", { en: "closed?", zh: "疑似关闭" }],
  ["closingSuspected", "open", { en: "undecided again", zh: "又无结果" }],
  ["closingSuspected", "closed", { en: "again, 30 s later", zh: "30 秒后再次如此" }],
  ["closed", "paid", { en: "paid late", zh: "迟到的支付" }],
  ["payFailed", "paid", { en: "paid late", zh: "迟到的支付" }],
  ["open", "unresolved", { en: "limit, contradictions", zh: "到限、矛盾" }],
  ["unresolved", "open", { en: "resumed", zh: "人工恢复" }],
  ["unresolved", "paid", { en: "paid late", zh: "迟到的支付" }],
  ["open", "rejected", { en: "3333", zh: "3333" }],
  ["rejected", "open", { en: "resumed", zh: "人工恢复" }],
  ["paid", "refunding", { en: "refund asked for", zh: "申请退款" }],
  ["refunding", "refunded", { en: "accepted", zh: "退款受理" }],
  ["refunding", "refundFailureSuspected", { en: "still paid?", zh: "仍为已支付" }],
  ["refundFailureSuspected", "refunding", { en: "any other answer", zh: "其他应答" }],
  ["refundFailureSuspected", "refundFailed", { en: "again, 30 s later", zh: "30 秒后再次如此" }],
  ["paid", "voiding", { en: "void asked for", zh: "申请撤销" }],
  ["voiding", "voided", { en: "voided", zh: "已撤销" }],
  ["voiding", "voidFailureSuspected", { en: "still paid?", zh: "仍为已支付" }],
  ["voidFailureSuspected", "voiding", { en: "any other answer", zh: "其他应答" }],
  ["voidFailureSuspected", "voidFailed", { en: "again, 30 s later", zh: "30 秒后再次如此" }]
]

/** What kinds of states there are, as the swatches beneath the picture tell. */
const tags: ReadonlyArray<OrderSnapshot.Tag> = ["polling", "settled", "attention"]

const notes: Readonly<Record<Language, ReadonlyArray<string>>> = {
  en: [
    "Left out, because it holds almost everywhere: an answer “refund accepted” or “voided” leads to refunded or voided;",
    "3333 to rejected; a limit or three contradictory answers in a row to unresolved; a refund or void asked for to",
    "refunding or voiding. Faults and time-outs conclude nothing. Each state is queried the same way: a query is",
    "under way, waited for, or not planned. A hint asks at once. Payment, once seen, is never forgotten."
  ],
  zh: [
    "图中省略了几乎处处成立的转移：应答“退款受理成功”或“撤销成功”进入 refunded 或 voided；3333 进入 rejected；",
    "到限或连续三次矛盾进入 unresolved；申请退款或撤销进入 refunding 或 voiding。故障和超时不得出任何结论。",
    "所有状态的查询方式相同：查询进行中、等待中或无计划；外部提示会立即查询。见到过的付款永不遗忘。"
  ]
}

const titles: Words = { en: "The lifecycle of an order", zh: "订单生命周期" }

/** Which pairs of states the machine has a transition between. */
const transitionsOf = (): ReadonlySet<string> => {
  const { result } = orderMachine().root.states
  const pairs = new Set<string>()
  for (const [from, node] of Object.entries(result?.states ?? {})) {
    for (const transition of [...node.transitions.values()].flat()) {
      for (const target of transition.target ?? []) pairs.add(`${from} ${target.key}`)
    }
  }
  return pairs
}

const isWide = (character: string): boolean => /[\u2e80-\uffff]/.test(character)
const widthOf = (text: string, size: number): number =>
  [...text].reduce((sum, character) => sum + (isWide(character) ? size : size * 0.56), 0)

const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")

const layout = async (language: Language): Promise<ElkNode> => {
  const pairs = transitionsOf()
  const states = OrderSnapshot.ResultState.literals
  const graph: ElkNode = {
    id: "result",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": "DOWN",
      "elk.edgeRouting": "ORTHOGONAL",
      "elk.layered.cycleBreaking.strategy": "DEPTH_FIRST",
      "elk.layered.spacing.nodeNodeBetweenLayers": "30",
      "elk.spacing.nodeNode": "34",
      "elk.spacing.edgeNode": "18",
      "elk.spacing.edgeEdge": "14",
      "elk.layered.spacing.edgeNodeBetweenLayers": "14",
      "elk.json.edgeCoords": "ROOT",
      "elk.json.shapeCoords": "ROOT",
      "elk.padding": "[top=16,left=16,bottom=16,right=16]"
    },
    children: states.map((id) => ({
      id,
      width: Math.ceil(
        Math.max(widthOf(id, 14) * 1.08, widthOf(StateGuide.states[id].meaning[language], 12)) + 24
      ),
      height: 46
    })),
    edges: drawn.map(([from, to, words], index): ElkExtendedEdge => {
      if (!pairs.has(`${from} ${to}`)) throw new Error(`The machine has no transition from ${from} to ${to}.`)
      return {
        id: `edge-${index}`,
        sources: [from],
        targets: [to],
        labels: [
          {
            id: `label-${index}`,
            text: words[language],
            width: Math.ceil(widthOf(words[language], 12) * 1.18 + 12),
            height: 16,
            layoutOptions: { "elk.edgeLabels.inline": "true" }
          }
        ]
      }
    })
  }
  return new elk.default().layout(graph)
}

const style = `
text{font:12px system-ui,-apple-system,"Segoe UI","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;fill:#1f2937}
.name{font-size:14px;font-weight:600}.meaning,.note{fill:#4b5563}.ground,.label{fill:#ffffff}
.state rect{stroke-width:1.5}.edge path{fill:none;stroke:#6b7280;stroke-width:1.4}.edge text{text-anchor:middle}.arrow{fill:#6b7280}
.polling rect{fill:#e0f2fe;stroke:#0284c7}.settled rect{fill:#dcfce7;stroke:#16a34a}.attention rect{fill:#fee2e2;stroke:#dc2626}
@media (prefers-color-scheme:dark){text{fill:#e5e7eb}.meaning,.note{fill:#a8b3c2}.ground,.label{fill:#0d1117}.edge path{stroke:#8b98a9}.arrow{fill:#8b98a9}
.polling rect{fill:#0c2d48;stroke:#38bdf8}.settled rect{fill:#0f3321;stroke:#4ade80}.attention rect{fill:#44161a;stroke:#f87171}}`

const px = (value: number | undefined): string => String(Math.round((value ?? 0) * 10) / 10)

const drawState = (node: ElkNode, language: Language): string => {
  const id = node.id as OrderSnapshot.ResultState
  const middle = px((node.x ?? 0) + (node.width ?? 0) / 2)
  return `<g class="state ${OrderSnapshot.tagOf(id)}" data-state="${id}" text-anchor="middle"><rect x="${px(node.x)}" y="${px(node.y)}" width="${px(node.width)}" height="${px(node.height)}" rx="9"/><text class="name" x="${middle}" y="${px((node.y ?? 0) + 19)}">${id}</text><text class="meaning" x="${middle}" y="${px((node.y ?? 0) + 36)}">${escape(StateGuide.states[id].meaning[language])}</text></g>`
}

const drawEdge = (edge: ElkExtendedEdge): string => {
  const points = (edge.sections ?? []).flatMap((section) => [
    section.startPoint,
    ...(section.bendPoints ?? []),
    section.endPoint
  ])
  const path = points
    .map((point, index) => `${index === 0 ? "M" : "L"}${px(point.x)} ${px(point.y)}`)
    .join("")
  const [from, to] = [edge.sources[0] ?? "", edge.targets[0] ?? ""]
  const labels = (edge.labels ?? []).map(
    (label) =>
      `<rect class="label" x="${px(label.x)}" y="${px(label.y)}" width="${px(label.width)}" height="${px(label.height)}"/><text x="${px((label.x ?? 0) + (label.width ?? 0) / 2)}" y="${px((label.y ?? 0) + 12)}">${escape(label.text ?? "")}</text>`
  )
  return `<g class="edge" data-from="${from}" data-to="${to}"><path d="${path}" marker-end="url(#arrow)"/>${labels.join("")}</g>`
}

/** `document`: complete in itself. `page`: the chart alone, with no style of its own and no words beneath. */
export type Form = "document" | "page"

/** The picture, as the text of an SVG file. */
export const draw = async (language: Language, form: Form = "document"): Promise<string> => {
  const graph = await layout(language)
  const isPage = form === "page"
  const width = Math.ceil(isPage ? (graph.width ?? 0) : Math.max(graph.width ?? 0, 860))
  const top = Math.ceil(graph.height ?? 0) + 12
  const swatches = tags.map(
    (tag, index) =>
      `<g class="state ${tag}"><rect x="16" y="${top + index * 22}" width="22" height="14" rx="4"/><text x="46" y="${top + index * 22 + 12}">${escape(StateGuide.tags[tag][language])}</text></g>`
  )
  const lines = notes[language].map(
    (line, index) => `<text class="note" x="16" y="${top + 86 + index * 18}">${escape(line)}</text>`
  )
  const height = isPage ? Math.ceil(graph.height ?? 0) : top + 86 + lines.length * 18 + 4
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${titles[language]}</title><desc id="desc">${escape(notes[language].join(" "))}</desc>${isPage ? "" : `<style>${style}</style>`}`,
    `<defs><marker id="arrow" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="arrow" d="M0 0L8 4L0 8z"/></marker></defs>`,
    `<rect class="ground" width="${width}" height="${height}"/>`,
    ...(graph.edges ?? []).map(drawEdge),
    ...(graph.children ?? []).map((node) => drawState(node, language)),
    ...(isPage ? [] : [...swatches, ...lines]),
    "</svg>"
  ].join("\n")}\n`
}

/** The pictures and their files, from the workspace's root. */
export const pictures: ReadonlyArray<readonly [file: string, language: Language, form: Form]> = [
  ["docs/lifecycle.svg", "en", "document"],
  ["docs/lifecycle.zh-CN.svg", "zh", "document"],
  ["packages/node/page/lifecycle.en.svg", "en", "page"],
  ["packages/node/page/lifecycle.zh.svg", "zh", "page"]
]

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, language, form] of pictures) {
    await writeFile(new URL(`../${file}`, import.meta.url), await draw(language, form))
  }
}
