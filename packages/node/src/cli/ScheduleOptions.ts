/** The options of commands that follow orders: how often to ask, and how long. */
import type { QuerySchedule } from "@umf-order-sync/core"
import * as Flag from "effect/cli/Flag"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Options from "./Options.ts"

export const flags = {
  every: Options.duration("every", "Gap between queries in the first 5 minutes (default 3s)"),
  giveUpAfter: Options.duration(
    "give-up-after",
    "Hand an order to a person after this time (default 40m for one that is tracked, 3d in a store)"
  ),
  maxQueries: Flag.Int("max-queries").pipe(
    Flag.filter(
      (count) => count > 0,
      () => "--max-queries must be above 0"
    ),
    Flag.withDescription("Hand an order to a person after so many queries"),
    Flag.optional
  ),
  confirmAfter: Options.duration(
    "confirm-after",
    "How far apart two answers must lie to close an order (default 30s)"
  )
}

/** Those of a service: what has come to rest is asked again there. */
export const serviceFlags = {
  ...flags,
  recheckAfter: Options.durations(
    "recheck-after",
    "When closed, failed and unresolved orders are asked again, or none (default 10m,1h)"
  )
}

/** The parsed form of `flags` or `serviceFlags`. */
export interface Limits {
  readonly every: Option.Option<Duration.Duration>
  readonly confirmAfter: Option.Option<Duration.Duration>
  readonly giveUpAfter: Option.Option<Duration.Duration>
  readonly maxQueries: Option.Option<number>
  readonly recheckAfter?: Option.Option<ReadonlyArray<Duration.Duration>>
}

const millis = (time: Option.Option<Duration.Duration>): number | undefined =>
  Option.getOrUndefined(Option.map(time, Duration.toMillis))

/** In ms, earliest first, as the schedule wants them. */
const rechecks = ({ recheckAfter = Option.none() }: Limits): ReadonlyArray<number> | undefined =>
  Option.getOrUndefined(
    Option.map(recheckAfter, (times) => times.map(Duration.toMillis).sort((one, other) => one - other))
  )

/** `schedule` with the limits that were given. */
export const toSchedule = (
  limits: Limits,
  schedule: QuerySchedule.QuerySchedule
): QuerySchedule.QuerySchedule => {
  const maxQueries = Option.getOrUndefined(limits.maxQueries)
  const every = millis(limits.every)
  return {
    ...schedule,
    firstEvery: every ?? schedule.firstEvery,
    backOff: { ...schedule.backOff, base: every ?? schedule.backOff.base },
    confirmAfter: millis(limits.confirmAfter) ?? schedule.confirmAfter,
    handOverAfter: millis(limits.giveUpAfter) ?? schedule.handOverAfter,
    recheckAfter: rechecks(limits) ?? schedule.recheckAfter,
    ...(maxQueries === undefined ? {} : { maxQueries })
  }
}
