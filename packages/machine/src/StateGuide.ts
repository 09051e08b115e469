/**
 * What each state means to a merchant, and what to do about it: one text for the pictures, the inspector
 * and the documents, in English and Chinese.
 */
import type { ResultState, Tag } from "./OrderSnapshot.ts"

export type Language = "en" | "zh"
export type Words = Readonly<Record<Language, string>>

export interface StateGuide {
  /** A few words, as they stand in the pictures. */
  readonly meaning: Words
  /** What whoever looks after the order should do. */
  readonly todo: Words
}

const nothing: Words = {
  en: "Nothing: it is asked until it has a result. Don't deliver, and don't let it be paid again elsewhere.",
  zh: "无需操作：会一直查询到有结果。此前不要发货，也不要让顾客用别的方式重复支付。"
}
const noNewRequest: Words = {
  en: "Nothing: it is asked on. Don't send the request again meanwhile.",
  zh: "无需操作：会继续查询。此间不要重复提交申请。"
}

/** By state of the result. */
export const states: Readonly<Record<ResultState, StateGuide>> = {
  open: { meaning: { en: "not decided yet", zh: "尚无结果" }, todo: nothing },
  closingSuspected: {
    meaning: { en: "one answer says closed", zh: "一次应答称已关闭" },
    todo: {
      en: "Nothing: a second such answer, 30 s later, closes it. Until then it may still be paid.",
      zh: "无需操作：30 秒后再有一次同样的应答才算关闭，此前仍可能支付成功。"
    }
  },
  closed: {
    meaning: { en: "closed, unpaid", zh: "已关闭，未支付" },
    todo: {
      en: "Release the goods; a new payment needs a new order number. Money that still comes is told as late.",
      zh: "可释放库存；再次收款须用新的订单号。若之后仍到账，会作为“迟到的支付”通知。"
    }
  },
  payFailed: {
    meaning: { en: "the payment failed", zh: "支付失败" },
    todo: {
      en: "Ask the customer to pay again, with a new order number. Money that still comes is told as late.",
      zh: "请顾客用新的订单号重新支付。若之后仍到账，会作为“迟到的支付”通知。"
    }
  },
  paid: {
    meaning: { en: "the money was taken", zh: "已支付" },
    todo: {
      en: "Deliver. Where the payment is marked late, deliver or refund: somebody has to decide.",
      zh: "发货。若标记为“迟到的支付”，须由人决定发货还是退款。"
    }
  },
  refunding: { meaning: { en: "refund asked for", zh: "退款中" }, todo: noNewRequest },
  refundFailureSuspected: {
    meaning: { en: "one answer says still paid", zh: "一次应答称仍已支付" },
    todo: noNewRequest
  },
  refundFailed: {
    meaning: { en: "still paid", zh: "退款失败，仍已支付" },
    todo: {
      en: "Find out why at the platform. Ask for the refund again only by a person's decision: the first may have been overtaken on its way.",
      zh: "先向平台查明原因。是否再次申请退款须由人决定：前一次申请可能只是延迟。"
    }
  },
  refunded: {
    meaning: { en: "refund accepted", zh: "退款已受理" },
    todo: {
      en: "Tell the customer that the refund was accepted. When the money arrives is the bank's business.",
      zh: "告知顾客退款已受理。何时到账取决于银行。"
    }
  },
  voiding: { meaning: { en: "void asked for", zh: "撤销中" }, todo: noNewRequest },
  voidFailureSuspected: {
    meaning: { en: "one answer says still paid", zh: "一次应答称仍已支付" },
    todo: noNewRequest
  },
  voidFailed: {
    meaning: { en: "still paid", zh: "撤销失败，仍已支付" },
    todo: {
      en: "Find out why at the platform; a person decides whether to void again, or to refund.",
      zh: "先向平台查明原因；由人决定再次撤销还是退款。"
    }
  },
  voided: {
    meaning: { en: "the order was voided", zh: "已撤销" },
    todo: { en: "Nothing: the money was not kept.", zh: "无需操作：款项未被收取。" }
  },
  unresolved: {
    meaning: { en: "a person is needed", zh: "需要人工处理" },
    todo: {
      en: "Look the order up at the platform or in its daily file. It is neither paid nor failed. Then resume it, so that it is asked again.",
      zh: "在平台商户后台或对账文件中核实。它既不算已支付，也不算失败。核实后恢复查询。"
    }
  },
  rejected: {
    meaning: { en: "our signature was refused", zh: "签名被平台拒绝" },
    todo: {
      en: "Check the merchant number and the private key with the platform, mend them, then resume the order.",
      zh: "与平台核对商户号和私钥，改正后恢复查询。"
    }
  }
}

/** By tag: what kind of state it is. */
export const tags: Readonly<Record<Tag, Words>> = {
  polling: { en: "polling: asked until it has a result", zh: "查询中：一直查询到有结果" },
  settled: { en: "settled: it has one, and the merchant is told", zh: "有结果：并告知商户" },
  attention: {
    en: "attention: a person is needed; it can be asked again",
    zh: "需人工：可再次查询"
  }
}
