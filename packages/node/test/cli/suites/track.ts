/** `umf-order track`: one line for each transition, up to the end or a person. */
import { assert, it } from "@effect/vitest"
import * as SandboxOrder from "../../../src/sandbox/SandboxOrder.ts"
import { answering, merchant, received, refund, track } from "../platform.ts"
import { describeRuns, type Json, type Ran, umfOrder } from "../umfOrder.ts"

/** Checks what holds for every history, and gives its last line. */
const history = (orderId: string, ran: Ran): Json => {
  const { lines } = ran
  const last = lines.at(-1) ?? {}
  for (const [index, line] of lines.entries()) {
    const { at, from, to, because, settled, attention, reason, late, ...more } = line
    assert.deepStrictEqual(more, { orderId })
    assert.strictEqual(new Date(String(at)).toISOString(), at)
    assert.isString(because)
    assert.notStrictEqual(from, to)
    const before = lines[index - 1]
    if (before !== undefined) {
      assert.strictEqual(from, before.to)
      assert.isAtLeast(Date.parse(String(at)), Date.parse(String(before.at)))
    }
    if (line !== last) assert.deepStrictEqual([settled, attention], [undefined, undefined])
  }
  assert.isTrue((last.settled === true) !== (last.attention === true), JSON.stringify(last))
  return last
}

describeRuns("umf-order track", () => {
  it("prints each transition, and ends with the payment", async () => {
    const orderId = "paid-after-3-cli"
    const transactionId = SandboxOrder.transactionId(orderId)
    const options = ["--transaction-id", transactionId, "--order-date", "20261124", "--pay-type", "WX"]
    const ran = await track(orderId, [...options, "--amount", "8888"])
    assert.strictEqual(ran.code, 0)
    assert.strictEqual(ran.stderr, "")
    assert.deepInclude(history(orderId, ran), { to: "paid", settled: true })
    assert.deepStrictEqual(
      ran.lines.map(({ from, to }) => `${from} > ${to}`),
      [
        "open.querying > open.waiting",
        "open.waiting > open.querying",
        "open.querying > open.waiting",
        "open.waiting > open.querying",
        "open.querying > open.waiting",
        "open.waiting > open.querying",
        "open.querying > paid"
      ]
    )
    assert.include(String(ran.lines[0]?.because), "01000000")
    assert.strictEqual((await received(orderId)).length, 4)
  })

  it("closes an order after two answers that lie --confirm-after apart", async () => {
    const ran = await track("closed-cli", ["--confirm-after", "350ms"])
    assert.strictEqual(ran.code, 0)
    assert.deepInclude(history("closed-cli", ran), { to: "closed", settled: true })
    const [first] = ran.lines
    assert.strictEqual(first?.to, "closingSuspected.waiting")
    const apart = Date.parse(String(ran.lines.at(-1)?.at)) - Date.parse(String(first?.at))
    assert.isAtLeast(apart, 350)
  })

  it("ends with a failed payment: exit 0", async () => {
    const ran = await track("pay-error-cli")
    assert.strictEqual(ran.code, 0)
    assert.deepInclude(history("pay-error-cli", ran), { to: "payFailed", settled: true })
  })

  it("follows a refund", async () => {
    await refund("paid-then-refund-cli")
    const ran = await track("paid-then-refund-cli", ["--operation", "refund"])
    assert.strictEqual(ran.code, 0)
    assert.deepInclude(history("paid-then-refund-cli", ran), { to: "refunded", settled: true })
  })

  it("hands over to a person after --max-queries: exit 1", async () => {
    const ran = await track("never-decided-cli-1", ["--max-queries", "3"])
    assert.strictEqual(ran.code, 1)
    assert.deepInclude(history("never-decided-cli-1", ran), { to: "unresolved", attention: true })
    assert.strictEqual((await received("never-decided-cli-1")).length, 3)
    assert.include(ran.stderr, "needs a person")
  })

  it("hands over to a person after --give-up-after: exit 1", async () => {
    const ran = await track("never-decided-cli-2", ["--give-up-after", "600ms"])
    assert.strictEqual(ran.code, 1)
    assert.deepInclude(history("never-decided-cli-2", ran), { to: "unresolved", attention: true })
    // The first query, and a last one before the order is handed over.
    assert.isAtLeast((await received("never-decided-cli-2")).length, 2)
  })

  it("hands over to a person at once if the platform refuses our signature: exit 1", async () => {
    const ran = await track("signature-rejected-cli")
    assert.strictEqual(ran.code, 1)
    assert.deepInclude(history("signature-rejected-cli", ran), { to: "rejected", attention: true })
    assert.strictEqual((await received("signature-rejected-cli")).length, 1)
  })

  it("ends nothing for a payment that can't be believed", async () => {
    await answering("cli-lied-to", { _tag: "WrongSignature" })
    const ran = await track("cli-lied-to", ["--max-queries", "1"])
    assert.strictEqual(ran.code, 1)
    assert.deepInclude(history("cli-lied-to", ran), { to: "unresolved", attention: true })
  })

  it("prints text for people without --json", async () => {
    const args = ["track", "--every", "50ms", "--order-id", "notpay-then-paid-cli"]
    const ran = await umfOrder(args, { env: merchant() })
    assert.strictEqual(ran.code, 0)
    assert.match(ran.stdout, /open\.querying -> paid/)
  })

  it("SIGINT ends it within a second: exit 130", async () => {
    const ran = await track("never-decided-cli-3", [], {
      during: async ({ firstLine, signal }) => {
        await firstLine
        signal("SIGINT")
      }
    })
    assert.strictEqual(ran.code, 130)
    assert.isBelow(ran.afterSignal, 1000)
    assert.strictEqual(ran.stderr, "")
  })

  it("SIGINT ends it while an answer is outstanding", async () => {
    await answering("cli-slow", { _tag: "Delayed", ms: 60_000 })
    const ran = await umfOrder(["track", "--json", "--order-id", "cli-slow"], {
      env: merchant(),
      during: async ({ signal }) => {
        while ((await received("cli-slow")).length === 0) {
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
        signal("SIGINT")
      }
    })
    assert.deepStrictEqual([ran.code, ran.stdout], [130, ""])
    assert.isBelow(ran.afterSignal, 1000)
  })
})
