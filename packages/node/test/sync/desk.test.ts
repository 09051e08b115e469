import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import * as SqliteStore from "../../src/store/SqliteStore.ts"
import { Ledger, OrderConflict } from "../../src/sync/Ledger.ts"
import { OrderDesk } from "../../src/sync/OrderDesk.ts"
import { OrderSync } from "../../src/sync/OrderSync.ts"
import * as Fakes from "../support/fakes.ts"
import { order } from "../support/orders.ts"

const desk = OrderDesk.layer.pipe(Layer.provide(Ledger.layer()), Layer.provide(MemoryStore.layer))

const inFile = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "umf-desk-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  ),
  (folder) =>
    OrderDesk.layer.pipe(
      Layer.provide(Ledger.layer()),
      Layer.provide(SqliteStore.layer({ file: join(folder, "orders.sqlite") }))
    )
)

describe("handing over", () => {
  it.effect(
    "given the same order again, it is the same; with another amount, it is a conflict and nothing changes",
    () =>
      Effect.gen(function* () {
        const { handOver, get } = yield* OrderDesk
        const first = yield* handOver(order("a", { amount: "8888" }))
        assert.isTrue(first.isNew)
        assert.deepStrictEqual(yield* handOver(order("a", { amount: "8888" })), { ...first, isNew: false })
        const error = yield* Effect.flip(handOver(order("a", { amount: "1" })))
        assert.deepStrictEqual([error._tag, "field" in error && error.field], ["OrderConflict", "amount"])
        assert.deepStrictEqual(yield* get(order("a")), Option.some(first.stored))
      }).pipe(Effect.provide(desk))
  )

  it.effect("given many, each has its result in its place, conflicts too", () =>
    Effect.gen(function* () {
      const { handOver, handOverAll } = yield* OrderDesk
      yield* handOver(order("b", { amount: "1" }))
      const orders = [order("a"), order("b", { amount: "2" }), order("c"), order("a")]
      const results = yield* handOverAll(orders.map((one) => ({ order: one })))
      assert.deepStrictEqual(
        results.map((result) => (result instanceof OrderConflict ? result.field : result.isNew)),
        [true, "amount", true, false]
      )
    }).pipe(Effect.provide(desk))
  )

  it.live("given more than a statement can hold, all of them are stored", () =>
    Effect.gen(function* () {
      const orders = Array.from({ length: 4000 }, (_, index) => ({ order: order(`o${index}`) }))
      const layer = yield* inFile
      yield* Effect.gen(function* () {
        const { handOverAll, counts } = yield* OrderDesk
        yield* handOverAll(orders)
        assert.deepStrictEqual((yield* counts).states, { open: 4000 })
      }).pipe(Effect.provide(layer))
    }).pipe(Effect.scoped)
  )
})

describe("resuming", () => {
  it.effect("given orders that need a person, those of one reason, or all of them, are asked again", () => {
    const gateway = Fakes.gateway((_, { order: one }) =>
      one.orderId.startsWith("rejected") ? "SignatureRejected" : "Paying"
    )
    return Effect.gen(function* () {
      const { handOverAll, resumeAll, counts, history } = yield* OrderDesk
      const orders = ["late1", "late2", "rejected1"].map((name) => ({ order: order(name) }))
      yield* handOverAll(orders)
      yield* TestClock.adjust("41 minutes")
      assert.deepStrictEqual((yield* counts).states, { unresolved: 2, rejected: 1 })
      assert.strictEqual(yield* resumeAll({ reason: "TimeLimit" }), 2)
      assert.deepStrictEqual((yield* counts).states, { open: 2, rejected: 1 })
      assert.strictEqual(yield* resumeAll({ merId: "1" }), 0)
      assert.strictEqual(yield* resumeAll(), 1)
      const [first] = orders
      if (first === undefined) return assert.fail()
      const told = (yield* history(first.order)).map((entry) =>
        entry.kind === "noted" ? entry.what : entry.kind
      )
      assert.deepStrictEqual(told, ["moved", "personAsked", "resumed by a person", "moved"])
    }).pipe(
      Effect.provide(OrderSync.layer({ grace: 0 }).pipe(Layer.provide([gateway.layer, MemoryStore.layer])))
    )
  })
})
