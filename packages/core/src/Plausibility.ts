/**
 * The rules of disbelief (PROTOCOL.md 5): what a signature over values does not protect.
 *
 * Without breaking the signature, a party on the path can rename fields (as long as the order of the
 * values stays), merge and split neighbours at `|`, add and drop empty fields, and replay true answers.
 * An answer in which any of that may have happened is not believed; the order is asked again.
 */

import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { isWire as isAmount } from "./Amount.ts"
import type { OrderRef } from "./Order.ts"
import { knownFields, OrderQueryAnswer, type VerifiedAnswer } from "./OrderQueryAnswer.ts"
import { kindOf, type RetCodeKind } from "./RetCode.ts"
import type { Leaf } from "./StringToSign.ts"
import { isTransState, type TransState } from "./TransState.ts"

/** The rule that an answer broke. */
export const Rule = Schema.Literals([
  "SeparatorInValue",
  "WrongShape",
  "OtherOrder",
  "OtherTransaction",
  "OtherAmount",
  "TransStateElsewhere",
  "RetCodeElsewhere",
  "TransStateHidden",
  "RetMsgHidden",
  "TransactionHidden",
  "AmountHidden"
])
export type Rule = typeof Rule.Type

/** A signed answer that is not believed: the rule it broke and the field in question, never a value. */
export class Implausible extends Schema.TaggedError<Implausible>()("Implausible", {
  rule: Rule,
  field: Schema.String,
  message: Schema.String
}) {}

/** What of the order an answer is held against. */
export type Known = Pick<OrderRef, "merId" | "orderId" | "transactionId" | "amount">

const implausible = (rule: Rule, field: string, message: string) =>
  Result.fail(new Implausible({ rule, field, message: `Not believed: ${message}` }))

const decode = Schema.decodeUnknownResult(OrderQueryAnswer)

/** Codes that conclude something about the order. `9999` and `3333` don't, and are common amounts too. */
const isConclusiveCode = (text: string): boolean => {
  const kind = kindOf(text)
  return kind !== "Other" && kind !== "PlatformFault" && kind !== "SignatureRejected"
}

/** Whether the answer claims that money moved, or failed to. */
const claimsOutcome = (kind: RetCodeKind, transState: TransState | undefined): boolean =>
  kind === "RefundAccepted" || kind === "Voided" || transState === "PAYERROR" || claimsPaid(kind, transState)

const claimsPaid = (kind: RetCodeKind, transState: TransState | undefined): boolean =>
  kind === "Success" && (transState === undefined || transState === "SUCCESS")

/** Decodes a verified answer, or says which rule of disbelief it breaks. */
export const check = (verified: VerifiedAnswer, known: Known): Result.Result<OrderQueryAnswer, Implausible> =>
  Result.gen(function* () {
    const { leaves } = verified
    for (const leaf of leaves) {
      if (leaf.value.includes("|")) {
        return yield* implausible(
          "SeparatorInValue",
          leaf.path,
          `the value of "${leaf.path}" contains "|", so two values may have been merged.`
        )
      }
    }
    const answer = yield* shape(leaves)
    const unknown = leaves.filter((leaf) => !knownFields.has(leaf.path))
    yield* identity(answer, unknown, known)
    yield* displaced(answer, leaves, unknown)
    yield* hidden(answer, unknown, known)
    return answer
  })

/** Known fields have their shapes; a known name with an object in its place is the wrong shape too. */
const shape = (leaves: ReadonlyArray<Leaf>): Result.Result<OrderQueryAnswer, Implausible> => {
  const fields: Record<string, string> = {}
  for (const leaf of leaves) {
    if (leaf.path === leaf.name) {
      if (knownFields.has(leaf.name)) fields[leaf.name] = leaf.value
      continue
    }
    const outermost = leaf.path.slice(0, leaf.path.indexOf("."))
    if (knownFields.has(outermost)) {
      return implausible("WrongShape", outermost, `"${outermost}" is an object.`)
    }
  }
  const decoded = decode(fields)
  if (Result.isSuccess(decoded)) return Result.succeed(decoded.success)
  // Schema's message may quote the value, so only the name of the field is taken over. There is one: what
  // fits all of these decodes.
  const [field] = fieldShapes.find(([name, fits]) => !fits(fields[name])) as (typeof fieldShapes)[number]
  return implausible(
    "WrongShape",
    field,
    fields[field] === undefined ? `"${field}" is missing.` : `"${field}" does not have its shape.`
  )
}

/** Each known field with whether a value, or none, has its shape. */
const fieldShapes: ReadonlyArray<readonly [name: string, fits: (value: string | undefined) => boolean]> =
  Object.entries(OrderQueryAnswer.fields).map(([name, schema]) => {
    const isShaped = Schema.is(Schema.toEncoded(schema))
    return [name, (value) => (value === undefined ? name !== "retCode" : isShaped(value))]
  })

