/** An order as an app without Effect gives it. */

/** What names an order, and what is known of it. A field of another name is refused. */
export interface PlainOrder {
  /** The merchant's own order number; at most 64 characters. */
  readonly orderId: string
  /** The platform's order number, where it is known. */
  readonly transactionId?: string | undefined
  /** yyyyMMdd */
  readonly orderDate?: string | undefined
  /** "WX" WeChat Pay, "AL" Alipay, "YL" UnionPay QR code. */
  readonly payType?: string | undefined
  /** In fen: a bigint, or a text of digits. Never sent; it is what the answer's amount is held against. */
  readonly amount?: bigint | string | undefined
}

/** What was asked of the platform last. */
export type PlainOperation = "payment" | "refund" | "void"

/** More about an order that is handed over. */
export interface PlainTrackOptions {
  /** When the order was made; a number is ms since the epoch. The schedule counts from here. Now, if not said. */
  readonly orderedAt?: Date | number | undefined
  /** A payment, if not said. */
  readonly operation?: PlainOperation | undefined
}

/** How a wait is ended from outside. */
export interface WaitOptions {
  /** Once aborted, the wait ends and its promise is rejected with the signal's reason. Nothing else ends. */
  readonly signal?: AbortSignal | undefined
}
