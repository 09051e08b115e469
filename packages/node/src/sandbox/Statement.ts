/**
 * What the sandbox, as the platform, says of an order: the rows of PROTOCOL.md 3 and 6, each by its name.
 *
 * How a statement is spoilt or lost on the way is left to `Answer`; the other fields of an answer are
 * left to `AnswerFields`.
 */
import { RetCode, Text, TransState } from "@umf-order-sync/core"
import * as Schema from "effect/Schema"

const retCode = Schema.String.check(
  Schema.makeFilter<string>((code) => RetCode.isWire(code) || "must be 4 or 8 letters or digits")
)

const unlisted = retCode.check(
  Schema.makeFilter<string>(
    (code) =>
      RetCode.kindOf(code) === "Other" || "must be a code that the platform never listed, like 00080520"
  )
)

const text = Schema.String.check(
  Schema.makeFilter<string>(
    (value) => Text.isWellFormed(value) || "must not contain a lone surrogate, which has no UTF-8 form"
  )
)

const fieldName = Schema.String.check(Schema.isPattern(/^[A-Za-z][A-Za-z0-9_]{0,31}$/))

/** What is said, by the verdict that it leads to. */
export const Statement = Schema.TaggedUnion({
  /** 01000000, 02000000 or 03000000: query again. With `transState` NOTPAY where that is given. */
  Paying: {
    retCode: Schema.optionalKey(Schema.Literals(["01000000", "02000000", "03000000"])),
    transState: Schema.optionalKey(Schema.Literal("NOTPAY"))
  },
  /** 0000 with NOTPAY. */
  NotPay: {},
  /** 0000 with SUCCESS. */
  Paid: {},
  /** 0000 and no transState, which means paid too. */
  PaidWithoutState: {},
  /** 0000 with PAYERROR: the bank said no. */
  PayError: {},
  /** A code that the platform never listed: not being paid, so the order is closed. */
  Closed: { retCode: Schema.optionalKey(unlisted) },
  /** 88881220. */
  RefundAccepted: {},
  /** 88881137. */
  Voided: {},
  /** 9999: says nothing about the order. */
  PlatformFault: {},
  /** 01000000 with SUCCESS: code and state deny each other. */
  Contradictory: {},
  /** 3333, whatever the request's signature. */
  SignatureRejected: {},
  /** Any code and state, and fields that the platform may add one day (numbers stay numbers in the JSON). */
  Custom: {
    retCode,
    retMsg: Schema.optionalKey(text),
    transState: Schema.optionalKey(TransState.TransState),
    fields: Schema.optionalKey(Schema.Record(fieldName, Schema.Union([text, Schema.Finite])))
  }
})
export type Statement = typeof Statement.Type

/** The part of an answer that a statement decides. */
export interface Wording {
  readonly retCode: string
  readonly retMsg: string
  readonly transState?: TransState.TransState
  readonly fields?: { readonly [name: string]: string | number }
}

/** A statement in the platform's words. */
export const wording = (statement: Statement): Wording => {
  switch (statement._tag) {
    case "Paying": {
      const words = { retCode: statement.retCode ?? "01000000", retMsg: "交易处理中" }
      return statement.transState === undefined ? words : { ...words, transState: statement.transState }
    }
    case "NotPay":
      return { retCode: "0000", retMsg: "ok", transState: "NOTPAY" }
    case "Paid":
      return { retCode: "0000", retMsg: "交易成功", transState: "SUCCESS" }
    case "PaidWithoutState":
      return { retCode: "0000", retMsg: "交易成功" }
    case "PayError":
      return { retCode: "0000", retMsg: "ok", transState: "PAYERROR" }
    case "Closed":
      return { retCode: statement.retCode ?? "00080520", retMsg: "订单已关闭" }
    case "RefundAccepted":
      return { retCode: "88881220", retMsg: "退款受理成功" }
    case "Voided":
      return { retCode: "88881137", retMsg: "撤销成功" }
    case "PlatformFault":
      return { retCode: "9999", retMsg: "系统异常" }
    case "Contradictory":
      return { retCode: "01000000", retMsg: "交易处理中", transState: "SUCCESS" }
    case "SignatureRejected":
      return { retCode: "3333", retMsg: "验签失败" }
    case "Custom": {
      const { _tag, retMsg = "ok", ...words } = statement
      return { ...words, retMsg }
    }
  }
}

/** Whether the answer carries the number of a payment that was made (`paySeq`). */
export const hasPayment = ({ retCode, transState }: Wording): boolean => {
  const kind = RetCode.kindOf(retCode)
  if (kind === "RefundAccepted" || kind === "Voided") return true
  return kind === "Success" && (transState === undefined || transState === "SUCCESS")
}
