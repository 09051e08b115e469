import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { OrderRef } from "../src/Order.ts"
import { type Implausible, Rule } from "../src/Plausibility.ts"
import * as Keys from "./support/Keys.ts"
import { body, conclude, members, outcome, Raw, type Value } from "./support/SignedAnswer.ts"

const keys = Keys.make()

type Fields = Readonly<Record<string, Value | undefined>>

const order = {
  merId: "30000102",
  orderId: "1509518653211",
  transactionId: "31711011432450012",
  amount: "100"
}

const paid: Fields = {
  retCode: "0000",
  retMsg: "成功",
  platDate: "20171101",
  platTime: "143245",
  paySeq: "4200000031201711012345678901",
  transactionId: "31711011432450012",
  transState: "SUCCESS",
  amount: "100",
  payType: "WX"
}

const concluding = (fields: Fields, known: Fields = order) =>
  conclude(
    keys,
    body(keys, members(fields)),
    Schema.decodeUnknownSync(OrderRef)(JSON.parse(JSON.stringify(known)))
  )

/** The outcome of the answer `paid` with some fields changed; `undefined` takes a field away. */
const given = (changes: Fields, known: Fields = {}): string =>
  outcome(concluding({ ...paid, ...changes }, { ...order, ...known }))

const refusal = (changes: Fields): Implausible => {
  const result = concluding({ ...paid, ...changes })
  if (Result.isFailure(result) && result.failure._tag === "Implausible") return result.failure
  throw new Error("believed")
}

const tried = new Set<string>()
const refusedBy = (rule: string, changes: Fields, known: Fields = {}): void => {
  tried.add(rule)
  assert.strictEqual(given(changes, known), `(${rule})`)
}

describe("an answer that is believed", () => {
  it("given the plain answer, then it is", () => {
    assert.strictEqual(given({}), "Paid")
  })

  it.each(["retMsg", "platDate", "platTime", "paySeq", "payType"])(
    "given %s absent, null or empty, then all three are the same",
    (name) => {
      for (const none of [undefined, null, ""]) assert.strictEqual(given({ [name]: none }), "Paid")
    }
  )

  it("given unknown fields that do no harm, then they are ignored", () => {
    assert.strictEqual(given({ bankType: "CMB_DEBIT", payAmount: "90", Memo: "口罩", zone: true }), "Paid")
    assert.strictEqual(
      given({
        ext: [
          ["channel", "H5"],
          ["amount", "7"]
        ]
      }),
      "Paid"
    )
  })

  it("given unknown fields without a value, then they hide nothing", () => {
    const empty = { transState: undefined, note: null, memo: "", ext: [["a", null]] as Value }
    assert.strictEqual(given(empty), "Paid")
    assert.strictEqual(given({ ...empty, retMsg: null }), "Paid")
  })

  it("given JSON numbers where the page says text, then they are read by their characters", () => {
    const numbers = { amount: new Raw("100"), platDate: new Raw("20171101"), platTime: new Raw("143245") }
    assert.strictEqual(given(numbers), "Paid")
    assert.strictEqual(given({ paySeq: new Raw("4200000031201711012345678901") }), "Paid")
  })

  it("given an amount padded with zeros, then it is the same amount", () => {
    assert.strictEqual(given({ amount: "000000000100" }), "Paid")
  })

  it("given order and merchant numbers that are the order's, then they do no harm", () => {
    assert.strictEqual(given({ orderId: "1509518653211", merId: "30000102" }), "Paid")
  })
})

