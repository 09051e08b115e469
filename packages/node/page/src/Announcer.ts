/** Tells screen readers what the eye sees change: at most a sentence every few seconds, the newest one. */
import * as Dom from "./Dom.ts"

export interface Announcer {
  readonly element: HTMLElement
  readonly say: (sentence: string) => void
}

/** The least time between two sentences, in ms. */
const REST = 2000

/** Silent until something is said. */
export const make = (): Announcer => {
  const element = Dom.make("div", { class: "hidden", role: "status", "aria-live": "polite" })
  let next: string | undefined
  let isResting = false

  const speak = (): void => {
    isResting = next !== undefined
    if (next === undefined) return
    Dom.text(element, next)
    next = undefined
    setTimeout(speak, REST)
  }

  return {
    element,
    say: (sentence) => {
      next = sentence
      if (!isResting) speak()
    }
  }
}
