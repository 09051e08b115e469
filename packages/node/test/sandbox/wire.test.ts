import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import * as Sandbox from "../../src/sandbox/Sandbox.ts"
import { transactionId } from "../../src/sandbox/SandboxOrder.ts"
import { codes, fieldsOf, query, signatureOf } from "./merchant.ts"

/** The fields that each statement gives, by script. */
const statements: ReadonlyArray<readonly [script: string, retCode: string, transState: string | undefined]> =
  [
    ["paid", "0000", "SUCCESS"],
    ["paid-without-state", "0000", undefined],
    ["notpay-then-paid", "0000", "NOTPAY"],
    ["never-decided", "01000000", undefined],
    ["closed", "00080520", undefined],
    ["platform-fault", "9999", undefined],
    ["contradictory", "01000000", "SUCCESS"],
    ["signature-rejected", "3333", undefined]
  ]

describe("on the wire", () => {
  it.effect("a statement is a signed answer about the order", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      yield* TestClock.setTime(Date.UTC(2024, 1, 28, 16, 0, 5))
      for (const [script, retCode, transState] of statements) {
        const seen = yield* query(sandbox, `${script}-1`)
        const fields = fieldsOf(seen)
        assert.strictEqual(seen.status, 200, script)
        assert.strictEqual(yield* signatureOf(sandbox, seen), "ok", script)
        assert.strictEqual(fields.retCode, retCode, script)
        assert.strictEqual(fields.transState, transState, script)
        assert.strictEqual(fields.transactionId, transactionId(`${script}-1`), script)
        assert.strictEqual(fields.amount, "000000008888")
        assert.strictEqual(fields.payType, "WX")
        assert.strictEqual(fields.platDate, "20240229")
        assert.strictEqual(fields.platTime, "000005")
        assert.strictEqual(
          typeof fields.paySeq,
          retCode === "0000" && transState !== "NOTPAY" ? "string" : "undefined"
        )
      }
    })
  )

  it.effect("the way of paying is the first request's, and the numbers are the order's own", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      const first = fieldsOf(yield* query(sandbox, "paid-1", { payType: "AL" }))
      const again = fieldsOf(yield* query(sandbox, "paid-1", { transactionId: String(first.transactionId) }))
      assert.strictEqual(first.payType, "AL")
      assert.strictEqual(again.payType, "AL")
      assert.strictEqual(again.transactionId, first.transactionId)
      assert.match(String(first.transactionId), /^[0-9]{20}$/)
      assert.match(String(first.paySeq), /^[0-9]{28}$/)
      assert.strictEqual(again.paySeq, first.paySeq)
      assert.notStrictEqual(fieldsOf(yield* query(sandbox, "paid-2")).transactionId, first.transactionId)
    })
  )

  it.effect("numbers stay numbers, and new fields are signed too", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      const seen = yield* query(sandbox, "new-fields")
      assert.include(seen.body, '"txnAmt":1,')
      assert.strictEqual(yield* signatureOf(sandbox, seen), "ok")
    })
  )

  it.effect("counts and times move a script on", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      assert.deepStrictEqual(yield* codes(sandbox, "paid-after-3-a", 5), [
        "01000000",
        "02000000",
        "03000000",
        "0000",
        "0000"
      ])
      assert.deepStrictEqual(yield* codes(sandbox, "platform-fault-then-paid", 3), ["9999", "9999", "0000"])
      assert.deepStrictEqual(yield* codes(sandbox, "closed-then-paid", 2), ["00080520", "00080520"])
      yield* TestClock.adjust(119_999)
      assert.deepStrictEqual(yield* codes(sandbox, "closed-then-paid", 1), ["00080520"])
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(yield* codes(sandbox, "closed-then-paid", 1), ["0000"])
    })
  )

  it.effect("the sandbox's scale and a script's scale divide times", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make({ timeScale: 10 })
      yield* sandbox.createOrder({
        orderId: "twice",
        script: {
          steps: [{ answer: { _tag: "Closed" }, forMs: 1000 }, { answer: { _tag: "Paid" } }],
          scale: 2
        }
      })
      assert.deepStrictEqual(yield* codes(sandbox, "twice", 1), ["00080520"])
      yield* TestClock.adjust(50)
      assert.deepStrictEqual(yield* codes(sandbox, "twice", 1), ["0000"])
    })
  )

  it.effect("an order that names no script is not known, nor one under another's transactionId", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      for (const seen of [
        yield* query(sandbox, "1509518653211"),
        yield* query(sandbox, "paid-1", { transactionId: "12345" })
      ]) {
        assert.strictEqual(fieldsOf(seen).retCode, "00080730")
        assert.isUndefined(fieldsOf(seen).transactionId)
        assert.strictEqual(yield* signatureOf(sandbox, seen), "ok")
      }
      assert.deepStrictEqual(yield* sandbox.orders, [])
    })
  )
})
