/** A process that follows orders with the real service, as a merchant's would, and can be told what to do. */
import { type Order, OrderQueryAnswer } from "@umf-order-sync/core"
import { OrderEvent, OrderStep } from "@umf-order-sync/machine"
import { OrderDesk, OrderGateway, OrderStore, type StoredOrder, UmfOrderSync } from "@umf-order-sync/node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Schema from "effect/Schema"
import { clock, sleep, sum } from "./Figures.ts"
import * as Remote from "./Remote.ts"

export interface Options {
  readonly store: { readonly file: string } | { readonly postgres: string }
  /** `http`: the real gateway. `stub`: answers at once, without HTTP and signatures. `silent`: never answers. */
  readonly gateway: "http" | "stub" | "silent"
  readonly baseUrl: string
  readonly privateKey: string
  readonly platformCert: string
  /** Time between two questions about an order, ms. */
  readonly gap: number
}

/** What this process has used up so far, and has now. */
export interface Usage {
  readonly cpuMicros: number
  readonly rssBytes: number
  /** Questions that the stub was asked. */
  readonly stubbed: number
}

const given = Remote.options() as Options
const UNLIMITED = 1_000_000
const MERCHANT = "90000001"
const IN_BULK = 1000
const answer = Schema.decodeSync(OrderQueryAnswer.OrderQueryAnswer)({ retCode: "01000000" })
let stubbed = 0

const options: UmfOrderSync.UmfOptions = {
  ...given,
  rateLimit: { limit: UNLIMITED, window: "1 second" },
  rateLimitOf: () => undefined,
  concurrency: 64,
  // The same gap for as long as the bench lasts.
  schedule: { firstEvery: given.gap, firstFor: 3_600_000, handOverAfter: 3_600_000 }
}

const stub = Layer.succeed(
  OrderGateway,
  OrderGateway.of({
    query: (_, operation = "payment") => {
      if (given.gateway === "silent") return Effect.never
      return Effect.sync(() => {
        stubbed += 1
        return { verdict: "Paying", operation, answer }
      })
    }
  })
)

const service: Layer.Layer<OrderDesk, unknown> =
  given.gateway === "http"
    ? UmfOrderSync.layer(options)
    : UmfOrderSync.layerSync(options).pipe(
        Layer.provide([stub, Layer.orDie(UmfOrderSync.layerStore(given.store))])
      )

const runtime = ManagedRuntime.make(service)
const run = <A, E>(effect: Effect.Effect<A, E, OrderDesk>): Promise<A> => runtime.runPromise(effect)

const orderOf = (orderId: string) => ({ merId: MERCHANT, orderId }) as Order.OrderRef
/** Numbers that don't come in their order, as hashes and random ones don't. */
const numbered = (prefix: string, index: number) =>
  orderOf(`${((index * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, "0")}-${prefix}${index}`)

const inBulk = (prefix: string, from: number, count: number): Promise<unknown> =>
  run(
    OrderDesk.use((desk) =>
      desk.handOverAll(
        Array.from({ length: count }, (_, index) => ({ order: numbered(prefix, from + index) }))
      )
    )
  )

/** An order that was asked about once and is due at this time. */
const waitingUntil = (order: Order.OrderRef, at: number, steps: OrderStep.OrderStep): StoredOrder => {
  const now = Date.now()
  const conclusion = { verdict: "Paying", operation: "payment", answer } as const
  const { snapshot } = steps.step(
    steps.start({ order, at: now }).snapshot,
    OrderEvent.answered(now, conclusion, now)
  )
  const context = { ...snapshot.context, nextQueryAt: at }
  return {
    snapshot: { ...snapshot, context },
    version: 1,
    polls: 0,
    historySeq: 0,
    noticeSeq: 0,
    createdAt: now,
    updatedAt: now
  }
}

const functions = {
  /** Starts the service. */
  start: async () => {
    await runtime.context()
  },
  usage: (): Usage => {
    const { user, system } = process.cpuUsage()
    return { cpuMicros: user + system, rssBytes: process.memoryUsage.rss(), stubbed }
  },
  /** Hands `count` orders over, as evenly as can be over this time. */
  handOver: async (prefix: string, count: number, millis = 0) => {
    const began = clock()
    for (let done = 0; done < count; ) {
      const wanted = millis === 0 ? count : Math.min(count, Math.ceil(((clock() - began) / millis) * count))
      const some = Math.min(IN_BULK, wanted - done)
      if (some > 0) await inBulk(prefix, done, some)
      done += Math.max(0, some)
      if (done >= wanted) await sleep(20)
    }
  },
  /** Hands orders over for this time, one after the other or in bulk; gives how many in a second. */
  handOverRate: async (prefix: string, each: number, millis: number): Promise<number> => {
    const began = clock()
    let done = 0
    for (; clock() - began < millis; done += each) await inBulk(prefix, done, each)
    return (done / (clock() - began)) * 1000
  },
  /** Gives a hint; answers with the time at which it was given, on the shared clock. */
  hint: async (prefix: string, index: number): Promise<number> => {
    const at = clock()
    await run(OrderDesk.use((desk) => desk.hint(numbered(prefix, index))))
    return at
  },
  /** How often rows were changed for each saved poll, over all orders there are. */
  changesPerPoll: () =>
    run(
      OrderDesk.use(
        Effect.fnUntraced(function* (desk) {
          const all: Array<StoredOrder> = []
          let cursor: string | undefined
          do {
            const page = yield* desk.list({ limit: 200, cursor })
            all.push(...page.orders)
            cursor = page.next
          } while (cursor !== undefined)
          return sum(all.map(({ version }) => version - 1)) / sum(all.map(({ polls }) => polls))
        })
      )
    ),
  /** Without the service: puts orders into the store that are due between then and then, ms from now. */
  fill: (count: number, from: number, until: number) => {
    const steps = OrderStep.make()
    const base = Date.now()
    return Effect.runPromise(
      OrderStore.use(
        Effect.fnUntraced(function* (store) {
          for (let done = 0; done < count; done += IN_BULK) {
            yield* store.create(
              Array.from({ length: IN_BULK }, (_, index) => {
                const at = base + from + Math.round(((done + index) / count) * (until - from))
                return waitingUntil(numbered("waits", done + index), at, steps)
              })
            )
          }
        })
      ).pipe(Effect.provide(UmfOrderSync.layerStore(given.store)))
    )
  }
}
export type Worker = typeof functions

Remote.serve(functions)
