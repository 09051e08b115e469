/**
 * What it costs to be inspectable, for each transition: with nobody looking it should be next to nothing.
 * Interleaved slices, medians. Ends within half a minute.
 *   npm run bench:inspect
 */
import { Order, type OrderQueryAnswer } from "@umf-order-sync/core"
import { createOrderActor, OrderEvent, type OrderInspection } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { OrderGateway } from "../packages/node/src/gateway/OrderGateway.ts"
import { createInspector } from "../packages/node/src/inspector/CreateInspector.ts"
import * as MemoryStore from "../packages/node/src/store/MemoryStore.ts"
import { Ledger } from "../packages/node/src/sync/Ledger.ts"
import { OrderSync } from "../packages/node/src/sync/OrderSync.ts"

const SLICES = 21
const STEPS = 4_000

const order = Schema.decodeUnknownSync(Order.OrderRef)({ merId: "90000001", orderId: "bench", amount: "1" })
const answer = { retCode: "01000000" } as OrderQueryAnswer.OrderQueryAnswer
const paying = OrderEvent.answered(1, { verdict: "Paying", operation: "payment", answer })
const waited = { type: "waited", at: 1 } as const

const median = (figures: ReadonlyArray<number>): number =>
  [...figures].sort((one, other) => one - other)[Math.floor(figures.length / 2)] ?? Number.NaN

type Slice = () => Promise<number> | number

/** Runs the slices in turn, so that what else the machine does meets all of them; µs a transition. */
const compare = async (slices: Readonly<Record<string, Slice>>): Promise<ReadonlyMap<string, number>> => {
  const taken = new Map<string, Array<number>>(Object.keys(slices).map((name) => [name, []]))
  for (let round = 0; round < SLICES; round++) {
    for (const [name, slice] of Object.entries(slices)) taken.get(name)?.push(await slice())
  }
  return new Map([...taken].map(([name, figures]) => [name, median(figures.slice(1))]))
}

/** An actor's transitions. */
const actor = (inspect?: OrderInspection.Inspect): Slice => {
  const wiring = { now: () => 0, setTimer: () => () => {}, query: () => new Promise<never>(() => {}) }
  return () => {
    const running = createOrderActor({ order, at: 0 }, wiring, inspect && { inspect }).start()
    const began = performance.now()
    for (let step = 0; step < STEPS; step += 2) {
      running.send(waited)
      running.send(paying)
    }
    const micros = ((performance.now() - began) * 1000) / STEPS
    running.stop()
    return micros
  }
}

/** A service's: stepped, and saved in memory. */
const service = (inspect?: OrderInspection.Inspect, isWanted?: () => boolean): Slice => {
  const sync = OrderSync.layer({ grace: 0 }).pipe(
    Layer.provide([
      Layer.succeed(OrderGateway, OrderGateway.of({ query: () => Effect.never })),
      MemoryStore.layer
    ])
  )
  const run = Effect.gen(function* () {
    const { handOver, apply } = yield* Ledger
    const { inspect: attach } = yield* OrderSync
    if (inspect !== undefined) yield* attach(inspect, isWanted)
    const [handed] = yield* handOver([{ order }])
    if (handed === undefined || !("stored" in handed)) return yield* Effect.die(new Error("no order"))
    let stored = handed.stored
    const began = performance.now()
    for (let step = 0; step < STEPS; step += 2) {
      const saved = yield* apply(stored, [waited, paying], true)
      stored = Option.getOrThrow(saved)
    }
    return ((performance.now() - began) * 1000) / STEPS
  })
  return () => Effect.runPromise(run.pipe(Effect.scoped, Effect.provide(sync)))
}

/** Looks, as the page does, until it is told to stop. */
const look = async (url: string): Promise<() => void> => {
  const { origin, hash } = new URL(url)
  const token = new URLSearchParams(hash.slice(1)).get("token") ?? ""
  const stopped = new AbortController()
  const { body } = await fetch(`${origin}/api/live`, {
    headers: { authorization: `Bearer ${token}` },
    signal: stopped.signal
  })
  const reading = async () => {
    for await (const _ of body ?? []);
  }
  reading().catch(() => {})
  return () => stopped.abort()
}

const print = (title: string, figures: ReadonlyMap<string, number>): void => {
  const [base = Number.NaN] = figures.values()
  console.log(`\n${title}`)
  for (const [name, micros] of figures) {
    console.log(
      `  ${name.padEnd(34)} ${micros.toFixed(2).padStart(7)} µs  ${(micros / base).toFixed(2).padStart(5)}`
    )
  }
}

const inspector = await createInspector()
const { inspect } = inspector
const nobody = () => false
print(
  "A transition of an actor",
  await compare({
    "not inspected": actor(),
    "inspected, nobody looks": actor(inspect)
  })
)
print(
  "A transition of a service, saved in memory",
  await compare({
    "not inspected": service(),
    "inspected, nobody looks": service(inspect, nobody)
  })
)
const leave = await look(inspector.url)
print(
  "With a page open, as fast as the machine goes",
  await compare({
    "actor, not inspected": actor(),
    "actor, somebody looks": actor(inspect),
    "service, somebody looks": service(inspect)
  })
)
leave()
await inspector.close()
