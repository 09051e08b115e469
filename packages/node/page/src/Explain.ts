/** Instead of the page: why nothing can be shown, and what to do. */

import * as Dom from "./Dom.ts"
import * as Tag from "./Language.ts"
import type { Language } from "./Protocol.ts"
import { of } from "./Words.ts"

export type Why = "noToken" | "refused" | "unreachable"

/** Shows it, in this language and with a switch to the other. `retry`, where there is something to try. */
export const show = (place: Element, why: Why, language: Language, retry?: () => void): void => {
  const words = of(language)
  const languageButton = Dom.make(
    "button",
    { type: "button", class: "button small", lang: Tag.tagOf(Tag.other(language)) },
    words.otherLanguage
  )
  languageButton.addEventListener("click", () => {
    Tag.keep(Tag.other(language))
    show(place, why, Tag.other(language), retry)
  })
  const retryButton = Dom.make("button", { type: "button", class: "button primary" }, words.again)
  if (retry !== undefined) retryButton.addEventListener("click", retry)
  const title = Dom.make("h1", { tabindex: "-1" }, words[why])
  document.documentElement.lang = Tag.tagOf(language)
  document.title = words.title
  Dom.fill(
    place,
    Dom.make(
      "main",
      { class: "explain" },
      Dom.icon("mark"),
      title,
      Dom.make("p", {}, words[`${why}Hint`]),
      Dom.make("p", { class: "acts" }, retry === undefined ? undefined : retryButton, languageButton)
    )
  )
  // Whoever can't see that the page is another one now hears it.
  title.focus()
}
