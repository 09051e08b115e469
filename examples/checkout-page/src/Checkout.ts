/** The shop's routes: an order is made, its page waits for the result, and the platform may hint at news. */
import { randomBytes } from "node:crypto"
import { type NotificationHandler, type OrderSync, UmfError } from "@umf-order-sync/node"
import { type Context, Hono } from "hono"
import { secureHeaders } from "hono/secure-headers"
import * as Pages from "./Pages.ts"
import * as Words from "./Words.ts"

export interface Parts {
  readonly sync: Pick<OrderSync, "get" | "handOver" | "waitFor">
  readonly notifications: Pick<NotificationHandler, "web">
  /** Stands before each order's number, so that shops of one merchant don't give out the same. */
  readonly prefix: string
  /** Pages that wait at once: each holds a connection open. More are asked to come back. 1,000 by default. */
  readonly mostWaiting?: number
  /** Told of what went wrong here, in words for whoever runs the shop. */
  readonly onError: (what: string) => void
}

/** What tea costs, in fen. The price comes from here, and never from a request. */
const PRICE = 8888n

/** How long one request may wait: less than proxies usually allow. */
const LONGEST_WAIT_MILLIS = 25_000

/** The number is all that it takes to see an order, so nobody may guess it. */
const newOrderId = (prefix: string): string => {
  const day = new Date().toISOString().slice(0, 10).replaceAll("-", "")
  return `${prefix}${day}-${randomBytes(12).toString("hex")}`
}

const languageOf = (context: Context): Words.Language =>
  Words.languageOf(context.req.header("accept-language"))

const is = (error: unknown, ...codes: ReadonlyArray<UmfError["code"]>): error is UmfError =>
  error instanceof UmfError && codes.includes(error.code)

export const make = ({ sync, notifications, prefix, mostWaiting = 1000, onError }: Parts): Hono => {
  const app = new Hono()
  let waiting = 0

  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"]
      }
    })
  )

  app.onError((error, context) => {
    onError(error instanceof UmfError ? `${error.code}: ${error.message}` : error.name)
    const isPassing = error instanceof UmfError && (error.retryable || error.code === "CLOSED")
    return context.text("The shop can't do that now. Please try again in a while.", isPassing ? 503 : 500)
  })

  app.get("/", (context) => context.html(Pages.shop(languageOf(context))))

  app.post("/checkout", async (context) => {
    const orderId = newOrderId(prefix)
    // Before the platform is asked to take the payment: should this process end in between, the order is
    // followed all the same.
    await sync.handOver({ orderId, amount: PRICE })
    return context.redirect(`/checkout/${encodeURIComponent(orderId)}`, 303)
  })

  app.get("/checkout/:orderId", async (context) => {
    const orderId = context.req.param("orderId")
    const language = languageOf(context)
    context.header("cache-control", "no-store")
    const order = await sync.get(orderId).catch((error: unknown) => {
      // What is no order number at all is no order either.
      if (is(error, "INPUT_INVALID")) return undefined
      throw error
    })
    if (order === undefined) return context.html(Pages.unknown(language, orderId), 404)
    const waitUrl = `/checkout/${encodeURIComponent(orderId)}/wait`
    return context.html(Pages.order(language, orderId, Words.shownOf(order), waitUrl))
  })

  // 200 once the order is at rest, 204 where it is not within the time: ask again.
  app.get("/checkout/:orderId/wait", async (context) => {
    context.header("cache-control", "no-store")
    if (waiting >= mostWaiting) return context.body(null, 503, { "retry-after": "3" })
    waiting++
    try {
      const timeUp = AbortSignal.timeout(LONGEST_WAIT_MILLIS)
      const signal = AbortSignal.any([context.req.raw.signal, timeUp])
      await sync.waitFor(context.req.param("orderId"), { signal })
      return context.body(null, 200)
    } catch (error) {
      if (is(error, "ORDER_UNKNOWN", "INPUT_INVALID")) return context.body(null, 404)
      if (is(error, "CLOSED")) return context.body(null, 503)
      if (error instanceof UmfError) throw error
      return context.body(null, 204)
    } finally {
      waiting--
    }
  })

  app.get("/wait.js", (context) =>
    context.body(Pages.waitScript, 200, { "content-type": "text/javascript; charset=utf-8" })
  )

  // A hint to ask now. It is never taken for the result.
  app.post("/umf/notify", (context) => notifications.web(context.req.raw))

  return app
}
