/** Forgeries that shift names over true, signed values. Each was believed once, and none is now. */
import { assert, describe, it } from "@effect/vitest"
import { forged } from "./support/Attack.ts"
import * as Keys from "./support/Keys.ts"
import { conclude, members, outcome, signedValues } from "./support/SignedAnswer.ts"
import * as TrueAnswer from "./support/TrueAnswer.ts"

const keys = Keys.make()
const T = "31711011432450012"

/** What it is, the true fields, the forged ones, what is known of the order, and whether its transactionId is. */
const forgeries: ReadonlyArray<
  readonly [
    string,
    Record<string, string>,
    Record<string, string>,
    { readonly transactionId: string; readonly amount?: string },
    boolean
  ]
> = [
  [
    "another order's payment, its amount renamed to paySeq",
    { amount: "1", retCode: "0000", retMsg: "成功", transState: "SUCCESS", transactionId: "T2" },
    { paySeq: "1", retCode: "0000", retMsg: "成功", transState: "SUCCESS", transactionId: "T2" },
    { transactionId: T, amount: "424242" },
    false
  ],
  [
    "a platform fault, a date moved over to retCode",
    {
      amount: "100",
      platDate: "20171101",
      platTime: "143245",
      retCode: "9999",
      retMsg: "系统异常",
      transactionId: T
    },
    {
      amount: "100",
      retCode: "20171101",
      retMsg: "143245",
      retMsgE: "9999",
      retMsgF: "系统异常",
      transactionId: T
    },
    { transactionId: T, amount: "100" },
    true
  ],
  [
    "a payment, its code moved to transactionId",
    {
      amount: "100",
      platDate: "20171101",
      platTime: "143245",
      retCode: "0000",
      retMsg: "成功",
      transactionId: T
    },
    {
      amount: "100",
      retCode: "20171101",
      retMsg: "143245",
      transactionId: "0000",
      transactionIdF: "成功",
      transactionIdG: T
    },
    { transactionId: T, amount: "100" },
    false
  ],
  [
    "another order's closing, its transactionId renamed",
    { amount: "100", retCode: "00060780", retMsg: "订单已关闭", transactionId: "T2" },
    { A: "100", retCode: "00060780", retMsg: "订单已关闭", transStatf: "T2" },
    { transactionId: T, amount: "424242" },
    true
  ],
  [
    "another order's void, its amount renamed",
    { amount: "100", retCode: "88881137", retMsg: "撤销成功", transactionId: "T2" },
    { A: "100", retCode: "88881137", retMsg: "撤销成功", transactionId: "T2" },
    { transactionId: T, amount: "424242" },
    false
  ],
  [
    "an unknown field's date moved over to retCode",
    { amount: "100", retCode: "01000000", retMsg: "支付中", settleDate: "20231102", transactionId: T },
    { amount: "100", b: "01000000", c: "支付中", retCode: "20231102", retMsg: T },
    { transactionId: T, amount: "100" },
    true
  ],
  [
    "a payment, its message moved over to retCode",
    { retCode: "0000", retMsg: "Okay", transactionId: T },
    { retA: "0000", retCode: "Okay", retMsg: T },
    { transactionId: T },
    true
  ],
  [
    "an amount that reads like a return code",
    { amount: "88881220", retCode: "9999", retMsg: "系统异常", transactionId: T },
    { retCode: "88881220", retMsg: "9999", s: "系统异常", transactionId: T },
    { transactionId: T, amount: "88881220" },
    true
  ]
]

describe("a forgery whose signature fits", () => {
  it.each(forgeries)("is not believed: %s", (_, fields, forgedFields, facts, transactionId) => {
    const sign = keys.sign(signedValues(members(fields)).join("|"))
    const known = TrueAnswer.known(
      { transactionId: facts.transactionId, amount: facts.amount },
      { transactionId, amount: true }
    )
    // An outcome in parentheses is a refusal; the signature is not what refused it.
    assert.match(outcome(conclude(keys, forged(members(forgedFields), sign), known)), /^\((?!Sig)/)
  })
})
