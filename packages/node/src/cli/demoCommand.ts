/** `umf-order demo`: a dozen orders followed to their ends against the sandbox, a minute in each second. */
import { Order, QuerySchedule } from "@umf-order-sync/core"
import type { OrderSnapshot } from "@umf-order-sync/machine"
import * as Clock from "effect/Clock"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Sandbox from "../sandbox/Sandbox.ts"
import { OrderSync } from "../sync/OrderSync.ts"
import type { OrderTransition } from "../sync/OrderTransition.ts"
import { layer } from "../UmfOrderSync.ts"
import { type DemoOrder, demoOrders } from "./demoOrders.ts"
import { type DemoRow, lines } from "./demoTable.ts"
import { Ended, NEGATIVE } from "./ExitCode.ts"
import * as InspectOptions from "./InspectOptions.ts"
import * as Options from "./Options.ts"
import * as Output from "./Output.ts"
import { toJson } from "./trackCommand.ts"

/** A minute of the platform's time in each second. */
const TIME_SCALE = 60

/** The default schedule, a minute in each second, and undecided orders handed over after a quarter of an hour. */
const schedule: QuerySchedule.QuerySchedule = {
  ...QuerySchedule.compress(QuerySchedule.defaults, TIME_SCALE),
  handOverAfter: 15_000
}

/** Every order should have ended well before this. */
const LIMIT = "25 seconds"

const amount = "8888"

/** What the demo knows of its orders, for the table. */
type Rows = Map<string, DemoRow>

/** Carries the story of one order through to its expected end. */
const play = Effect.fnUntraced(function* (sandbox: Sandbox.Running, demo: DemoOrder) {
  const sync = yield* OrderSync
  const order = yield* Effect.orDie(Order.decode({ merId: sandbox.merId, orderId: demo.orderId, amount }))
  yield* Effect.orDie(sandbox.createOrder({ orderId: demo.orderId, script: demo.script, amount }))
  const reached = (result: OrderSnapshot.ResultState) =>
    sync.allTransitions.pipe(
      Stream.filter((transition) => transition.orderId === demo.orderId),
      Stream.takeUntil(({ snapshot }) => snapshot.result === result),
      Stream.runDrain,
      Effect.forkChild({ startImmediately: true })
    )
  const atEnd = yield* reached(demo.expected)
  yield* sync.track(order)
  if (demo.afterPaid === "refund") {
    yield* Effect.orDie(sandbox.requestRefund(demo.orderId))
    yield* sync.refundRequested(order)
  }
  if (demo.afterPaid === "void") {
    yield* Effect.orDie(sandbox.requestVoid(demo.orderId))
    yield* sync.voidRequested(order)
  }
  yield* Fiber.join(atEnd)
})

