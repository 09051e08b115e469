import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import * as LocalDesk from "../../src/api/LocalDesk.ts"
import { PlainDesk } from "../../src/api/PlainDesk.ts"
import { OrderStore } from "../../src/store/OrderStore.ts"
import { Ledger } from "../../src/sync/Ledger.ts"
import { OrderDesk } from "../../src/sync/OrderDesk.ts"
import * as Fakes from "../support/fakes.ts"
import { order } from "../support/orders.ts"

const minute = 60_000

describe("a store that takes no writes for a while", () => {
  it.effect(
    "given a refund that is asked for meanwhile, the caller is told within 10 s, and it is kept all the same",
    () =>
      Effect.gen(function* () {
        const one = order("a")
        yield* OrderDesk.use((desk) => desk.handOver(one))
        const desk = yield* PlainDesk
        const asked = yield* Effect.forkChild(Effect.flip(desk.request("refundRequested", one)))
        yield* TestClock.adjust("10 seconds")
        const error = yield* Fiber.join(asked)
        assert.deepStrictEqual(
          ["isRetryable" in error && error.isRetryable, error._tag],
          [true, "StoreError"]
        )
        // A hand-over may fail instead of being written, and the text is the same for all.
        assert.include("message" in error ? error.message : "", "may still be written")
        yield* TestClock.adjust("2 minutes")
        const stored = Option.getOrThrow(yield* OrderStore.use((store) => store.get(one)))
        assert.strictEqual(stored.snapshot.result, "refunding")
      }).pipe(
        Effect.provide(
          LocalDesk.layer().pipe(
            Layer.provideMerge(OrderDesk.layer),
            Layer.provide(Ledger.layer()),
            Layer.provideMerge(Fakes.storeThatIsAway((now) => now < minute))
          )
        )
      )
  )
})
