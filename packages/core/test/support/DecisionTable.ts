/** PROTOCOL.md 6, written down a second time, so that the code under test is not its own judge. */
import type { Operation } from "../../src/Order.ts"

const stillPaid: Readonly<Record<Operation, string>> = {
  payment: "Paid",
  refund: "RefundFailed",
  void: "VoidFailed"
}

export const verdictOf = (retCode: string, transState: string | undefined, operation: Operation): string => {
  switch (retCode) {
    case "0000":
      if (transState === "NOTPAY") return "Paying"
      return transState === "PAYERROR" ? "PayFailed" : stillPaid[operation]
    case "01000000":
    case "02000000":
    case "03000000":
      return transState === undefined || transState === "NOTPAY" ? "Paying" : "Contradictory"
    case "88881220":
      return "RefundAccepted"
    case "88881137":
      return "Voided"
    case "9999":
      return "PlatformFault"
    case "3333":
      return "SignatureRejected"
    default:
      if (transState === "PAYERROR") return "PayFailed"
      return transState === "SUCCESS" ? "Contradictory" : "Closed"
  }
}
