/** `umf-order track`: follows one order to its end. */
import { QuerySchedule } from "@umf-order-sync/core"
import * as Clock from "effect/Clock"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { OrderSync } from "../sync/OrderSync.ts"
import type { OrderTransition } from "../sync/OrderTransition.ts"
import { layer } from "../UmfOrderSync.ts"
import { Ended, NEGATIVE } from "./ExitCode.ts"
import * as InspectOptions from "./InspectOptions.ts"
import * as Options from "./Options.ts"
import * as Output from "./Output.ts"
import * as ScheduleOptions from "./ScheduleOptions.ts"

/** A transition as the command prints it with `--json`. */
export const toJson = (transition: OrderTransition): object => {
  const { at, orderId, from, to, because, settled, attention, reason, late } = transition
  return { at: new Date(at).toISOString(), orderId, from, to, because, late, reason, settled, attention }
}

const toText = (transition: OrderTransition): string => {
  const { at, from, to, because, settled, attention, reason, late } = transition
  const mark = settled === true ? "green" : attention === true ? "red" : "cyan"
  const more = [late, reason].filter((word) => word !== undefined).join(", ")
  return `${new Date(at).toISOString()}  ${from} -> ${Output.paint(mark, to)}  ${Output.paint("dim", because)}${
    more === "" ? "" : `  (${more})`
  }`
}

const waiting = Effect.fnUntraced(function* (transition: OrderTransition) {
  const { context } = transition.snapshot
  const seconds = Math.ceil(((context.nextQueryAt ?? 0) - (yield* Clock.currentTimeMillis)) / 1000)
  const next = context.nextQueryAt === undefined ? "asking" : `next query in ${Math.max(0, seconds)} s`
  yield* Output.progress(`${transition.to}, ${context.queries} queries, ${next} …`)
})

export const trackCommand = Command.make(
  "track",
  {
    ...Options.order,
    ...ScheduleOptions.flags,
    ...InspectOptions.besides
  },
  Effect.fnUntraced(function* (input) {
    const order = yield* Options.toOrder(input)
    const connection = yield* Options.connection
    const json = yield* Options.Json
    const following = Stream.unwrap(
      OrderSync.useSync((sync) => sync.transitions(order, { operation: input.operation }))
    ).pipe(
      Stream.tap((transition) =>
        Effect.gen(function* () {
          yield* Output.progress("")
          yield* json ? Output.json(toJson(transition)) : Output.text(toText(transition))
          if (transition.settled !== true && transition.attention !== true) yield* waiting(transition)
        })
      ),
      Stream.runLast,
      Effect.ensuring(Output.progress(""))
    )
    const needsPerson = yield* Effect.gen(function* () {
      const inspector = yield* InspectOptions.besideService(input, "track")
      if (inspector !== undefined) yield* InspectOptions.tellBoth(inspector, input.open)
      const last = Option.getOrUndefined(yield* following)
      if (last?.attention === true) {
        yield* Output.note(
          `Order ${order.orderId} needs a person (${last.reason ?? "no reason given"}). Nothing was concluded about it; run track again to ask on.`
        )
      }
      if (inspector !== undefined) yield* InspectOptions.untilStopped
      return last?.attention === true
    }).pipe(
      Effect.scoped,
      Effect.provide(
        layer({ ...connection, schedule: ScheduleOptions.toSchedule(input, QuerySchedule.defaults) })
      )
    )
    if (needsPerson) return yield* new Ended({ code: NEGATIVE })
  })
).pipe(
  Command.withDescription(
    "Follow an order until it has a result, one line for each transition. Exit codes: 0 settled, 1 a person is needed, 2 usage."
  ),
  Command.withExamples([
    { command: "umf-order track --order-id 20261124-001 --amount 8888", description: "Follow a payment" },
    {
      command: "umf-order track --order-id 20261124-001 --operation refund",
      description: "Follow a refund that was asked for"
    }
  ])
)
