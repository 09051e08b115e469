/** The keys of this page, in a dialog. */

import * as Dom from "./Dom.ts"
import type { Language } from "./Protocol.ts"
import { of } from "./Words.ts"

export interface KeysDialog {
  readonly element: HTMLDialogElement
  readonly open: () => void
  readonly isOpen: () => boolean
}

/** Closed at first; Escape and its button close it again, and the keyboard goes back to where it was. */
export const make = (language: Language): KeysDialog => {
  const words = of(language)
  const close = Dom.make("button", { type: "button", class: "button" }, words.close)
  const element = Dom.make(
    "dialog",
    { class: "keys", "aria-labelledby": "keys-title" },
    Dom.make("h2", { id: "keys-title" }, words.keys),
    Dom.make(
      "dl",
      {},
      ...words.keyList.map(([keys, what]) =>
        Dom.make(
          "div",
          {},
          Dom.make("dt", {}, ...keys.map((key) => Dom.make("kbd", {}, key))),
          Dom.make("dd", {}, what)
        )
      )
    ),
    close
  )
  close.addEventListener("click", () => element.close())
  return {
    element,
    open: () => {
      if (!element.open) element.showModal()
    },
    isOpen: () => element.open
  }
}
