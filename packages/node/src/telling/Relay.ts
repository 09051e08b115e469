/**
 * Hands pending notices over, at least once each, in their order for each order, for as long as it takes.
 * One that can't be handed over is tried again with growing pauses, and meanwhile holds up nothing but the
 * later notices of its own order. While it is being tried it takes one of the places.
 */
import { squash } from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Bucket from "../store/Bucket.ts"
import type { PendingNotice } from "../store/Notice.ts"
import { keyText, OrderStore } from "../store/OrderStore.ts"
import type { StoreError } from "../store/StoreError.ts"
import { Buckets } from "../sync/Buckets.ts"
import { Ledger } from "../sync/Ledger.ts"
import * as Metrics from "../sync/Metrics.ts"
import { masked } from "./Masked.ts"
import { NoticeHandler } from "./NoticeHandler.ts"
import * as NoticeSpan from "./NoticeSpan.ts"

/** What holds where nothing is said. */
export const defaults = {
  concurrency: 8,
  backOff: { base: "5 seconds", cap: "1 hour" },
  timeout: "1 minute",
  grace: "10 seconds"
} as const

export interface RelayOptions {
  /** Notices on their way at once. 8 by default. */
  readonly concurrency?: number | undefined
  /** The first pause after a failure, doubled each time, and the longest one. 5 s and 1 h by default. */
  readonly backOff?: { readonly base: Duration.Input; readonly cap: Duration.Input } | undefined
  /** The longest time that a handler may take; then its notice is tried again later. 1 minute by default. */
  readonly timeout?: Duration.Input | undefined
  /** How long notices on their way may take to arrive when the service stops. 10 s by default. */
  readonly grace?: Duration.Input | undefined
}

/** With a shared store, another process may have written notices for this one's buckets. */
const SHARED_TICK = 1000
const LONGEST_SLEEP = 60_000
/**
 * How long what became of a notice is kept here while the store takes no writes: about an hour. Handing it
 * over again instead would flood the merchant with what it has had.
 */
const untilSaved = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("30 seconds")]).pipe(
  Schedule.upTo({ times: 120 })
)
/** The longest text of a failure that is kept with its notice. */
const LONGEST_ERROR = 200

/** What a failure is called where it is stored and logged: never more than its name and message. */
const textOf = (failure: unknown): string => {
  const text = failure instanceof Error ? `${failure.name}: ${failure.message}` : "the handler failed"
  return text.slice(0, LONGEST_ERROR)
}

/** A notice that is being handed over. */
interface OnTheWay {
  readonly bucket: number
  fiber: Fiber.Fiber<void> | undefined
}

