/** A merchant's own tests, one of each kind, as they would be written without Effect. */
import { assert, describe, it } from "@effect/vitest"
import { createTestKit, type TestKit, type TestKitOptions } from "../../src/testing.ts"

/** Runs a test with a kit of its own. */
const withKit = async (body: (kit: TestKit) => Promise<void>, options?: TestKitOptions): Promise<void> => {
  await using kit = await createTestKit(options)
  await body(kit)
}

const told = (kit: TestKit) => kit.notices.map(({ type }) => type)
const secondsOf = (kit: TestKit, orderId: string, since: Date) =>
  kit.platform.queries(orderId).map(({ at }) => (at.getTime() - since.getTime()) / 1000)

const code = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise
  } catch (error) {
    return typeof error === "object" && error !== null && "code" in error ? error.code : error
  }
  return assert.fail("was not rejected")
}

describe("a payment", () => {
  it("given an order that is paid at the third query, it is tracked to its end by the test's clock", () =>
    withKit(async (kit) => {
      const start = kit.clock.now()
      kit.platform.createOrder({ orderId: "o1", script: "notpay-then-paid", amount: "8888" })
      const done = kit.sync.track({ orderId: "o1", amount: 8888n })
      await kit.clock.advance("5 seconds")
      assert.deepStrictEqual((await kit.sync.get("o1"))?.state, "open.waiting")
      assert.deepStrictEqual(told(kit), [])
      await kit.clock.advance("1 minute")
      const expected = { orderId: "o1", state: "paid", settled: true, attention: false, paid: true }
      assert.deepStrictEqual(await done, expected)
      assert.deepStrictEqual(secondsOf(kit, "o1", start), [0, 3, 6])
      assert.strictEqual(kit.clock.now().getTime() - start.getTime(), 65_000)
    }))

  it("given a paid order, the notice tells what the platform told, at the time of the test", () =>
    withKit(
      async (kit) => {
        const { transactionId } = kit.platform.createOrder({ orderId: "o1", amount: 1n, payType: "AL" })
        await kit.sync.track({ orderId: "o1", amount: 1n, payType: "AL" })
        await kit.clock.advance(0)
        assert.strictEqual(kit.notices.length, 1)
        const [notice] = kit.notices
        assert.deepInclude(notice, {
          type: "order.paid",
          orderId: "o1",
          merId: kit.platform.merId,
          amount: 1n,
          transactionId,
          payType: "AL",
          at: new Date("2026-07-29T04:00:00Z"),
          platDate: "20260729",
          platTime: "120000"
        })
      },
      { startAt: new Date("2026-07-29T12:00:00+08:00") }
    ))

  it("given an order that nobody made, whose number begins with a script's name, it follows that script", () =>
    withKit(async (kit) => {
      const done = kit.sync.track({ orderId: "pay-error-7" })
      await kit.clock.advance("10 seconds")
      assert.strictEqual((await done).state, "payFailed")
    }))

  it("given another amount than the merchant's, the order is not paid", () =>
    withKit(async (kit) => {
      kit.platform.createOrder({ orderId: "o1", script: "paid", amount: 100n })
      assert.strictEqual(await code(kit.sync.query({ orderId: "o1", amount: 8888n })), "GATEWAY_IMPLAUSIBLE")
      const done = kit.sync.track({ orderId: "o1", amount: 8888n })
      await kit.clock.advance("10 minutes")
      assert.deepInclude(await done, { state: "unresolved", paid: false })
      assert.deepStrictEqual(told(kit), ["order.unresolved"])
    }))

  it("given a payment after the order was closed, it is told as late", () =>
    withKit(async (kit) => {
      kit.platform.createOrder({ orderId: "o1", script: "closed-then-paid" })
      const done = kit.sync.track({ orderId: "o1" })
      await kit.clock.advance("2 minutes")
      assert.strictEqual((await done).state, "closed")
      await kit.clock.advance("1 hour")
      assert.deepStrictEqual(
        kit.notices.map(({ type, late }) => [type, late]),
        [
          ["order.closed", undefined],
          ["order.paid", "AfterClosed"]
        ]
      )
    }))

  it("given an order that is never decided, a person is asked after 3 days, and it is asked as seldom as said", () =>
    withKit(
      async (kit) => {
        const start = kit.clock.now()
        const before = performance.now()
        const done = kit.sync.track({ orderId: "never-decided", amount: "8888" })
        await kit.clock.advance("3 days")
        assert.deepInclude(await done, { state: "unresolved", attention: true, paid: false })
        assert.deepStrictEqual(
          kit.notices.map(({ type, reason }) => [type, reason]),
          [["order.unresolved", "TimeLimit"]]
        )
        const asked = secondsOf(kit, "never-decided", start)
        assert.deepStrictEqual(asked.slice(0, 3), [0, 3, 6])
        assert.deepStrictEqual(asked.slice(-2), [245_380, 259_200])
        // Half a second here; the limit is for a machine that does ten other things.
        assert.isBelow(performance.now() - before, 10_000)
      },
      { durable: true }
    ))
})

