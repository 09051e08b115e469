import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Tracer from "effect/Tracer"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import type { OrderStore } from "../../src/store/OrderStore.ts"
import * as SqliteStore from "../../src/store/SqliteStore.ts"
import type { StoreError } from "../../src/store/StoreError.ts"
import { OrderSync } from "../../src/sync/OrderSync.ts"
import { platform, type Reaction } from "../support/gateways.ts"
import * as Keys from "../support/keys.ts"
import { order } from "../support/orders.ts"
import { until } from "../support/servers.ts"
import { folder } from "../support/stores.ts"
import { attributes, collector, parentOf } from "../support/tracing.ts"

const orderId = "20261125-000001"
const asked = { "umf.mer_id": "90000001", "umf.order": "20***01" }

const quick = { firstEvery: 20, backOff: { base: 20, cap: 20 } }

/** What a service does with one order whose platform reacts like that, inside of a span of the app's. */
const traced = Effect.fnUntraced(function* (
  react: (index: number) => Reaction,
  isOver: (turns: ReadonlyArray<Tracer.Span>) => boolean,
  store: Layer.Layer<OrderStore, StoreError> = MemoryStore.layer
) {
  const collected = collector()
  const service = OrderSync.layer({ grace: 0, schedule: quick }).pipe(
    Layer.provide(platform(react).layer({ retries: 0, circuitBreaker: { failures: 1, openFor: "1 hour" } })),
    Layer.provide(store)
  )
  yield* Effect.gen(function* () {
    const sync = yield* OrderSync
    yield* Effect.forkChild(sync.track(order(orderId, { amount: "8888" })))
    yield* until(() => isOver(collected.named("umf.turn")))
  }).pipe(Effect.provide(service), Effect.withSpan("the whole app"), collected.collect)
  return collected
})

/** Whether so many turns have ended. */
const ended =
  (count: number) =>
  (turns: ReadonlyArray<Tracer.Span>): boolean =>
    turns.filter(({ status }) => status._tag === "Ended").length >= count

describe("the spans of a turn", () => {
  it.live(
    "given an order that is paid at its second query, each turn is a trace with its query and its save",
    () =>
      Effect.gen(function* () {
        const { named } = yield* traced(
          (index) => ({ body: index === 0 ? Keys.answers.paying : Keys.answers.paid }),
          ended(2)
        )
        assert.deepStrictEqual(named("umf.turn").map(attributes), [
          { ...asked, "umf.polls": 0, "umf.from": "open", "umf.outcome": "Saved", "umf.to": "open" },
          { ...asked, "umf.polls": 1, "umf.from": "open", "umf.outcome": "Saved", "umf.to": "paid" }
        ])
        assert.deepStrictEqual(
          named("umf.query").map((span) => attributes(span)["umf.verdict"]),
          ["Paying", "Paid"]
        )
        for (const name of ["umf.query", "umf.save"]) {
          assert.deepStrictEqual(named(name).map(parentOf), ["umf.turn", "umf.turn"])
        }
        assert.deepStrictEqual(named("umf.turn").map(parentOf), [undefined, undefined])
        assert.strictEqual(new Set(named("umf.turn").map(({ traceId }) => traceId)).size, 2)
      })
  )

  it.live("given an open circuit breaker, the turn says that nothing was asked, and saves nothing", () =>
    Effect.gen(function* () {
      const { named } = yield* traced(() => ({ status: 502, body: "" }), ended(2))
      const [first, second] = named("umf.turn").map(attributes)
      assert.deepInclude(first, { "umf.outcome": "Saved", "umf.to": "open" })
      assert.deepInclude(second, { "umf.outcome": "HeldBack" })
      assert.notProperty(second, "umf.to")
      assert.strictEqual(named("umf.save").length, 1)
    })
  )

  it.live("given a stop while a query is under way, the turn says that it was interrupted", () =>
    Effect.gen(function* () {
      const { named } = yield* traced(
        () => "never answers",
        (turns) => turns.length === 1
      )
      assert.deepInclude(named("umf.turn").map(attributes)[0], { "umf.outcome": "Interrupted" })
    })
  )

  it.live("given a store on disk, no span holds an order's number, a signature or an amount", () =>
    Effect.gen(function* () {
      const path = yield* folder
      const { spans, named, text } = yield* traced(
        () => ({ body: Keys.answers.paid }),
        ended(1),
        SqliteStore.layer({ file: join(path, "orders.db") })
      )
      assert.strictEqual(named("umf.turn").length, 1)
      // Those of the SQL client are among them.
      assert.isAbove(spans.length, 5)
      for (const hidden of [orderId, "8888", "4200000001"]) assert.notInclude(text(), hidden)
      assert.notMatch(text(), /[A-Za-z0-9+/]{100,}/)
    }).pipe(Effect.scoped)
  )

  it("this test would see a number in a span's attributes, its events and its failure", () => {
    const { collect, text } = collector()
    const leaks = [
      Effect.annotateCurrentSpan("order", "attribute-leak"),
      Effect.flatMap(Effect.currentSpan, (span) =>
        Effect.sync(() => span.event("event", 0n, { order: "event-leak" }))
      ),
      Effect.fail(new Error("failure-leak"))
    ]
    for (const leak of leaks) {
      Effect.runSync(collect(Effect.exit(Effect.withSpan(leak as Effect.Effect<unknown, unknown>, "leaky"))))
    }
    for (const leak of ["attribute-leak", "event-leak", "failure-leak"]) assert.include(text(), leak)
  })
})
