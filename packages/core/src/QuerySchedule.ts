/**
 * When to ask next, and when to hand an order over to a person: data in, data out, no clock.
 *
 * All times are milliseconds: instants since the epoch, and lengths of time. The platform recommends
 * 3 s between queries of one order and a limit on their total time (PROTOCOL.md 1).
 */
import * as Schema from "effect/Schema"

const Milliseconds = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const PositiveMilliseconds = Schema.Int.check(Schema.isGreaterThan(0))

/** The configurable part: how often to ask, for how long, and when to ask again after an end. */
export const QuerySchedule = Schema.Struct({
  /** Gap between queries at first. */
  firstEvery: PositiveMilliseconds,
  /** How long after the start the first gap holds. */
  firstFor: Milliseconds,
  /** The gaps that follow, one after the other; the last one repeats. */
  gaps: Schema.Array(PositiveMilliseconds),
  /** How long after the start an order without a result goes to a person. A last query comes before. */
  handOverAfter: PositiveMilliseconds,
  /** At most so many queries before an order without a result goes to a person. */
  maxQueries: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThan(0))),
  /** How far two answers must lie apart to close an order, or to call a refund or void failed. */
  confirmAfter: Milliseconds,
  /** How long after a closed, failed or unresolved order came to rest it is asked again. */
  recheckAfter: Schema.Array(PositiveMilliseconds),
  /** Back-off after faults in a row: `base * 2^(n-1)`, at most `cap`; never shorter than the gap. */
  backOff: Schema.Struct({ base: PositiveMilliseconds, cap: PositiveMilliseconds }),
  /** So many answers in a row that contradict or can't be believed, and a person is asked. */
  maxContradictions: Schema.Int.check(Schema.isGreaterThan(0))
})
export type QuerySchedule = typeof QuerySchedule.Type

const SECOND = 1000
const MINUTE = 60 * SECOND

/** Every 3 s for 5 minutes, then 10 s, 30 s, 1 m, 3 m, 5 m, 5 m … up to 40 minutes. */
export const defaults: QuerySchedule = {
  firstEvery: 3 * SECOND,
  firstFor: 5 * MINUTE,
  gaps: [10 * SECOND, 30 * SECOND, MINUTE, 3 * MINUTE, 5 * MINUTE],
  handOverAfter: 40 * MINUTE,
  confirmAfter: 30 * SECOND,
  recheckAfter: [10 * MINUTE, 60 * MINUTE],
  backOff: { base: 3 * SECOND, cap: 5 * MINUTE },
  maxContradictions: 3
}

/**
 * For orders that are kept at rest: as the defaults, then every 5 minutes up to 40, then after 30 m, 1 h,
 * 2 h, 4 h and every 6 h, up to 3 days; then a person is asked.
 */
export const durable: QuerySchedule = {
  ...defaults,
  gaps: [
    ...defaults.gaps,
    ...Array.from({ length: 5 }, () => 5 * MINUTE),
    ...[30, 60, 120, 240, 360].map((minutes) => minutes * MINUTE)
  ],
  handOverAfter: 3 * 24 * 60 * MINUTE
}

/** The same schedule with every length of time divided by `factor`: for demos and tests. Throws RangeError for another factor than a number above 0. */
export const compress = (schedule: QuerySchedule, factor: number): QuerySchedule => {
  if (!(factor > 0 && Number.isFinite(factor))) throw new RangeError("The factor must be a number above 0.")
  const shorter = (length: number) => Math.max(1, Math.round(length / factor))
  return {
    ...schedule,
    firstEvery: shorter(schedule.firstEvery),
    firstFor: shorter(schedule.firstFor),
    gaps: schedule.gaps.map(shorter),
    handOverAfter: shorter(schedule.handOverAfter),
    confirmAfter: shorter(schedule.confirmAfter),
    recheckAfter: schedule.recheckAfter.map(shorter),
    backOff: { base: shorter(schedule.backOff.base), cap: shorter(schedule.backOff.cap) }
  }
}

/** What the schedule has to know about the querying of one order. */
export interface Progress {
  /** When the asking began, or began anew after a refund or void request or a resume. */
  readonly startedAt: number
  readonly now: number
  /** Queries since `startedAt`. */
  readonly queries: number
  /** Faults in a row up to now. */
  readonly faults: number
  /** Since when an end is suspected that a second answer must confirm. */
  readonly suspectedAt?: number | undefined
}

/** Ask at an instant, or hand the order over to a person and say which limit was reached. */
export type Next =
  | { readonly _tag: "AskAt"; readonly at: number }
  | { readonly _tag: "HandOver"; readonly limit: "Time" | "Queries" }

/** The gap that follows a query made `elapsed` ms after the start. */
export const gap = (schedule: QuerySchedule, elapsed: number): number => {
  if (elapsed < schedule.firstFor) return schedule.firstEvery
  let until = schedule.firstFor
  let length = schedule.firstEvery
  for (length of schedule.gaps) {
    until += length
    if (elapsed < until) break
  }
  return length
}

/** The length of the back-off after `faults` faults in a row; 0 without a fault. */
export const backOff = (schedule: QuerySchedule, faults: number): number =>
  faults === 0 ? 0 : Math.min(schedule.backOff.cap, schedule.backOff.base * 2 ** Math.min(faults - 1, 30))

/** What follows for an order without a result. */
export const next = (schedule: QuerySchedule, progress: Progress): Next => {
  const { startedAt, now, queries, faults, suspectedAt } = progress
  const confirmAt = suspectedAt === undefined ? undefined : suspectedAt + schedule.confirmAfter
  // A suspicion is always confirmed or denied before the order is handed over.
  if (schedule.maxQueries !== undefined && queries >= schedule.maxQueries) {
    return confirmAt !== undefined && now < confirmAt
      ? { _tag: "AskAt", at: confirmAt }
      : { _tag: "HandOver", limit: "Queries" }
  }
  const end = Math.max(startedAt + schedule.handOverAfter, confirmAt ?? 0)
  if (now >= end) return { _tag: "HandOver", limit: "Time" }
  const regular = now + Math.max(gap(schedule, now - startedAt), backOff(schedule, faults))
  const wanted =
    confirmAt !== undefined && confirmAt > now && faults === 0 ? Math.min(regular, confirmAt) : regular
  // The last query falls on the end itself: nothing is handed over without one.
  return { _tag: "AskAt", at: Math.min(wanted, end) }
}

/** After so many faults in a row a recheck is given up, and the next one is waited for. */
export const MAX_RECHECK_FAULTS = 10

/**
 * When a resting order (closed, failed, unresolved) is asked again; `undefined` when never.
 * A recheck that met a fault is repeated with back-off.
 */
export const nextRecheck = (
  schedule: QuerySchedule,
  rest: { readonly restedAt: number; readonly now: number; readonly faults: number }
): number | undefined => {
  const dues = schedule.recheckAfter.map((after) => rest.restedAt + after)
  const repeats = rest.faults > 0 && rest.faults <= MAX_RECHECK_FAULTS && dues.some((due) => due <= rest.now)
  if (repeats) return rest.now + backOff(schedule, rest.faults)
  return dues.find((due) => due > rest.now)
}
