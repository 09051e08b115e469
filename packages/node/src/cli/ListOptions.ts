/** Which orders a command lists: by state, number and the time of their creation. */
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Instant from "../api/Instant.ts"
import type { OrderView } from "../api/OrderView.ts"
import { type ApiError, PlainDesk, type PlainListRequest, states } from "../api/PlainDesk.ts"
import type { StoreError } from "../store/StoreError.ts"
import { UsageError } from "./ExitCode.ts"
import * as Options from "./Options.ts"

const instant = (name: string, description: string) =>
  Flag.String(name).pipe(
    Flag.withMetavar("DATE"),
    Flag.withDescription(description),
    Flag.filterMap(
      (text) => Option.fromUndefinedOr(Instant.parse(text)),
      (text) => `"${text}" is no date; write 2026-11-24 (midnight in China) or 2026-11-24T09:30:00+08:00`
    ),
    Flag.optional
  )

export const flags = {
  state: Flag.String("state").pipe(
    Flag.withMetavar("STATE"),
    Flag.withDescription(
      "States such as paid, or polling, settled, attention; repeat it, or put commas between them"
    ),
    Flag.atLeast(0)
  ),
  search: Flag.String("search").pipe(
    Flag.withMetavar("TEXT"),
    Flag.withDescription("Orders whose number contains this text"),
    Flag.optional
  ),
  since: instant("since", "Created at this date or after it; a day begins at midnight in China"),
  until: instant("until", "Created before this date")
}

/** What is asked for, without its page. Orders of the one merchant, where one is given. */
export const request = Effect.fnUntraced(function* (given: {
  readonly state: ReadonlyArray<string>
  readonly search: Option.Option<string>
  readonly since: Option.Option<number>
  readonly until: Option.Option<number>
}): Effect.fn.Return<Omit<PlainListRequest, "limit">, UsageError, Effect.Services<typeof Options.merchant>> {
  const wanted = given.state.flatMap((some) => some.split(",")).filter((one) => one !== "")
  const known = states.filter((state) => wanted.includes(state))
  const foreign = wanted.find((state) => !states.some((one) => one === state))
  if (foreign !== undefined) {
    return yield* new UsageError({
      message: `--state: "${foreign}" is no state. There are ${states.join(", ")}.`
    })
  }
  return {
    merId: yield* Options.merchant,
    states: known.length === 0 ? undefined : known,
    search: Option.getOrUndefined(given.search),
    since: Option.getOrUndefined(given.since),
    until: Option.getOrUndefined(given.until)
  }
})

/** The orders, newest first, page by page as they are taken. */
export const stream = (
  request: Omit<PlainListRequest, "limit">,
  pageSize = 200
): Stream.Stream<OrderView, StoreError | ApiError, PlainDesk> =>
  Stream.paginate(undefined as string | undefined, (cursor) =>
    Effect.map(
      PlainDesk.use((desk) => desk.list({ ...request, cursor, limit: pageSize })),
      ({ orders, next }) => [orders, Option.map(Option.fromUndefinedOr(next), (one) => one)] as const
    )
  )
