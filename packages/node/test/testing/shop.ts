/**
 * A merchant's tests with node:test, as a process of its own: no framework but Node's, and no network, since
 * whatever opens a socket throws here.
 *
 * node --import ./sources.ts --import ./noNetwork.ts --test shop.ts
 */
import assert from "node:assert/strict"
import { test } from "node:test"
import { createTestKit } from "../../src/testing.ts"

test("an order that is paid at the third query", async () => {
  const kit = await createTestKit()
  kit.platform.createOrder({ orderId: "o1", script: "notpay-then-paid", amount: "8888" })
  const done = kit.sync.track({ orderId: "o1", amount: 8888n })
  await kit.clock.advance("1 minute")
  assert.equal((await done).state, "paid")
  assert.deepEqual(
    kit.notices.map(({ type }) => type),
    ["order.paid"]
  )
  await kit.close()
})

test("a refund, with a time-out on the way", async () => {
  const kit = await createTestKit()
  kit.platform.createOrder({ orderId: "o1", script: "refund-after-2" })
  assert.equal((await kit.sync.track({ orderId: "o1" })).state, "paid")
  kit.platform.requestRefund("o1")
  kit.platform.answerNext("o1", "time-out")
  await kit.sync.refundRequested("o1")
  await kit.clock.advance("5 minutes")
  assert.equal((await kit.sync.waitFor("o1")).state, "refunded")
  await kit.close()
})

test("an order that is never decided", async () => {
  const kit = await createTestKit({ durable: true })
  const done = kit.sync.track({ orderId: "never-decided" })
  await kit.clock.advance("3 days")
  assert.equal((await done).attention, true)
  await kit.close()
})
