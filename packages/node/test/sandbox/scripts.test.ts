import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { Script } from "../../src/sandbox/Script.ts"
import { forOrderId, named, scripts } from "../../src/sandbox/scripts.ts"

describe("scripts", () => {
  it("have names of their own, two descriptions, and the form that the admin API takes", () => {
    assert.strictEqual(new Set(scripts.map((script) => script.name)).size, scripts.length)
    const check = Schema.decodeUnknownSync(Script, { onExcessProperty: "error" })
    for (const script of scripts) {
      assert.deepStrictEqual(check(JSON.parse(JSON.stringify(script))), script)
      assert.match(script.description.en, /\.$/)
      assert.match(script.description.zh, /\p{Script=Han}.*。$/u)
    }
  })

  it("are found by the longest name that begins an order number", () => {
    assert.strictEqual(forOrderId("paid")?.name, "paid")
    assert.strictEqual(forOrderId("paid-0001")?.name, "paid")
    assert.strictEqual(forOrderId("paid.0001")?.name, "paid")
    assert.strictEqual(forOrderId("paid-after-3")?.name, "paid-after-3")
    assert.strictEqual(forOrderId("paid-after-3.x-y")?.name, "paid-after-3")
    assert.strictEqual(forOrderId("paid-after-31")?.name, "paid")
    assert.strictEqual(forOrderId("closed-then-paid-7")?.name, "closed-then-paid")
    assert.strictEqual(forOrderId("paid0001"), undefined)
    assert.strictEqual(forOrderId("2017-paid"), undefined)
    assert.strictEqual(forOrderId(""), undefined)
  })

  it("cover what the sandbox promises", () => {
    const promised =
      "paid paid-after-3 paid-without-state notpay-then-paid pay-error closed closed-then-paid never-decided " +
      "paid-then-refund refund-fails paid-then-void void-fails platform-fault-then-paid platform-fault " +
      "contradictory signature-rejected slow-then-paid cut-then-paid wrong-signature replayed renamed merged " +
      "huge-body html bad-gateway bad-gateway-then-paid rate-limited redirect slow-drip wrong-amount unsigned"
    for (const name of promised.split(" ")) assert.isDefined(named(name), name)
  })
})
