/**
 * What a page is sent, and how often, at a clock that the test moves: at most 20 messages a second whatever
 * happens, each made when it is taken, from few readings of the desk.
 */
import { assert, describe, it } from "@effect/vitest"
import type { OrderEvent } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import type { DetailsView } from "../../src/api/DetailsView.ts"
import * as OrderView from "../../src/api/OrderView.ts"
import { ApiError } from "../../src/api/PlainDesk.ts"
import * as Feed from "../../src/inspector/Feed.ts"
import * as LiveRows from "../../src/inspector/LiveRows.ts"
import * as Permitted from "../../src/inspector/Permitted.ts"
import type { LiveMessage } from "../../src/inspector/Protocol.ts"
import * as Reads from "../../src/inspector/Reads.ts"
import * as Viewer from "../../src/inspector/Viewer.ts"
import { fresh, type StoredOrder } from "../../src/store/OrderStore.ts"
import { UnknownOrder } from "../../src/sync/Ledger.ts"
import { mover } from "./inspecting.ts"

const merId = "90000001"

/** A desk that is written by the test, and counts how often it is read. */
const makeDesk = () => {
  const orders = new Map<string, StoredOrder>()
  const reads = { summary: 0, list: 0, get: 0 }
  let failure: Effect.Effect<never, ApiError> | undefined
  const counted = <A, E>(name: keyof typeof reads, read: () => Effect.Effect<A, E>) =>
    Effect.suspend((): Effect.Effect<A, E | ApiError> => {
      reads[name]++
      return failure ?? read()
    })
  const desk: Reads.Desk = {
    summary: counted("summary", () =>
      Effect.succeed({
        orders: orders.size,
        polling: orders.size,
        settled: 0,
        attention: 0,
        states: { open: orders.size },
        due: 0,
        pendingNotices: 0,
        failingNotices: 0
      })
    ),
    list: ({ limit }) =>
      counted("list", () => {
        const newest = [...orders.values()].sort((one, other) => other.createdAt - one.createdAt)
        return Effect.succeed({ orders: newest.slice(0, limit).map(OrderView.fromStored) })
      }),
    get: ({ orderId }) =>
      counted("get", () => {
        const stored = orders.get(orderId)
        if (stored === undefined) return Effect.fail(new UnknownOrder({ orderId }))
        const details: DetailsView = { ...OrderView.fromStored(stored), history: [], notices: [] }
        return Effect.succeed(details)
      }),
    request: () => Effect.die(new Error("nothing is asked for here"))
  }
  return {
    desk,
    reads,
    orders,
    fail: (error: Effect.Effect<never, ApiError> | undefined) => {
      failure = error
    }
  }
}

/** A page, its feed and its desk; `chosen` is looked at closely. */
const world = Effect.fnUntraced(function* (chosen?: string) {
  const { desk, reads, orders, fail } = makeDesk()
  const feed = Feed.make()
  const naming = Permitted.naming("shown")
  const { move } = mover(feed.inspect)
  const received: Array<{ readonly at: number; readonly message: LiveMessage }> = []
  const seat = feed.sit(chosen === undefined ? undefined : `${merId}|${chosen}`)
  assert(seat !== undefined)
  const next = Viewer.make({
    seat,
    naming,
    reads: Reads.make(desk),
    liveRows: LiveRows.make(naming),
    steps: feed.steps,
    chosen:
      chosen === undefined
        ? undefined
        : {
            id: naming.idOf({ merId, orderId: chosen }),
            key: { merId, orderId: chosen } as Parameters<typeof desk.get>[0]
          }
  })
  /** Takes the next message, and remembers it with its time. */
  const take = Effect.flatMap(next, (message) =>
    Effect.map(Reads.ticks, (at) => {
      received.push({ at, message })
    })
  )
  /** Steps an order, and stores it as a service would. */
  const step = (orderId: string, event: OrderEvent.OrderEvent): void => {
    const before = orders.get(orderId)
    const snapshot = move(orderId, event)
    orders.set(orderId, { ...(before ?? fresh(snapshot, event.at)), snapshot, updatedAt: event.at })
  }
  return { feed, seat, reads, orders, fail, received, take, step, move }
})

