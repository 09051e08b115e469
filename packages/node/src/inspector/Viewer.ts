/**
 * One page that looks: what it is sent next, made at the moment when its socket takes it. So a slow page gets
 * fewer messages, each of what is true then, and nothing waits for it in memory.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { OrderKey } from "../store/OrderStore.ts"
import type { Seat } from "./Feed.ts"
import type * as Inspected from "./Inspected.ts"
import type { LiveRows } from "./LiveRows.ts"
import * as Newest from "./Newest.ts"
import * as Permitted from "./Permitted.ts"
import type { LiveMessage, OrderDetails, OrderRow } from "./Protocol.ts"
import { type Reads, ticks } from "./Reads.ts"
import * as Trouble from "./Trouble.ts"

/** Between two messages lie at least so many ms … */
const GAP = 50
/** … and between two readings of the chosen order. */
const ORDER_GAP = 200
/** The summary, and what nobody reports, is looked at every so many ms. */
const LOOK = 1_000
/** At most so many changed orders are shown in one message. */
const MOST_ROWS = 50
/** Of how many changed orders the desk is asked, in each second, when they were stored. */
const MOST_LOOKUPS = 5
/** The rate is that of so many seconds. */
const RATE_OVER = 5

export interface ViewerOptions {
  readonly seat: Seat
  readonly reads: Reads
  readonly naming: Permitted.Naming
  readonly liveRows: LiveRows
  /** All steps that were reported so far; `undefined` where none ever was. */
  readonly steps: () => number | undefined
  /** The order that is looked at closely; without a key where its id is not known. */
  readonly chosen: { readonly id: string; readonly key: OrderKey | undefined } | undefined
}

/** Steps a second, from how many there were at some instants. */
const makeRate = (steps: ViewerOptions["steps"]): ((at: number) => number | undefined) => {
  const samples: Array<{ readonly at: number; readonly steps: number }> = []
  return (at) => {
    const now = steps()
    if (now === undefined) return undefined
    samples.push({ at, steps: now })
    if (samples.length > RATE_OVER + 1) samples.shift()
    const [first] = samples
    if (first === undefined || first.at === at) return undefined
    return Math.round((10_000 * (now - first.steps)) / (at - first.at)) / 10
  }
}

/** A query that has begun is reported, and not stored: the stored order is shown as being asked. */
const withQuery = (details: OrderDetails, reported: OrderRow | undefined): OrderDetails =>
  reported?.asking === "querying" &&
  reported.state === details.state &&
  reported.updatedAt >= details.updatedAt
    ? { ...details, asking: "querying", nextQueryAt: reported.updatedAt }
    : details

/** A hint is stored nowhere: it would push facts out of the history. Who looks meanwhile sees it. */
const withHints = (details: OrderDetails, hints: ReadonlyArray<number>): OrderDetails =>
  hints.length === 0
    ? details
    : {
        ...details,
        history: [
          ...details.history,
          ...hints.map((at) => ({ kind: "noted", at, what: "hint from outside" }) as const)
        ].sort((one, other) => one.at - other.at)
      }