export const make = Effect.fnUntraced(function* (
  options: RelayOptions = {}
): Effect.fn.Return<void, never, OrderStore | NoticeHandler | Ledger | Scope.Scope> {
  const store = yield* OrderStore
  const handler = yield* NoticeHandler
  const ledger = yield* Ledger
  const buckets = yield* Buckets
  const concurrency = options.concurrency ?? defaults.concurrency
  const backOff = { ...defaults.backOff, ...options.backOff }
  const base = Duration.toMillis(backOff.base)
  const cap = Duration.toMillis(backOff.cap)
  const timeout = Duration.fromInputUnsafe(options.timeout ?? defaults.timeout)
  const news = Latch.makeUnsafe(true)
  const onTheWay = new Map<string, OnTheWay>()
  let stopping = false

  const wake = () => {
    news.openUnsafe()
  }
  ledger.listen({ noticed: wake })

  /** Between half and the whole of the exponential back-off: failures that came together part. */
  const pauseAfter = (attempts: number) =>
    Effect.map(Random.next, (random) =>
      Math.round(Math.min(cap, base * 2 ** Math.min(attempts, 30)) * (0.5 + random / 2))
    )

  let isAway = false
  /** Its order stays on the way until this is saved, so that it is not handed over once more meanwhile. */
  const saved = (save: Effect.Effect<void, StoreError>) =>
    save.pipe(
      Effect.tapError((error) => {
        if (isAway) return Effect.void
        isAway = true
        return Effect.logError(
          "What became of notices can't be saved now; it is kept and tried again.",
          error
        )
      }),
      Effect.retry(untilSaved),
      Effect.tap(() =>
        Effect.sync(() => {
          isAway = false
        })
      )
    )

  const failed = Effect.fnUntraced(function* ({ notice, attempts }: PendingNotice, failure: unknown) {
    const error = textOf(failure)
    const order = masked(notice.orderId)
    const nextAt = (yield* Clock.currentTimeMillis) + (yield* pauseAfter(attempts))
    yield* Metrics.handed("failed")
    yield* Effect.logWarning("A notice could not be handed over; it is tried again.").pipe(
      Effect.annotateLogs({
        notice: notice.id,
        type: notice.type,
        order,
        attempts: attempts + 1,
        nextAt: new Date(nextAt).toISOString(),
        // The handler's own words may name the order.
        error: error.replaceAll(notice.orderId, order)
      })
    )
    yield* saved(store.noticeFailed(notice.id, { nextAt, error }))
  })

  const handOver = Effect.fnUntraced(function* (pending: PendingNotice) {
    const { notice } = pending
    const hand = Effect.timeoutOrElse(handler.hand(notice), {
      duration: timeout,
      orElse: () => Effect.fail(new Error(`no end within ${Duration.format(timeout)}`))
    })
    const mark = Effect.flatMap(Clock.currentTimeMillis, (now) => store.noticeDelivered(notice.id, now))
    const { transactional } = handler
    // Both or neither: what the handler wrote is undone where the mark can't be set.
    const exit = yield* NoticeSpan.within(
      pending,
      Effect.exit(transactional ? store.transaction(Effect.andThen(hand, mark)) : hand)
    )
    if (Exit.isFailure(exit)) return yield* failed(pending, squash(exit.cause))
    yield* Metrics.handed("delivered")
    if (!transactional) yield* saved(mark)
  })

  const start = Effect.fnUntraced(function* (pending: PendingNotice) {
    const key = keyText(pending.notice)
    const way: OnTheWay = { bucket: Bucket.of(pending.notice), fiber: undefined }
    onTheWay.set(key, way)
    way.fiber = yield* handOver(pending).pipe(
      // Not marked, so it is handed over again, with the same id; but not in a loop without a pause.
      Effect.catchCause((cause) =>
        Effect.andThen(
          Effect.logError("What became of a notice could not be saved; it is handed over again.", cause),
          Effect.sleep("1 second")
        )
      ),
      Effect.ensuring(
        Effect.sync(() => {
          onTheWay.delete(key)
          wake()
        })
      ),
      // Not in the loop's scope, which would interrupt it at once: `stop` sees to its end.
      Effect.forkDetach({ startImmediately: true })
    )
  })

  /** Takes what is pending, as far as there are places; gives when to look again. */
  const round = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const mine = buckets.mine()
    if (mine.length === 0) return now + SHARED_TICK
    if (onTheWay.size >= concurrency) return Number.POSITIVE_INFINITY
    // What ends while the store is read may be among what is read all the same: the next round knows.
    const before = new Set(onTheWay.keys())
    const found = yield* store.pendingNotices({ now, buckets: mine, limit: concurrency + onTheWay.size })
    for (const pending of found) {
      if (onTheWay.size >= concurrency || stopping) return Number.POSITIVE_INFINITY
      const { notice } = pending
      const key = keyText(notice)
      if (before.has(key) || onTheWay.has(key) || !buckets.isMine(Bucket.of(notice))) continue
      yield* start(pending)
    }
    const next = (yield* store.nextNoticeAt({ now, buckets: mine })) ?? Number.POSITIVE_INFINITY
    return store.isShared ? Math.min(next, now + SHARED_TICK) : next
  })

  let isTroubled = false
  const rounds = Effect.gen(function* () {
    news.closeUnsafe()
    const exit = yield* Effect.exit(round)
    if (Exit.isFailure(exit)) {
      if (!isTroubled)
        yield* Effect.logError("Pending notices can't be read; tried again every second.", exit.cause)
      isTroubled = true
      return yield* Effect.sleep("1 second")
    }
    isTroubled = false
    const millis = exit.value - (yield* Clock.currentTimeMillis)
    yield* Effect.raceFirst(news.await, Effect.sleep(Math.min(LONGEST_SLEEP, Math.max(0, millis))))
  })
  const loop = yield* Effect.forkScoped(
    Effect.whileLoop({ while: () => !stopping, body: () => rounds, step: () => {} })
  )

  const grace = options.grace ?? defaults.grace
  /** Waits for what is on the way to these orders, and after `grace` lets it go: it is handed over again. */
  const settle = (isMeant: (bucket: number) => boolean) =>
    Effect.gen(function* () {
      const fibers = () =>
        [...onTheWay.values()].flatMap(({ bucket, fiber }) =>
          fiber === undefined || !isMeant(bucket) ? [] : [fiber]
        )
      yield* Effect.timeoutOption(Effect.forEach(fibers(), Fiber.await, { discard: true }), grace)
      yield* Effect.timeoutOption(Fiber.interruptAll(fibers()), "1 second")
    })
  buckets.listen({
    came: wake,
    beforeGivingUp: (bucket) => settle((one) => one === bucket)
  })
  yield* Effect.addFinalizer(() =>
    Effect.gen(function* () {
      stopping = true
      yield* Fiber.interrupt(loop)
      yield* settle(() => true)
    })
  )
})

/** The relay, for as long as the layer lives. */
export const layer = (
  options: RelayOptions = {}
): Layer.Layer<never, never, OrderStore | NoticeHandler | Ledger> => Layer.effectDiscard(make(options))
