/**
 * The lifecycle as a picture, with the chosen order's way through it. The picture comes without any style:
 * its looks are in style.css, by the classes that are set here (`active`, `visited`, `taken`, `last`).
 */

import * as Dom from "./Dom.ts"
import * as Path from "./Path.ts"
import type { Language, StateInfo } from "./Protocol.ts"
import { of } from "./Words.ts"

export interface Chart {
  readonly element: HTMLElement
  /** Shows a path, or the bare chart. Says whether the way taken last is drawn in it; `undefined` before it is there. */
  readonly update: (path: Path.Path | undefined, isQuerying: boolean) => boolean | undefined
}

/**
 * Loads a picture as a document. XMLHttpRequest is the one way to XML that reads no string: DOMParser is
 * barred by this page's Trusted Types.
 */
const load = (address: string): Promise<SVGElement> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open("GET", address)
    request.responseType = "document"
    request.overrideMimeType("image/svg+xml")
    request.onload = () => {
      const root = request.responseXML?.documentElement
      if (request.status === 200 && root instanceof SVGElement) resolve(document.importNode(root, true))
      else reject(new Error(`The chart came with status ${request.status}.`))
    }
    request.onerror = () => reject(new Error("The chart did not come."))
    request.send()
  })

/** The scale below which the smaller words of the picture can't be read well. */
const LEGIBLE = 0.8

/** Lays a part above the others: in SVG what comes last is on top. */
const raise = (element: Element): void => {
  element.parentNode?.append(element)
}

/** The chart in this language; it loads by itself, and `loaded` says when it is there. */
export const make = (language: Language, states: ReadonlyArray<StateInfo>, loaded: () => void): Chart => {
  const words = of(language)
  const note = Dom.make("p", { class: "chart-note" }, words.loading)
  const element = Dom.make(
    "div",
    { class: "chart", tabindex: "0", role: "group", "aria-label": words.chart },
    note
  )
  let picture: SVGElement | undefined
  let shown = ""

  /** Where the picture gets too small for all of its words, it goes without some. */
  const fit = (): void => {
    if (!(picture instanceof SVGSVGElement)) return
    const { width, height } = picture.viewBox.baseVal
    const scale = Math.min(picture.clientWidth / width, picture.clientHeight / height)
    picture.classList.toggle("small", scale < LEGIBLE)
  }
  new ResizeObserver(fit).observe(element)

  const prepare = (svg: SVGElement): void => {
    for (const info of states) {
      svg
        .querySelector(`.state[data-state="${CSS.escape(info.state)}"]`)
        ?.prepend(Dom.svgTitle(`${info.state}: ${info.meaning[language]}. ${info.todo[language]}`))
    }
    picture = svg
    Dom.fill(element, svg)
    fit()
    loaded()
  }

  const begin = (): void => {
    load(`/lifecycle.${language}.svg`).then(prepare, () => {
      const retry = Dom.make("button", { type: "button", class: "button" }, words.again)
      retry.addEventListener("click", () => {
        Dom.fill(element, note)
        begin()
      })
      Dom.fill(element, Dom.make("p", { class: "chart-note" }, words.chartFailed, " ", retry))
    })
  }
  begin()

  /** A chart that is wider than its place shows the part that matters. */
  const centre = (state: Element): void => {
    if (element.scrollWidth <= element.clientWidth) return
    const [box, frame] = [state.getBoundingClientRect(), element.getBoundingClientRect()]
    element.scrollLeft += box.left + box.width / 2 - frame.left - frame.width / 2
  }

  const mark = (svg: SVGElement, path: Path.Path | undefined): void => {
    for (const state of svg.querySelectorAll(".state[data-state]")) {
      const name = state.getAttribute("data-state") ?? ""
      state.classList.toggle("visited", path?.visited.has(name) === true)
      state.classList.toggle("active", path?.active === name)
    }
    const ways = [...svg.querySelectorAll(".edge[data-from]")]
    for (const edge of ways) {
      const way = Path.way(edge.getAttribute("data-from") ?? "", edge.getAttribute("data-to") ?? "")
      edge.classList.toggle("taken", path?.taken.has(way) === true)
      edge.classList.toggle("last", path?.last === way)
    }
    // Ways that were taken cross over the others, and the last one over all; states stay above them.
    for (const edge of [
      ...ways.filter((way) => way.matches(".taken")),
      ...ways.filter((way) => way.matches(".last"))
    ])
      raise(edge)
    for (const state of svg.querySelectorAll(".state[data-state]")) raise(state)
    svg.classList.toggle("traced", path !== undefined)
  }

  return {
    element,
    update: (path, isQuerying) => {
      if (picture === undefined) return undefined
      const key =
        path === undefined ? "-" : `${path.active} ${path.last} ${[...path.taken]} ${[...path.visited]}`
      if (key !== shown) {
        shown = key
        mark(picture, path)
        const active = picture.querySelector(".state.active")
        if (active !== null) centre(active)
      }
      picture.classList.toggle("querying", isQuerying)
      return path?.last === undefined || picture.querySelector(".edge.last") !== null
    }
  }
}
