import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Pace from "../../src/sync/Pace.ts"

const second = 1000
const tenASecond = { limit: 10, windowMillis: second }

/** How many turns a merchant takes when it tries as often as it can between two instants. */
const taken = (pace: Pace.Pace, merId: string, from: number, to: number, every = 1) => {
  let turns = 0
  for (let now = from; now < to; now += every) if (pace.take(merId, now)) turns += 1
  return turns
}

describe("the pace of a merchant", () => {
  it("given 10 a second, there are ten turns at once, none for a second, and then one each 100 ms", () => {
    const pace = Pace.make(
      () => tenASecond,
      () => 1
    )
    assert.strictEqual(taken(pace, "a", 0, 10), 10)
    assert.strictEqual(taken(pace, "a", 10, 1000), 0)
    assert.strictEqual(pace.nextTurnAt(999), 1000)
    assert.isTrue(pace.take("a", 1000))
    assert.deepStrictEqual(pace.exhausted(1000), ["a"])
    assert.strictEqual(pace.nextTurnAt(1000), 1100)
    assert.strictEqual(taken(pace, "a", 1001, 2000), 9)
  })

  it("given a quarter of all buckets, it is a quarter of the limit", () => {
    const pace = Pace.make(
      () => tenASecond,
      () => 0.25
    )
    taken(pace, "a", 0, second)
    assert.closeTo(taken(pace, "a", second, 11 * second), 25, 1)
  })

  it("given no limit, there is always a turn, and nobody is exhausted", () => {
    const pace = Pace.make(
      () => undefined,
      () => 1
    )
    assert.strictEqual(taken(pace, "a", 0, 100), 100)
    assert.deepStrictEqual(pace.exhausted(0), [])
    assert.isUndefined(pace.nextTurnAt(0))
  })

  it("given one merchant that has used its turns, another one still has its own", () => {
    const pace = Pace.make(
      (merId) => (merId === "a" ? { limit: 1, windowMillis: second } : tenASecond),
      () => 1
    )
    assert.strictEqual(taken(pace, "a", 0, 100), 1)
    assert.strictEqual(taken(pace, "b", 0, 50), 10)
  })

  it("given a merchant that is left alone for a while, it has no turn until then, and one after", () => {
    const pace = Pace.make(
      () => undefined,
      () => 1
    )
    pace.take("a", 0)
    pace.hold("a", 5 * second)
    assert.isFalse(pace.take("a", 5 * second - 1))
    assert.deepStrictEqual([pace.exhausted(second), pace.nextTurnAt(second)], [["a"], 5 * second])
    assert.isTrue(pace.take("a", 5 * second))
  })

  it("given a clock that is set back, there are no turns for free, and it goes on", () => {
    const pace = Pace.make(
      () => tenASecond,
      () => 1
    )
    taken(pace, "a", 10 * second, 10 * second + 10)
    assert.strictEqual(taken(pace, "a", 0, 900), 0)
    assert.isAtLeast(taken(pace, "a", 900, 1200), 1)
  })

  it("given a clock that tells fractions of a millisecond, a turn that is free is there", () => {
    const pace = Pace.make(
      () => tenASecond,
      () => 1
    )
    pace.take("a", 0)
    assert.isTrue(pace.take("a", 1500.37))
  })

  it("given any limit and any tries, no window, wherever it begins, sees more turns than the limit", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 100, max: 5000 }),
        fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 200 }),
        (limit, windowMillis, gaps) => {
          const pace = Pace.make(
            () => ({ limit, windowMillis }),
            () => 1
          )
          let now = 0
          const turns: Array<number> = []
          for (const gap of gaps) {
            now += gap
            if (pace.take("a", now)) turns.push(now)
          }
          for (const at of turns) {
            assert.isAtMost(turns.filter((one) => one >= at && one < at + windowMillis).length, limit)
          }
        }
      )
    )
  })
})
