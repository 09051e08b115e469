/** The whole page: what it knows, and who is told when that changes. */

import * as Announcer from "./Announcer.ts"
import * as Banner from "./Banner.ts"
import type { Client, Query } from "./Client.ts"
import { kindOf, messageOf } from "./ClientError.ts"
import * as Clock from "./Clock.ts"
import * as DetailsView from "./DetailsView.ts"
import * as Dom from "./Dom.ts"
import * as FilterView from "./FilterView.ts"
import * as HeaderView from "./HeaderView.ts"
import * as KeysDialog from "./KeysDialog.ts"
import * as Tag from "./Language.ts"
import * as ListView from "./ListView.ts"
import * as Live from "./Live.ts"
import * as OrderList from "./OrderList.ts"
import type { Act, Language, LiveMessage, OrderDetails, OrderRow, Session, Summary } from "./Protocol.ts"
import * as Scheme from "./Scheme.ts"
import * as Shortcuts from "./Shortcuts.ts"
import { of } from "./Words.ts"

/** All that is built anew when the language changes. */
interface Views {
  readonly header: HeaderView.HeaderView
  readonly filters: FilterView.FilterView
  readonly list: ListView.ListView
  readonly details: DetailsView.DetailsView
  readonly keys: KeysDialog.KeysDialog
  readonly banner: Banner.Banner
}

/** Everything at once; a newer query keeps what is left out. */
const EVERYTHING: Query = { state: undefined, search: "" }
/** A countdown moves so often, in ms. */
const TICK = 200

