/**
 * What viewers ask of the desk, bounded: however many look, and however often, what they all see is read about
 * once a second; where reading takes long, more seldom still. No read is waited for without end.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Semaphore from "effect/Semaphore"
import type { DetailsView, Summary } from "../api/DetailsView.ts"
import type { PageView, PlainDesk, PlainListRequest } from "../api/PlainDesk.ts"
import type { OrderKey } from "../store/OrderStore.ts"
import { NoAnswer } from "./Trouble.ts"

/** What everybody sees is read again after so many ms … */
const FRESH = 900
/** … or after so many times as long as the reading took, so that it takes at most a twentieth of the time. */
const REST = 20
/** Reads of orders and lists that somebody chose, at once. */
const AT_ONCE = 4
/** An answer that takes longer is none. */
const PATIENCE = "5 seconds"
/** How many of the newest orders are looked at for changes that nobody reported. */
const NEWEST = 50

/** What the inspector asks of an order desk. */
export type Desk = Pick<PlainDesk["Service"], "list" | "get" | "request" | "summary">
type Failure = Effect.Error<Desk["summary"]> | NoAnswer

export interface Reads {
  readonly summary: Effect.Effect<Summary, Failure>
  /** The newest orders. */
  readonly newest: Effect.Effect<PageView, Failure>
  readonly list: (request: PlainListRequest) => Effect.Effect<PageView, Failure>
  readonly order: (
    key: OrderKey
  ) => Effect.Effect<DetailsView, Effect.Error<ReturnType<Desk["get"]>> | NoAnswer>
}

/** Milliseconds that only grow, whatever is done to the clock. */
export const ticks: Effect.Effect<number> = Clock.clockWith((clock) =>
  Effect.map(clock.monotonicTimeNanos, (nanos) => Number(nanos / 1_000_000n))
)

const inTime = <A, E, R>(read: Effect.Effect<A, E, R>): Effect.Effect<A, E | NoAnswer, R> =>
  Effect.timeoutOrElse(read, { duration: PATIENCE, orElse: () => Effect.fail(new NoAnswer()) })

/** One read for all who want it; what it gave, or that it failed, holds for a while. */
const shared = <A, E>(read: Effect.Effect<A, E>): Effect.Effect<A, E> => {
  const turn = Semaphore.makeUnsafe(1)
  let last: { readonly exit: Exit.Exit<A, E>; readonly until: number } | undefined
  return Semaphore.withPermit(
    turn,
    Effect.gen(function* () {
      const began = yield* ticks
      if (last !== undefined && began < last.until) return yield* last.exit
      const exit = yield* Effect.exit(read)
      const ended = yield* ticks
      // One viewer who leaves in the middle says nothing to the others.
      if (!Exit.hasInterrupts(exit))
        last = { exit, until: Math.max(began + FRESH, ended + REST * (ended - began)) }
      return yield* exit
    })
  )
}

/** Reads of this desk. */
export const make = (desk: Desk): Reads => {
  const places = Semaphore.makeUnsafe(AT_ONCE)
  return {
    summary: shared(inTime(desk.summary)),
    newest: shared(inTime(Effect.suspend(() => desk.list({ limit: NEWEST })))),
    list: (request) =>
      inTime(
        Semaphore.withPermit(
          places,
          Effect.suspend(() => desk.list(request))
        )
      ),
    order: (key) =>
      inTime(
        Semaphore.withPermit(
          places,
          Effect.suspend(() => desk.get(key))
        )
      )
  }
}
