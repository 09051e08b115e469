/** `umf-order inspect`: the inspector's page over a store, or over a running service behind its API. */
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Inspector } from "../inspector/Inspector.ts"
import * as DeskOptions from "./DeskOptions.ts"
import * as InspectOptions from "./InspectOptions.ts"

/** What is looked at, in words. */
const nameOf = (place: DeskOptions.Place): string => {
  switch (place._tag) {
    case "Sqlite":
      return place.file
    case "Postgres":
      return "Postgres"
    case "Api":
      return place.url
  }
}

export const inspectCommand = Command.make(
  "inspect",
  { ...DeskOptions.flags, ...InspectOptions.flags },
  Effect.fnUntraced(function* (input) {
    const place = yield* DeskOptions.place(input)
    const inspector = Inspector.layer({
      source: place._tag === "Api" ? "api" : "store",
      name: nameOf(place),
      port: input.port,
      orderNumbers: InspectOptions.orderNumbers(input),
      // A file that a service has is only read; in Postgres it finds what was noted, and asks.
      acts: place._tag === "Sqlite" ? [] : ["hint", "resume"]
    })
    yield* Effect.gen(function* () {
      const served = yield* Inspector
      yield* InspectOptions.tellBoth(served, input.open)
      return yield* Effect.never
    }).pipe(Effect.scoped, Effect.provide(inspector.pipe(Layer.provide(DeskOptions.layer(place, "look")))))
  })
).pipe(
  Command.withDescription(
    "Look at orders in the browser, live: where each is, how it got there, when it is asked next. Serves a page on 127.0.0.1, for you alone, until Ctrl-C."
  ),
  Command.withExamples([
    { command: "umf-order inspect --store orders.sqlite", description: "A file, in use or at rest" },
    {
      command: "umf-order inspect --api http://127.0.0.1:8787 --token-file token --open",
      description: "A running service, whose orders can be asked now or resumed from the page"
    }
  ])
)
