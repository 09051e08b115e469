/** What the merchant was told of the chosen order, and what is still to be told. */

import * as Dom from "./Dom.ts"
import type { Language, NoticeItem, OrderDetails } from "./Protocol.ts"
import * as Times from "./Times.ts"
import { of } from "./Words.ts"

export interface NoticesView {
  readonly element: HTMLElement
  readonly update: (order: OrderDetails, now: number) => void
}

/** An empty list of notices in this language. */
export const make = (language: Language): NoticesView => {
  const words = of(language)
  const list = Dom.make("ul", { class: "notices" })
  const none = Dom.make("p", { class: "why" }, words.noNotices)
  const element = Dom.make(
    "section",
    { class: "panel", "aria-labelledby": "notices-title" },
    Dom.make("h3", { id: "notices-title" }, words.notices),
    list,
    none
  )

  const build = ({ type, at, told, attempts }: NoticeItem, now: number): HTMLElement =>
    Dom.make(
      "li",
      { "data-told": told ? "" : undefined },
      Dom.make(
        "div",
        { class: "when" },
        Dom.make(
          "time",
          { datetime: new Date(at).toISOString(), title: Times.exact(at, language) },
          Times.brief(at, now)
        )
      ),
      Dom.make(
        "div",
        { class: "event" },
        Dom.make("p", { class: "what" }, type),
        Dom.make(
          "p",
          { class: "why" },
          told ? words.noticeTold : words.noticePending,
          attempts === 0 ? undefined : ` · ${words.tries(attempts)}`
        )
      )
    )

  return {
    element,
    update: (order, now) => {
      Dom.show(none, order.notices.length === 0)
      Dom.show(list, order.notices.length > 0)
      Dom.keyed(
        list,
        [...order.notices].reverse(),
        (notice) => `${order.id} ${JSON.stringify(notice)}`,
        (notice) => build(notice, now)
      )
    }
  }
}
