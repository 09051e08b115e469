import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { Ledger } from "../../src/sync/Ledger.ts"
import { NoticeHandler } from "../../src/telling/NoticeHandler.ts"
import * as Relay from "../../src/telling/Relay.ts"
import { storePaid } from "../support/notices.ts"
import { attributes, collector, parentOf } from "../support/tracing.ts"

const orderId = "20261125-000001"

describe("the span of a notice", () => {
  it.effect(
    "given a handler that fails once, each try has a span, the handler's own in it, without its words",
    () =>
      Effect.gen(function* () {
        const { collect, named, text } = collector()
        let failures = 1
        const handler = NoticeHandler.layer(() =>
          Effect.suspend(() =>
            failures-- > 0 ? Effect.fail(new Error(`no row for ${orderId}`)) : Effect.void
          ).pipe(Effect.exit, Effect.withSpan("the handler's own"), Effect.flatten)
        )
        yield* Effect.gen(function* () {
          yield* storePaid(orderId)
          yield* Relay.make({ grace: 0 })
          yield* TestClock.adjust("10 seconds")
        }).pipe(
          Effect.scoped,
          Effect.provide(Layer.merge(handler, Ledger.layer().pipe(Layer.provideMerge(MemoryStore.layer)))),
          Effect.withSpan("the whole app"),
          collect
        )
        const spans = named("umf.notice")
        const [{ "umf.notice": id } = {}] = spans.map(attributes)
        assert.match(String(id), /^ntc_[0-9a-f]{32}$/)
        const both = {
          "umf.notice": id,
          "umf.type": "order.paid",
          "umf.mer_id": "90000001",
          "umf.order": "20***01"
        }
        assert.deepStrictEqual(spans.map(attributes), [
          { ...both, "umf.attempts": 1, "umf.outcome": "failed" },
          { ...both, "umf.attempts": 2, "umf.outcome": "delivered" }
        ])
        assert.deepStrictEqual(spans.map(parentOf), [undefined, undefined])
        assert.deepStrictEqual(named("the handler's own").map(parentOf), ["umf.notice", "umf.notice"])
        for (const { kind, status } of spans)
          assert.deepStrictEqual([kind, status._tag], ["producer", "Ended"])
        assert.notInclude(text(), orderId)
      })
  )
})