type World = Effect.Success<ReturnType<typeof world>>

/** A page that takes whatever comes. */
const looking = ({ take }: Pick<World, "take">) =>
  Effect.forkChild(Effect.exit(Effect.forever(take)), { startImmediately: true })

const of = <K extends LiveMessage["kind"]>(
  { received }: Pick<World, "received">,
  kind: K
): ReadonlyArray<Extract<LiveMessage, { readonly kind: K }>> =>
  received.flatMap(({ message }) =>
    message.kind === kind ? [message as Extract<LiveMessage, { readonly kind: K }>] : []
  )

/** The most messages in any one second. */
const mostInASecond = ({ received }: Pick<World, "received">): number =>
  Math.max(
    ...received.map(({ at }) => received.filter((other) => other.at >= at && other.at < at + 1_000).length)
  )

const fault = (at: number): OrderEvent.OrderEvent => ({ type: "faulted", at, fault: "Http" })

describe("a page that looks", () => {
  it.effect(
    "given 1,000 steps a second of many orders, gets at most 20 messages a second, the newest states",
    () =>
      Effect.gen(function* () {
        const page = yield* world("till-7")
        const looks = yield* looking(page)
        for (let at = 1; at <= 5_000; at++) {
          page.step(`till-${at % 200}`, fault(at))
          yield* TestClock.adjust(1)
        }
        yield* TestClock.adjust(1_000)
        yield* Fiber.interrupt(looks)

        const perSecond = page.received.length / 6
        assert.isAtMost(mostInASecond(page), 20)
        assert.isAtLeast(perSecond, 15)
        // Nothing is lost but what was overtaken: each change is counted, and each order's last state was told.
        const changes = of(page, "changed")
        assert.isTrue(changes.every(({ orders }) => orders.length <= 50))
        const last = new Map(changes.flatMap(({ orders }) => orders.map((row) => [row.order, row.updatedAt])))
        for (let at = 4_801; at <= 5_000; at++) assert.strictEqual(last.get(`till-${at % 200}`), at)
        // The chosen order, which changed 5 times a second, is told with its last state.
        const orders = of(page, "order")
        assert.strictEqual(orders.at(-1)?.order.updatedAt, 4_807)
        assert.isAtMost(orders.length, 5 * 6)
        const rates = of(page, "summary").map(({ rate }) => rate)
        assert.strictEqual(rates[0], undefined)
        for (const rate of rates.slice(2, 5)) assert.closeTo(rate ?? 0, 1_000, 60)
        // Readings of the desk: few, whatever happens.
        assert.isAtMost(page.reads.summary, 7)
        assert.isAtMost(page.reads.list, 7)
        assert.isAtMost(page.reads.get, 6 * (5 + 5))
      })
  )

  it.effect("given nothing that happens, gets a summary each second and the order once, and no more", () =>
    Effect.gen(function* () {
      const page = yield* world("till-7")
      page.step("till-7", fault(1))
      page.seat.take(50)
      yield* TestClock.adjust("1 minute")
      const looks = yield* looking(page)
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.interrupt(looks)
      assert.deepStrictEqual(
        page.received.slice(0, 2).map(({ message }) => message.kind),
        ["summary", "order"]
      )
      assert.isAtLeast(of(page, "summary").length, 9)
      assert.isAtMost(of(page, "summary").length, 11)
      assert.strictEqual(of(page, "order").length, 1)
      assert.strictEqual(of(page, "changed").length, 0)
      assert.isAtMost(page.reads.get, 11)
    })
  )

  it.effect("given a chosen order that changes a hundred times a second, reads it five times a second", () =>
    Effect.gen(function* () {
      const page = yield* world("till-7")
      const looks = yield* looking(page)
      yield* TestClock.adjust(1_000)
      const before = page.reads.get
      for (let at = 1_000; at < 4_000; at += 10) {
        page.step("till-7", fault(at))
        yield* TestClock.adjust(10)
      }
      yield* TestClock.adjust(300)
      yield* Fiber.interrupt(looks)
      assert.isAtMost(page.reads.get - before, 3 * 5 + 2)
      assert.isAtLeast(page.reads.get - before, 3 * 4)
      assert.strictEqual(of(page, "order").at(-1)?.order.updatedAt, 3_990)
    })
  )

  it.effect("given a change, is told within a twentieth of a second", () =>
    Effect.gen(function* () {
      const page = yield* world()
      const looks = yield* looking(page)
      yield* TestClock.adjust(500)
      page.step("till-1", fault(500))
      yield* TestClock.adjust(50)
      yield* Fiber.interrupt(looks)
      const [change] = of(page, "changed")
      assert.strictEqual(change?.count, 1)
      assert.deepStrictEqual(
        change?.orders.map(({ order, updatedAt, createdAt }) => [order, updatedAt, createdAt]),
        [["till-1", 500, 500]]
      )
    })
  )

  it.effect("given a query that begins, which is stored nowhere, sees the chosen order as being asked", () =>
    Effect.gen(function* () {
      const page = yield* world("till-1")
      page.step("till-1", fault(0))
      const looks = yield* looking(page)
      yield* TestClock.adjust(2_000)
      page.move("till-1", { type: "waited", at: 2_000 })
      yield* TestClock.adjust(300)
      page.step("till-1", fault(2_300))
      yield* TestClock.adjust(300)
      yield* Fiber.interrupt(looks)
      assert.deepStrictEqual(
        of(page, "order").map(({ order }) => order.asking),
        ["waiting", "querying", "waiting"]
      )
    })
  )

  it.effect("given what another process writes, sees it within about a second, new orders too", () =>
    Effect.gen(function* () {
      const page = yield* world("till-1")
      const elsewhere = mover(() => {})
      const write = (orderId: string, at: number) => {
        const snapshot = elsewhere.move(orderId, fault(at))
        page.orders.set(orderId, {
          ...(page.orders.get(orderId) ?? fresh(snapshot, at)),
          snapshot,
          updatedAt: at
        })
      }
      write("till-1", 0)
      const looks = yield* looking(page)
      yield* TestClock.adjust(3_000)
      const before = page.received.length
      write("till-1", 3_000)
      write("till-2", 3_000)
      yield* TestClock.adjust(1_200)
      yield* Fiber.interrupt(looks)
      const later = { received: page.received.slice(before) }
      assert.deepStrictEqual(
        of(later, "order").map(({ order }) => order.faults),
        [2]
      )
      assert.deepStrictEqual(
        of(later, "changed")
          .flatMap(({ orders }) => orders.map(({ order }) => order))
          .sort(),
        ["till-1", "till-2"]
      )
      assert.isTrue(of(page, "summary").every(({ rate }) => rate === undefined))
    })
  )

  it.effect("given a list that was read just before, sees what changed in between", () =>
    Effect.gen(function* () {
      const page = yield* world()
      page.step("till-1", fault(0))
      page.step("till-2", fault(55_000))
      page.seat.take(50)
      yield* TestClock.adjust("1 minute")
      const looks = yield* looking(page)
      yield* TestClock.adjust("5 seconds")
      yield* Fiber.interrupt(looks)
      assert.deepStrictEqual(
        of(page, "changed").map(({ orders }) => orders.map(({ order }) => order)),
        [["till-2"]]
      )
    })
  )

  it.effect("given an order that is not known, is told once that it is gone, and again when it comes", () =>
    Effect.gen(function* () {
      const page = yield* world("till-1")
      const looks = yield* looking(page)
      yield* TestClock.adjust(3_000)
      assert.strictEqual(of(page, "gone").length, 1)
      page.step("till-1", fault(3_000))
      yield* TestClock.adjust(300)
      yield* Fiber.interrupt(looks)
      assert.strictEqual(of(page, "order").length, 1)
    })
  )

  it.effect("given a desk that fails, hears of it about once a second, and goes on when it is back", () =>
    Effect.gen(function* () {
      const page = yield* world("till-1")
      page.fail(Effect.fail(new ApiError({ reason: "Unreachable", message: "It is away." })))
      page.step("till-1", fault(1))
      const looks = yield* looking(page)
      yield* TestClock.adjust(4_000)
      const troubles = of(page, "trouble")
      assert.isAtLeast(troubles.length, 3)
      assert.isAtMost(troubles.length, 5)
      assert.strictEqual(troubles[0]?.message, "It is away.")
      // What the machines report is told all the same.
      page.step("till-2", fault(4_000))
      yield* TestClock.adjust(100)
      assert.strictEqual(of(page, "changed").at(-1)?.orders[0]?.order, "till-2")
      page.fail(undefined)
      const before = page.received.length
      yield* TestClock.adjust(1_500)
      yield* Fiber.interrupt(looks)
      const later = { received: page.received.slice(before) }
      assert.isAtLeast(of(later, "summary").length, 1)
      assert.strictEqual(of(later, "order").length, 1)
      assert.strictEqual(of(later, "trouble").length, 0)
    })
  )

  it.effect("given a desk that never answers, hears of it, and the stream goes on", () =>
    Effect.gen(function* () {
      const page = yield* world()
      page.fail(Effect.never)
      const looks = yield* looking(page)
      yield* TestClock.adjust("30 seconds")
      yield* Fiber.interrupt(looks)
      const troubles = of(page, "trouble")
      assert.isAtLeast(troubles.length, 2)
      assert.match(troubles[0]?.message ?? "", /within 5 seconds/)
    })
  )

  it.effect("given a desk that dies, hears nothing of the inside, and the stream goes on", () =>
    Effect.gen(function* () {
      const page = yield* world()
      page.fail(Effect.die(new Error("inner till-1")))
      const looks = yield* looking(page)
      yield* TestClock.adjust("3 seconds")
      page.fail(undefined)
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.interrupt(looks)
      assert.isAtLeast(of(page, "trouble").length, 2)
      assert.notInclude(JSON.stringify(page.received), "inner")
      assert.isAtLeast(of(page, "summary").length, 1)
    })
  )

  it.effect("given nobody that takes them, keeps the newest 1,000 changes and counts the others", () =>
    Effect.gen(function* () {
      const page = yield* world()
      for (let at = 1; at <= 3_000; at++) page.move(`till-${at}`, fault(at))
      const newest = page.seat.take(50)
      assert.strictEqual(newest.orders[0]?.key.orderId, "till-3000")
      assert.deepStrictEqual([newest.orders.length, newest.count], [50, 3_000])
      const rest = page.seat.take(10_000)
      assert.deepStrictEqual([rest.orders.length, rest.count], [950, 950])
      assert.isFalse(page.seat.hasChanges())
    })
  )

  it.effect("is sent away when the feed ends, also while it waits", () =>
    Effect.gen(function* () {
      const page = yield* world()
      const looks = yield* looking(page)
      yield* TestClock.adjust(100)
      page.feed.end()
      yield* TestClock.adjust(50)
      assert.isDefined(looks.pollUnsafe())
      assert.isUndefined(page.feed.sit(undefined))
    })
  )
})