/** The next message of a viewer; waits until there is one. Ends with the feed. */
export const make = (options: ViewerOptions): Effect.Effect<LiveMessage, Cause.Done> => {
  const { seat, reads, naming, liveRows, chosen } = options
  const rateAt = makeRate(options.steps)
  const newest = Newest.make()
  // When what is to be done next, in ticks.
  let sentAt = Number.NEGATIVE_INFINITY
  let summaryAt = 0
  let newestAt = 0
  let lookupAt = 0
  let troubleAt = 0
  let orderAt = chosen === undefined ? Number.POSITIVE_INFINITY : 0
  let orderReadAt = Number.NEGATIVE_INFINITY
  let reported: Inspected.Inspected | undefined
  /** What was said of the chosen order last. */
  let said = ""

  /** A reading as a message; where it fails, that, about once a second. */
  const told = <A, E>(
    now: number,
    read: Effect.Effect<A, E>,
    toMessage: (found: A) => LiveMessage | undefined
  ): Effect.Effect<LiveMessage | undefined> =>
    Effect.matchCauseEffect(read, {
      onSuccess: (found) => Effect.sync(() => toMessage(found)),
      onFailure: (cause) => {
        if (Cause.hasInterrupts(cause)) return Effect.interrupt
        if (now < troubleAt) return Effect.succeed(undefined)
        troubleAt = now + LOOK
        return Effect.succeed({ kind: "trouble", message: Trouble.describe(cause) })
      }
    })

  const summary = (now: number): Effect.Effect<LiveMessage | undefined> =>
    Effect.flatMap(Clock.currentTimeMillis, (serverTime) =>
      told(now, reads.summary, (counts) => {
        const rate = rateAt(now)
        return {
          kind: "summary",
          serverTime,
          summary: Permitted.summary(counts),
          ...(rate === undefined ? {} : { rate })
        }
      })
    )

  /** The message, unless it is what was said before. */
  const unlessSaid = (message: LiveMessage): LiveMessage | undefined => {
    const text = JSON.stringify(message)
    if (text === said) return undefined
    said = text
    return message
  }

  const order = (
    now: number,
    { id, key }: NonNullable<ViewerOptions["chosen"]>
  ): Effect.Effect<LiveMessage | undefined> => {
    if (key === undefined) return Effect.sync(() => unlessSaid({ kind: "gone", id }))
    const found = Effect.catchTag(reads.order(key), "UnknownOrder", () => Effect.succeed(undefined))
    return told(now, found, (view) => {
      if (view === undefined) return unlessSaid({ kind: "gone", id })
      liveRows.learn(view)
      const row = reported === undefined ? undefined : liveRows.row(reported)
      const details = withHints(Permitted.details(view, naming), seat.hints())
      return unlessSaid({ kind: "order", order: withQuery(details, row) })
    })
  }

  const changed = Effect.fnUntraced(function* (now: number): Effect.fn.Return<LiveMessage> {
    const { orders, count } = seat.take(MOST_ROWS)
    if (now >= lookupAt) {
      lookupAt = now + LOOK
      const unknown = orders.filter((one) => !liveRows.isKnown(one)).slice(0, MOST_LOOKUPS)
      const views = yield* Effect.forEach(unknown, ({ key }) => Effect.option(reads.order(key)), {
        concurrency: MOST_LOOKUPS
      })
      // One that can't be read is shown as far as it is known.
      for (const view of views) if (view._tag === "Some") liveRows.learn(view.value)
    }
    const rows = orders.flatMap((one) => liveRows.row(one) ?? [])
    newest.shown(rows)
    return { kind: "changed", orders: rows, count }
  })

  const unreported = (now: number): Effect.Effect<LiveMessage | undefined> =>
    Effect.flatMap(Clock.currentTimeMillis, (time) =>
      told(now, reads.newest, ({ orders }) => {
        for (const view of orders) liveRows.learn(view)
        const rows = newest.news(
          orders.map((view) => Permitted.row(view, naming)),
          time
        )
        return rows.length === 0 ? undefined : { kind: "changed", orders: rows, count: rows.length }
      })
    )

  /** What there is to say now, if anything. */
  const say = (now: number): Effect.Effect<LiveMessage | undefined> => {
    if (now >= summaryAt) {
      summaryAt = now + LOOK
      return summary(now)
    }
    const news = seat.takeChosen()
    if (news !== undefined) {
      reported = news
      orderAt = Math.min(orderAt, orderReadAt + ORDER_GAP)
    }
    if (chosen !== undefined && now >= orderAt) {
      orderReadAt = now
      orderAt = now + LOOK
      return order(now, chosen)
    }
    if (now >= newestAt) {
      newestAt = now + LOOK
      return unreported(now)
    }
    return seat.hasChanges() ? changed(now) : Effect.succeed(undefined)
  }

  const isIdle = (now: number): boolean =>
    now < Math.min(summaryAt, orderAt, newestAt) && !seat.hasChanges() && !seat.isEnded()

  return Effect.gen(function* () {
    while (true) {
      if (seat.isEnded()) return yield* Cause.done()
      const now = yield* ticks
      if (now < sentAt + GAP) {
        yield* Effect.sleep(sentAt + GAP - now)
      } else if (isIdle(now)) {
        yield* Effect.timeoutOption(seat.news.await, Math.min(summaryAt, orderAt, newestAt) - now)
      } else {
        const message = yield* say(now)
        if (message === undefined) continue
        sentAt = yield* ticks
        return message
      }
    }
  })
}
