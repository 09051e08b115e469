/**
 * Whether a request may come in at all: from this machine's browser, from the inspector's own page, with the
 * token. Pages of other sites reach loopback too, under the user's own address and under names that resolve to
 * it, so the Host, the Origin and what the browser says of the sender are held against the inspector's own.
 */
import type { IncomingHttpHeaders } from "node:http"

/** At most so much is read of a body. */
export const BODY = 1024

/** Why a request is not let in. */
export interface Refusal {
  readonly status: number
  readonly error: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What is known of a request before anything of it is read. */
export interface Arrived {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly headers: IncomingHttpHeaders
}

const refusal = (status: number, error: string, headers: Refusal["headers"] = {}): Refusal => ({
  status,
  error,
  headers
})

/** What a stranger is told: nothing that helps. */
const foreign = refusal(403, "Requests from other pages are not answered.")

/**
 * Whether somebody follows a link to the page itself, in a chat or in the file that `--open` leads through:
 * the page holds no data, and no other page can look into the window that it comes into.
 */
const opensPage = (
  method: string | undefined,
  url: string | undefined,
  headers: IncomingHttpHeaders
): boolean =>
  method === "GET" &&
  url === "/" &&
  headers["sec-fetch-mode"] === "navigate" &&
  headers["sec-fetch-dest"] === "document"

const token = (authorization: string | undefined): string =>
  /^Bearer ([\x21-\x7e]+)$/i.exec(authorization ?? "")?.[1] ?? ""

/** The refusal of a request; `undefined` where it may come in. `host` is "127.0.0.1:PORT". */
export const refuse = (
  { method, url, headers }: Arrived,
  { host, isToken }: { readonly host: string; readonly isToken: (given: string) => boolean }
): Refusal | undefined => {
  if (headers.host !== host) return refusal(421, "Not for this host: open the address that was printed.")
  if (headers.origin !== undefined && headers.origin !== `http://${host}`) return foreign
  const site = headers["sec-fetch-site"]
  if (site !== undefined && site !== "same-origin" && site !== "none" && !opensPage(method, url, headers)) {
    return foreign
  }
  if (url?.startsWith("/") !== true) return refusal(400, "The address must be a path.")
  if (method !== "GET" && method !== "POST") {
    return refusal(405, "This method is not answered.", { allow: "GET, POST" })
  }
  if (headers.upgrade !== undefined) return refusal(400, "There is nothing to upgrade to.")
  if (method === "POST") {
    if (headers.origin === undefined) return foreign
    if (!/^application\/json\s*(?:;|$)/i.test(headers["content-type"] ?? "")) {
      return refusal(415, "Send application/json.")
    }
  }
  const length = Number(headers["content-length"] ?? 0)
  if (length > BODY || (method === "GET" && headers["transfer-encoding"] !== undefined)) {
    return refusal(413, "The body is too large.")
  }
  if (/^\/api(?:\/|\?|$)/.test(url) && !isToken(token(headers.authorization))) {
    return refusal(401, "The token is missing or wrong: open the address that was printed.", {
      "www-authenticate": 'Bearer realm="umf-order inspector"'
    })
  }
  return undefined
}

/** Headers of every answer: nothing is run, embedded, kept or told elsewhere but the page itself. */
export const headers: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "cache-control": "no-store"
}
