/**
 * The one loop that asks: takes due orders of this process's buckets, as many at once as is allowed, each
 * merchant at its pace, and sleeps until the next one is due or somebody says that there is news.
 *
 * Where more is due than can be asked, one half of the places goes to the orders whose asking began last
 * (somebody stands at the till), the other half to those that have been due for longest. So a backlog
 * after an outage is worked off, as fast as the limits allow, without making fresh checkouts wait.
 *
 * Nothing is remembered here but what is under way. What is lost with the process is asked again.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import * as Bucket from "../store/Bucket.ts"
import { dueAt, keyText, type OrderKey, type StoredOrder } from "../store/OrderStore.ts"
import type { StoreError } from "../store/StoreError.ts"
import type { Buckets } from "./Buckets.ts"
import * as Metrics from "./Metrics.ts"
import * as OrderAsker from "./OrderAsker.ts"
import * as Pace from "./Pace.ts"

export interface PollerOptions {
  /** Queries under way at once, at most. */
  readonly concurrency: number
  /** The rate for each merchant, all processes together; `undefined` for none. */
  readonly rateLimitOf: (merId: string) => Pace.RateLimit | undefined
  /** How long a bucket that is given up is held for its queries that are under way. */
  readonly handOffMillis: number
}

export interface Poller {
  /** The query of this order that is under way in this process: what the order is like meanwhile. */
  readonly underWay: (key: OrderKey) => { readonly stored: StoredOrder; readonly since: number } | undefined
  /** Takes no more orders; waits for the queries under way, and after `grace` ms lets them go. */
  readonly stop: (grace: number) => Effect.Effect<void>
}

/** Due orders that are read at once … */
const READ_AT_ONCE = 256
/** … and at least, where the pace lets through a few of them only: the others would be read in vain. */
const READ_AT_LEAST = 16
/** How soon the store is read again where orders wait for their merchant's turn, at the soonest. */
const LEAST_BETWEEN_READS = 100
/** How long what another process wrote may stay unseen, with a shared store. */
const SHARED_TICK = 50
/** A clock that is so much earlier than at the last look was set back. */
const SET_BACK = 1000
/** Nobody sleeps longer than this without looking. */
const LONGEST_SLEEP = 60_000
/** How long an order is left alone after the store refused its step. */
const REST_AFTER_REFUSAL = 30_000
/** After so many refusals with nothing saved in between it is the store that is in trouble, and all are left alone. */
const MANY_REFUSALS = 3

/** The same orders: by turns the one whose asking began last, and the one that has been due for longest. */
const byTurns = (found: ReadonlyArray<StoredOrder>, oldestFirst: boolean): ReadonlyArray<StoredOrder> => {
  const oldest = [...found].sort((one, other) => (dueAt(one) ?? 0) - (dueAt(other) ?? 0))
  const newest = [...found].sort(
    (one, other) => other.snapshot.context.startedAt - one.snapshot.context.startedAt
  )
  const pairs = oldest.flatMap((old, index) => {
    const pair = [old, newest[index] ?? old]
    return oldestFirst ? pair : pair.reverse()
  })
  return [...new Set(pairs)]
}

interface Turn {
  readonly stored: StoredOrder
  readonly since: number
  /** When the order is to be asked again, as far as this process has saved it during the turn. */
  nextAt: number | undefined
  /** Whether that is because somebody asked for it. */
  isUrgent: boolean
  fiber: Fiber.Fiber<void> | undefined
}

