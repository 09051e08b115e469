/** An inspector over real sockets, with orders in memory, and pages that know nothing of Effect. */
import { request as httpRequest, type IncomingMessage } from "node:http"
import type { OrderEvent } from "@umf-order-sync/machine"
import { OrderInspection, type OrderSnapshot, OrderStep } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import type * as Scope from "effect/Scope"
import * as LocalDesk from "../../src/api/LocalDesk.ts"
import { PlainDesk } from "../../src/api/PlainDesk.ts"
import { Inspector, type InspectorOptions } from "../../src/inspector/Inspector.ts"
import type { LiveMessage } from "../../src/inspector/Protocol.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import type { OrderStore } from "../../src/store/OrderStore.ts"
import { Ledger } from "../../src/sync/Ledger.ts"
import { OrderDesk } from "../../src/sync/OrderDesk.ts"
import { type Answer, type Sent, send } from "../api/api.ts"
import { order } from "../support/orders.ts"

export const token = "a-token-of-the-inspector-012345"

/** A running inspector, as a page and as an app see it. */
export interface Running {
  readonly inspector: Inspector["Service"]
  /** "127.0.0.1:PORT" */
  readonly host: string
  readonly send: (path: string, sent?: Sent) => Effect.Effect<Answer>
  /** A POST as the page sends it. */
  readonly post: (path: string, sent?: Sent) => Effect.Effect<Answer>
  /** Opens the stream of live messages. */
  readonly live: (order?: string) => Effect.Effect<Page, never, Scope.Scope>
}

/** A page that takes live messages. */
export interface Page {
  readonly messages: ReadonlyArray<LiveMessage>
  /** The text as it came. */
  readonly text: () => string
  readonly isEnded: () => boolean
  /** Goes away in the middle. */
  readonly leave: () => void
}

const take = (response: IncomingMessage, isHanging: boolean) => {
  const messages: Array<LiveMessage> = []
  let text = ""
  let read = 0
  let isEnded = false
  response.on("close", () => {
    isEnded = true
  })
  response.on("error", () => {})
  if (isHanging) response.pause()
  else {
    response.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk
      for (let end = text.indexOf("\n", read); end >= 0; end = text.indexOf("\n", read)) {
        messages.push(JSON.parse(text.slice(read, end)))
        read = end + 1
      }
    })
  }
  return { messages, text: () => text, isEnded: () => isEnded }
}

/** Opens a live stream; one that hangs reads nothing of it. Ends with the scope. */
export const open = (
  origin: string,
  given: string,
  path: string,
  isHanging = false
): Effect.Effect<Page, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(
      () =>
        new Promise<Page>((resolve, reject) => {
          const { hostname, port } = new URL(origin)
          const headers = { authorization: `Bearer ${given}` }
          const outgoing = httpRequest({ hostname, port, path, agent: false, headers }, (response) => {
            if (response.statusCode !== 200) return reject(new Error(`status ${response.statusCode}`))
            resolve({ ...take(response, isHanging), leave: () => outgoing.destroy() })
          })
          outgoing.on("error", reject)
          outgoing.end()
        })
    ),
    (page) => Effect.sync(page.leave)
  )

const running = (inspector: Inspector["Service"]): Running => {
  const { origin } = inspector
  const ask: Running["send"] = (path, sent = {}) => send(origin, path, { token, ...sent })
  return {
    inspector,
    host: new URL(origin).host,
    send: ask,
    post: (path, sent = {}) =>
      ask(path, { method: "POST", body: {}, ...sent, headers: { origin, ...sent.headers } }),
    live: (chosen) => open(origin, token, `/api/live${chosen === undefined ? "" : `?order=${chosen}`}`)
  }
}

/** What was logged, each entry as the JSON text that a log file would get. */
export const logger = (lines: Array<string>): Layer.Layer<never> =>
  Layer.merge(
    Logger.layer([
      Logger.map(Logger.formatJson, (line) => {
        lines.push(line)
      })
    ]),
    Layer.succeed(References.MinimumLogLevel, "Debug")
  )

/** Runs a test against an inspector over a desk in memory, or over `options.desk`. */
export const inspecting = <A, E>(
  body: (running: Running) => Effect.Effect<A, E, Inspector | OrderDesk | Ledger | OrderStore | Scope.Scope>,
  options: InspectorOptions & {
    readonly desk?: (desk: PlainDesk["Service"]) => PlainDesk["Service"]
    readonly log?: Array<string>
  } = {}
) => {
  const { desk = (same) => same, log = [], ...rest } = options
  const changed = Layer.effect(PlainDesk, Effect.map(PlainDesk, desk)).pipe(Layer.provide(LocalDesk.layer()))
  return Effect.flatMap(Inspector, (inspector) => body(running(inspector))).pipe(
    Effect.provide(
      Inspector.layer({ token: Redacted.make(token), ...rest }).pipe(
        Layer.provide(changed),
        Layer.provideMerge(OrderDesk.layer),
        Layer.provideMerge(Ledger.layer()),
        Layer.provideMerge(MemoryStore.layer),
        Layer.provideMerge(logger(log))
      )
    ),
    Effect.scoped
  )
}

/** A service of nothing but the machine: it steps orders at once, and reports each step. */
export const mover = (inspect: OrderInspection.Inspect) => {
  const steps = OrderStep.make()
  const inspection = OrderInspection.make(inspect)
  const snapshots = new Map<string, OrderSnapshot.OrderSnapshot>()
  return {
    /** The order after an event; a new order is begun first. */
    move: (orderId: string, event: OrderEvent.OrderEvent): OrderSnapshot.OrderSnapshot => {
      const before =
        snapshots.get(orderId) ?? steps.start({ order: order(orderId, { amount: "8888" }), at: 0 }).snapshot
      const { snapshot } = steps.step(before, event)
      snapshots.set(orderId, snapshot)
      inspection.stepped({ event, after: snapshot })
      return snapshot
    }
  }
}
