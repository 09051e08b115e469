/** Steps of a service, seen by an XState inspector as it sees an actor's. */
import { runInNewContext } from "node:vm"
import { assert, describe, it } from "@effect/vitest"
import type { InspectionEvent } from "xstate"
import * as OrderInspection from "../src/OrderInspection.ts"
import * as OrderStep from "../src/OrderStep.ts"
import { createOrderActor } from "../src/orderActor.ts"
import { answered, order } from "./support/Samples.ts"

const steps = OrderStep.make()
const begun = steps.start({ order, at: 0 }).snapshot

/** What an inspector reads of an event. */
const told = (event: InspectionEvent) => {
  switch (event.type) {
    case "@xstate.event":
      return { type: event.type, event: event.event.type }
    case "@xstate.snapshot":
      return {
        type: event.type,
        event: event.event.type,
        value: "value" in event.snapshot ? event.snapshot.value : undefined
      }
    default:
      return { type: event.type }
  }
}

/** Events of the kinds that a service reports. */
const collected = () => {
  const all: Array<InspectionEvent> = []
  return {
    all,
    inspect: (event: InspectionEvent) => {
      if (["@xstate.actor", "@xstate.event", "@xstate.snapshot"].includes(event.type)) all.push(event)
    }
  }
}

describe("OrderInspection", () => {
  it("given the steps of a service, an inspector sees what it would see of an actor", async () => {
    const [service, actors] = [collected(), collected()]
    const paid = answered("Paid", 3)
    const inspection = OrderInspection.make(service.inspect)
    inspection.began(begun)
    inspection.stepped({ event: paid, after: steps.step(begun, paid).snapshot })

    const actor = createOrderActor(
      { order, at: 0 },
      { now: () => 0, setTimer: () => () => {}, query: () => new Promise(() => {}) },
      { inspect: actors.inspect }
    ).start()
    actor.send(paid)
    actor.stop()
    const seen = actors.all.map(told).filter((one) => one.event !== "xstate.stop")
    assert.deepStrictEqual(service.all.map(told), seen)
  })

  it("given an inspector, it has the order's logic, id and newest snapshot through the actor reference", () => {
    const service = collected()
    const inspection = OrderInspection.make(service.inspect)
    inspection.began(begun)
    const event = answered("Paid", 3)
    const after = steps.step(begun, event).snapshot
    inspection.stepped({ event, after })
    const [first] = service.all
    const ref = first?.actorRef
    assert.include(ref?.sessionId, order.orderId)
    const snapshot = ref?.getSnapshot() as {
      readonly value: unknown
      readonly matches: (value: object) => boolean
    }
    assert.deepStrictEqual(snapshot.value, { result: after.result, asking: after.asking })
    assert.isTrue(snapshot.matches({ result: "paid" }))
    assert.strictEqual(service.all.filter(({ type }) => type === "@xstate.actor").length, 1)
  })

  it("given more orders than it remembers, it keeps no more than those", () => {
    let actors = 0
    const inspection = OrderInspection.make(({ type }) => {
      if (type === "@xstate.actor") actors++
    })
    const named = (index: number) => ({
      ...begun,
      context: { ...begun.context, order: { ...order, orderId: `o-${index}` as typeof order.orderId } }
    })
    for (let index = 0; index <= 10_000; index++) inspection.began(named(index))
    assert.strictEqual(actors, 10_001)
    inspection.began(named(10_000))
    assert.strictEqual(actors, 10_001)
    // The first one was forgotten, so it is new again.
    inspection.began(named(0))
    assert.strictEqual(actors, 10_002)
  })

  it("given that nobody looks, nothing is made", () => {
    let isWanted = false
    const service = collected()
    const inspection = OrderInspection.make(service.inspect, { isWanted: () => isWanted })
    inspection.began(begun)
    assert.deepStrictEqual(service.all, [])
    isWanted = true
    inspection.began(begun)
    assert.strictEqual(service.all.length, 3)
  })
})