describe("what follows a payment", () => {
  it.each([
    ["paid-then-refund", "refunded", "order.refund_accepted"],
    ["refund-after-2", "refunded", "order.refund_accepted"],
    ["refund-fails", "refundFailed", "order.refund_failed"]
  ] as const)("given %s and a refund request, the order ends as %s", (script, end, notice) =>
    withKit(async (kit) => {
      kit.platform.createOrder({ orderId: "o1", script })
      assert.strictEqual((await kit.sync.track({ orderId: "o1" })).state, "paid")
      kit.platform.requestRefund("o1")
      await kit.sync.refundRequested("o1")
      const done = kit.sync.waitFor("o1")
      await kit.clock.advance("5 minutes")
      assert.deepInclude(await done, { state: end, paid: true })
      assert.deepStrictEqual(told(kit), ["order.paid", notice])
    })
  )

  it.each([
    ["paid-then-void", "voided", "order.voided"],
    ["void-fails", "voidFailed", "order.void_failed"]
  ] as const)("given %s and a void request, the order ends as %s", (script, end, notice) =>
    withKit(async (kit) => {
      kit.platform.createOrder({ orderId: "o1", script })
      await kit.sync.track({ orderId: "o1" })
      kit.platform.requestVoid("o1")
      await kit.sync.voidRequested("o1")
      const done = kit.sync.waitFor("o1")
      await kit.clock.advance("5 minutes")
      assert.deepInclude(await done, { state: end, paid: true })
      assert.deepStrictEqual(told(kit), ["order.paid", notice])
    })
  )

  it("given a refund that the merchant requests when it is told of the payment, both are told in order", async () => {
    const requested: Array<string> = []
    await using kit = await createTestKit({
      onNotice: async ({ type, orderId }) => {
        if (type !== "order.paid") return
        kit.platform.requestRefund(orderId)
        await kit.sync.refundRequested(orderId)
        requested.push(orderId)
      }
    })
    kit.platform.createOrder({ orderId: "o1", script: "refund-after-2" })
    await kit.sync.handOver({ orderId: "o1" })
    await kit.clock.advance("1 minute")
    assert.deepStrictEqual(requested, ["o1"])
    assert.deepStrictEqual(told(kit), ["order.paid", "order.refund_accepted"])
  })
})

describe("troubles", () => {
  it("given the same order number with another amount, it is a conflict", () =>
    withKit(async (kit) => {
      await kit.sync.track({ orderId: "paid-1", amount: 8888n })
      assert.strictEqual(await code(kit.sync.track({ orderId: "paid-1", amount: 1n })), "ORDER_CONFLICT")
      assert.strictEqual(kit.platform.queries("paid-1").length, 1)
    }))

  it("given a time-out, the query is given up after 65 s, and the order is asked again", () =>
    withKit(async (kit) => {
      const start = kit.clock.now()
      kit.platform.createOrder({ orderId: "o1", script: "paid" })
      kit.platform.answerNext("o1", "time-out")
      const done = kit.sync.track({ orderId: "o1" })
      await kit.clock.advance("64 seconds")
      assert.strictEqual((await kit.sync.get("o1"))?.state, "open.querying")
      await kit.clock.advance("5 seconds")
      assert.strictEqual((await done).state, "paid")
      assert.deepStrictEqual(secondsOf(kit, "o1", start), [0, 68])
      const [first] = await kit.sync.history("o1")
      assert.deepInclude(first, { kind: "faults", fault: "TimeOut", count: 1 })
    }))

  it("given each kind of fault once, the order is paid in the end, and in none of them before", () =>
    withKit(async (kit) => {
      kit.platform.createOrder({ orderId: "o1", script: "paid" })
      const replies = [
        { httpStatus: 500 },
        "connection-reset",
        "cut",
        "html",
        "redirect",
        "wrong-signature",
        "platform-fault",
        { httpStatus: 429, retryAfter: 1 },
        "unsigned",
        { delayed: "paying", by: "20 seconds" }
      ] as const
      kit.platform.answerNext("o1", ...replies)
      const done = kit.sync.track({ orderId: "o1" })
      while (kit.platform.queries("o1").length <= replies.length) {
        assert.deepStrictEqual(told(kit), [])
        await kit.clock.advance("1 second")
      }
      assert.strictEqual((await done).state, "paid")
      assert.deepStrictEqual(
        kit.platform.queries("o1").map(({ answered }) => answered),
        [
          ...[
            "HttpStatus",
            "Reset",
            "Cut",
            "Html",
            "Redirect",
            "WrongSignature",
            "PlatformFault",
            "HttpStatus"
          ],
          ...["Unsigned", "Delayed", "Paid"]
        ]
      )
    }))

  it("given a handler that fails, the notice is told again later, with the same id", async () => {
    let calls = 0
    await using kit = await createTestKit({
      onNotice: () => {
        calls += 1
        if (calls < 3) throw new Error("the shop's database is away")
      }
    })
    await kit.sync.handOver({ orderId: "paid-1" })
    await kit.clock.advance("1 second")
    assert.strictEqual(calls, 1)
    await kit.clock.advance("1 minute")
    assert.strictEqual(calls, 3)
    assert.strictEqual(kit.notices.length, 3)
    assert.strictEqual(new Set(kit.notices.map(({ id }) => id)).size, 1)
    await kit.clock.advance("1 day")
    assert.strictEqual(calls, 3)
  })

  it("given many faults in a row, the breaker opens, and nothing is asked until it closes", () =>
    withKit(
      async (kit) => {
        kit.platform.createOrder({
          orderId: "o1",
          script: [{ answer: { httpStatus: 502 }, times: 2 }, "paid"]
        })
        const start = kit.clock.now()
        const done = kit.sync.track({ orderId: "o1" })
        await kit.clock.advance("1 hour")
        assert.strictEqual((await done).state, "paid")
        const [first, second, third] = secondsOf(kit, "o1", start)
        assert.deepStrictEqual(first, 0)
        assert.isBelow(second ?? 0, 2)
        assert.isAtLeast((third ?? 0) - (second ?? 0), 600)
      },
      { circuitBreaker: { failures: 2, openFor: "10 minutes" } }
    ))
})
