import { assert, describe, it } from "@effect/vitest"
import type { Verdict } from "@umf-order-sync/core"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as TestClock from "effect/testing/TestClock"
import { OrderStore } from "../../src/store/OrderStore.ts"
import { OrderDesk } from "../../src/sync/OrderDesk.ts"
import { OrderSync } from "../../src/sync/OrderSync.ts"
import * as Clocks from "../support/clocks.ts"
import * as Fakes from "../support/fakes.ts"
import { order } from "../support/orders.ts"

const HOUR = 3_600_000

/** Lets so many seconds pass, with room for all that happens at an instant. */
const pass = (seconds: number) => Effect.repeat(TestClock.adjust("100 millis"), { times: seconds * 10 - 1 })

interface Case {
  readonly name: string
  readonly answer: Verdict.Verdict
  readonly suspected: string
  readonly end: string
  /** What was asked of the platform last. */
  readonly operation: "payment" | "refund" | "void"
}

const cases: ReadonlyArray<Case> = [
  {
    name: "closed",
    answer: "Closed",
    suspected: "closingSuspected",
    end: "closed",
    operation: "payment"
  },
  {
    name: "a failed refund",
    answer: "RefundFailed",
    suspected: "refundFailureSuspected",
    end: "refundFailed",
    operation: "refund"
  },
  {
    name: "a failed void",
    answer: "VoidFailed",
    suspected: "voidFailureSuspected",
    end: "voidFailed",
    operation: "void"
  }
]

/** Runs a service on a clock that can be set, which follows one order to which the platform always says the same. */
const service = <A, E>(
  { answer, operation }: Case,
  body: (world: {
    readonly set: Clocks.Setting["set"]
    /** Where the order stands. */
    readonly state: Effect.Effect<string>
    /** Ends this process, and begins another one on the same store. */
    readonly restart: <B, F>(next: Effect.Effect<B, F, OrderDesk>) => Effect.Effect<B, F>
  }) => Effect.Effect<A, E>
) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(Date.UTC(2026, 0, 1))
    const { clock, set } = yield* Clocks.settable
    const store = yield* Fakes.sharedStore
    const gateway = Fakes.gateway(() => answer)
    // Far more time than the clock is set by, so that no order goes to a person meanwhile.
    const life = OrderSync.layer({
      grace: 0,
      schedule: { handOverAfter: 10 * HOUR, firstFor: 10 * HOUR, firstEvery: 3000 }
    }).pipe(Layer.provide(gateway.layer), Layer.provide(store))
    const one = order("a")
    const state = Effect.provide(
      Effect.flatMap(OrderStore, (stored) =>
        Effect.map(Effect.orDie(stored.get(one)), (found) => Option.getOrThrow(found).snapshot.result)
      ),
      store
    )
    const restart = <B, F>(next: Effect.Effect<B, F, OrderDesk>): Effect.Effect<B, F> =>
      Effect.provide(next, Layer.orDie(Layer.fresh(life))).pipe(Effect.provideService(Clock.Clock, clock))
    yield* restart(Effect.flatMap(OrderDesk, (desk) => Effect.orDie(desk.handOver(one, { operation }))))
    return yield* body({ set, state, restart })
  })

describe("30 s between two answers, on a clock that is set", () => {
  it.effect.each(cases)(
    "given a wall clock set an hour ahead between two answers, it still takes 30 s to call it $name",
    (one) =>
      service(one, ({ set, state, restart }) =>
        restart(
          Effect.gen(function* () {
            yield* pass(1)
            assert.strictEqual(yield* state, one.suspected)
            set(HOUR)
            // By the wall clock these answers lie an hour apart.
            yield* pass(28)
            assert.strictEqual(yield* state, one.suspected)
            yield* pass(8)
            assert.strictEqual(yield* state, one.end)
          })
        )
      )
  )

  it.effect.each(cases)(
    "given a wall clock set an hour back between two answers, it takes no longer to call it $name",
    (one) =>
      service(one, ({ set, state, restart }) =>
        restart(
          Effect.gen(function* () {
            yield* pass(1)
            assert.strictEqual(yield* state, one.suspected)
            set(-HOUR)
            yield* pass(28)
            assert.strictEqual(yield* state, one.suspected)
            yield* pass(8)
            assert.strictEqual(yield* state, one.end)
          })
        )
      )
  )

  it.effect.each(cases)(
    "given a wall clock set an hour ahead while no process runs, 30 s pass in the next one before it is $name",
    (one) =>
      service(one, ({ set, state, restart }) =>
        Effect.gen(function* () {
          yield* restart(pass(1))
          assert.strictEqual(yield* state, one.suspected)
          set(HOUR)
          yield* restart(
            Effect.gen(function* () {
              yield* pass(28)
              assert.strictEqual(yield* state, one.suspected)
              yield* pass(8)
              assert.strictEqual(yield* state, one.end)
            })
          )
        })
      )
  )

  it.effect.each(cases)("given a clock that nobody sets, it takes 30 s to call it $name", (one) =>
    service(one, ({ state, restart }) =>
      restart(
        Effect.gen(function* () {
          yield* pass(29)
          assert.strictEqual(yield* state, one.suspected)
          yield* pass(2)
          assert.strictEqual(yield* state, one.end)
        })
      )
    )
  )
})
