/** One line of the list: an order's number and amount, where it is, and when it was handed over. */

import * as Dom from "./Dom.ts"
import * as Money from "./Money.ts"
import type { Language, OrderRow, StateInfo } from "./Protocol.ts"
import * as Terms from "./Terms.ts"
import * as Times from "./Times.ts"
import { of } from "./Words.ts"

/** How a row stands in the list. */
export interface Standing {
  readonly language: Language
  readonly now: number
  readonly info: StateInfo | undefined
  /** Its place, from 0, and how many there are; -1 where nobody knows. */
  readonly place: number
  readonly total: number
  readonly isChosen: boolean
  /** The keyboard stands here. */
  readonly isActive: boolean
}

export interface RowView {
  readonly element: HTMLElement
  /** The order that is shown. */
  readonly id: () => string | undefined
  readonly update: (row: OrderRow, standing: Standing) => void
}

/** A line that can show one order after another. `domId` lets the list point to it. */
export const make = (domId: string): RowView => {
  const number = Dom.make("bdi", { class: "row-order" })
  const amount = Dom.make("span", { class: "row-amount" })
  const state = Dom.make("span", { class: "row-state" })
  const meaning = Dom.make("span", { class: "row-meaning" })
  const flag = Dom.make("span", { class: "flag" })
  const time = Dom.make("time", { class: "row-time" })
  const asking = Dom.make("span", { class: "dot", "aria-hidden": "true" })
  const element = Dom.make(
    "div",
    { role: "option", id: domId, class: "row" },
    Dom.make("span", { class: "row-line" }, number, amount),
    Dom.make("span", { class: "row-line" }, asking, state, flag, meaning, time)
  )
  let last: OrderRow | undefined

  /** The line is marked for a moment where the order that it shows has moved. */
  const beat = (row: OrderRow): void => {
    if (last?.id !== row.id) Dom.attribute(element, "data-beat", undefined)
    else if (last.state !== row.state) {
      // Two names for one animation: a new name begins it anew.
      Dom.attribute(element, "data-beat", element.getAttribute("data-beat") === "a" ? "b" : "a")
    }
  }

  return {
    element,
    id: () => last?.id,
    update: (row, { language, now, info, place, total, isChosen, isActive }) => {
      beat(row)
      last = row
      Dom.text(number, row.order)
      Dom.text(amount, row.amount === undefined ? "" : Money.yuan(row.amount, language))
      Dom.text(state, row.state)
      Dom.text(meaning, info?.meaning[language] ?? "")
      Dom.text(flag, row.late === undefined ? "" : of(language).late)
      Dom.attribute(flag, "title", row.late === undefined ? undefined : Terms.late(row.late, language))
      Dom.show(flag, row.late !== undefined)
      Dom.text(time, Times.brief(row.createdAt, now))
      Dom.attribute(element, "data-tag", row.tag)
      Dom.attribute(element, "data-asking", row.asking)
      Dom.attribute(element, "aria-selected", isChosen ? "true" : "false")
      Dom.attribute(element, "data-active", isActive ? "" : undefined)
      Dom.attribute(element, "aria-posinset", String(place + 1))
      Dom.attribute(element, "aria-setsize", String(total))
    }
  }
}