/** The answer is about this order, as far as it says. */
const identity = (
  answer: OrderQueryAnswer,
  unknown: ReadonlyArray<Leaf>,
  known: Known
): Result.Result<void, Implausible> => {
  for (const leaf of unknown) {
    if (leaf.path === "orderId" && leaf.value !== known.orderId) {
      return implausible("OtherOrder", "orderId", "the answer names another order.")
    }
    if (leaf.path === "merId" && leaf.value !== known.merId) {
      return implausible("OtherOrder", "merId", "the answer names another merchant.")
    }
  }
  if (
    known.transactionId !== undefined &&
    answer.transactionId !== undefined &&
    answer.transactionId !== known.transactionId
  ) {
    return implausible("OtherTransaction", "transactionId", "the answer's transactionId is not the order's.")
  }
  if (known.amount !== undefined && answer.amount !== undefined && answer.amount !== known.amount) {
    return implausible("OtherAmount", "amount", "the answer's amount is not the order's.")
  }
  return Result.void
}

/** A transState's word or a return code stands in another field than its own: names may have moved. */
const displaced = (
  answer: OrderQueryAnswer,
  leaves: ReadonlyArray<Leaf>,
  unknown: ReadonlyArray<Leaf>
): Result.Result<void, Implausible> => {
  for (const leaf of leaves) {
    if (leaf.path !== "transState" && isTransState(leaf.value) && leaf.value !== answer.transState) {
      return implausible(
        "TransStateElsewhere",
        leaf.path,
        `"${leaf.path}" holds a word of transState, which may have been renamed.`
      )
    }
  }
  // A code that concludes nothing by itself may be a value that stands where the true code stood: then the
  // true one is somewhere else. Amounts are let be: 9999 and 3333 fen are common prices.
  const saysNothing = !isConclusiveCode(answer.retCode)
  const suspects = saysNothing
    ? leaves.filter((leaf) => leaf.path !== "retCode")
    : [
        ...unknown.filter((leaf) => leaf.path > "retCode"),
        ...leaves.filter((leaf) => leaf.path === "retMsg" || leaf.path === "transactionId")
      ]
  for (const leaf of suspects) {
    const isCode =
      saysNothing && leaf.path !== "amount" ? kindOf(leaf.value) !== "Other" : isConclusiveCode(leaf.value)
    if (isCode && leaf.value !== answer.retCode) {
      return implausible(
        "RetCodeElsewhere",
        leaf.path,
        `"${leaf.path}" holds a return code, which may have been renamed.`
      )
    }
  }
  return Result.void
}

/** A field that the conclusion hangs on is absent, and may be there under another name. */
const hidden = (
  answer: OrderQueryAnswer,
  unknown: ReadonlyArray<Leaf>,
  known: Known
): Result.Result<void, Implausible> => {
  const kind = kindOf(answer.retCode)
  const first = unknown[0]
  if (first !== undefined && kind === "Success" && answer.transState === undefined) {
    return implausible(
      "TransStateHidden",
      "transState",
      `transState is absent and "${first.path}" is unknown: it may be the one, renamed.`
    )
  }
  if (first !== undefined && answer.retMsg === undefined) {
    return implausible(
      "RetMsgHidden",
      "retMsg",
      `retMsg is absent and "${first.path}" is unknown: it may be the one, renamed.`
    )
  }
  const concludes = kind === "Other" || claimsOutcome(kind, answer.transState)
  // An order that the platform does not know has no number; then nothing may be there that could be it.
  const mayHideTransaction = first !== undefined || /^[!-~]+$/.test(answer.retMsg ?? "")
  const lacksTransaction = known.transactionId !== undefined && answer.transactionId === undefined
  if (lacksTransaction && (claimsOutcome(kind, answer.transState) || (concludes && mayHideTransaction))) {
    return implausible(
      "TransactionHidden",
      "transactionId",
      "the answer claims an outcome but lacks the order's transactionId."
    )
  }
  // Where the amount could be: under an unknown name, as a payment number, as a platform's date, as the code.
  const mayHideAmount =
    first !== undefined ||
    isAmount(answer.paySeq ?? "") ||
    (answer.platDate === undefined && answer.platTime !== undefined)
  if (
    known.amount !== undefined &&
    answer.amount === undefined &&
    ((concludes && mayHideAmount) || (isAmount(answer.retCode) && BigInt(answer.retCode) === known.amount))
  ) {
    return implausible(
      "AmountHidden",
      "amount",
      "the answer claims payment but lacks the amount, which may have been renamed."
    )
  }
  return Result.void
}
