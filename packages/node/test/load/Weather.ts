/**
 * A platform in memory whose state changes with time, and which writes down when it was asked. Its answers are
 * signed beforehand, so it costs next to nothing.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Stream from "effect/Stream"
import * as Keys from "../support/keys.ts"

/** What the platform does with a question; what it says depends on when it says it. */
export type State = "paying" | "slow" | "dead" | "fault" | "paid"

/** From that instant on, in ms since the story's start. */
export interface Change {
  readonly at: number
  readonly state: State
}

export interface Weather {
  readonly client: HttpClient.HttpClient
  /** When each request came, ms since the story's start, in their order. */
  readonly arrivals: ReadonlyArray<number>
  /** When each order was asked first, ms since the story's start. */
  readonly firstAsked: ReadonlyMap<string, number>
  /** Requests without an answer right now, and at most. */
  readonly underWay: () => { readonly now: number; readonly most: number }
}

const bodies = {
  paying: Keys.answers.paying,
  slow: Keys.answers.paying,
  fault: Keys.answers.platformFault,
  paid: Keys.answers.paid
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const LATENCY = 50
const SLOW = 30_000

export const make = (startAt: number, changes: ReadonlyArray<Change>): Weather => {
  const arrivals: Array<number> = []
  const firstAsked = new Map<string, number>()
  let now = 0
  let most = 0
  const stateAt = (at: number): State => changes.findLast((change) => change.at <= at)?.state ?? "paying"

  const client = HttpClient.make((request) =>
    Effect.gen(function* () {
      const at = (yield* Clock.currentTimeMillis) - startAt
      arrivals.push(at)
      const text = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
      const [, orderId = ""] = /"orderId":"([^"]*)"/.exec(text) ?? []
      if (!firstAsked.has(orderId)) firstAsked.set(orderId, at)
      const state = stateAt(at)
      if (state === "dead") return yield* Effect.never
      yield* Effect.sleep(state === "slow" ? SLOW : LATENCY)
      // Streams of the web are read by promises; a test's clock does not see those.
      return Object.defineProperty(HttpClientResponse.fromWeb(request, new Response(null)), "stream", {
        value: Stream.succeed(bytes(bodies[state]))
      })
    }).pipe(
      (answer) =>
        Effect.suspend(() => {
          now += 1
          most = Math.max(most, now)
          return answer
        }),
      Effect.ensuring(
        Effect.sync(() => {
          now -= 1
        })
      )
    )
  )
  return { client, arrivals, firstAsked, underWay: () => ({ now, most }) }
}

/** The largest number of instants within a window, wherever it begins; those at its end belong to the next one. */
export const mostWithin = (instants: ReadonlyArray<number>, window: number): number => {
  let first = 0
  let most = 0
  for (const [index, at] of instants.entries()) {
    while (at - (instants[first] ?? at) >= window) first += 1
    most = Math.max(most, index - first + 1)
  }
  return most
}

/** How many instants lie between two others. */
export const between = (instants: ReadonlyArray<number>, from: number, to: number): number =>
  instants.filter((at) => at >= from && at < to).length
