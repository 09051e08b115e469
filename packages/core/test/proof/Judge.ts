/**
 * Says whether a conclusion may be drawn from the bytes that arrived: by another reader than the one under
 * test, and by what was truly signed.
 */
import type { Conclusion } from "../../src/Verdict.ts"
import type { Case, Signed } from "./Case.ts"
import * as Reading from "./Reading.ts"

const saysNothing: ReadonlySet<string> = new Set(["PlatformFault", "SignatureRejected"])
const moneyMoved: ReadonlySet<string> = new Set([
  ...["Paid", "RefundAccepted", "RefundFailed", "Voided", "VoidFailed"]
])
/** What another order's answer may be believed as: as nothing, or that this order is undecided. */
const undecided: ReadonlySet<string> = new Set([...saysNothing, "Paying", "Contradictory"])

/**
 * What was believed; or why it should not have been.
 *
 * - `true`: the true answer; `older`: the older one of the same order; each with its own verdict.
 * - `nothing`: one of these as a fault of the platform, which says nothing.
 * - `asState`: one of these, whose message is itself a state's word, as that state.
 * - `undecided`: another order's, as undecided.
 * - `alike`: another order's, where nothing that is known tells the two apart.
 */
export type Judgement =
  | { readonly right: "true" | "older" | "nothing" | "asState" | "undecided" | "alike" }
  | { readonly wrong: string }

/**
 * A price of 10,000, 20,000 or 30,000 yuan, padded with zeros, reads as a code for "being paid". Under that name
 * it concludes nothing, and holds the order up: as whoever can rename it could by holding back all answers.
 */
const isPriceAsCode = (verdict: string, retCode: string, { prices }: Signed): boolean =>
  verdict === "Paying" && /^0[123]000000$/.test(retCode) && prices.includes(BigInt(retCode))

/**
 * A message that is itself a word of `transState`, in an answer without one, can be given that name. The true
 * answer is not believed either; renamed, it says no more than that no money moved, or nothing.
 */
const isMessageAsState = (verdict: string, truth: string, { hasStateAsMessage }: Signed): boolean =>
  hasStateAsMessage && (undecided.has(verdict) || (verdict === "PayFailed" && truth === "Closed"))

const ofOther = (verdict: string, { answer, known, knowledge }: Case, other: Signed): Judgement => {
  if (undecided.has(verdict)) return { right: "undecided" }
  // Of an order that the platform does not know, there is no number that could be held against this one's.
  if (!other.hasNumber && verdict === "Closed" && other.says(answer.operation) === "Closed")
    return { right: "alike" }
  if (knowledge !== "amount") return { wrong: "it is another order's answer" }
  // By its amount alone an order can't be told from another one of the same amount: see docs/threat-model.
  const isAlike =
    known.amount === undefined || other.amount === undefined || other.prices.includes(known.amount)
  const truth = other.says(answer.operation)
  if (isAlike && (verdict === truth || !moneyMoved.has(verdict))) return { right: "alike" }
  return { wrong: isAlike ? `the truth is ${truth}` : "it is the answer of an order of another amount" }
}

export const judge = (
  { verdict, answer }: Conclusion,
  bytes: Buffer,
  subject: Case,
  other: Signed
): Judgement => {
  const reading = Reading.of(bytes.toString("utf8"))
  if (reading === undefined) return { wrong: "another reader sees no JSON object" }
  if (reading.isAmbiguous) return { wrong: "a name stands twice" }
  const source = [subject, subject.older, other].find(
    ({ sign, signedText }) => sign === reading.sign && signedText === reading.signedText
  )
  if (source === undefined) return { wrong: "another reader sees a text that was never signed" }
  const { amount, transactionId } = subject.known
  if (
    transactionId !== undefined &&
    answer.transactionId !== undefined &&
    answer.transactionId !== transactionId
  )
    return { wrong: "its transactionId is not the order's" }
  if (amount !== undefined && answer.amount !== undefined && answer.amount !== amount)
    return { wrong: "its amount is not the order's" }
  if (source === other) return ofOther(verdict, subject, other)
  const truth = source.says(subject.answer.operation)
  if (verdict === truth) return { right: source === subject ? "true" : "older" }
  if (saysNothing.has(verdict) || isPriceAsCode(verdict, answer.retCode, source)) return { right: "nothing" }
  if (isMessageAsState(verdict, truth, source)) return { right: "asState" }
  return { wrong: `the truth is ${truth}` }
}
