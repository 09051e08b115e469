/** A message over the page that goes away by itself, or when it is dismissed. */

import * as Dom from "./Dom.ts"
import type { Language } from "./Protocol.ts"
import { of } from "./Words.ts"

export interface Banner {
  readonly element: HTMLElement
  /** Shows a message, instead of the one before. The same again keeps it there for longer. */
  readonly say: (kind: "trouble" | "done", message: string) => void
}

/** How long a message stays, in ms. */
const STAY = 8000

/** No message yet. */
export const make = (language: Language): Banner => {
  const message = Dom.make("p")
  const dismiss = Dom.make(
    "button",
    { type: "button", class: "icon-button", "aria-label": of(language).dismiss },
    Dom.icon("close")
  )
  const box = Dom.make("div", { class: "banner" }, message, dismiss)
  // The live region stays in the document: one that comes and goes is not read out everywhere.
  const element = Dom.make("div", { class: "banners", role: "status", "aria-live": "polite" }, box)
  let going: ReturnType<typeof setTimeout> | undefined
  const hide = (): void => Dom.show(box, false)
  hide()
  dismiss.addEventListener("click", hide)

  return {
    element,
    say: (kind, words) => {
      clearTimeout(going)
      going = setTimeout(hide, STAY)
      Dom.attribute(box, "data-kind", kind)
      Dom.text(message, words)
      Dom.show(box, true)
    }
  }
}
