import { assert, describe, it } from "@effect/vitest"
import { QuerySchedule } from "@umf-order-sync/core"
import type { Fact, Late, OrderCommand, Reason } from "../src/OrderCommand.ts"
import type { OrderEvent } from "../src/OrderEvent.ts"
import { createOrderActor, type OrderActor, type OrderActorWiring } from "../src/orderActor.ts"
import { answered, order } from "./support/Samples.ts"

const DAY = 24 * 60 * 60 * 1000
const LONGEST_TIMER = 2 ** 31 - 1

/** A world whose clock moves only when it is told to, and whose queries are answered by hand. */
const world = () => {
  let now = 0
  let timer: { readonly due: number; readonly callback: () => void } | undefined
  const delays: Array<number> = []
  const queries: Array<OrderCommand> = []
  const told: Array<readonly [Fact, Late | undefined]> = []
  const persons: Array<Reason> = []
  let pending: PromiseWithResolvers | undefined
  const wiring: OrderActorWiring = {
    query: (command) => {
      queries.push(command)
      pending = withResolvers()
      return pending.promise
    },
    now: () => now,
    setTimer: (callback, milliseconds) => {
      assert.isAtMost(milliseconds, LONGEST_TIMER)
      const mine = { due: now + milliseconds, callback }
      delays.push(milliseconds)
      timer = mine
      return () => {
        if (timer === mine) timer = undefined
      }
    },
    tell: (fact, late) => told.push([fact, late]),
    askPerson: (reason) => persons.push(reason)
  }
  const settled = async (settle: (query: PromiseWithResolvers) => void) => {
    assert(pending !== undefined)
    settle(pending)
    pending = undefined
    // A rejection passes two handlers on its way to the actor.
    for (let turns = 0; turns < 4; turns++) await Promise.resolve()
  }
  return {
    wiring,
    delays,
    queries,
    told,
    persons,
    hasTimer: () => timer !== undefined,
    /** Moves the clock to the timer, and lets it fire. */
    fire: () => {
      assert(timer !== undefined)
      const { due, callback } = timer
      timer = undefined
      now = due
      callback()
      return due
    },
    answer: (event: OrderEvent) => settled((query) => query.resolve(event)),
    fail: () => settled((query) => query.reject(new Error("socket hang up"))),
    now: () => now
  }
}

interface PromiseWithResolvers {
  readonly promise: Promise<OrderEvent>
  readonly resolve: (event: OrderEvent) => void
  readonly reject: (error: Error) => void
}

const withResolvers = (): PromiseWithResolvers => {
  let resolve: PromiseWithResolvers["resolve"] = () => {}
  let reject: PromiseWithResolvers["reject"] = () => {}
  const promise = new Promise<OrderEvent>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  return { promise, resolve, reject }
}

const where = (actor: OrderActor) => {
  const { result, asking } = actor.getSnapshot().value
  return `${result}.${asking}`
}

