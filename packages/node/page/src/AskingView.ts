/** The asking of the chosen order: under way, waited for with a countdown, or not planned. */

import * as Dom from "./Dom.ts"
import type { Language, OrderRow } from "./Protocol.ts"
import * as Times from "./Times.ts"
import { of } from "./Words.ts"

export interface AskingView {
  readonly element: HTMLElement
  /** `now` is the inspector's time. To be called several times a second while a wait goes on. */
  readonly update: (order: Pick<OrderRow, "asking" | "nextQueryAt" | "updatedAt">, now: number) => void
}

/** Nothing is shown before the first update. */
export const make = (language: Language): AskingView => {
  const words = of(language)
  const label = Dom.make("span", { class: "asking-label" })
  const left = Dom.make("span", { class: "asking-left" })
  // For the eye only: the text beside it says the same.
  const bar = Dom.make("progress", { class: "asking-bar", max: "1", value: "0", "aria-hidden": "true" })
  const element = Dom.make(
    "div",
    { class: "asking" },
    Dom.make(
      "span",
      { class: "asking-line" },
      Dom.make("span", { class: "dot", "aria-hidden": "true" }),
      label,
      left
    ),
    bar
  )

  return {
    element,
    update: ({ asking, nextQueryAt, updatedAt }, now) => {
      Dom.attribute(element, "data-asking", asking)
      const remains = asking === "waiting" && nextQueryAt !== undefined ? nextQueryAt - now : undefined
      const isWaiting = remains !== undefined && remains > 0
      Dom.text(label, remains !== undefined && !isWaiting ? words.asking.dueNow : words.asking[asking])
      Dom.text(left, isWaiting ? Times.left(remains, language) : "")
      Dom.show(bar, isWaiting)
      if (isWaiting && nextQueryAt !== undefined) {
        bar.max = Math.max(1, nextQueryAt - updatedAt)
        bar.value = Math.max(0, bar.max - remains)
      }
    }
  }
}