export const make = Effect.fnUntraced(function* (
  tools: OrderAsker.Tools,
  buckets: Buckets,
  options: PollerOptions
): Effect.fn.Return<Poller, never, Scope.Scope> {
  const { ledger, store } = tools
  const pace = Pace.make(options.rateLimitOf, buckets.share)
  const turns = new Map<string, Turn>()
  const news = Latch.makeUnsafe(false)
  /** Due orders that were read and wait for a place, in their order, by key. */
  let ready = new Map<string, StoredOrder>()
  /** Orders that were saved while the store was being read: what was read of them may be old. */
  let savedMeanwhile = new Set<string>()
  /** When the store is read again, once those are taken. */
  let readAt = Number.NEGATIVE_INFINITY
  /** Orders that are left alone until an instant, since the store refused their steps. */
  const resting = new Map<string, number>()
  let refusals = 0
  let restUntil = Number.NEGATIVE_INFINITY
  /** Whether somebody wants an order to be asked at once: read before those are taken. */
  let isUrgent = true
  let stopping = false
  /** Merchants that had no turn when due orders were last read. */
  let waitingMerchants: ReadonlyArray<string> = []
  /** Whose the next place is: by turns the newest order's, and that of the one that has been due for longest. */
  let isOldestNext = false
  /** Whether some of those that were read have a place, but wait for their merchant's turn. */
  let isPaced = false
  let takenSinceRead = 0
  /** Whether more orders were due than were read. */
  let hasMore = false

  const wake = () => {
    news.openUnsafe()
  }
  const readBy = (at: number, urgent: boolean) => {
    if (urgent) isUrgent = true
    else if (at >= readAt) return
    readAt = Math.min(readAt, at)
    wake()
  }
  ledger.listen({
    saved: (stored) => {
      const key = keyText(stored.snapshot.context.order)
      ready.delete(key)
      resting.delete(key)
      refusals = 0
      savedMeanwhile.add(key)
      const at = dueAt(stored) ?? Number.POSITIVE_INFINITY
      const turn = turns.get(key)
      // An order that is under way is read again when its turn is over, not before.
      if (turn === undefined) readBy(at, stored.snapshot.asking === "querying")
      else Object.assign(turn, { nextAt: at, isUrgent: stored.snapshot.asking === "querying" })
    }
  })

  const turnEnded = (key: string, turn: Turn) => {
    turns.delete(key)
    // What was not saved, by us or at all, is to be looked up.
    readBy(turn.nextAt ?? Number.NEGATIVE_INFINITY, turn.isUrgent)
    wake()
  }

  const take = Effect.fnUntraced(function* (stored: StoredOrder) {
    const { order } = stored.snapshot.context
    const outcome = yield* OrderAsker.ask(tools, stored)
    if (outcome._tag === "HeldBack") {
      const now = yield* Clock.currentTimeMillis
      if (outcome.problem !== undefined && pace.isFree(order.merId, now)) {
        const { problem } = outcome
        yield* Effect.logError("Nothing can be asked for a merchant, and nothing is counted.").pipe(
          Effect.annotateLogs({ merId: order.merId, problem })
        )
      }
      pace.hold(order.merId, now + Math.max(100, outcome.forMillis))
    }
    if (outcome._tag === "Overtaken") yield* Metrics.overtaken
  })

  /** The store refuses, and won't do better at once: whoever waits learns of it, and the order is left alone. */
  const refused = (key: OrderKey, error: StoreError) =>
    Effect.gen(function* () {
      const until = (yield* Clock.currentTimeMillis) + REST_AFTER_REFUSAL
      resting.set(keyText(key), until)
      refusals += 1
      if (refusals >= MANY_REFUSALS) restUntil = until
      ledger.watchers.fail(key, error)
      if (refusals <= MANY_REFUSALS) {
        yield* Effect.logError("A step could not be saved; its order is asked again later.", error)
      }
    })

  const isResting = (key: string, now: number): boolean => {
    const until = resting.get(key)
    if (until !== undefined && until <= now) resting.delete(key)
    return until !== undefined && until > now
  }

  const start = Effect.fnUntraced(function* (key: string, stored: StoredOrder, now: number) {
    const { order } = stored.snapshot.context
    const turn: Turn = { stored, since: now, nextAt: undefined, isUrgent: false, fiber: undefined }
    turns.set(key, turn)
    turn.fiber = yield* take(stored).pipe(
      Effect.catchTag("StoreError", (error) => refused(order, error)),
      Effect.catchCause((cause) =>
        Effect.logError("A turn ended in a defect; its order is asked again.", cause)
      ),
      Effect.ensuring(Effect.sync(() => turnEnded(key, turn))),
      // Not in the loop's scope, which would interrupt it at once: `stop` sees to its end.
      Effect.forkDetach({ startImmediately: true })
    )
  })

  /** When the next merchant that has to wait has its turn: not too soon, or reading would be all that is done. */
  const turnAt = (now: number) =>
    Math.max(now + LEAST_BETWEEN_READS, pace.nextTurnAt(now) ?? Number.POSITIVE_INFINITY)

  /** Reads what is due now, and when the store has to be read again. */
  const read = Effect.fnUntraced(function* (now: number, mine: ReadonlyArray<number>) {
    // What happens while the store is read moves these again.
    isUrgent = false
    readAt = Number.POSITIVE_INFINITY
    // Orders that are under way are due as well, and found again.
    const most =
      turns.size +
      (isPaced ? Math.max(READ_AT_LEAST, Math.min(READ_AT_ONCE, 4 * takenSinceRead)) : READ_AT_ONCE)
    takenSinceRead = 0
    const oldest = isOldestNext ? Math.ceil(most / 2) : Math.floor(most / 2)
    savedMeanwhile = new Set()
    const waiting = pace.exhausted(now)
    waitingMerchants = waiting
    const found = yield* store.due({
      now,
      buckets: mine,
      newest: most - oldest,
      oldest,
      exceptMerchants: waiting
    })
    const isAll = found.length < most
    hasMore = !isAll
    const next =
      isAll && !store.isShared
        ? ((yield* store.nextDueAt({ now, buckets: mine })) ?? Number.POSITIVE_INFINITY)
        : isAll
          ? now + SHARED_TICK
          : now
    readAt = Math.min(readAt, next)
    if (waiting.length > 0) readAt = Math.min(readAt, turnAt(now))
    ready = new Map()
    const restEnds = [...resting.values()].filter((until) => until > now)
    if (restEnds.length > 0) {
      readAt = Math.min(readAt, Math.max(now + LEAST_BETWEEN_READS, Math.min(...restEnds)))
    }
    for (const stored of byTurns(found, isOldestNext)) {
      const key = keyText(stored.snapshot.context.order)
      // Where a step is being written, it is told first; then the order is looked at again.
      const isStale = savedMeanwhile.has(key) || ledger.isWriting(stored.snapshot.context.order)
      if (!turns.has(key) && !isStale && !isResting(key, now)) ready.set(key, stored)
    }
  })

  /** The time at the last look; before the first one, whatever was saved later is in the future. */
  let lookedAt = Number.POSITIVE_INFINITY
  /** A clock that was set back leaves every plan in the future, here and in the store. */
  const mendPlans = Effect.fnUntraced(function* (now: number) {
    const mended = yield* store.replan(now)
    pace.forget()
    ready.clear()
    resting.clear()
    restUntil = Number.NEGATIVE_INFINITY
    readAt = Number.NEGATIVE_INFINITY
    if (mended > 0) {
      yield* Effect.logWarning(
        "The clock was set back; orders that were planned by it are planned anew."
      ).pipe(Effect.annotateLogs({ orders: mended }))
    }
  })

  /** Takes what is due, as far as there are places and turns. */
  const round = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    if (now < lookedAt - SET_BACK) yield* mendPlans(now)
    lookedAt = now
    const mine = buckets.mine()
    yield* Metrics.load(turns.size, mine.length)
    let hasLooked = ready.size > 0
    let hasRead = false
    if (mine.length === 0 || restUntil > now) {
      ready.clear()
      savedMeanwhile.clear()
      readAt = Math.max(readAt, restUntil)
    } else if (
      turns.size < options.concurrency &&
      (isUrgent || ((ready.size === 0 || isPaced) && readAt <= now))
    ) {
      yield* read(now, mine)
      hasLooked = true
      hasRead = true
    }
    const paced = new Set(hasLooked ? waitingMerchants : [])
    isPaced = false
    let taken = 0
    for (const [key, stored] of ready) {
      if (turns.size >= options.concurrency || stopping) break
      const { order } = stored.snapshot.context
      const isOurs = !turns.has(key) && buckets.isMine(Bucket.of(order))
      if (isOurs && !pace.take(order.merId, now)) {
        paced.add(order.merId)
        isPaced = true
        continue
      }
      ready.delete(key)
      if (!isOurs) continue
      isOldestNext = !isOldestNext
      taken += 1
      yield* start(key, stored, now)
    }
    takenSinceRead += taken
    // Where the pace alone holds orders back, turns go to those that were read, and reading again and again
    // would bring nothing but who is newer.
    if (isPaced && hasRead) readAt = Math.min(Math.max(readAt, now + LEAST_BETWEEN_READS), turnAt(now))
    else if (taken > 0 && ready.size === 0 && hasMore) readAt = Math.min(readAt, now)
    if (hasLooked) yield* Metrics.paced(paced.size)
  })

  const sleep = Effect.gen(function* () {
    const isFull = turns.size >= options.concurrency || buckets.mine().length === 0
    const now = yield* Clock.currentTimeMillis
    const next = isPaced ? Math.min(readAt, pace.nextTurnAt(now) ?? Number.POSITIVE_INFINITY) : readAt
    const millis = isFull ? LONGEST_SLEEP : Math.min(LONGEST_SLEEP, Math.max(0, next - now))
    yield* Effect.raceFirst(news.await, Effect.sleep(millis))
  })

  let troubled = false
  /** The loop itself outlives whatever happens: a store that is away, a defect. */
  const rounds = Effect.gen(function* () {
    news.closeUnsafe()
    const exit = yield* Effect.exit(round)
    if (Exit.isSuccess(exit)) {
      if (troubled) yield* Effect.logInfo("Due orders can be read again.")
      troubled = false
      return yield* sleep
    }
    if (!troubled) yield* Effect.logError("Due orders can't be read; tried again every second.", exit.cause)
    troubled = true
    readAt = Number.NEGATIVE_INFINITY
    yield* Effect.sleep("1 second")
  })
  const loop = yield* Effect.forkScoped(
    Effect.whileLoop({ while: () => !stopping, body: () => rounds, step: () => {} })
  )

  /** Waits for these turns, and after `millis` lets them go: their orders stay as due as they were. */
  const settle = (which: () => ReadonlyArray<Turn>, millis: number) =>
    Effect.gen(function* () {
      const fibers = () => which().flatMap(({ fiber }) => (fiber === undefined ? [] : [fiber]))
      yield* Effect.timeoutOption(Effect.forEach(fibers(), Fiber.await, { discard: true }), millis)
      // A step that waits for its store can't be let go of, and need not be waited for.
      yield* Effect.timeoutOption(Fiber.interruptAll(fibers()), "1 second")
    })

  buckets.listen({
    came: () => readBy(Number.NEGATIVE_INFINITY, true),
    beforeGivingUp: (bucket) =>
      settle(
        () => [...turns.values()].filter(({ stored }) => Bucket.of(stored.snapshot.context.order) === bucket),
        options.handOffMillis
      )
  })

  return {
    underWay: (key) => turns.get(keyText(key)),
    stop: (grace) =>
      Effect.gen(function* () {
        stopping = true
        wake()
        yield* Fiber.interrupt(loop)
        yield* settle(() => [...turns.values()], grace)
      })
  }
})
