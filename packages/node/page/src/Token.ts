/**
 * The token that lets this page in. It comes in the address's fragment, which no browser sends to a server,
 * and is taken out of the address bar at once, so that it stays out of screenshots and of the history.
 */
import * as Kept from "./Kept.ts"

const NAME = "umf-order-inspector.token"
const FRAGMENT = /^#token=(.+)$/

/** Whether the address holds a token. */
export const isInAddress = (): boolean => FRAGMENT.test(location.hash)

/** The token: a new one from the address, or the one that this tab has kept. */
export const take = (): string | undefined => {
  const given = FRAGMENT.exec(location.hash)?.[1]
  if (given === undefined) return Kept.get("session", NAME)
  history.replaceState(null, "", location.pathname)
  Kept.set("session", NAME, given)
  return given
}
