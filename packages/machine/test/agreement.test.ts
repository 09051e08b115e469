/** The pure steps and a running actor are the same machine: they agree on every course of events. */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { createActor } from "xstate"
import type { OrderCommand } from "../src/OrderCommand.ts"
import type { OrderEvent } from "../src/OrderEvent.ts"
import * as OrderStep from "../src/OrderStep.ts"
import { orderMachine } from "../src/orderMachine.ts"
import { answered, faulted, faults, informed, operations, order, plain, verdicts } from "./support/Samples.ts"
import { schedule } from "./support/Walk.ts"

const seed = Number(process.env.FC_SEED ?? 20171101)
const gap = fc.constantFrom(0, 1, 10, 29, 30, 40, 100, 200)

const happening: fc.Arbitrary<(at: number) => OrderEvent> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(...verdicts).map((verdict) => (at: number) => answered(verdict, at))
  },
  fc.constantFrom(...faults).map((fault) => (at: number) => faulted(at, fault)),
  fc.constantFrom(...plain).map((type) => (at: number) => ({ type, at })),
  fc.constant(informed)
)

/** A course of events, each some time after the one before. */
const course = fc.array(fc.tuple(gap, happening), { maxLength: 40 }).map((happenings) => {
  let now = 0
  return happenings.map(([after, event]) => {
    now += after
    return event(now)
  })
})

/** The machine as a running actor that writes down its commands. */
const running = (operation: (typeof operations)[number]) => {
  const commands: Array<OrderCommand> = []
  const machine = orderMachine(schedule).provide({
    actions: {
      query: (_, params) => commands.push({ type: "query", ...params }),
      wake: (_, params) => commands.push({ type: "wake", ...params }),
      tell: (_, params) => commands.push({ type: "tell", ...params }),
      askPerson: (_, params) => commands.push({ type: "askPerson", ...params })
    }
  })
  const actor = createActor(machine, { input: { order, at: 0, operation } })
  return { actor, taken: () => commands.splice(0) }
}

describe("OrderStep and the running actor", () => {
  it("agree on snapshot and commands at every step of any course of events", () => {
    const steps = OrderStep.make(schedule)
    fc.assert(
      fc.property(fc.constantFrom(...operations), course, (operation, events) => {
        const { actor, taken } = running(operation)
        actor.start()
        let step = steps.start({ order, at: 0, operation })
        assert.deepStrictEqual(taken(), step.commands)
        for (const event of events) {
          step = steps.step(step.snapshot, event)
          actor.send(event)
          assert.deepStrictEqual(OrderStep.toSnapshot(actor.getSnapshot()), step.snapshot)
          assert.deepStrictEqual(taken(), step.commands)
        }
        actor.stop()
      }),
      { numRuns: 200, seed }
    )
  })
})
