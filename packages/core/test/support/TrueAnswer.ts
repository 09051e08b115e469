/** A generator of answers as the platform would give them, each about an order of its own. */

import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { type Operation, OrderRef } from "../../src/Order.ts"
import type { Known } from "../../src/Plausibility.ts"
import type { Members, Value } from "./SignedAnswer.ts"
import { members } from "./SignedAnswer.ts"

export interface TrueAnswer {
  readonly fields: Members
  readonly retCode: string
  readonly transState: string | undefined
  readonly transactionId: string
  readonly amount: string | undefined
  readonly operation: Operation
}

const chineseTexts = [
  "成功",
  "交易成功",
  "用户支付中，需要输入密码",
  "余额不足",
  "订单不存在",
  "系统异常",
  "退款受理成功"
]

const digits = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength, maxLength })

const pad = (text: string): string => text.padStart(2, "0")

const dates: fc.Arbitrary<string> = fc
  .tuple(
    fc.integer({ min: 2017, max: 2031 }),
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 1, max: 28 })
  )
  .map(([year, month, day]) => `${year}${pad(String(month))}${pad(String(day))}`)

const times: fc.Arbitrary<string> = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => pad(String(part))).join(""))

const amounts: fc.Arbitrary<string> = fc
  .tuple(
    fc.oneof(fc.integer({ min: 1, max: 99_999_999 }), fc.constantFrom(1, 100, 3333, 9999, 120000, 1_000_000)),
    fc.constantFrom(0, 0, 8, 12)
  )
  .map(([fen, width]) => String(fen).padStart(width, "0"))

const sometimes = <A>(arbitrary: fc.Arbitrary<A>): fc.Arbitrary<A | undefined> =>
  fc.option(arbitrary, { nil: undefined })

export const tableCodes: ReadonlyArray<string> = [
  "0000",
  "01000000",
  "02000000",
  "03000000",
  "88881220",
  "88881137",
  "9999",
  "3333"
]

const extras: fc.Arbitrary<Readonly<Record<string, Value>>> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  {
    weight: 3,
    arbitrary: fc.dictionary(
      fc.constantFrom(
        "Memo",
        "bankType",
        "channel",
        "goodsName",
        "payChannelNo",
        "subCode",
        "tradeType",
        "userId"
      ),
      fc.constantFrom<Value>("CMB_DEBIT", "口罩", "JSAPI", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", 7, null, ""),
      { minKeys: 1, maxKeys: 3 }
    )
  },
  { weight: 1, arbitrary: amounts.map((payAmount) => ({ payAmount })) },
  {
    weight: 1,
    arbitrary: fc.constant({
      ext: [
        ["channel", "H5"],
        ["term", ""]
      ] as Members
    })
  }
)

export const arbitrary: fc.Arbitrary<TrueAnswer> = fc
  .record({
    retCode: fc.oneof(
      { weight: 3, arbitrary: fc.constant("0000") },
      { weight: 3, arbitrary: fc.constantFrom(...tableCodes) },
      { weight: 2, arbitrary: digits(8, 8).filter((code) => !tableCodes.includes(code)) }
    ),
    retMsg: sometimes(fc.constantFrom(...chineseTexts)),
    transState: sometimes(fc.constantFrom("SUCCESS", "NOTPAY", "PAYERROR")),
    platDate: sometimes(dates),
    platTime: sometimes(times),
    paySeq: sometimes(digits(20, 32)),
    transactionId: fc.string({ unit: fc.constantFrom(..."0123456789ABCDEF"), minLength: 18, maxLength: 32 }),
    amount: sometimes(amounts),
    payType: sometimes(fc.constantFrom("WX", "AL", "YL")),
    extra: extras,
    operation: fc.constantFrom<Operation>("payment", "payment", "refund", "void")
  })
  .map(({ extra, operation, ...known }) => ({
    fields: members({ ...known, ...extra }),
    retCode: known.retCode,
    transState: known.transState,
    transactionId: known.transactionId,
    amount: known.amount,
    operation
  }))

const decodeOrder = Schema.decodeUnknownSync(OrderRef)

/** What the merchant knows of the order: all of it, or as much as is asked for. */
export const known = (
  answer: Pick<TrueAnswer, "transactionId" | "amount">,
  what: { readonly transactionId: boolean; readonly amount: boolean } = { transactionId: true, amount: true }
): Known =>
  decodeOrder({
    merId: "30000102",
    orderId: "1509518653211",
    ...(what.transactionId ? { transactionId: answer.transactionId } : {}),
    ...(what.amount && answer.amount !== undefined ? { amount: answer.amount } : {})
  })
