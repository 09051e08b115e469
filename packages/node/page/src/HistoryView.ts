/** What happened to the chosen order, newest first: when, what, and why. */

import * as Dom from "./Dom.ts"
import * as Money from "./Money.ts"
import type { HistoryItem, Language, OrderDetails, StateInfo } from "./Protocol.ts"
import * as Terms from "./Terms.ts"
import * as Times from "./Times.ts"
import { of } from "./Words.ts"

export interface HistoryView {
  readonly element: HTMLElement
  readonly update: (order: OrderDetails, now: number) => void
}

/** An entry with how long after the one before it it came, in ms. */
interface Entry {
  readonly item:
    | HistoryItem
    | { readonly kind: "handedOver"; readonly at: number }
    | {
        readonly kind: "answered"
        readonly at: number
        readonly answer: NonNullable<OrderDetails["lastAnswer"]>
        readonly queries: number
      }
  readonly after: number | undefined
}

/** The history with its beginning, newest first. */
const entriesOf = ({ history, createdAt, lastAnswer, queries }: OrderDetails): ReadonlyArray<Entry> => {
  // Answers that change nothing are no entries: the last of them stands for all.
  const isEntry = history.some(({ kind, at }) => kind === "moved" && at === lastAnswer?.at)
  const answered: ReadonlyArray<Entry["item"]> =
    lastAnswer === undefined || isEntry
      ? []
      : [{ kind: "answered", at: lastAnswer.at, answer: lastAnswer, queries }]
  const items: ReadonlyArray<Entry["item"]> = [
    { kind: "handedOver", at: createdAt } as const,
    ...[...history, ...answered].sort((one, other) => one.at - other.at)
  ]
  return items
    .map((item, index) => {
      const before = items[index - 1]
      return { item, after: before === undefined ? undefined : item.at - before.at }
    })
    .reverse()
}

/** An empty history in this language. */
export const make = (language: Language, states: ReadonlyMap<string, StateInfo>): HistoryView => {
  const words = of(language)
  const list = Dom.make("ol", { class: "history", reversed: "" })
  const element = Dom.make(
    "section",
    { class: "panel", "aria-labelledby": "history-title" },
    Dom.make(
      "h3",
      { id: "history-title" },
      words.history,
      Dom.make("span", { class: "aside" }, words.newestFirst)
    ),
    list
  )

  const badge = (state: string): HTMLElement =>
    Dom.make("span", { class: "badge", "data-tag": states.get(state)?.tag }, state)

  const moved = (item: Extract<HistoryItem, { kind: "moved" }>): ReadonlyArray<Node> => [
    Dom.make(
      "p",
      { class: "what" },
      badge(item.from),
      Dom.make("span", { class: "arrow-text" }, "→"),
      badge(item.to)
    ),
    Dom.make(
      "p",
      { class: "why" },
      Terms.moveCause(item, language),
      item.amount === undefined ? undefined : ` · ${Money.yuan(item.amount, language)}`
    )
  ]

  const what = (value: string, isMarked = false): HTMLElement =>
    Dom.make("p", { class: isMarked ? "what marked" : "what" }, value)
  const why = (value: string): HTMLElement => Dom.make("p", { class: "why" }, value)

  const bodyOf = (item: Entry["item"]): ReadonlyArray<Node> => {
    switch (item.kind) {
      case "handedOver":
        return [what(words.handedOver)]
      case "answered": {
        const amount = item.answer.amount
        const money = amount === undefined ? "" : ` · ${Money.yuan(amount, language)}`
        return [
          what(words.answered),
          why(
            `${Terms.answer(item.answer, language)}${money} · ${words.afterQueries(Money.count(item.queries, language))}`
          )
        ]
      }
      case "moved":
        return moved(item)
      case "faults": {
        const span = words.from(Times.ofDay(item.first), Times.ofDay(item.last))
        return [
          what(words.faults(Money.count(item.count, language), Terms.fault(item.fault, language)), true),
          why(item.goesOn === true ? `${span}, ${words.goesOn}` : span)
        ]
      }
      case "noted":
        return [what(Terms.cause(item.what, language))]
      case "told":
        return [
          what(words.told(Terms.fact(item.fact, language))),
          ...(item.late === undefined ? [] : [why(Terms.late(item.late, language))])
        ]
      case "personAsked":
        return [what(words.personAsked, true), why(Terms.reason(item.reason, language))]
    }
  }

  const tagOf = (item: Entry["item"]): string | undefined => {
    if (item.kind === "moved") return states.get(item.to)?.tag
    return item.kind === "faults" || item.kind === "personAsked" ? "attention" : undefined
  }

  const build = ({ item, after }: Entry, now: number, isAddition: boolean): HTMLElement =>
    Dom.make(
      "li",
      { class: isAddition ? "fresh" : undefined, "data-kind": item.kind, "data-tag": tagOf(item) },
      Dom.make(
        "div",
        { class: "when" },
        Dom.make(
          "time",
          { datetime: new Date(item.at).toISOString(), title: Times.exact(item.at, language) },
          Times.brief(item.at, now)
        ),
        after === undefined || after < 10
          ? undefined
          : Dom.make("span", { class: "after" }, Times.since(after, language))
      ),
      Dom.make("div", { class: "event" }, ...bodyOf(item))
    )

  return {
    element,
    update: (order, now) =>
      Dom.keyed(
        list,
        entriesOf(order),
        (entry) => `${order.id} ${JSON.stringify(entry)}`,
        (entry, isAddition) => build(entry, now, isAddition)
      )
  }
}
