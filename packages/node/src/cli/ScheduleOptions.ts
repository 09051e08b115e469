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
    "Hand an order to a person after this time (default 40m for one order that is tracked, 3d for those in a store)"
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

/** The parsed form of `flags`. */
export interface Limits {
  readonly every: Option.Option<Duration.Duration>
  readonly confirmAfter: Option.Option<Duration.Duration>
  readonly giveUpAfter: Option.Option<Duration.Duration>
  readonly maxQueries: Option.Option<number>
}

const millis = (time: Option.Option<Duration.Duration>): number | undefined =>
  Option.getOrUndefined(Option.map(time, Duration.toMillis))

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
    ...(maxQueries === undefined ? {} : { maxQueries })
  }
}
