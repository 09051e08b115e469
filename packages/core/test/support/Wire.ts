/** Generators of requests and orders as they stand on the wire. */
import * as fc from "fast-check"

const text = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .string({
      unit: fc.constantFrom(..."abcXYZ0123456789-_./: ", "订", "单", "\u{1f600}", "\u3000"),
      minLength: 1,
      maxLength
    })
    .map((raw) => raw.trim().slice(0, maxLength))
    .filter((cut) => cut.length > 0 && cut === cut.trim() && !/\p{Surrogate}/u.test(cut))

export interface WireRequest {
  readonly merId: string
  readonly orderId: string
  readonly transactionId?: string
  readonly orderDate?: string
  readonly payType?: "WX" | "AL" | "YL"
}

export interface WireOrder extends WireRequest {
  readonly amount?: string
}

const requestFields = {
  merId: text(8),
  orderId: text(64),
  transactionId: text(32),
  orderDate: fc.constantFrom("20171101", "20240229", "20251231"),
  payType: fc.constantFrom("WX" as const, "AL" as const, "YL" as const)
}

export const request: fc.Arbitrary<WireRequest> = fc.record(requestFields, {
  requiredKeys: ["merId", "orderId"]
})

export const orderRef: fc.Arbitrary<WireOrder> = fc.record(
  { ...requestFields, amount: fc.stringMatching(/^[0-9]{1,18}$/) },
  { requiredKeys: ["merId", "orderId"] }
)
