/** `umf-order query`: what it prints of an answer that was believed, and what it sends. */
import { assert, it } from "@effect/vitest"
import type { Answer } from "../../../src/sandbox/Answer.ts"
import * as SandboxOrder from "../../../src/sandbox/SandboxOrder.ts"
import { answering, merchant, query, received } from "../platform.ts"
import { describeRuns, only, umfOrder } from "../umfOrder.ts"

const verdicts: ReadonlyArray<readonly [string, typeof Answer.Encoded, ReadonlyArray<string>]> = [
  ["PayFailed", { _tag: "PayError" }, []],
  ["Closed", { _tag: "Closed" }, []],
  ["Contradictory", { _tag: "Contradictory" }, []],
  ["SignatureRejected", { _tag: "SignatureRejected" }, []],
  ["RefundFailed", { _tag: "Paid" }, ["--operation", "refund"]]
]

describeRuns("umf-order query", () => {
  it("prints the answer on one line, amount without padding", async () => {
    const orderId = "paid-cli-full"
    const transactionId = SandboxOrder.transactionId(orderId)
    const options = ["--transaction-id", transactionId, "--order-date", "20261124", "--pay-type", "AL"]
    const ran = await query(orderId, ...options, "--amount", "8888")
    assert.strictEqual(ran.code, 0)
    assert.strictEqual(ran.stderr, "")
    const { platDate, platTime, ...said } = only(ran)
    assert.deepStrictEqual(Object.entries(said), [
      ["orderId", orderId],
      ["verdict", "Paid"],
      ["retCode", "0000"],
      ["retMsg", "交易成功"],
      ["transState", "SUCCESS"],
      ["transactionId", transactionId],
      ["amount", "8888"],
      ["paySeq", SandboxOrder.paySeq(orderId)],
      ["payType", "AL"]
    ])
    assert.match(String(platDate), /^20\d{6}$/)
    assert.match(String(platTime), /^\d{6}$/)
    const [asked, ...more] = await received(orderId)
    assert.deepStrictEqual([asked?.signature, more], ["ok", []])
    const { sign, ...sent } = asked?.fields ?? {}
    assert.isString(sign)
    assert.deepStrictEqual(sent, {
      merId: merchant().UMF_MER_ID ?? "",
      orderId,
      transactionId,
      orderDate: "20261124",
      payType: "AL"
    })
  })

  it("leaves out what the answer does not have", async () => {
    const ran = await query("nobody-knows-this-order")
    assert.strictEqual(ran.code, 0)
    assert.deepStrictEqual(Object.keys(only(ran)), [
      "orderId",
      "verdict",
      "retCode",
      "retMsg",
      "platDate",
      "platTime"
    ])
    assert.strictEqual(only(ran).verdict, "Closed")
  })

  it.each(verdicts)("believes %s: exit 0", async (verdict, answer, options) => {
    const orderId = `cli-verdict-${verdict}`
    await answering(orderId, answer)
    const ran = await query(orderId, ...options)
    assert.strictEqual(ran.code, 0)
    assert.strictEqual(only(ran).verdict, verdict)
  })

  it("shows a message with control characters to people without them", async () => {
    const orderId = "cli-terminal"
    const retMsg = "ok\u001b[2J\u001b]0;title\u0007\r\nverdict  Paid\u009b31m\u202e\u0000"
    await answering(orderId, { _tag: "Custom", retCode: "0000", transState: "NOTPAY", retMsg })
    const [text, json] = await Promise.all([
      umfOrder(["query", "--order-id", orderId], { env: merchant() }),
      query(orderId)
    ])
    assert.strictEqual(text.code, 0)
    assert.notMatch(text.stdout, /[\u0080-\u009f\u202e]/)
    assert.include(text.stdout, "ok?[2J?]0;title???verdict  Paid?31m??\n")
    assert.match(text.stdout, /^verdict +Paying/m)
    assert.deepStrictEqual([only(json).verdict, only(json).retMsg], ["Paying", retMsg])
    assert.notMatch(json.stdout, /[\u007f-\u009f\u202e]/)
  })
})