describe("createOrderActor", () => {
  it("does nothing before it is started", () => {
    const { wiring, queries } = world()
    createOrderActor({ order, at: 0 }, wiring)
    assert.strictEqual(queries.length, 0)
  })

  it("given it is started, when answers come, then it asks, waits, asks again and tells Paid", async () => {
    const { wiring, queries, delays, told, fire, answer, hasTimer } = world()
    const actor = createOrderActor({ order, at: 0 }, wiring).start()
    assert.strictEqual(where(actor), "open.querying")
    await answer(answered("Paying", 0))
    assert.strictEqual(where(actor), "open.waiting")
    assert.deepStrictEqual(delays, [3000])
    fire()
    await answer(answered("Paid", 3000))
    assert.strictEqual(where(actor), "paid.idle")
    assert.deepStrictEqual(queries, [
      { type: "query", operation: "payment" },
      { type: "query", operation: "payment" }
    ])
    assert.deepStrictEqual(told, [["Paid", undefined]])
    assert.isFalse(hasTimer())
  })

  it("when the query's promise is rejected, then that is a fault, and it asks again", async () => {
    const { wiring, fail, fire, queries } = world()
    const actor = createOrderActor({ order, at: 0 }, wiring).start()
    await fail()
    assert.strictEqual(where(actor), "open.waiting")
    assert.strictEqual(actor.getSnapshot().context.lastFault?.fault, "Local")
    fire()
    assert.strictEqual(queries.length, 2)
  })

  it("when the query throws, then that is a fault too, and it asks again", async () => {
    const { wiring, fire, hasTimer } = world()
    const throwing = (): never => {
      throw new Error("no socket")
    }
    const actor = createOrderActor({ order, at: 0 }, { ...wiring, query: throwing }).start()
    for (let turns = 0; turns < 4; turns++) await Promise.resolve()
    assert.strictEqual(actor.getSnapshot().context.lastFault?.fault, "Local")
    fire()
    for (let turns = 0; turns < 4; turns++) await Promise.resolve()
    assert.isTrue(hasTimer())
  })

  it("when the app throws at what it is told, then it learns of it, and the order goes on", async () => {
    const { wiring, answer } = world()
    const errors: Array<unknown> = []
    const broken = new Error("no database")
    const tell = (): never => {
      throw broken
    }
    const actor = createOrderActor(
      { order, at: 0 },
      { ...wiring, tell, onError: (error) => errors.push(error) }
    ).start()
    await answer(answered("Paid", 0))
    assert.strictEqual(where(actor), "paid.idle")
    assert.deepStrictEqual(errors, [broken])
  })

  it("given a snapshot of a query under way, then it is asked again; of a wait, then it goes on", async () => {
    const before = world()
    const first = createOrderActor({ order, at: 0 }, before.wiring).start()
    const after = world()
    createOrderActor({ order, at: 0 }, after.wiring, { snapshot: first.getPersistedSnapshot() }).start()
    assert.deepStrictEqual(after.queries, [{ type: "query", operation: "payment" }])
    await before.answer(answered("Paying", 0))
    const later = world()
    createOrderActor({ order, at: 0 }, later.wiring, { snapshot: first.getPersistedSnapshot() }).start()
    assert.deepStrictEqual([later.queries.length, later.delays], [0, [3000]])
  })

  it("when the platform rejects the signature, then it asks for a person; resumed, it asks again", async () => {
    const { wiring, answer, persons, queries } = world()
    const actor = createOrderActor({ order, at: 0 }, wiring).start()
    await answer(answered("SignatureRejected", 5))
    assert.deepStrictEqual(persons, ["SignatureRejected"])
    actor.send({ type: "resumed", at: 10 })
    assert.strictEqual(queries.length, 2)
  })

  it("when a hint comes while it waits, then it asks at once, and its timer is cancelled", async () => {
    const { wiring, answer, queries, hasTimer } = world()
    const actor = createOrderActor({ order, at: 0 }, wiring).start()
    await answer(answered("Paying", 0))
    assert.isTrue(hasTimer())
    actor.send({ type: "hinted", at: 100 })
    assert.strictEqual(queries.length, 2)
    assert.isFalse(hasTimer())
  })

  it("given a recheck 60 days away, then it is asked then, and no timer is longer than a timer can be", async () => {
    const { wiring, answer, fire, queries, delays, now } = world()
    const schedule = { ...QuerySchedule.defaults, recheckAfter: [60 * DAY] }
    const actor = createOrderActor({ order, at: 0 }, wiring, { schedule }).start()
    await answer(answered("PayFailed", 0))
    assert.isAbove(60 * DAY, LONGEST_TIMER)
    while (queries.length === 1) {
      assert.strictEqual(where(actor), "payFailed.waiting")
      fire()
    }
    assert.strictEqual(now(), 60 * DAY)
    assert.deepStrictEqual(delays, [LONGEST_TIMER, LONGEST_TIMER, 60 * DAY - 2 * LONGEST_TIMER])
    assert.strictEqual(where(actor), "payFailed.querying")
  })

  it("given it was stopped in a later part of a long wait, then nothing fires any more", async () => {
    const { wiring, answer, fire, hasTimer } = world()
    const schedule = { ...QuerySchedule.defaults, recheckAfter: [60 * DAY] }
    const actor = createOrderActor({ order, at: 0 }, wiring, { schedule }).start()
    await answer(answered("PayFailed", 0))
    fire()
    assert.isTrue(hasTimer())
    actor.stop()
    assert.isFalse(hasTimer())
  })

  it("when it is stopped while it waits, then its timer is cancelled", async () => {
    const { wiring, answer, hasTimer } = world()
    const actor = createOrderActor({ order, at: 0 }, wiring).start()
    await answer(answered("Paying", 0))
    actor.stop()
    assert.isFalse(hasTimer())
  })

  it("when it is stopped while a query is under way, then a late answer is ignored, told to nobody", async () => {
    const { wiring, answer, told, hasTimer } = world()
    const actor = createOrderActor({ order, at: 0 }, wiring).start()
    actor.stop()
    await answer(answered("Paid", 5))
    assert.strictEqual(where(actor), "open.querying")
    assert.deepStrictEqual(told, [])
    assert.isFalse(hasTimer())
  })

  it("when it is stopped while a query is under way, then a late rejection is ignored too", async () => {
    const { wiring, fail, hasTimer } = world()
    const actor = createOrderActor({ order, at: 0 }, wiring).start()
    actor.stop()
    await fail()
    assert.strictEqual(where(actor), "open.querying")
    assert.isFalse(hasTimer())
  })

  it("shows each event and snapshot to an inspector", async () => {
    const { wiring, answer } = world()
    const events: Array<string> = []
    const results: Array<unknown> = []
    const actor = createOrderActor({ order, at: 0 }, wiring, {
      inspect: (inspected) => {
        if (inspected.type === "@xstate.event") events.push(inspected.event.type)
        if (inspected.type === "@xstate.snapshot" && "value" in inspected.snapshot) {
          results.push(inspected.snapshot.value)
        }
      }
    }).start()
    await answer(answered("Paid", 5))
    assert.strictEqual(where(actor), "paid.idle")
    assert.include(events, "answered.Paid")
    assert.deepStrictEqual(results.at(0), { result: "open", asking: "querying" })
    assert.deepStrictEqual(results.at(-1), { result: "paid", asking: "idle" })
  })

  it("runs on real timers from the first query to a close that took two answers", async () => {
    const schedule = QuerySchedule.compress(QuerySchedule.defaults, 3000)
    const told: Array<Fact> = []
    let queries = 0
    const closed = await new Promise<OrderActor>((resolve) => {
      const actor: OrderActor = createOrderActor(
        { order, at: Date.now() },
        {
          query: async () => {
            queries += 1
            return answered("Closed", Date.now())
          },
          now: Date.now,
          setTimer: (callback, milliseconds) => {
            const timer = setTimeout(callback, milliseconds)
            return () => clearTimeout(timer)
          },
          tell: (fact) => {
            told.push(fact)
            resolve(actor)
          }
        },
        { schedule }
      ).start()
    })
    closed.stop()
    assert.deepStrictEqual(told, ["Closed"])
    assert.isAtLeast(queries, 2)
  })
})
