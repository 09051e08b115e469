/** A true answer about an order, signed, with what the merchant knows of that order and what is true of it. */
import { createPrivateKey, createPublicKey, sign } from "node:crypto"
import { readFileSync } from "node:fs"
import * as Chance from "../../../../prove/Chance.ts"
import type { Operation } from "../../src/Order.ts"
import type { Known } from "../../src/Plausibility.ts"
import { verdictOf } from "../support/DecisionTable.ts"
import { type Members, signedValues, toJson } from "../support/SignedAnswer.ts"
import * as TrueAnswer from "../support/TrueAnswer.ts"

/**
 * What the merchant knows of an order besides its own number for it. `number`: the platform's, and not always
 * the amount. `amount`: the amount alone.
 */
export type Knowledge = "both" | "number" | "amount"

/** A signed answer: its fields, their signature, and the bytes that the platform sends. */
export interface Signed {
  readonly fields: Members
  readonly signedText: string
  readonly sign: string
  readonly bytes: Buffer
  /** What the answer says, by the decision table, to whoever asked for the sake of an operation. */
  readonly says: (operation: Operation) => string
  /** In fen, where the answer names it. */
  readonly amount: bigint | undefined
  /** Whether it names the platform's number for its order. */
  readonly hasNumber: boolean
  /** That amount, and what the platform names beside it, as the price after a discount. */
  readonly prices: ReadonlyArray<bigint>
  /** Its message is one of the words of `transState`, and no `transState` stands beside it. */
  readonly hasStateAsMessage: boolean
}

export interface Case extends Signed {
  readonly answer: TrueAnswer.TrueAnswer
  readonly knowledge: Knowledge
  readonly known: Known
  /** Another true answer about the same order, of another time. */
  readonly older: Signed
  /** A true answer about another order of the same amount. */
  readonly twin: Signed
}

/** The test key that is kept with the vectors, so that the bytes of a case are the same in every run. */
const privateKey = createPrivateKey({
  key: readFileSync(new URL("../vectors/platform.key.p8", import.meta.url)),
  format: "der",
  type: "pkcs8"
})

/** The platform's key, as far as these answers go. */
export const publicKey = createPublicKey(privateKey)

/** A state that the platform never published. */
const unheardOf = "REVERSED"

const stateWords: ReadonlySet<string> = new Set(["SUCCESS", "NOTPAY", "PAYERROR"])

/** What a true answer says: by the decision table, which knows three states. */
const says =
  ({ retCode, transState }: TrueAnswer.TrueAnswer) =>
  (operation: Operation): string =>
    transState === unheardOf && retCode === "0000"
      ? "unknown: its state was never published"
      : verdictOf(retCode, transState === unheardOf ? undefined : transState, operation)

const signed = (answer: TrueAnswer.TrueAnswer): Signed => {
  const signedText = signedValues(answer.fields).join("|")
  const signature = sign("sha1", Buffer.from(signedText, "utf8"), privateKey).toString("base64")
  return {
    fields: answer.fields,
    signedText,
    sign: signature,
    bytes: Buffer.from(toJson([...answer.fields, ["sign", signature]]), "utf8"),
    says: says(answer),
    amount: answer.amount === undefined ? undefined : BigInt(answer.amount),
    hasNumber: answer.fields.some(([name]) => name === "transactionId"),
    prices: answer.fields
      .filter(([name]) => name === "amount" || name === "payAmount")
      .map(([, value]) => BigInt(String(value))),
    hasStateAsMessage:
      answer.transState === undefined &&
      answer.fields.some(([name, value]) => name === "retMsg" && stateWords.has(String(value)))
  }
}

/** The same answer with another value, or none, in a field of its own. */
const having = (
  answer: TrueAnswer.TrueAnswer,
  field: "transactionId" | "amount" | "retMsg" | "transState",
  value: string | undefined
): TrueAnswer.TrueAnswer => ({
  ...answer,
  ...(field === "retMsg" ? {} : { [field]: value }),
  fields: [
    ...answer.fields.filter(([name]) => name !== field),
    ...(value === undefined ? [] : [[field, value] as const])
  ]
})

/** Messages that could be taken for something else, or that readers may read as another text. */
const oddMessages: readonly [string, ...Array<string>] = [
  // What UTF-8 writes in the place of half a pair: signed, these read alike.
  ...(["\ufffd", "成功\ufffd", "失败\ufffd\ufffd", "\ufffd支付"] as const),
  ...(["Okay", "Closed00", "paid", "12345678", "100", "Success!", "20260131", "235959"] as const),
  ...[
    "cafe\u0301 café",
    "😀支付成功",
    "ok｜NOTPAY",
    "a\u200bb",
    '"\\/',
    "ＯＫ",
    "１００",
    "SUCCESS",
    "NOTPAY",
    "PAYERROR"
  ]
]

/** Now and then an odd message, or a state that nobody has heard of. */
const odd = (next: () => number, answer: TrueAnswer.TrueAnswer): TrueAnswer.TrueAnswer => {
  if (next() < 0.3) {
    const message = Chance.pick(next, oddMessages)
    // "Success, PAYERROR" denies itself: no platform says so of a payment.
    const deniesItself =
      message === "PAYERROR" && answer.retCode === "0000" && answer.transState === undefined
    return having(answer, "retMsg", deniesItself ? "Success!" : message)
  }
  return next() < 0.05 ? having(having(answer, "transState", unheardOf), "retMsg", "成功") : answer
}

/** Now and then the platform does not know the order, and its answer names neither a number nor an amount. */
const perhapsUnknown = (next: () => number, answer: TrueAnswer.TrueAnswer): TrueAnswer.TrueAnswer =>
  verdictOf(answer.retCode, undefined, "payment") === "Closed" && next() < 0.5
    ? (["transactionId", "amount", "transState"] as const).reduce(
        (rest, field) => having(rest, field, undefined),
        answer
      )
    : answer

/** An order with the true answers about it, and about another one, made of three that were drawn. */
export const make = (
  next: () => number,
  drawn: TrueAnswer.TrueAnswer,
  otherTime: TrueAnswer.TrueAnswer,
  otherOrder: TrueAnswer.TrueAnswer
): Case => {
  const { amount, transactionId } = drawn
  const answer = odd(next, perhapsUnknown(next, drawn))
  const older = having(having(otherTime, "transactionId", transactionId), "amount", amount)
  const twin = perhapsUnknown(next, having(otherOrder, "amount", amount))
  const knowledge = Chance.pick<Knowledge>(next, ["both", "both", "both", "number", "amount"])
  // Where no answer names the amount, the merchant may know it all the same.
  const price = amount ?? (next() < 0.5 ? String(1 + Chance.below(next, 100_000)) : undefined)
  return {
    ...signed(answer),
    ...{ answer, knowledge },
    known: TrueAnswer.known(
      { transactionId, amount: price },
      { transactionId: knowledge !== "amount", amount: knowledge !== "number" }
    ),
    older: signed(odd(next, older)),
    twin: signed(odd(next, twin))
  }
}

/** The case as a text from which it can be had again. */
export const toText = ({ answer, bytes, known, older }: Case): string =>
  JSON.stringify({
    ...{ true: bytes.toString("utf8"), older: older.bytes.toString("utf8"), operation: answer.operation },
    known: { ...known, ...(known.amount === undefined ? {} : { amount: String(known.amount) }) }
  })
