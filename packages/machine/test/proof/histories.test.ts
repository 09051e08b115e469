/** See prove/claims/Histories.ts. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Chance from "../../../../prove/Chance.ts"
import { claim } from "../../../../prove/claims/Histories.ts"
import * as Proof from "../../../../prove/Proof.ts"
import * as OrderSnapshot from "../../src/OrderSnapshot.ts"
import * as OrderStep from "../../src/OrderStep.ts"
import { faults, order, plain, verdicts } from "../support/Samples.ts"
import * as Facts from "./Facts.ts"
import * as History from "./History.ts"

const HISTORIES = Proof.size({ small: 6000, whole: 1_000_000 })
const LONGEST = 12

const eventTypes = new Set([
  ...verdicts.map((verdict) => `answered.${verdict}`),
  "faulted",
  "informed",
  ...plain
])

const machines = History.schedules.map((schedule) => ({ schedule, steps: OrderStep.make(schedule) }))

describe("random histories of an order", () => {
  it("break no rule of the table of facts", { timeout: 400_000 }, () => {
    const began = performance.now()
    const next = Chance.make("histories")
    const pairs = new Map<string, number>()
    const states = new Set<string>()
    const counts = { steps: 0, facts: 0 }

    for (let nth = 0; nth < HISTORIES; nth++) {
      const { schedule, steps } = Chance.pick(
        next,
        machines as unknown as readonly [(typeof machines)[number]]
      )
      const teller = History.teller(next)
      const story: Array<string> = []
      let { commands, snapshot } = steps.start({ order, at: 1_509_517_965_000 })
      let past = Facts.nothing
      const length = 3 + Chance.below(next, LONGEST - 3)
      for (let at = 0; at < length; at++) {
        const event = teller.next(commands)
        const step = steps.step(snapshot, event)
        const what = "fault" in event ? ` ${event.fault}` : ""
        story.push(`${event.at} ${event.type}${what}: ${OrderSnapshot.nameOf(step.snapshot)}`)
        const seen: Facts.Step = { before: snapshot, event, after: step.snapshot, commands: step.commands }
        const broken = Facts.faultsOf(past, seen, schedule)
        if (broken.length > 0) {
          assert.fail(
            `${broken.join("; ")} (UMF_TEST_SEED=${Chance.seed}, history ${nth}, ` +
              `schedule ${History.schedules.indexOf(schedule)})\n${story.join("\n")}`
          )
        }
        past = Facts.next(past, seen)
        states.add(step.snapshot.result)
        const pair = `${snapshot.result} ${event.type}`
        pairs.set(pair, (pairs.get(pair) ?? 0) + 1)
        counts.steps += 1
        counts.facts += step.commands.filter(({ type }) => type === "tell").length
        ;({ commands, snapshot } = step)
      }
      const text = OrderSnapshot.encode(snapshot)
      const decoded = Effect.runSync(OrderSnapshot.decode(text))
      assert.strictEqual(OrderSnapshot.encode(decoded), text, `history ${nth}, UMF_TEST_SEED=${Chance.seed}`)
      if (nth % 50 === 0) {
        assert.deepStrictEqual(decoded, snapshot)
        const event = teller.next(commands)
        assert.deepStrictEqual(steps.step(decoded, event), steps.step(snapshot, event))
      }
    }

    assert.strictEqual(states.size, OrderSnapshot.ResultState.literals.length)
    assert.strictEqual(eventTypes.size, verdicts.length + plain.length + 2)
    assert.isAbove(pairs.size, 240)
    assert.isAbove(faults.length, 5)
    Proof.record(claim, (performance.now() - began) / 1000, {
      histories: HISTORIES,
      ...counts,
      broken: 0,
      states: states.size,
      pairs: pairs.size,
      fewest: Math.min(...pairs.values())
    })
  })
})
