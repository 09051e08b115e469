/** The fields of the platform's common answers, to be signed by `signAnswer`. Spread them to say something else. */
import { Amount } from "@umf-order-sync/core"
import * as AnswerFields from "../sandbox/AnswerFields.ts"
import type { Statement } from "../sandbox/Statement.ts"

/** Fields of an answer. Numbers stay numbers in the JSON. */
export interface PlainAnswerFields {
  readonly [name: string]: string | number
}

/** What an answer is about. */
export interface AnswerAbout {
  /** The platform's numbers are made from it where they are not given. "order-1" if not said. */
  readonly orderId?: string | undefined
  readonly transactionId?: string | undefined
  /** In fen: a bigint, or a text of digits. 8888 if not said. */
  readonly amount?: bigint | string | undefined
  /** WX if not said. */
  readonly payType?: "WX" | "AL" | "YL" | undefined
  /** When the platform answers: `platDate` and `platTime`, in Beijing. Now, if not said. */
  readonly at?: Date | undefined
}

const of =
  (statement: Statement) =>
  (about: AnswerAbout = {}): PlainAnswerFields => {
    const { orderId = "order-1", transactionId, amount = 8888n, payType = "WX", at = new Date() } = about
    return {
      ...AnswerFields.ofOrder(
        statement,
        { orderId, amount: Amount.Amount.make(BigInt(amount)), payType },
        at.getTime()
      ),
      ...(transactionId === undefined ? {} : { transactionId })
    }
  }

/** Answers by what they say of an order. */
export const answers: {
  /** 0000 with SUCCESS. After a refund or a void request: that failed. */
  readonly paid: (about?: AnswerAbout) => PlainAnswerFields
  /** 0000 without transState, which means paid too. */
  readonly paidWithoutState: (about?: AnswerAbout) => PlainAnswerFields
  /** 0000 with NOTPAY: not paid yet. */
  readonly notPay: (about?: AnswerAbout) => PlainAnswerFields
  /** 01000000: being paid. */
  readonly paying: (about?: AnswerAbout) => PlainAnswerFields
  /** 0000 with PAYERROR: the bank said no. */
  readonly payError: (about?: AnswerAbout) => PlainAnswerFields
  /** 00080520, a code that the platform never listed: closed, once two such answers say so. */
  readonly closed: (about?: AnswerAbout) => PlainAnswerFields
  /** 88881220. */
  readonly refundAccepted: (about?: AnswerAbout) => PlainAnswerFields
  /** 88881137. */
  readonly voided: (about?: AnswerAbout) => PlainAnswerFields
  /** 9999: says nothing about the order. */
  readonly platformFault: (about?: AnswerAbout) => PlainAnswerFields
  /** 01000000 with SUCCESS: code and state deny each other. */
  readonly contradictory: (about?: AnswerAbout) => PlainAnswerFields
  /** 3333: the platform could not verify the request. */
  readonly signatureRejected: (about?: AnswerAbout) => PlainAnswerFields
} = {
  paid: of({ _tag: "Paid" }),
  paidWithoutState: of({ _tag: "PaidWithoutState" }),
  notPay: of({ _tag: "NotPay" }),
  paying: of({ _tag: "Paying" }),
  payError: of({ _tag: "PayError" }),
  closed: of({ _tag: "Closed" }),
  refundAccepted: of({ _tag: "RefundAccepted" }),
  voided: of({ _tag: "Voided" }),
  platformFault: of({ _tag: "PlatformFault" }),
  contradictory: of({ _tag: "Contradictory" }),
  signatureRejected: of({ _tag: "SignatureRejected" })
}
