/** Small things that the browser keeps for this page. Where it keeps nothing, the page still works. */

type Place = "local" | "session"

const storageOf = (place: Place): Storage => (place === "local" ? localStorage : sessionStorage)

/** What was kept under this name; `undefined` where nothing was, or may be. */
export const get = (place: Place, name: string): string | undefined => {
  try {
    return storageOf(place).getItem(name) ?? undefined
  } catch {
    return undefined
  }
}

/** Keeps a text, for the tab ("session") or for this browser ("local"); `undefined` forgets it. */
export const set = (place: Place, name: string, value: string | undefined): void => {
  try {
    if (value === undefined) storageOf(place).removeItem(name)
    else storageOf(place).setItem(name, value)
  } catch {
    // A browser that keeps nothing asks for the choice again; there is nothing else to do about it.
  }
}
