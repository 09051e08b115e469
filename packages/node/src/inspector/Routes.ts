/** What the inspector answers, once a request may come in: the page's files, and the page's questions. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type PlainListRequest, states } from "../api/PlainDesk.ts"
import { keyText } from "../store/OrderStore.ts"
import { UnknownOrder } from "../sync/Ledger.ts"
import type { Assets } from "./Assets.ts"
import type { Feed } from "./Feed.ts"
import * as Handles from "./Handles.ts"
import type { LiveRows } from "./LiveRows.ts"
import * as Permitted from "./Permitted.ts"
import type { OrderDetails, OrderPage, Session } from "./Protocol.ts"
import type { Desk, Reads } from "./Reads.ts"
import * as Trouble from "./Trouble.ts"
import * as Viewer from "./Viewer.ts"

/** Orders on a page of the list. */
const ON_PAGE = 50
/** At most so many places of lists are remembered for their next pages. */
const MOST_CURSORS = 1_000
/** An order number is no longer. */
const LONGEST_SEARCH = 64

/** What the answers are made of. */
export interface Tools {
  readonly assets: Assets
  readonly session: Session
  readonly desk: Desk
  readonly reads: Reads
  readonly feed: Feed
  readonly naming: Permitted.Naming
  readonly liveRows: LiveRows
}

type Response = HttpServerResponse.HttpServerResponse
type Answer = Effect.Effect<Response, never, Scope.Scope>

/** A request by its route; the pattern is what logs may hold. */
export interface Routed {
  readonly pattern: string
  readonly answer: Answer
}

/** An error as the page reads it. */
export const failed = (status: number, error: string): Response =>
  HttpServerResponse.jsonUnsafe({ error }, { status })

const unknownOrder = failed(404, "No such order is known here.")

/** The answer to what could not be asked, or is about no order. */
const troubled = (cause: Cause.Cause<unknown>): Response =>
  cause.reasons.some((reason) => reason._tag === "Fail" && reason.error instanceof UnknownOrder)
    ? unknownOrder
    : failed(503, Trouble.describe(cause))

const isState = (text: string): text is (typeof states)[number] => states.some((state) => state === text)

/** The routes over these tools. */
export const make = (tools: Tools): ((method: string, url: string) => Routed) => {
  const { assets, session, desk, reads, feed, naming, liveRows } = tools
  // A store's own cursor may hold an order number.
  const cursors = Handles.make<string>(MOST_CURSORS)

  const details = (id: string): Effect.Effect<Response, unknown> => {
    const key = naming.find(id)
    if (key === undefined) return Effect.succeed(unknownOrder)
    return Effect.map(reads.order(key), (view) => {
      liveRows.learn(view)
      const found: OrderDetails = Permitted.details(view, naming)
      return HttpServerResponse.jsonUnsafe(found)
    })
  }

  const act = (id: string, name: string): Effect.Effect<Response, unknown> => {
    const allowed = session.acts.find((one) => one === name)
    if (allowed === undefined) {
      return Effect.succeed(failed(403, "This page may look at orders, and not ask for this."))
    }
    const key = naming.find(id)
    if (key === undefined) return Effect.succeed(unknownOrder)
    return Effect.flatMap(desk.request(allowed, key), () => details(id))
  }

  const list = (query: URLSearchParams): Effect.Effect<Response, unknown> => {
    const given = query.getAll("state")
    const wanted = given.filter(isState)
    if (wanted.length < given.length) return Effect.succeed(failed(400, "There is no such state."))
    const search = query.get("search")?.trim() ?? ""
    if (search.length > LONGEST_SEARCH) return Effect.succeed(failed(400, "No order number is that long."))
    const place = query.get("cursor")
    const cursor = place === null ? undefined : cursors.find(place)
    if (place !== null && cursor === undefined) {
      return Effect.succeed(failed(410, "This place in the list was forgotten: begin the list anew."))
    }
    const request: PlainListRequest = {
      limit: ON_PAGE,
      ...(wanted.length === 0 ? {} : { states: wanted }),
      ...(search === "" ? {} : { search }),
      ...(cursor === undefined ? {} : { cursor })
    }
    return Effect.map(reads.list(request), ({ orders, next }) => {
      for (const view of orders) liveRows.learn(view)
      const page: OrderPage = {
        orders: orders.map((view) => Permitted.row(view, naming)),
        ...(next === undefined ? {} : { next: cursors.idOf(next, next) })
      }
      return HttpServerResponse.jsonUnsafe(page)
    })
  }

  const live = (id: string | null): Answer =>
    Effect.gen(function* () {
      const key = id === null ? undefined : naming.find(id)
      const seat = yield* Effect.acquireRelease(
        Effect.sync(() => feed.sit(key === undefined ? undefined : keyText(key))),
        (taken) => Effect.sync(() => taken?.leave())
      )
      if (seat === undefined) return failed(503, "Too many pages look already: close one.")
      const chosen = id === null ? undefined : { id, key }
      const next = Viewer.make({ seat, reads, naming, liveRows, steps: feed.steps, chosen })
      const lines = Stream.fromEffectRepeat(
        Effect.map(next, (message) => `${JSON.stringify(message)}\n`)
      ).pipe(Stream.encodeText)
      return HttpServerResponse.stream(lines, { contentType: "application/x-ndjson" })
    })

  const file = (path: string): Effect.Effect<Response, unknown> => {
    const found = assets.get(path)
    if (found === undefined) return Effect.succeed(failed(404, "There is no such page."))
    return Effect.map(found.read, (bytes) =>
      HttpServerResponse.uint8Array(bytes, { contentType: found.type })
    )
  }

  const rescued = (effect: Effect.Effect<Response, unknown>): Answer =>
    effect.pipe(
      Effect.catchCause((cause) =>
        Cause.hasInterrupts(cause) ? Effect.interrupt : Effect.succeed(troubled(cause))
      )
    )

  return (method, url) => {
    const [path = "", ...rest] = url.split("?")
    const query = new URLSearchParams(rest.join("?"))
    const wrongMethod = (pattern: string, allow: string): Routed => ({
      pattern,
      answer: Effect.succeed(
        HttpServerResponse.setHeader(failed(405, "This method is not answered here."), "allow", allow)
      )
    })
    const route = (pattern: string, allow: "GET" | "POST", answer: () => Answer): Routed =>
      method === allow ? { pattern, answer: Effect.suspend(answer) } : wrongMethod(pattern, allow)

    if (path === "/api/session") {
      return route(path, "GET", () => Effect.succeed(HttpServerResponse.jsonUnsafe(session)))
    }
    if (path === "/api/orders") return route(path, "GET", () => rescued(list(query)))
    if (path === "/api/live") return route(path, "GET", () => live(query.get("order")))
    const order = /^\/api\/orders\/([A-Za-z0-9_-]{1,64})(?:\/(hint|resume))?$/.exec(path)
    const [, id, name] = order ?? []
    if (id !== undefined && name !== undefined) {
      return route(`/api/orders/:id/${name}`, "POST", () => rescued(act(id, name)))
    }
    if (id !== undefined) return route("/api/orders/:id", "GET", () => rescued(details(id)))
    if (path === "/api" || path.startsWith("/api/")) {
      return { pattern: "none", answer: Effect.succeed(failed(404, "There is no such question.")) }
    }
    return route(assets.has(path) ? path : "none", "GET", () => rescued(file(path)))
  }
}
