import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import type { Operation } from "../src/Order.ts"
import { OrderRef } from "../src/Order.ts"
import type { RetCodeKind } from "../src/RetCode.ts"
import { decide, fromAnswer, Verdict } from "../src/Verdict.ts"
import { verdictOf } from "./support/DecisionTable.ts"
import * as Keys from "./support/Keys.ts"
import { part, runs } from "./support/Property.ts"
import { body, conclude, members, outcome } from "./support/SignedAnswer.ts"
import * as TrueAnswer from "./support/TrueAnswer.ts"

const keys = Keys.make()

const known = Schema.decodeUnknownSync(OrderRef)({
  merId: "30000102",
  orderId: "1509518653211",
  transactionId: "31711011432450012",
  amount: "100"
})

const answered = (retCode: string, transState: string | undefined, operation?: Operation): string =>
  outcome(
    conclude(
      keys,
      body(
        keys,
        members({
          retCode,
          retMsg: "返回信息",
          platDate: "20171101",
          platTime: "143245",
          paySeq: "4200000031201711012345678901",
          transactionId: "31711011432450012",
          transState,
          amount: "000000000100",
          payType: "WX"
        })
      ),
      known,
      operation
    )
  )

const paying = ["01000000", "02000000", "03000000"]
const others = ["00060780", "88880001", "WN01"]
const states = ["SUCCESS", "NOTPAY", "PAYERROR", undefined]
const operations: ReadonlyArray<Operation> = ["payment", "refund", "void"]

describe("Verdict.fromAnswer, the table of PROTOCOL.md 6", () => {
  it("given 0000 and SUCCESS, when a payment was asked about, then Paid", () => {
    assert.strictEqual(answered("0000", "SUCCESS"), "Paid")
    assert.strictEqual(answered("0000", "SUCCESS", "payment"), "Paid")
  })

  it("given 0000 and no transState, when nothing can hide it, then Paid", () => {
    assert.strictEqual(answered("0000", undefined), "Paid")
  })

  it("given 0000 and NOTPAY, then Paying", () => {
    for (const operation of operations) assert.strictEqual(answered("0000", "NOTPAY", operation), "Paying")
  })

  it("given 0000 and PAYERROR, then PayFailed", () => {
    for (const operation of operations)
      assert.strictEqual(answered("0000", "PAYERROR", operation), "PayFailed")
  })

  it.each(["SUCCESS", undefined])(
    "given 0000 and %s, when a refund was asked for, then RefundFailed: the order is still paid",
    (state) => assert.strictEqual(answered("0000", state, "refund"), "RefundFailed")
  )

  it.each(["SUCCESS", undefined])(
    "given 0000 and %s, when a void was asked for, then VoidFailed: the order is still paid",
    (state) => assert.strictEqual(answered("0000", state, "void"), "VoidFailed")
  )

  it.each(paying)("given %s and transState absent or NOTPAY, then Paying", (retCode) => {
    for (const operation of operations) {
      assert.strictEqual(answered(retCode, undefined, operation), "Paying")
      assert.strictEqual(answered(retCode, "NOTPAY", operation), "Paying")
    }
  })

  it.each(paying)("given %s and SUCCESS or PAYERROR, then Contradictory", (retCode) => {
    for (const operation of operations) {
      assert.strictEqual(answered(retCode, "SUCCESS", operation), "Contradictory")
      assert.strictEqual(answered(retCode, "PAYERROR", operation), "Contradictory")
    }
  })

  it.each([
    ["88881220", "RefundAccepted"],
    ["88881137", "Voided"],
    ["9999", "PlatformFault"],
    ["3333", "SignatureRejected"]
  ])("given %s and any transState, then %s", (retCode, verdict) => {
    for (const operation of operations) {
      for (const state of states) assert.strictEqual(answered(retCode, state, operation), verdict)
    }
  })

  it.each(others)("given any other code, such as %s, and PAYERROR, then PayFailed", (retCode) => {
    for (const operation of operations)
      assert.strictEqual(answered(retCode, "PAYERROR", operation), "PayFailed")
  })

  it.each(others)(
    "given any other code, such as %s, and transState absent or NOTPAY, then Closed",
    (retCode) => {
      for (const operation of operations) {
        assert.strictEqual(answered(retCode, undefined, operation), "Closed")
        assert.strictEqual(answered(retCode, "NOTPAY", operation), "Closed")
      }
    }
  )

  it.each(others)("given any other code, such as %s, and SUCCESS, then Contradictory", (retCode) => {
    for (const operation of operations)
      assert.strictEqual(answered(retCode, "SUCCESS", operation), "Contradictory")
  })

  it("given a conclusion, then it holds the answer it was drawn from and the operation", () => {
    const signed = body(
      keys,
      members({
        retCode: "88881220",
        retMsg: null,
        transactionId: "31711011432450012",
        amount: "000100",
        platDate: ""
      })
    )
    assert.deepStrictEqual<unknown>(
      conclude(keys, signed, known, "refund"),
      Result.succeed({
        verdict: "RefundAccepted",
        operation: "refund",
        answer: { retCode: "88881220", transactionId: "31711011432450012", amount: 100n }
      })
    )
  })

  it("given something that only looks like a verified answer, then its type keeps it out", () => {
    const lookAlike = { leaves: [{ name: "retCode", path: "retCode", value: "01000000" }] }
    // @ts-expect-error only verify makes a VerifiedAnswer
    assert.isTrue(Result.isSuccess(fromAnswer(lookAlike, known)))
  })
})

describe("Verdict.decide", () => {
  it("given every kind, every state and every operation, then there is a verdict of the list", () => {
    const kinds: ReadonlyArray<readonly [RetCodeKind, string]> = [
      ["Success", "0000"],
      ["Paying", "01000000"],
      ["RefundAccepted", "88881220"],
      ["Voided", "88881137"],
      ["PlatformFault", "9999"],
      ["SignatureRejected", "3333"],
      ["Other", "00060780"]
    ]
    const seen = new Set<string>()
    for (const [kind, retCode] of kinds) {
      for (const state of ["SUCCESS", "NOTPAY", "PAYERROR", undefined] as const) {
        for (const operation of operations) {
          const verdict = decide(kind, state, operation)
          assert.strictEqual(verdict, verdictOf(retCode, state, operation))
          seen.add(verdict)
        }
      }
    }
    assert.deepStrictEqual([...seen].sort(), [...Verdict.literals].sort())
  })

  it("property: a true answer that is believed has the verdict of the table", () => {
    let believed = 0
    fc.assert(
      fc.property(TrueAnswer.arbitrary, (answer) => {
        const verdict = outcome(
          conclude(keys, body(keys, answer.fields), TrueAnswer.known(answer), answer.operation)
        )
        if (verdict.startsWith("(")) return
        believed++
        assert.strictEqual(verdict, verdictOf(answer.retCode, answer.transState, answer.operation))
      }),
      runs(500)
    )
    assert.isAbove(believed, 300 * part)
  })
})
