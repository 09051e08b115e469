/**
 * The shop's JSON endpoint, in Vite's own server, so that the page has somebody to ask. In a shop these routes
 * are its server's, behind its login.
 *
 *   GET  /api/orders/ID           the order, as an OrderSnapshot's JSON; 404 where there is none
 *   POST /api/orders/ID/hint      ask the platform now
 *   POST /api/orders/ID/resume    a person has looked: ask again
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Plugin } from "vite"
import * as ScriptedShop from "./ScriptedShop.ts"

const ROUTE = /^\/api\/orders\/([\w-]{1,64})(?:\/(hint|resume))?$/

const answer = (shop: ScriptedShop.ScriptedShop, request: IncomingMessage): readonly [number, string] => {
  const [, orderId, act] = ROUTE.exec(request.url ?? "") ?? []
  if (orderId === undefined) return [404, JSON.stringify({ error: "There is no such page." })]
  if (act === undefined) {
    if (request.method !== "GET") return [405, JSON.stringify({ error: "Only GET is answered here." })]
    const text = shop.look(orderId)
    return text === undefined ? [404, JSON.stringify({ error: "There is no such order." })] : [200, text]
  }
  if (request.method !== "POST") return [405, JSON.stringify({ error: "Only POST is answered here." })]
  // A form of another site can't send this type, so it can't act in the name of whoever is logged in here.
  if (request.headers["content-type"] !== "application/json") {
    return [415, JSON.stringify({ error: "The content type must be application/json." })]
  }
  return shop.note(orderId, act === "hint" ? "hinted" : "resumed")
    ? [202, JSON.stringify({})]
    : [404, JSON.stringify({ error: "There is no such order." })]
}

/** The endpoint for `vite` and `vite preview`. */
export const make = (options?: ScriptedShop.Options): Plugin => {
  const shop = ScriptedShop.make(options)
  const handle = (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    if (request.url?.startsWith("/api/") !== true) {
      next()
      return
    }
    const [status, body] = answer(shop, request)
    response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" })
    response.end(body)
  }
  return {
    name: "scripted-shop",
    configureServer: (server) => {
      server.middlewares.use(handle)
      server.httpServer?.once("close", shop.close)
    },
    configurePreviewServer: (server) => {
      server.middlewares.use(handle)
      server.httpServer.once("close", shop.close)
    }
  }
}
