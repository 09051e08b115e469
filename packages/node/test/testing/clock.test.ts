/** The clock of a test kit: what is due is over before time goes on, and every run is the same. */
import { assert, describe, it, vi } from "@effect/vitest"
import { createTestKit, type KitClock, type TestKit } from "../../src/testing.ts"

type Length = Parameters<KitClock["advance"]>[0]

/** Everything that can be seen of many orders with all kinds of troubles. */
const story = async (step: Length, times: number): Promise<unknown> => {
  const seen: Array<unknown> = []
  await using kit: TestKit = await createTestKit({
    schedule: { handOverAfter: "5 minutes" },
    onNotice: async ({ type, orderId, at }) => {
      await Promise.resolve()
      seen.push([type, orderId, at.getTime(), kit.clock.now().getTime()])
      if (orderId.startsWith("paid-then-refund") && type === "order.paid") {
        kit.platform.requestRefund(orderId)
        await kit.sync.refundRequested(orderId)
      }
    }
  })
  const ids = [
    "paid-after-3",
    "closed-then-paid",
    "slow-then-paid",
    "cut-then-paid",
    "bad-gateway-then-paid",
    "platform-fault-then-paid",
    "bad-gateway",
    "slow-drip",
    "wrong-signature",
    "paid-then-refund-1",
    "never-decided"
  ]
  const ends = Promise.all(
    ids.map(async (orderId) => {
      const { state } = await kit.sync.track({ orderId, amount: 8888n })
      seen.push(["rest", orderId, state, kit.clock.now().getTime()])
    })
  )
  for (let index = 0; index < times; index++) await kit.clock.advance(step)
  await ends
  const queries = ids.map((orderId) =>
    kit.platform.queries(orderId).map(({ at, answered }) => [at, answered])
  )
  return { seen, queries }
}

describe("the clock", () => {
  it("given the same test 20 times, everything happens at the same times and in the same order", async () => {
    const first = await story("15 minutes", 1)
    assert.isAbove(JSON.stringify(first).length, 5000)
    for (let run = 1; run < 20; run++) assert.deepStrictEqual(await story("15 minutes", 1), first)
  }, 60_000)

  it("given some time in one step or in many, the same happens", async () => {
    assert.deepStrictEqual(await story("10 seconds", 90), await story("15 minutes", 1))
  }, 30_000)

  it("given a handler that takes real time, test time stands still until it has ended", async () => {
    const at: Array<number> = []
    await using kit = await createTestKit({
      onNotice: async () => {
        at.push(kit.clock.now().getTime())
        await new Promise((resolve) => setTimeout(resolve, 30))
        at.push(kit.clock.now().getTime())
      }
    })
    const start = kit.clock.now().getTime()
    await kit.sync.handOver({ orderId: "paid-after-3" })
    await kit.clock.advance("1 day")
    assert.deepStrictEqual(
      at.map((instant) => instant - start),
      [9000, 9000]
    )
  })

  it("given a handler that never ends, time goes on after a while, and the kit can be closed", async () => {
    let calls = 0
    const kit = await createTestKit({
      onNotice: () => {
        calls += 1
        return new Promise(() => {})
      }
    })
    await kit.sync.handOver({ orderId: "paid-1" })
    await kit.clock.advance("10 seconds")
    assert.strictEqual(calls, 1)
    await kit.close()
  })

  it("given code that goes on when an order is at rest, it goes on at that time", async () => {
    await using kit = await createTestKit()
    const start = kit.clock.now().getTime()
    const shop = async () => {
      const first = await kit.sync.track({ orderId: "paid-after-3-1" })
      await kit.sync.track({ orderId: "paid-after-3-2" })
      return [first.state, (kit.clock.now().getTime() - start) / 1000]
    }
    const done = shop()
    await kit.clock.advance("1 minute")
    assert.deepStrictEqual(await done, ["paid", 18])
  })

  it("given a test framework that fakes timers, the kit's clock goes on all the same", async () => {
    await using kit = await createTestKit()
    vi.useFakeTimers()
    try {
      const done = kit.sync.track({ orderId: "slow-then-paid" })
      await kit.clock.advance("5 minutes")
      assert.strictEqual((await done).state, "paid")
    } finally {
      vi.useRealTimers()
    }
  })

  it("given two advances at once, the second one follows the first", async () => {
    await using kit = await createTestKit()
    const start = kit.clock.now().getTime()
    await Promise.all([kit.clock.advance("1 minute"), kit.clock.advance(500)])
    assert.strictEqual(kit.clock.now().getTime() - start, 60_500)
  })

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, "soon", "-1 minutes"])(
    "given %s to go on by, it is refused, and time stands still",
    async (by) => {
      await using kit = await createTestKit()
      const start = kit.clock.now()
      const error = await kit.clock.advance(by as Length).then(
        () => assert.fail("was not rejected"),
        (rejected: { readonly code?: string }) => rejected
      )
      assert.strictEqual(error.code, "INPUT_INVALID")
      assert.deepStrictEqual(kit.clock.now(), start)
    }
  )
})
