/**
 * The list of orders: only the lines in view are in the document, however many orders are loaded. The
 * keyboard stands on an order and not on a line, so it stays with it when others come or go.
 */

import * as Dom from "./Dom.ts"
import * as Money from "./Money.ts"
import type { Shown } from "./OrderList.ts"
import type { Language, OrderRow, StateInfo } from "./Protocol.ts"
import * as RowView from "./RowView.ts"
import { of } from "./Words.ts"

/** What the list draws. */
export interface Facts {
  readonly shown: Shown
  readonly states: ReadonlyMap<string, StateInfo>
  readonly chosen: string | undefined
  readonly now: number
  /** How many orders there are of those that are wanted; `undefined` where nobody knows. */
  readonly total: number | undefined
}

export interface Actions {
  /** An order was opened; by the keyboard, or by a click. */
  readonly open: (row: OrderRow, by: "keyboard" | "pointer") => void
  readonly more: () => void
  readonly reload: () => void
  readonly showAll: () => void
  /** The view has moved: lines are to be drawn anew. */
  readonly moved: () => void
}

export interface ListView {
  readonly element: HTMLElement
  readonly update: (facts: Facts) => void
  readonly focus: () => void
  /** The keyboard comes to the list, and stands so many lines further down; up, if negative. */
  readonly move: (by: number) => void
  readonly firstInView: () => number
}

/** Lines drawn above and below those in view, so that scrolling shows no gap. */
const MARGIN = 6
/** The next page is asked for when so many lines are left below. */
const AHEAD = 30

