/** The head of the page: what is looked at, whether it is live, how much there is, and how the page looks. */

import * as Dom from "./Dom.ts"
import type { Status } from "./Live.ts"
import * as Money from "./Money.ts"
import type { Language, Session, Summary } from "./Protocol.ts"
import type { Scheme } from "./Scheme.ts"
import * as Times from "./Times.ts"
import { of } from "./Words.ts"

export interface Facts {
  readonly status: Status
  /** Whether the inspector answers, and what it looks at doesn't. */
  readonly isTroubled: boolean
  readonly summary: Summary | undefined
  /** Transitions a second, where they are seen. */
  readonly rate: number | undefined
  readonly scheme: Scheme
}

export interface Actions {
  readonly switchLanguage: () => void
  readonly switchScheme: () => void
  readonly showKeys: () => void
  readonly retry: () => void
}

export interface HeaderView {
  readonly element: HTMLElement
  readonly update: (facts: Facts) => void
}

/** A head that knows nothing yet. */
export const make = (language: Language, session: Session, actions: Actions): HeaderView => {
  const words = of(language)
  const status = Dom.make("span", { class: "status-text" })
  const rate = Dom.make("span", { class: "rate", title: words.rateMeaning })
  const retry = Dom.make("button", { type: "button", class: "button small" }, words.retry)
  const live = Dom.make(
    "div",
    { class: "status" },
    Dom.make("span", { class: "status-dot", "aria-hidden": "true" }),
    status,
    rate,
    retry
  )
  const figures = (
    [
      ["orders", words.orders],
      ["due", words.due],
      ["pendingNotices", words.toBeTold]
    ] as const
  ).map(([name, label]) => {
    const value = Dom.make("dd")
    return { name, value, element: Dom.make("div", {}, Dom.make("dt", {}, label), value) }
  })
  const totals = Dom.make(
    "dl",
    { class: "totals", "aria-label": words.summary },
    ...figures.map((figure) => figure.element)
  )
  const schemeIcon = Dom.make("span", { class: "icon-place" })
  const scheme = Dom.make("button", { type: "button", class: "icon-button" }, schemeIcon)
  const languageButton = Dom.make(
    "button",
    { type: "button", class: "button small", lang: language === "zh" ? "en" : "zh-CN" },
    words.otherLanguage
  )
  const keys = Dom.make(
    "button",
    {
      type: "button",
      class: "icon-button keys-button",
      "aria-label": words.keys,
      "aria-keyshortcuts": "?",
      title: words.keys
    },
    "?"
  )
  const element = Dom.make(
    "header",
    { class: "head" },
    Dom.make(
      "div",
      { class: "brand" },
      Dom.icon("mark"),
      Dom.make("h1", {}, words.title),
      Dom.make("bdi", { class: "source-name", title: words.sources[session.source] }, session.name)
    ),
    live,
    totals,
    Dom.make("div", { class: "tools" }, languageButton, scheme, keys)
  )
  languageButton.addEventListener("click", actions.switchLanguage)
  scheme.addEventListener("click", actions.switchScheme)
  keys.addEventListener("click", actions.showKeys)
  retry.addEventListener("click", actions.retry)
  let drawnScheme: Scheme | undefined

  const drawScheme = (now: Scheme): void => {
    if (now === drawnScheme) return
    drawnScheme = now
    const label = words.scheme(words.schemes[now])
    Dom.attribute(scheme, "aria-label", label)
    Dom.attribute(scheme, "title", label)
    Dom.fill(schemeIcon, Dom.icon(now))
  }

  const statusText = (now: Status, isTroubled: boolean): string => {
    if (now.kind === "live" && isTroubled) return words.noAnswer

    if (now.kind === "reconnecting") return words.reconnecting(Times.left(now.again - Date.now(), language))
    return now.kind === "live" ? words.live : words.connecting
  }

  return {
    element,
    update: ({ status: now, isTroubled, summary, rate: perSecond, scheme: chosen }) => {
      Dom.attribute(live, "data-status", now.kind === "live" && isTroubled ? "troubled" : now.kind)
      Dom.text(status, statusText(now, isTroubled))
      Dom.show(retry, now.kind === "reconnecting")
      const isSeen = now.kind === "live" && !isTroubled && perSecond !== undefined
      Dom.show(rate, isSeen)
      if (isSeen) {
        const value = perSecond < 10 ? Math.round(perSecond * 10) / 10 : Math.round(perSecond)
        Dom.text(rate, words.rate(Money.count(value, language)))
      }
      Dom.show(totals, summary !== undefined)
      for (const { name, value } of figures) {
        Dom.text(value, summary === undefined ? "" : Money.count(summary[name], language))
      }
      drawScheme(chosen)
    }
  }
}