describe("what all pages see", () => {
  it.effect("given 16 pages, the desk is read as often as for one", () =>
    Effect.gen(function* () {
      const { desk, reads } = makeDesk()
      const shared = Reads.make(desk)
      for (let second = 0; second < 10; second++) {
        yield* Effect.forEach(Array.from({ length: 16 }), () => shared.summary, { concurrency: "unbounded" })
        yield* TestClock.adjust(1_000)
      }
      assert.strictEqual(reads.summary, 10)
    })
  )

  it.effect("given a summary that takes long, it is made at most a twentieth of the time", () =>
    Effect.gen(function* () {
      const { desk } = makeDesk()
      let made = 0
      const slow = Reads.make({
        ...desk,
        summary: Effect.suspend(() => {
          made++
          return Effect.delay(desk.summary, "1 second")
        })
      })
      const looks = yield* Effect.forkChild(Effect.forever(Effect.andThen(slow.summary, Effect.sleep(1_000))))
      yield* TestClock.adjust("62 seconds")
      yield* Fiber.interrupt(looks)
      assert.strictEqual(made, 3)
    })
  )

  it.effect("given a page that leaves in the middle of a reading, the others get theirs", () =>
    Effect.gen(function* () {
      const { desk } = makeDesk()
      const slow = Reads.make({ ...desk, summary: Effect.delay(desk.summary, "1 second") })
      const first = yield* Effect.forkChild(slow.summary, { startImmediately: true })
      const second = yield* Effect.forkChild(slow.summary, { startImmediately: true })
      yield* TestClock.adjust(500)
      yield* Fiber.interrupt(first)
      yield* TestClock.adjust(1_100)
      assert.strictEqual((yield* Fiber.join(second)).orders, 0)
    })
  )
})

