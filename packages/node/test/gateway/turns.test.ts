import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Turns from "../../src/gateway/Turns.ts"

const twenty: Turns.Limit = { limit: 20, windowMillis: 1000 }

/** The largest number of instants within a window, wherever it begins. */
const most = (instants: ReadonlyArray<number>, window: number): number => {
  const ends = instants.map((at) => instants.filter((one) => one > at - window && one <= at).length)
  return Math.max(0, ...ends)
}

describe("turns", () => {
  it("given a pause, the whole limit goes at once, and what follows is spread over the windows after it", () => {
    const turns = Turns.make()
    const taken = Array.from({ length: 60 }, () => turns.take(twenty, 0))
    assert.deepStrictEqual(new Set(taken.slice(0, 20)), new Set([0]))
    for (const [index, at] of taken.slice(20).entries()) assert.closeTo(at, 1000 + index * 50, 1e-6)
  })

  it("given a look only, no turn is taken", () => {
    const turns = Turns.make()
    for (let index = 0; index < 100; index++) assert.strictEqual(turns.nextAt(twenty, 5), 5)
  })

  it("given a clock that is set back, nothing is for free, and nothing waits longer than before", () => {
    const turns = Turns.make()
    for (let index = 0; index < 20; index++) turns.take(twenty, 3_600_000)
    assert.strictEqual(turns.nextAt(twenty, 0), 1000)
    assert.strictEqual(turns.take(twenty, 1000), 1000)
  })

  it("given any limit and any tries, no window sees more than the limit, and none is left unused for long", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 10, max: 5000 }),
        fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 200 }),
        (limit, windowMillis, gaps) => {
          const turns = Turns.make()
          let now = 0
          const taken = gaps.map((gap) => {
            now += gap
            return turns.take({ limit, windowMillis }, now)
          })
          // An instant a hair's breadth before the window's end is rounding.
          assert.isAtMost(most(taken, windowMillis - 1e-6), limit)
          const wanted = (taken.length / limit) * windowMillis + windowMillis
          assert.isAtMost((taken.at(-1) ?? 0) - now, wanted)
        }
      )
    )
  })
})
