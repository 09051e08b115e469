/** English or Chinese: the one that was chosen here before, or the first of the two that the browser prefers. */

import * as Kept from "./Kept.ts"
import type { Language } from "./Protocol.ts"

const NAME = "umf-order-inspector.language"

/** The language to begin with. */
export const first = (): Language => {
  const kept = Kept.get("local", NAME)
  if (kept === "en" || kept === "zh") return kept
  const preferred = navigator.languages.find((language) => /^(en|zh)\b/i.test(language))
  return preferred?.toLowerCase().startsWith("zh") === true ? "zh" : "en"
}

/** Keeps a choice for the next time. */
export const keep = (language: Language): void => Kept.set("local", NAME, language)

/** The tag that browsers and screen readers know the language by. */
export const tagOf = (language: Language): string => (language === "zh" ? "zh-CN" : "en")

/** The other one. */
export const other = (language: Language): Language => (language === "zh" ? "en" : "zh")