describe("reporting", () => {
  /** An event that counts how often anything of it is looked at. */
  const counting = () => {
    let looked = 0
    const event = new Proxy(
      {},
      {
        get: () => {
          looked++
          return undefined
        }
      }
    )
    return { event, looked: () => looked }
  }

  it("given nobody that looks, doesn't even look at the event", () => {
    const feed = Feed.make()
    const { event, looked } = counting()
    for (let index = 0; index < 1_000; index++) feed.inspect(event)
    assert.strictEqual(looked(), 0)
    const seat = feed.sit(undefined)
    feed.inspect(event)
    assert.isAbove(looked(), 0)
    const before = looked()
    seat?.leave()
    feed.inspect(event)
    assert.strictEqual(looked(), before)
  })

  it("never throws, whatever it is given, and marks nothing but orders", () => {
    const feed = Feed.make(() => {
      throw new Error("kept badly")
    })
    const seat = feed.sit(undefined)
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error("look away")
        }
      }
    )
    const context = { order: { merId: "1", orderId: "2" } }
    for (const event of [
      undefined,
      null,
      1,
      "text",
      {},
      hostile,
      { type: "@xstate.snapshot" },
      { type: "@xstate.snapshot", snapshot: hostile },
      { type: "@xstate.snapshot", snapshot: { value: "idle", context } },
      { type: "@xstate.snapshot", snapshot: { value: { result: "open" }, context: { order: { merId: 1 } } } },
      { type: "@xstate.event", snapshot: { value: { result: "open" }, context } },
      { type: "@xstate.snapshot", snapshot: { value: { result: "open" }, context } }
    ]) {
      feed.inspect(event)
    }
    assert.strictEqual(seat?.take(50).orders.length, 0)
  })

  it.effect("given another machine that looks like an order's, tells nothing of it", () =>
    Effect.gen(function* () {
      const page = yield* world()
      const looks = yield* looking(page)
      yield* TestClock.adjust(100)
      page.feed.inspect({
        type: "@xstate.snapshot",
        event: { type: "go", at: 100 },
        snapshot: {
          value: { result: "open", asking: "waiting" },
          context: { order: { merId: "1", orderId: "2" }, password: "not-to-be-told" }
        }
      })
      yield* TestClock.adjust(100)
      yield* Fiber.interrupt(looks)
      const [change] = of(page, "changed")
      assert.deepStrictEqual(change?.orders, [])
      assert.notInclude(JSON.stringify(page.received), "not-to-be-told")
    })
  )
})