/** An empty list in this language. */
export const make = (language: Language, actions: Actions): ListView => {
  const words = of(language)
  const above = Dom.make("div", { role: "presentation" })
  const below = Dom.make("div", { role: "presentation" })
  const scroll = Dom.make(
    "div",
    { class: "rows", role: "listbox", tabindex: "0", "aria-label": words.list, id: "rows" },
    above,
    below
  )
  const emptyTitle = Dom.make("p", { class: "empty-title" })
  const emptyHint = Dom.make("p")
  const showAll = Dom.make("button", { type: "button", class: "button" }, words.showAll)
  const emptyRetry = Dom.make("button", { type: "button", class: "button" }, words.again)
  const empty = Dom.make("div", { class: "empty" }, emptyTitle, emptyHint, showAll, emptyRetry)
  const count = Dom.make("span", { class: "count" })
  const more = Dom.make("button", { type: "button", class: "button quiet" }, words.more)
  const element = Dom.make(
    "div",
    { class: "list" },
    scroll,
    empty,
    Dom.make("div", { class: "list-foot" }, count, more)
  )
  const lines: Array<RowView.RowView> = []
  let facts: Facts | undefined
  let active: string | undefined
  /** The height of a line in px, measured, since people choose their own sizes of text. */
  let height = 0
  /** The order that was first in view, and where; it stays there when others come above it. */
  let anchor: { readonly id: string; readonly index: number } | undefined

  const rows = (): ReadonlyArray<OrderRow> => facts?.shown.rows ?? []
  const firstInView = (): number => (height === 0 ? 0 : Math.floor(scroll.scrollTop / height))
  const activeIndex = (): number => rows().findIndex(({ id }) => id === active)

  const line = (index: number): RowView.RowView => {
    const had = lines[index]
    if (had !== undefined) return had
    const made = RowView.make(`row-${index}`)
    lines.push(made)
    scroll.insertBefore(made.element, below)
    return made
  }

  /** Keeps in place what is in view when lines came or went above it. At its top the list shows what is new. */
  const settle = (): void => {
    if (anchor === undefined || scroll.scrollTop === 0 || rows()[anchor.index]?.id === anchor.id) return
    const { id, index } = anchor
    const now = rows().findIndex((row) => row.id === id)
    if (now >= 0) scroll.scrollTop += (now - index) * height
  }

  const draw = (): void => {
    if (facts === undefined) return
    const { shown, states, chosen, now, total } = facts
    const all = shown.rows
    const first = Math.max(0, firstInView() - MARGIN)
    const wanted = height === 0 ? 1 : Math.ceil(scroll.clientHeight / height) + 2 * MARGIN
    const last = Math.min(all.length, first + wanted)
    const isStanding = scroll.matches(":focus")
    let pointed: string | undefined
    for (const [index, row] of all.slice(first, last).entries()) {
      const view = line(index)
      const isActive = row.id === active
      view.update(row, {
        language,
        now,
        info: states.get(row.state),
        place: first + index,
        total: total ?? -1,
        isChosen: row.id === chosen,
        isActive: isActive && isStanding
      })
      if (isActive) pointed = view.element.id
    }
    // Lines without an order go: an order that is not in the list must not stay in the document.
    for (const view of lines.splice(last - first)) view.element.remove()
    // The heights of what is not drawn; they are the only styles that are set from here.
    above.style.height = `${first * height}px`
    below.style.height = `${(all.length - last) * height}px`
    Dom.attribute(scroll, "aria-activedescendant", pointed)
    const top = all[firstInView()]
    anchor = top === undefined ? undefined : { id: top.id, index: firstInView() }
    if (shown.hasMore && all.length - last < AHEAD && shown.failure === undefined) actions.more()
  }

  const drawFrame = (): void => {
    if (facts === undefined) return
    const { shown, total } = facts
    const { query, loading, failure } = shown
    const isEmpty = shown.rows.length === 0
    const isNarrowed = query.search !== "" || query.state !== undefined
    Dom.show(scroll, !isEmpty)
    Dom.show(empty, isEmpty)
    Dom.attribute(element, "aria-busy", loading === "first" ? "true" : undefined)
    const failed = failure !== undefined
    Dom.text(
      emptyTitle,
      loading === "first"
        ? words.loading
        : failed
          ? words.listFailed
          : isNarrowed
            ? words.nothingFound
            : words.noOrders
    )
    Dom.text(
      emptyHint,
      loading === "first" || failed ? "" : isNarrowed ? words.nothingFoundHint : words.noOrdersYet
    )
    Dom.show(showAll, loading !== "first" && !failed && isNarrowed)
    Dom.show(emptyRetry, loading !== "first" && failed)
    const loaded = words.shown(
      Money.count(shown.rows.length, language),
      total === undefined ? undefined : Money.count(Math.max(total, shown.rows.length), language)
    )
    Dom.text(
      count,
      failed && !isEmpty ? words.listFailed : loading === "more" ? words.loading : isEmpty ? "" : loaded
    )
    Dom.text(more, failed ? words.again : words.more)
    Dom.show(more, !isEmpty && shown.hasMore)
  }

  const measure = (): void => {
    const measured = lines[0]?.element.offsetHeight ?? 0
    if (measured === 0 || measured === height) return
    height = measured
    draw()
  }

  const update = (next: Facts): void => {
    const isOther = facts !== undefined && facts.shown.query !== next.shown.query
    facts = next
    // Another query's list is read from its beginning.
    if (isOther) scroll.scrollTop = 0
    drawFrame()
    if (!isOther) settle()
    draw()
    if (height === 0) measure()
  }

  /** Scrolls no further than it takes to show a line whole. */
  const reveal = (index: number): void => {
    const top = index * height
    if (top < scroll.scrollTop) scroll.scrollTop = top
    else if (top + height > scroll.scrollTop + scroll.clientHeight) {
      scroll.scrollTop = top + height - scroll.clientHeight
    }
  }

  const stand = (index: number): void => {
    const row = rows()[Math.max(0, Math.min(rows().length - 1, index))]
    if (row === undefined) return
    active = row.id
    reveal(rows().indexOf(row))
    draw()
  }

  const move = (by: number): void => {
    const from = activeIndex()
    if (!isFocused()) scroll.focus()
    // Where it stood nowhere, it stands now where the list was entered.
    if (from >= 0) stand(from + by)
  }

  const isFocused = (): boolean => scroll.matches(":focus")

  const openActive = (): void => {
    const row = rows()[activeIndex()]
    if (row !== undefined) actions.open(row, "keyboard")
  }

  const pageOf = (): number => Math.max(1, Math.floor(scroll.clientHeight / Math.max(1, height)) - 1)
  const keys: Readonly<Record<string, () => void>> = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    PageDown: () => move(pageOf()),
    PageUp: () => move(-pageOf()),
    Home: () => stand(0),
    End: () => stand(rows().length - 1),
    Enter: openActive,
    " ": openActive
  }

  scroll.addEventListener("keydown", (event) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key]
    if (act === undefined) return
    event.preventDefault()
    act()
  })
  scroll.addEventListener("focus", () => {
    if (activeIndex() < 0) {
      const chosen = rows().findIndex(({ id }) => id === facts?.chosen)
      stand(chosen >= 0 ? chosen : firstInView())
    } else draw()
  })
  scroll.addEventListener("blur", draw)
  scroll.addEventListener("scroll", () => actions.moved(), { passive: true })
  scroll.addEventListener("click", (event) => {
    const hit = lines.find(({ element }) => event.target instanceof Node && element.contains(event.target))
    const row = rows().find(({ id }) => id === hit?.id())
    if (row === undefined) return
    active = row.id
    actions.open(row, "pointer")
  })
  more.addEventListener("click", () => actions.more())
  showAll.addEventListener("click", actions.showAll)
  emptyRetry.addEventListener("click", actions.reload)
  new ResizeObserver(() => {
    measure()
    draw()
  }).observe(scroll)

  return {
    element,
    update,
    focus: () => scroll.focus(),
    move,
    firstInView
  }
}
