import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { Steps } from "../../src/sandbox/Script.ts"
import * as StepProgress from "../../src/sandbox/StepProgress.ts"

const play = (steps: Steps, times: ReadonlyArray<number>, scale = 1): ReadonlyArray<string> => {
  let progress = StepProgress.initial
  return times.map((now) => {
    const [step, moved] = StepProgress.next(steps, progress, now, scale)
    progress = moved
    return step.answer._tag
  })
}

const paying = { _tag: "Paying" } as const
const paid = { _tag: "Paid" } as const
const closed = { _tag: "Closed" } as const

describe("StepProgress", () => {
  it("counts queries, one where nothing is said, and holds the last step for ever", () => {
    const steps: Steps = [{ answer: paying, times: 2 }, { answer: closed }, { answer: paid, times: 1 }]
    assert.deepStrictEqual(play(steps, [0, 1, 2, 3, 4]), ["Paying", "Paying", "Closed", "Paid", "Paid"])
  })

  it("begins with the first query, and ends a lasting step on time, asked or not", () => {
    const steps: Steps = [{ answer: paying, forMs: 100 }, { answer: closed, forMs: 50 }, { answer: paid }]
    assert.deepStrictEqual(play(steps, [1000, 1099, 1100, 1149, 1150]), [
      "Paying",
      "Paying",
      "Closed",
      "Closed",
      "Paid"
    ])
    assert.deepStrictEqual(play(steps, [1000, 1151]), ["Paying", "Paid"])
    assert.deepStrictEqual(play(steps, [1000, 1051, 1075], 2), ["Paying", "Closed", "Paid"])
  })

  it("begins a lasting step that follows a counting one with its first query", () => {
    const steps: Steps = [{ answer: paying }, { answer: closed, forMs: 100 }, { answer: paid }]
    assert.deepStrictEqual(play(steps, [0, 500, 599, 600]), ["Paying", "Closed", "Closed", "Paid"])
  })

  it("skips a step of no length", () => {
    assert.deepStrictEqual(play([{ answer: paying, forMs: 0 }, { answer: paid }], [5]), ["Paid"])
  })

  it("never goes back and never leaves the list", () => {
    const step = fc.oneof(
      fc.record({ answer: fc.constant(paying), times: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ answer: fc.constant(paying), forMs: fc.integer({ min: 0, max: 100 }) })
    )
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 6 }),
        fc.array(fc.integer({ min: 0, max: 80 }), { maxLength: 20 }),
        ([first, ...rest], gaps) => {
          if (first === undefined) return
          const steps: Steps = [first, ...rest]
          let progress = StepProgress.initial
          let now = 0
          for (const gap of gaps) {
            now += gap
            const before = progress.index
            const [found, moved] = StepProgress.next(steps, progress, now, 1)
            assert.isAtLeast(moved.index, before)
            assert.strictEqual(found, steps[moved.index])
            progress = moved
          }
        }
      )
    )
  })
})