/** Fills the page, and keeps it true until the token is refused. */
export const start = (place: Element, client: Client, session: Session, refused: () => void): void => {
  const clock = Clock.make()
  const announcer = Announcer.make()
  const states = new Map(session.states.map((info) => [info.state, info]))
  let language: Language = Tag.first()
  let scheme = Scheme.first()
  let status: Live.Status = { kind: "connecting" }
  let summary: Summary | undefined
  let rate: number | undefined
  let isTroubled = false
  let chosen: DetailsView.Chosen = { kind: "nothing" }
  let isDrawing = false
  let hasEnded = false

  const chosenId = (): string | undefined => (chosen.kind === "order" ? chosen.row.id : undefined)

  /** The page is drawn at most once a frame, however much happens. */
  const draw = (): void => {
    if (isDrawing) return
    isDrawing = true
    requestAnimationFrame(() => {
      isDrawing = false
      if (!hasEnded) drawNow()
    })
  }

  const totalOf = ({ state, search }: Query): number | undefined => {
    if (summary === undefined || search !== "") return undefined
    if (state === undefined) return summary.orders
    return state === "polling" || state === "settled" || state === "attention"
      ? summary[state]
      : (summary.states[state] ?? 0)
  }

  const drawNow = (): void => {
    const now = clock.now()
    const shown = orders.shown()
    views.header.update({ status, isTroubled, summary, rate, scheme })
    views.filters.update(shown.query, summary)
    views.list.update({ shown, states, chosen: chosenId(), now, total: totalOf(shown.query) })
    views.details.update(chosen, now)
  }

  const end = (): void => {
    hasEnded = true
    refused()
  }

  /** The list shows its own failures; only that nobody is let in any more concerns the whole page. */
  const failed = (error: unknown): void => {
    if (kindOf(error) === "refused") end()
  }

  const orders = OrderList.make(client, {
    drawn: draw,
    failed,
    chosen: chosenId,
    arrived: (count) => announcer.say(of(language).found(count)),
    firstInView: () => views.list.firstInView(),
    isWhole: session.orderNumbers === "shown"
  })

  /** The chosen order as it is now. Its state is told aloud when it changes. */
  const know = (row: OrderRow, details: OrderDetails | undefined): void => {
    if (chosen.kind !== "order" || chosen.row.id !== row.id) return
    // An answer to this page's own request may be overtaken by the stream.
    if (row.updatedAt < chosen.row.updatedAt) return
    if (chosen.row.state !== row.state) {
      const info = states.get(row.state)
      announcer.say(of(language).now(row.order, row.state, info?.meaning[language] ?? ""))
    }
    chosen = { kind: "order", row, details: details ?? chosen.details }
  }

  const received = (message: LiveMessage): void => {
    switch (message.kind) {
      case "summary":
        clock.told(message.serverTime)
        // Where no steps are seen, only the numbers tell that something has changed further down.
        if (message.rate === undefined && JSON.stringify(message.summary) !== JSON.stringify(summary)) {
          orders.doubt()
        }
        summary = message.summary
        isTroubled = false
        rate = message.rate
        break
      case "changed":
        for (const row of message.orders) know(row, undefined)
        orders.changed(message.orders, message.count)
        break
      case "order":
        know(message.order, message.order)
        orders.changed([message.order], 1)
        break
      case "gone":
        if (chosenId() === message.id) {
          chosen = { kind: "gone" }
          live.watch(undefined)
          orders.doubt()
        }
        break
      case "trouble":
        // Said once; that it goes on stands in the head.
        if (!isTroubled) views.banner.say("trouble", message.message)
        isTroubled = true
        break
    }
    draw()
  }

  const setView = (view: "list" | "order"): void => Dom.attribute(place, "data-view", view)
  /** Whether list and order are one behind the other. style.css decides it, by the same width. */
  const isNarrow = matchMedia("(max-width: 52rem)")

  const open = (row: OrderRow, by: "keyboard" | "pointer"): void => {
    if (chosenId() !== row.id) {
      chosen = { kind: "order", row, details: undefined }
      live.watch(row.id)
    }
    setView("order")
    drawNow()
    if (by === "keyboard" || isNarrow.matches) views.details.focus()
    if (isNarrow.matches) scrollTo(0, 0)
  }

  const back = (): void => {
    setView("list")
    drawNow()
    views.list.focus()
  }

  const act = async (id: string, what: Act): Promise<void> => {
    try {
      const details = await client.act(id, what)
      know(details, details)
      orders.changed([details], 1)
      views.banner.say("done", of(language).acted[what])
    } catch (error) {
      if (kindOf(error) === "refused") return end()
      const words = of(language)
      views.banner.say(
        "trouble",
        kindOf(error) === "unreachable" ? `${words.unreachable}.` : messageOf(error)
      )
    }
    draw()
  }

  const move = (by: number): void => {
    if (isNarrow.matches) setView("list")
    views.list.move(by)
  }

  const build = (): Views => {
    const words = of(language)
    const header = HeaderView.make(language, session, {
      switchLanguage: () => {
        language = Tag.other(language)
        Tag.keep(language)
        rebuild()
      },
      switchScheme: () => {
        scheme = Scheme.after(scheme)
        Scheme.apply(scheme)
        draw()
      },
      showKeys: () => keys.open(),
      retry: () => live.retry()
    })
    const list = ListView.make(language, {
      open,
      more: orders.more,
      reload: orders.reload,
      showAll: () => orders.want(EVERYTHING),
      moved: draw
    })
    const filters = FilterView.make(language, session.states, orders.want, () => list.focus())
    const details = DetailsView.make(language, session, { act: (id, what) => void act(id, what), back }, draw)
    const keys = KeysDialog.make(language)
    const banner = Banner.make(language)
    document.documentElement.lang = Tag.tagOf(language)
    document.title = `${session.name} · ${words.title}`
    Dom.fill(
      place,
      header.element,
      Dom.make(
        "main",
        { class: "panes" },
        Dom.make("section", { class: "orders", "aria-label": words.list }, filters.element, list.element),
        details.element
      ),
      banner.element,
      announcer.element,
      keys.element
    )
    return { header, filters, list, details, keys, banner }
  }

  /** The same page in another language; the keyboard stays at the switch. */
  const rebuild = (): void => {
    views = build()
    drawNow()
    place.querySelector<HTMLElement>(".tools .button")?.focus()
  }

  Scheme.apply(scheme)
  setView("list")
  let views = build()
  const live = Live.start(client, {
    message: received,
    status: (now) => {
      if (now.kind === "reconnecting" && status.kind === "live") {
        announcer.say(of(language).connecting)
      }
      status = now
      draw()
    },
    began: () => orders.doubt(),
    turnedAway: (why) => views.banner.say("trouble", why),
    refused: end
  })
  Shortcuts.listen(() => ({
    search: () => {
      if (isNarrow.matches) setView("list")
      views.filters.focus()
    },
    move,
    back,
    showKeys: views.keys.open,
    isBusy: () => hasEnded || views.keys.isOpen()
  }))
  setInterval(() => {
    if (hasEnded || document.hidden) return
    views.details.tick(clock.now())
    if (status.kind === "reconnecting") draw()
  }, TICK)
  orders.want(EVERYTHING)
}
