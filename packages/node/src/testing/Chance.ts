/** The same chances in every run: they decide how long the pauses after faults are. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"

/** Begins anew with each layer. */
export const layer = (): Layer.Layer<never> =>
  Layer.effect(
    Random.Random,
    Effect.gen(function* () {
      return yield* Random.Random
    }).pipe(Random.withSeed("umf-order-sync"))
  )