describe("an answer that is not believed", () => {
  it("SeparatorInValue: given | in a value, known, unknown or nested", () => {
    refusedBy("SeparatorInValue", { retMsg: "成功|NOTPAY" })
    refusedBy("SeparatorInValue", { retMsg: "|" })
    refusedBy("SeparatorInValue", { note: "a|b" })
    refusedBy("SeparatorInValue", { ext: [["a", [["b", "x|"]]]] })
    assert.strictEqual(given({ retMsg: "成功, NOTPAY ｜ &=" }), "Paid")
  })

  it("WrongShape: given a known field without its shape", () => {
    for (const [name, value] of [
      ["retCode", "000"],
      ["retCode", "成功成功"],
      ["platDate", "20230229"],
      ["platTime", "240000"],
      ["paySeq", "流水"],
      ["transactionId", "x".repeat(33)],
      ["transactionId", "A&B"],
      ["transState", "success"],
      ["transState", "USERPAYING"],
      ["amount", "1.00"],
      ["amount", "-100"],
      ["amount", new Raw("1e2")],
      ["payType", "1"]
    ] as const) {
      refusedBy("WrongShape", { [name]: value })
      assert.strictEqual(refusal({ [name]: value }).field, name)
    }
  })

  it("WrongShape: given no retCode", () => {
    for (const none of [undefined, null, ""]) refusedBy("WrongShape", { retCode: none })
    assert.strictEqual(refusal({ retCode: undefined }).field, "retCode")
    assert.include(refusal({ retCode: undefined }).message, "missing")
  })

  it("WrongShape: given an object in the place of a known field", () => {
    refusedBy("WrongShape", { transState: [["value", "SUCCESS"]] })
    refusedBy("WrongShape", { retMsg: [["transState", "NOTPAY"]] })
    refusedBy("WrongShape", { amount: [["amount", "100"]] })
    assert.strictEqual(refusal({ retMsg: [["text", "成功"]] }).field, "retMsg")
  })

  it("OtherOrder: given another order's or another merchant's number", () => {
    refusedBy("OtherOrder", { orderId: "1509518653212" })
    refusedBy("OtherOrder", { merId: "30000103" })
    assert.strictEqual(refusal({ orderId: "1" }).field, "orderId")
    assert.strictEqual(refusal({ merId: "1" }).field, "merId")
  })

  it("OtherTransaction: given a transactionId that is not the order's, once known", () => {
    refusedBy("OtherTransaction", { transactionId: "31711011432450013" })
    assert.strictEqual(given({ transactionId: "31711011432450013" }, { transactionId: undefined }), "Paid")
  })

  it("OtherAmount: given an amount that is not the order's, once known", () => {
    refusedBy("OtherAmount", { amount: "101" })
    refusedBy("OtherAmount", { amount: "10000" })
    refusedBy("OtherAmount", { retCode: "01000000", transState: undefined, amount: "101" })
    assert.strictEqual(given({ amount: "101" }, { amount: undefined }), "Paid")
  })

  it("TransStateElsewhere: given a word of transState under another name", () => {
    refusedBy("TransStateElsewhere", { transState: undefined, transStatf: "NOTPAY" })
    refusedBy("TransStateElsewhere", { transState: undefined, retMsg: "NOTPAY" })
    refusedBy("TransStateElsewhere", { ext: [["state", "PAYERROR"]] })
    refusedBy("TransStateElsewhere", { transState: "SUCCESS", trade: "NOTPAY" })
    assert.strictEqual(given({ tradeState: "SUCCESS" }), "Paid")
    assert.strictEqual(given({ retMsg: "NOT PAY" }), "Paid")
  })

  it("RetCodeElsewhere: given a code that concludes under another name behind retCode", () => {
    refusedBy("RetCodeElsewhere", { retCode: "00060780", transState: undefined, retCodf: "0000" })
    refusedBy("RetCodeElsewhere", { retCode: "00060780", transState: undefined, retMsg: "01000000" })
    refusedBy("RetCodeElsewhere", { subCode: "88881137" })
    refusedBy("RetCodeElsewhere", { s: [["code", "88881220"]] })
    assert.strictEqual(given({ subCode: "0000" }), "Paid")
    assert.strictEqual(given({ subCode: "00060780" }), "Paid")
    assert.strictEqual(given({ txnAmt: "9999", payAmount: new Raw("3333") }), "Paid")
  })

  it("TransStateHidden: given 0000, no transState and an unknown field that may be it, renamed", () => {
    refusedBy("TransStateHidden", { transState: undefined, transStatf: "not paid" })
    refusedBy("TransStateHidden", { transState: null, Memo: "口罩" })
    refusedBy("TransStateHidden", { transState: "", ext: [["channel", "H5"]] })
    assert.strictEqual(given({ transState: undefined }), "Paid")
    assert.strictEqual(given({ retCode: "01000000", transState: undefined, Memo: "口罩" }), "Paying")
  })

  it("RetMsgHidden: given no retMsg and an unknown field that may be it, renamed", () => {
    refusedBy("RetMsgHidden", { retMsg: undefined, retMsh: "成功" })
    refusedBy("RetMsgHidden", { retMsg: null, Memo: "口罩" })
    assert.strictEqual(given({ retMsg: undefined }), "Paid")
  })

  it("TransactionHidden: given an outcome without the transactionId that is known", () => {
    for (const none of [undefined, null, ""]) refusedBy("TransactionHidden", { transactionId: none })
    refusedBy("TransactionHidden", { transactionId: undefined, transactionIe: "31711011432450013" })
    refusedBy("TransactionHidden", { transactionId: undefined, transState: "PAYERROR" })
    refusedBy("TransactionHidden", { transactionId: undefined, transState: undefined })
    refusedBy("TransactionHidden", { transactionId: undefined, retCode: "88881220" })
    refusedBy("TransactionHidden", { transactionId: undefined, retCode: "88881137" })
    const unknownOrder = { retCode: "00080730", transState: undefined, transactionId: undefined }
    refusedBy("TransactionHidden", { ...unknownOrder, transStatf: "口罩" })
    refusedBy("TransactionHidden", { ...unknownOrder, retMsg: "31711011432450013" })
    assert.strictEqual(given({ ...unknownOrder, retMsg: "订单不存在" }), "Closed")
    assert.strictEqual(given({ transactionId: undefined }, { transactionId: undefined }), "Paid")
    assert.strictEqual(given({ transactionId: undefined, transState: "NOTPAY" }), "Paying")
    assert.strictEqual(given({ transactionId: undefined, retCode: "9999" }), "PlatformFault")
  })

  it("AmountHidden: given payment without the amount that is known, and an unknown field that may be it", () => {
    refusedBy("AmountHidden", { amount: undefined, amounu: "1" })
    refusedBy("AmountHidden", { amount: null, Memo: "口罩" })
    assert.strictEqual(given({ amount: undefined }), "Paid")
    assert.strictEqual(given({ amount: undefined, amounu: "1" }, { amount: undefined }), "Paid")
    assert.strictEqual(given({ amount: undefined, amounu: "1", transState: "NOTPAY" }), "Paying")
  })

  it("given a refusal, then it names the field in words for a person, and no value of the answer", () => {
    const refused = refusal({ secret: "s3cr3t|" })
    assert.strictEqual(refused.field, "secret")
    assert.match(refused.message, /^Not believed: .*"secret"/)
    for (const changes of [
      { retMsg: "s3cr3t|" },
      { amount: "s3cr3t" },
      { transactionId: "s3cr3t" },
      { orderId: "s3cr3t" }
    ]) {
      assert.notInclude(refusal(changes).message, "s3cr3t")
    }
  })

  it("every rule was tried", () => {
    assert.deepStrictEqual([...tried].sort(), [...Rule.literals].sort())
  })
})
