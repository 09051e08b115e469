/**
 * A stand-in for the platform that costs little: one signed answer for every question, after a short time,
 * as a network would take it. It checks no signature, and writes down when each order was asked.
 */
import { createServer, type ServerResponse } from "node:http"
import { clock, quantile } from "./Figures.ts"
import * as Remote from "./Remote.ts"

export interface Options {
  readonly answer: string
  /** Time from question to answer, ms. */
  readonly latency: number
}

/** What was seen since `begin`. */
export interface Seen {
  readonly seconds: number
  readonly questions: number
  /** Questions about an order that came while another one about it was not answered yet. */
  readonly overlaps: number
  readonly orders: number
  /** The longest time between two questions about one order, ms; one that has not come yet counts too. */
  readonly worstGap: number
  /** How much later than planned orders were asked, ms; where `begin` was told the plan. */
  readonly lagP50: number
  readonly lagP99: number
}

interface Asked {
  at: number
  answeredAt: number
  open: number
}

const { answer, latency } = Remote.options() as Options
const body = Buffer.from(answer)
const headers = { "content-type": "application/json; charset=UTF-8", "content-length": body.length }

const orders = new Map<string, Asked>()
let since = clock()
let plan: number | undefined
let questions = 0
let overlaps = 0
let worstGap = 0
let lags: Array<number> = []
/** Who waits for the next question. */
let waiting: ((at: number) => void) | undefined

const asked = (orderId: string, now: number): Asked => {
  questions += 1
  waiting?.(now)
  waiting = undefined
  const known = orders.get(orderId)
  if (known === undefined) {
    const fresh = { at: now, answeredAt: now, open: 1 }
    orders.set(orderId, fresh)
    return fresh
  }
  if (known.open > 0) overlaps += 1
  worstGap = Math.max(worstGap, now - known.at)
  if (plan !== undefined) lags.push(Math.max(0, now - known.answeredAt - plan))
  known.at = now
  known.open += 1
  return known
}

const reply = (response: ServerResponse, order: Asked) => {
  order.open -= 1
  order.answeredAt = clock()
  response.writeHead(200, headers).end(body)
}

const server = createServer({ keepAliveTimeout: 65_000 }, (request, response) => {
  const chunks: Array<Buffer> = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => {
    const orderId = /"orderId":"([^"]*)"/.exec(Buffer.concat(chunks).toString("latin1"))?.[1] ?? ""
    const order = asked(orderId, clock())
    setTimeout(() => reply(response, order), latency)
  })
})

const functions = {
  listen: () =>
    new Promise<string>((resolve) =>
      server.listen({ host: "127.0.0.1", port: 0 }, () => {
        const address = server.address()
        const port = address !== null && typeof address === "object" ? address.port : 0
        resolve(`http://127.0.0.1:${port}/in-pay-client`)
      })
    ),
  /** Forgets every order: another store comes. */
  forget: () => orders.clear(),
  /** Counts anew. With `gap`, the time from an answer to the next question as it is planned, ms. */
  begin: (gap?: number) => {
    since = clock()
    plan = gap
    questions = 0
    overlaps = 0
    worstGap = 0
    lags = []
  },
  seen: (): Seen => {
    const now = clock()
    const unasked = Math.max(0, ...[...orders.values()].map(({ at }) => now - at))
    return {
      seconds: (now - since) / 1000,
      questions,
      overlaps,
      orders: orders.size,
      worstGap: Math.max(worstGap, unasked),
      lagP50: quantile(lags, 0.5),
      lagP99: quantile(lags, 0.99)
    }
  },
  /** When the next question came, on the shared clock. */
  nextQuestion: () =>
    new Promise<number>((resolve) => {
      waiting = resolve
    })
}
export type Platform = typeof functions

Remote.serve(functions)
