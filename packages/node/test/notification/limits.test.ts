import { assert, describe, it } from "@effect/vitest"
import * as HintLimits from "../../src/notification/HintLimits.ts"

const make = (changes: Partial<HintLimits.Limits> = {}) =>
  HintLimits.make({ ...HintLimits.defaults, ...changes })

describe("how many notifications are followed", () => {
  it("given unverified ones of one order, one in 10 s", () => {
    const limits = make()
    const taken = Array.from({ length: 31 }, (_, second) => limits.take("a", false, second * 1000))
    assert.deepStrictEqual(
      taken.flatMap((isTaken, second) => (isTaken ? [second] : [])),
      [0, 10, 20, 30]
    )
  })

  it("given verified ones of one order, one in a second", () => {
    const limits = make()
    const taken = Array.from({ length: 31 }, (_, tenth) => limits.take("a", true, tenth * 100))
    assert.strictEqual(taken.filter(Boolean).length, 4)
  })

  it("given a forged one just before, the true one is followed; given a true one, the forged ones are not", () => {
    const limits = make()
    assert.isTrue(limits.take("a", false, 0))
    assert.isTrue(limits.take("a", true, 1))
    assert.isFalse(limits.take("a", false, 9_999))
    assert.isTrue(limits.take("a", true, 1001))
  })

  it("given a forged one in between, the time of the last true one still counts", () => {
    const limits = make({ unverifiedMillis: 100 })
    assert.isTrue(limits.take("a", true, 0))
    assert.isTrue(limits.take("a", false, 500))
    assert.isFalse(limits.take("a", true, 900))
    assert.isTrue(limits.take("a", true, 1000))
  })

  it("given a flood of forged ones for ever new orders, 20 a second are followed, and a true one always", () => {
    const limits = make()
    let followed = 0
    for (let millis = 0; millis < 10_000; millis++) {
      for (let each = 0; each < 10; each++) if (limits.take(`x${millis}/${each}`, false, millis)) followed++
    }
    assert.isAtMost(followed, 20 + 10 * 20)
    assert.isAtLeast(followed, 10 * 20)
    assert.isTrue(limits.take("mine", true, 9_999))
  })

  it("given that flood, no more orders are remembered than are let through in 10 s, and none after that", () => {
    const limits = make()
    let most = 0
    for (let millis = 0; millis < 60_000; millis += 2) {
      limits.take(`x${millis}`, false, millis)
      limits.take(`y${millis}`, true, millis)
      most = Math.max(most, limits.size())
    }
    assert.isAtMost(most, 2 * (20 + 10 * 20))
    assert.isTrue(limits.take("last", false, 120_000))
    assert.strictEqual(limits.size(), 1)
  })

  it("given a clock that was set back, nothing is held up by what lies ahead", () => {
    const limits = make()
    assert.isTrue(limits.take("a", false, 1_000_000))
    assert.isTrue(limits.take("a", false, 0))
    assert.isFalse(limits.take("a", false, 5_000))
    assert.isTrue(limits.take("a", false, 10_000))
  })
})
