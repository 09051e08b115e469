/** The chosen order: where it is, what that means, what to do, how it got there. */

import * as AskingView from "./AskingView.ts"
import * as Chart from "./Chart.ts"
import * as Dom from "./Dom.ts"
import * as FactsView from "./FactsView.ts"
import * as HistoryView from "./HistoryView.ts"
import * as Money from "./Money.ts"
import * as NoticesView from "./NoticesView.ts"
import * as Path from "./Path.ts"
import type { Act, Language, OrderDetails, OrderRow, Session } from "./Protocol.ts"
import * as Terms from "./Terms.ts"
import * as Times from "./Times.ts"
import { of } from "./Words.ts"

/** What is known of what was chosen. */
export type Chosen =
  | { readonly kind: "nothing" }
  | { readonly kind: "gone" }
  /** `row` is newer than `details` or the same; the details come with the live stream. */
  | { readonly kind: "order"; readonly row: OrderRow; readonly details: OrderDetails | undefined }

export interface Actions {
  readonly act: (id: string, act: Act) => void
  readonly back: () => void
}

export interface DetailsView {
  readonly element: HTMLElement
  /** `now` is the inspector's time. */
  readonly update: (chosen: Chosen, now: number) => void
  /** The countdown alone. */
  readonly tick: (now: number) => void
  readonly focus: () => void
}

/** Whether asking for this makes sense where the order stands. */
export const isSensible = (act: Act, { tag, asking }: OrderRow): boolean =>
  act === "resume" ? tag === "attention" : asking !== "querying"

/** No order yet. `loaded` says that the chart has come and wants an update. */
export const make = (
  language: Language,
  session: Session,
  actions: Actions,
  loaded: () => void
): DetailsView => {
  const words = of(language)
  const states = new Map(session.states.map((info) => [info.state, info]))
  const asking = AskingView.make(language)
  const facts = FactsView.make(language)
  const history = HistoryView.make(language, states)
  const notices = NoticesView.make(language)
  const chart = Chart.make(language, session.states, loaded)

  const back = Dom.make(
    "button",
    { type: "button", class: "button back" },
    Dom.icon("back"),
    Dom.make("span", {}, words.back)
  )
  const number = Dom.make("bdi")
  const title = Dom.make("h2", { tabindex: "-1", "aria-label": undefined }, number)
  const amount = Dom.make("span", { class: "amount" })
  const acts = session.acts.map((act) => {
    const button = Dom.make(
      "button",
      { type: "button", class: act === "resume" ? "button primary" : "button", "data-act": act },
      act === "resume" ? words.resume : words.askNow
    )
    button.addEventListener("click", () => {
      if (shown.kind === "order" && isSensible(act, shown.row)) actions.act(shown.row.id, act)
    })
    return { act, button }
  })
  const state = Dom.make("span", { class: "state-name" })
  const flag = Dom.make("span", { class: "flag" })
  const meaning = Dom.make("span", { class: "state-meaning" })
  const todo = Dom.make("p", { class: "todo" })
  const card = Dom.make(
    "section",
    { class: "card", "aria-label": words.state },
    Dom.make(
      "div",
      { class: "card-words" },
      Dom.make("p", { class: "state-line" }, state, flag, meaning),
      Dom.make("h3", { class: "hidden" }, words.whatToDo),
      todo
    ),
    asking.element
  )
  const lastMove = Dom.make("p", { class: "chart-note" })
  const order = Dom.make(
    "article",
    { class: "order" },
    Dom.make(
      "header",
      { class: "order-head" },
      title,
      amount,
      Dom.make("div", { class: "acts" }, ...acts.map(({ button }) => button))
    ),
    card,
    facts.element,
    Dom.make(
      "div",
      { class: "order-body" },
      Dom.make(
        "section",
        { class: "panel chart-panel", "aria-labelledby": "chart-title" },
        Dom.make("h3", { id: "chart-title" }, words.chart, legend(session, language)),
        chart.element,
        lastMove
      ),
      Dom.make("div", { class: "order-side" }, history.element, notices.element)
    )
  )
  const emptyTitle = Dom.make("p", { class: "empty-title" })
  const emptyHint = Dom.make("p")
  const empty = Dom.make("div", { class: "empty" }, emptyTitle, emptyHint)
  const element = Dom.make("section", { class: "details", "aria-label": words.order }, back, empty, order)
  back.addEventListener("click", actions.back)
  let shown: Chosen = { kind: "nothing" }

  const drawOrder = (row: OrderRow, details: OrderDetails | undefined, now: number): void => {
    const info = states.get(row.state)
    Dom.text(number, row.order)
    Dom.text(amount, row.amount === undefined ? "" : Money.yuan(row.amount, language))
    Dom.text(state, row.state)
    Dom.text(meaning, info?.meaning[language] ?? "")
    Dom.text(todo, info?.todo[language] ?? "")
    Dom.text(flag, row.late === undefined ? "" : Terms.late(row.late, language))
    Dom.show(flag, row.late !== undefined)
    Dom.attribute(card, "data-tag", row.tag)
    for (const { act, button } of acts) {
      // Not `disabled`: that would take the keyboard away from a button that works again a moment later.
      Dom.attribute(button, "aria-disabled", isSensible(act, row) ? undefined : "true")
      if (act !== "resume") continue
      // A button that goes away must not take the keyboard with it.
      if (!isSensible(act, row) && document.activeElement === button) title.focus()
      Dom.show(button, isSensible(act, row))
    }
    asking.update(row, now)
    facts.update(row, details, now)
    const isDrawn = chart.update(
      details === undefined
        ? { active: row.state, visited: new Set([row.state]), taken: new Set(), last: undefined }
        : Path.of({ ...details, state: row.state }),
      row.asking === "querying"
    )
    const move = details?.lastMove
    Dom.show(lastMove, move !== undefined)
    if (move !== undefined) {
      const text = words.lastMove(move.from, move.to, Times.brief(move.at, now))
      Dom.text(lastMove, isDrawn === false ? `${text} ${words.notDrawn}` : text)
    }
    if (details === undefined) return
    history.update(details, now)
    notices.update(details, now)
  }

  return {
    element,
    update: (chosen, now) => {
      shown = chosen
      Dom.show(order, chosen.kind === "order")
      Dom.show(empty, chosen.kind !== "order")
      Dom.attribute(
        order,
        "aria-busy",
        chosen.kind === "order" && chosen.details === undefined ? "true" : undefined
      )
      if (chosen.kind === "order") drawOrder(chosen.row, chosen.details, now)
      else {
        const isGone = chosen.kind === "gone"
        Dom.text(emptyTitle, isGone ? words.gone : words.nothingChosen)
        Dom.text(emptyHint, isGone ? words.goneHint : words.nothingChosenHint)
      }
    },
    tick: (now) => {
      if (shown.kind === "order") asking.update(shown.row, now)
    },
    focus: () => (shown.kind === "order" ? title : back).focus({ preventScroll: false })
  }
}

/** What the colours mean. */
const legend = (session: Session, language: Language): HTMLElement => {
  const words = of(language)
  const tags = (["polling", "settled", "attention"] as const).filter((tag) =>
    session.states.some((info) => info.tag === tag)
  )
  return Dom.make(
    "span",
    { class: "legend" },
    ...tags.map((tag) => Dom.make("span", { class: "legend-item", "data-tag": tag }, words.tags[tag]))
  )
}
