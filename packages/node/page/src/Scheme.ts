/** Light or dark colours: as the system has them, unless somebody chose here. */
import * as Kept from "./Kept.ts"

export type Scheme = "system" | "light" | "dark"

const NAME = "umf-order-inspector.scheme"
const order: ReadonlyArray<Scheme> = ["system", "light", "dark"]

/** The scheme to begin with. */
export const first = (): Scheme => order.find((scheme) => scheme === Kept.get("local", NAME)) ?? "system"

/** The one after this one. */
export const after = (scheme: Scheme): Scheme => order[(order.indexOf(scheme) + 1) % order.length] ?? "system"

/** Puts a scheme on the page, and keeps it for the next time. */
export const apply = (scheme: Scheme): void => {
  if (scheme === "system") document.documentElement.removeAttribute("data-scheme")
  else document.documentElement.setAttribute("data-scheme", scheme)
  Kept.set("local", NAME, scheme === "system" ? undefined : scheme)
}
