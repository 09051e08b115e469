/** `umf-order orders …`: looking after the orders of a store, or of a running service. */
import { Order } from "@umf-order-sync/core"
import { OrderCommand } from "@umf-order-sync/machine"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { PlainDesk, type Request } from "../api/PlainDesk.ts"
import type { OrderKey } from "../store/OrderStore.ts"
import { addCommand } from "./addCommand.ts"
import * as DeskOptions from "./DeskOptions.ts"
import { UsageError } from "./ExitCode.ts"
import { exportCommand } from "./exportCommand.ts"
import * as ListOptions from "./ListOptions.ts"
import * as Options from "./Options.ts"
import * as OrderText from "./OrderText.ts"
import * as Output from "./Output.ts"

const decodeOrderId = Schema.decodeUnknownEffect(Order.OrderId)

/** The order that is meant. */
const key = Effect.fnUntraced(function* (
  orderId: string
): Effect.fn.Return<OrderKey, UsageError, Effect.Services<typeof Options.merchant>> {
  const merId = yield* Options.merchant
  if (merId === undefined) {
    return yield* new UsageError({ message: "--mer-id is missing. Give it, or set UMF_MER_ID." })
  }
  const decoded = yield* Effect.mapError(
    decodeOrderId(orderId),
    ({ message }) => new UsageError({ message: `--order-id: ${message}` })
  )
  return { merId, orderId: decoded }
})

const list = Command.make(
  "list",
  {
    ...DeskOptions.flags,
    ...ListOptions.flags,
    limit: Flag.Int("limit").pipe(
      Flag.filter(
        (count) => count > 0,
        () => "--limit must be above 0"
      ),
      Flag.withDescription("At most so many; 50 if left out"),
      Flag.withDefault(50)
    )
  },
  Effect.fnUntraced(function* (input) {
    const json = yield* Options.Json
    const place = yield* DeskOptions.place(input)
    const request = yield* ListOptions.request(input)
    // One more than is printed tells whether there are more.
    const found = yield* ListOptions.stream(request, Math.min(input.limit + 1, 200)).pipe(
      Stream.take(input.limit + 1),
      Stream.zipWithIndex,
      Stream.tap(([order, index]) => {
        if (index >= input.limit) return Effect.void
        return json ? Output.json(order) : Output.text(OrderText.line(order))
      }),
      Stream.runCount,
      Effect.provide(DeskOptions.layer(place, "look"))
    )
    if (json) return
    if (found === 0) yield* Output.note("There are no such orders.")
    if (found > input.limit) {
      yield* Output.note(`There are more than these ${input.limit}: ask for them with a larger --limit.`)
    }
  })
).pipe(Command.withDescription("List orders, newest first; a file may be in use meanwhile"))

const show = Command.make(
  "show",
  { ...DeskOptions.flags, orderId: Options.order.orderId },
  Effect.fnUntraced(function* (input) {
    const place = yield* DeskOptions.place(input)
    const wanted = yield* key(input.orderId)
    const order = yield* Effect.provide(
      PlainDesk.use((desk) => desk.get(wanted)),
      DeskOptions.layer(place, "look")
    )
    if (yield* Options.Json) return yield* Output.json(order)
    yield* Effect.forEach(OrderText.details(order), Output.text, { discard: true })
  })
).pipe(Command.withDescription("Show an order, its history and its notices; a file may be in use meanwhile"))

/** Prints an order once it was told something. */
const tell = Effect.fnUntraced(function* (name: Request, orderId: string, place: DeskOptions.Place) {
  const wanted = yield* key(orderId)
  const order = yield* Effect.provide(
    PlainDesk.use((desk) => desk.request(name, wanted)),
    DeskOptions.layer(place, "change")
  )
  yield* (yield* Options.Json) ? Output.json(order) : Output.text(OrderText.line(order))
})

const telling = (name: string, request: Request, description: string) =>
  Command.make(
    name,
    { ...DeskOptions.flags, orderId: Options.order.orderId },
    Effect.fnUntraced(function* (input) {
      yield* tell(request, input.orderId, yield* DeskOptions.place(input))
    })
  ).pipe(Command.withDescription(description))

const resume = Command.make(
  "resume",
  {
    ...DeskOptions.flags,
    orderId: Flag.optional(Options.order.orderId),
    all: Flag.Boolean("all").pipe(
      Flag.withDescription("All orders that need a person, of the merchant where one is given"),
      Flag.withDefault(false)
    ),
    reason: Flag.Literals("reason", OrderCommand.Reason.literals).pipe(
      Flag.withDescription("With --all: only those that need a person for this reason"),
      Flag.optional
    )
  },
  Effect.fnUntraced(function* (input) {
    const { all, orderId, reason } = input
    if (all === Option.isSome(orderId)) {
      return yield* new UsageError({ message: "Which orders? Give either --order-id, or --all." })
    }
    if (!all && Option.isSome(reason)) {
      return yield* new UsageError({ message: "--reason goes with --all." })
    }
    const place = yield* DeskOptions.place(input)
    if (Option.isSome(orderId)) return yield* tell("resume", orderId.value, place)
    const merId = yield* Options.merchant
    const resumed = yield* Effect.provide(
      PlainDesk.use((desk) => desk.resumeAll({ merId, reason: Option.getOrUndefined(reason) })),
      DeskOptions.layer(place, "change")
    )
    yield* (yield* Options.Json)
      ? Output.json({ resumed })
      : Output.text(`${resumed} order${resumed === 1 ? " is" : "s are"} asked again`)
  })
).pipe(Command.withDescription("Ask an unresolved or rejected order again, with its limits counted anew"))

export const ordersCommand = Command.make("orders").pipe(
  Command.withDescription("Hand orders over and look after them, in a store or through a running service"),
  Command.withSubcommands([
    addCommand,
    list,
    show,
    resume,
    telling("hint", "hint", "There may be news of an order: ask the platform now"),
    telling("refund-requested", "refundRequested", "A refund was asked of the platform: follow it"),
    telling("void-requested", "voidRequested", "A void was asked of the platform: follow it"),
    exportCommand
  ])
)