/** Draws the table again and again over itself on a terminal; prints each change elsewhere. */
const makeView = (rows: Rows, json: boolean) => {
  const live = !json && process.stdout.isTTY === true
  const colour = Output.wantsColour()
  let drawn = 0
  const draw = Effect.sync(() => {
    const table = lines([...rows.values()], process.stdout.columns ?? 100, colour)
    const up = drawn === 0 ? "" : `\u001b[${drawn}A`
    process.stdout.write(`${up}${table.map((line) => `\u001b[2K${line}\n`).join("")}`)
    drawn = table.length
  })
  const show = (transition: OrderTransition) => {
    if (json) return Output.json(toJson(transition))
    if (live || transition.from.split(".")[0] === transition.to.split(".")[0]) return Effect.void
    return Output.text(
      `${transition.orderId}  ${transition.from.split(".")[0]} -> ${transition.to.split(".")[0]}  (${transition.because})`
    )
  }
  return { show, draw: live ? draw : Effect.void }
}

const summary = (rows: Rows, seconds: number) => {
  const ends = demoOrders.map((demo) => ({ demo, row: rows.get(demo.orderId) }))
  const right = ends.filter(({ demo, row }) => row?.snapshot?.result === demo.expected)
  const queries = ends.reduce((sum, { row }) => sum + (row?.snapshot?.context.queries ?? 0), 0)
  const count = (tag: string) => ends.filter(({ row }) => row?.snapshot?.result === tag).length
  const late = ends.filter(({ row }) => row?.snapshot?.context.payment?.late !== undefined).length
  const [orders, asExpected] = [ends.length, right.length]
  return { orders, asExpected, paid: count("paid"), late, unresolved: count("unresolved"), queries, seconds }
}

const closing = ({
  orders,
  asExpected,
  paid,
  late,
  seconds,
  queries
}: ReturnType<typeof summary>): string => `
${asExpected} of ${orders} orders ended as their story says, after ${queries} queries in ${seconds.toFixed(1)} s at ${TIME_SCALE} times the real speed:
${paid} paid (${late} of them late, told as such), one unresolved and one rejected that wait for a person.
Every state above was drawn from signed answers over real HTTP only; faults and forgeries ended nothing.

Next, with commands of your own (from this folder):
  node_modules/.bin/umf-order sandbox                    a platform to play with; it prints what to set
  node_modules/.bin/umf-order query --help               one question
  node_modules/.bin/umf-order track --help               one order to its end
  npm test                                               the proof`

export const demoCommand = Command.make(
  "demo",
  InspectOptions.besides,
  Effect.fnUntraced(function* (input) {
    const json = yield* Options.Json
    const sandbox = yield* Sandbox.make({ timeScale: TIME_SCALE })
    const rows: Rows = new Map(
      demoOrders.map(({ orderId, story }) => [orderId, { orderId, story, snapshot: undefined, because: "" }])
    )
    const view = makeView(rows, json)
    if (!json) {
      yield* Output.text(
        `A sandbox of the platform runs at ${sandbox.baseUrl}. A minute of its time passes in each second.\n`
      )
    }
    const playing = Effect.gen(function* () {
      const sync = yield* OrderSync
      yield* sync.allTransitions.pipe(
        Stream.runForEach((transition) => {
          const { orderId, snapshot, because } = transition
          const row = rows.get(orderId)
          // What was answered stays on show while the order waits.
          const told = because === "the wait is over" ? row?.because : because
          if (row !== undefined) rows.set(orderId, { ...row, snapshot, because: told ?? because })
          return view.show(transition)
        }),
        Effect.forkScoped({ startImmediately: true })
      )
      yield* Effect.forkScoped(Effect.forever(Effect.andThen(view.draw, Effect.sleep("100 millis"))))
      yield* Effect.forEach(demoOrders, (demo) => play(sandbox, demo), {
        concurrency: "unbounded",
        discard: true
      }).pipe(Effect.timeoutOrElse({ duration: LIMIT, orElse: () => Effect.void }))
    }).pipe(Effect.scoped)
    const result = yield* Effect.gen(function* () {
      // The numbers are made up.
      const inspector = yield* InspectOptions.besideService(input, "demo", "shown")
      if (inspector !== undefined) yield* InspectOptions.tellBoth(inspector, input.open)
      const started = yield* Clock.currentTimeMillis
      yield* playing
      yield* view.draw
      const ended = summary(rows, ((yield* Clock.currentTimeMillis) - started) / 1000)
      yield* json ? Output.json(ended) : Output.text(closing(ended))
      return inspector === undefined ? ended : yield* InspectOptions.untilStopped
    }).pipe(
      Effect.scoped,
      Effect.provide(
        layer({
          baseUrl: sandbox.baseUrl,
          privateKey: Redacted.value(sandbox.merchantPrivateKey),
          platformCert: sandbox.platformCert,
          backOff: { base: "10 millis", cap: "100 millis" },
          rateLimit: { limit: 1000, window: "1 second" },
          schedule
        })
      )
    )
    if (result.asExpected < result.orders) return yield* new Ended({ code: NEGATIVE })
  }, Effect.scoped)
).pipe(
  Command.withDescription("Watch a dozen orders come to their ends against a sandbox, in half a minute"),
  Command.withExamples([
    { command: "umf-order demo --inspect --open", description: "The same in the browser, with the inspector" }
  ])
)
