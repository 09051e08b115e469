/** The keys that work anywhere on the page. What a list, a field or a dialog does itself is not here. */

export interface Actions {
  readonly search: () => void
  readonly move: (by: number) => void
  readonly back: () => void
  readonly showKeys: () => void
  /** Whether a dialog is open, which then has all keys for itself. */
  readonly isBusy: () => boolean
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLSelectElement

/** Listens from now on. Takes the actions anew at each key, since the page may have been built anew. */
export const listen = (actions: () => Actions): void => {
  document.addEventListener("keydown", (event) => {
    const { search, move, back, showKeys, isBusy } = actions()
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return
    if (isBusy()) return
    if (event.key === "Escape") return back()
    if (isTyping(event.target)) return
    const act: (() => void) | undefined = {
      "/": search,
      "?": showKeys,
      j: () => move(1),
      k: () => move(-1)
    }[event.key]
    if (act === undefined) return
    event.preventDefault()
    act()
  })
}
