/** Which orders the list shows: a search by number, the kinds with their counts, and single states. */

import type { Query } from "./Client.ts"
import * as Dom from "./Dom.ts"
import * as Money from "./Money.ts"
import type { Language, StateInfo, Summary, Tag } from "./Protocol.ts"
import { of } from "./Words.ts"

export interface FilterView {
  readonly element: HTMLElement
  /** Shows what is wanted now, and how many orders there are of what. */
  readonly update: (query: Query, summary: Summary | undefined) => void
  readonly focus: () => void
}

/** A search begins when nothing was typed for so long, in ms. */
const TYPING = 200

const tags: ReadonlyArray<Tag> = ["polling", "settled", "attention"]

/** Tells of each change with the whole of what is wanted; `leave` when the keyboard wants to get to the list. */
export const make = (
  language: Language,
  states: ReadonlyArray<StateInfo>,
  want: (query: Query) => void,
  leave: () => void
): FilterView => {
  const words = of(language)
  let query: Query = { state: undefined, search: "" }
  let typing: ReturnType<typeof setTimeout> | undefined

  const input = Dom.make("input", {
    type: "search",
    class: "search-input",
    placeholder: words.searchHint,
    "aria-label": words.search,
    "aria-keyshortcuts": "/",
    "aria-controls": "rows",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    maxlength: "64"
  })
  const clear = Dom.make(
    "button",
    { type: "button", class: "icon-button search-clear", "aria-label": words.clearSearch },
    Dom.icon("close")
  )

  const chips = [undefined, ...tags].map((tag) => {
    const count = Dom.make("span", { class: "chip-count" })
    const button = Dom.make(
      "button",
      { type: "button", class: "chip", "data-tag": tag },
      Dom.make("span", {}, tag === undefined ? words.all : words.tags[tag]),
      count
    )
    button.addEventListener("click", () => want({ ...query, state: tag }))
    return { tag, button, count }
  })

  const any = Dom.make("option", { value: "" }, words.anyState)
  const options = states.map((info) => ({
    info,
    option: Dom.make("option", { value: info.state }, info.state)
  }))
  const select = Dom.make(
    "select",
    { class: "state-select", "aria-label": words.state },
    any,
    ...tags.map((tag) =>
      Dom.make(
        "optgroup",
        { label: words.tags[tag] },
        ...options.filter(({ info }) => info.tag === tag).map(({ option }) => option)
      )
    )
  )
  select.addEventListener("change", () =>
    want({ ...query, state: select.value === "" ? undefined : select.value })
  )

  const search = (): void => {
    clearTimeout(typing)
    if (input.value.trim() !== query.search) want({ ...query, search: input.value.trim() })
  }
  input.addEventListener("input", () => {
    clearTimeout(typing)
    typing = setTimeout(search, TYPING)
    Dom.show(clear, input.value !== "")
  })
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return
    if (event.key === "Enter" || event.key === "ArrowDown") {
      event.preventDefault()
      search()
      leave()
    } else if (event.key === "Escape") {
      event.preventDefault()
      event.stopPropagation()
      // The first time it clears what was typed, the second time it leaves.
      if (input.value === "") leave()
      else {
        input.value = ""
        Dom.show(clear, false)
        search()
      }
    }
  })
  clear.addEventListener("click", () => {
    input.value = ""
    Dom.show(clear, false)
    search()
    input.focus()
  })

  const element = Dom.make(
    "div",
    { class: "filters", role: "search" },
    Dom.make("div", { class: "search" }, Dom.icon("search"), input, clear),
    Dom.make(
      "div",
      { class: "chips", role: "group", "aria-label": words.kinds },
      ...chips.map(({ button }) => button)
    ),
    select
  )

  const countOf = (summary: Summary, tag: Tag | undefined): number =>
    tag === undefined ? summary.orders : summary[tag]

  return {
    element,
    update: (next, summary) => {
      // What is being typed is not taken away by an answer to what was typed before.
      if (next.search !== query.search && !input.matches(":focus")) input.value = next.search
      query = next
      Dom.show(clear, input.value !== "")
      for (const { tag, button, count } of chips) {
        Dom.attribute(button, "aria-pressed", query.state === tag ? "true" : "false")
        Dom.text(count, summary === undefined ? "" : Money.count(countOf(summary, tag), language))
      }
      const isState = states.some(({ state }) => state === query.state)
      const value = isState && query.state !== undefined ? query.state : ""
      if (select.value !== value) select.value = value
      // An open select that changes under the pointer is no use; its counts can wait.
      if (select.matches(":focus")) return
      for (const { info, option } of options) {
        const count = summary?.states[info.state] ?? 0
        Dom.text(option, count === 0 ? info.state : `${info.state} (${Money.count(count, language)})`)
      }
    },
    focus: () => {
      input.focus()
      input.select()
    }
  }
}