describe("an inspector that throws", () => {
  const thrown = new Error("an inspector's")
  const failing = () => {
    throw thrown
  }

  it("given to an actor, disturbs neither its start nor its events, and is told", () => {
    const errors: Array<unknown> = []
    const wiring = {
      now: () => 0,
      setTimer: () => () => {},
      query: () => new Promise<never>(() => {}),
      onError: (error: unknown) => errors.push(error)
    }
    for (const inspect of [failing, { next: failing }]) {
      errors.length = 0
      const actor = createOrderActor({ order, at: 0 }, wiring, { inspect }).start()
      actor.send(answered("Paid", 3))
      assert.deepStrictEqual(actor.getSnapshot().value, { result: "paid", asking: "idle" })
      actor.stop()
      assert.isAbove(errors.length, 2)
      assert.isTrue(errors.every((error) => error === thrown))
    }
  })

  it("guarded, and asynchronous, is told as well, and its rejection ends no process", async () => {
    const errors: Array<unknown> = []
    const inspect = async () => failing()
    OrderInspection.guarded(inspect, (error) => errors.push(error))({} as InspectionEvent)
    OrderInspection.guarded({ next: inspect }, (error) => errors.push(error))({} as InspectionEvent)
    OrderInspection.guarded(inspect, failing)({} as InspectionEvent)
    // A promise of another realm, as test runners have them, is no instance of this one's.
    const foreign = () => runInNewContext("Promise.reject(thrown)", { thrown })
    OrderInspection.guarded(foreign, (error) => errors.push(error))({} as InspectionEvent)
    await new Promise((resolve) => setTimeout(resolve))
    assert.deepStrictEqual(errors, [thrown, thrown, thrown])
  })

  it("guarded, throws nothing even where whoever is told throws too", () => {
    OrderInspection.guarded(failing, failing)({} as InspectionEvent)
    OrderInspection.guarded(failing)({} as InspectionEvent)
  })

  it("given more orders than are remembered, the one not seen for longest is reported anew, and no other", () => {
    const { all, inspect } = collected()
    const inspection = OrderInspection.make(inspect)
    const orderOf = (nth: number) => ({
      ...begun,
      context: { ...begun.context, order: { ...order, orderId: `order-${nth}` as typeof order.orderId } }
    })
    const actors = () => all.splice(0).filter(({ type }) => type === "@xstate.actor").length
    for (let nth = 0; nth < 10_000; nth++) inspection.began(orderOf(nth))
    const second = all.filter(({ type }) => type === "@xstate.actor")[1]
    assert(second?.type === "@xstate.actor")
    assert.strictEqual(actors(), 10_000)
    // Seen again, so that the second one is the oldest.
    inspection.began(orderOf(0))
    assert.strictEqual(actors(), 0)
    inspection.began(orderOf(10_000))
    // Who still looks at the one that is forgotten sees it as it was.
    const { context } = (second.actorRef as unknown as { getSnapshot: () => typeof begun }).getSnapshot()
    assert.strictEqual<string>(context.order.orderId, "order-1")
    inspection.began(orderOf(0))
    inspection.began(orderOf(2))
    assert.strictEqual(actors(), 1)
    inspection.began(orderOf(1))
    assert.strictEqual(actors(), 1)
  })

  it("an order's actor looks to an inspector like one of XState's, and nothing can be asked of it", () => {
    const { all, inspect } = collected()
    OrderInspection.make(inspect).began(begun)
    const [event] = all
    assert(event?.type === "@xstate.actor")
    const { actorRef } = event as unknown as {
      readonly actorRef: {
        readonly src: string
        readonly on: (type: string, listen: () => void) => { readonly unsubscribe: () => void }
        readonly subscribe: (listen: () => void) => { readonly unsubscribe: () => void }
        readonly send: (event: object) => void
      }
    }
    assert.strictEqual(actorRef.src, "order")
    actorRef.send({ type: "hinted" })
    const fail = () => assert.fail("nothing is ever told")
    actorRef.on("anything", fail).unsubscribe()
    actorRef.subscribe(fail).unsubscribe()
  })

  it("given nobody who looks, nothing is made", () => {
    const { all, inspect } = collected()
    let isWanted = false
    const inspection = OrderInspection.make(inspect, { isWanted: () => isWanted })
    const event = answered("Paying", 10)
    const after = steps.step(begun, event).snapshot
    inspection.began(begun)
    inspection.stepped({ event, after })
    assert.strictEqual(all.length, 0)
    isWanted = true
    inspection.stepped({ event, after })
    assert.strictEqual(all.length, 3)
  })
})
