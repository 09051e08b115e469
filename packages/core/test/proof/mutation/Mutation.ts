/**
 * One thing that may happen to an answer on its way. Those on its fields come first, then the fields are
 * written down, and what was written may be changed as bytes.
 */
import * as Chance from "../../../../../prove/Chance.ts"
import type { Members, Value } from "../../support/SignedAnswer.ts"
import type { Signed } from "../Case.ts"

export type Next = () => number

/** True answers that whoever is on the path has seen. */
export interface Seen {
  /** An answer about the same order, of another time. */
  readonly older: Signed
  /** An answer about another order. */
  readonly other: Signed
}

interface Named {
  readonly name: string
  /** How often it is drawn, against the others. */
  readonly weight: number
}

/** A change of the fields, the signature among them. */
export interface OfFields extends Named {
  readonly on: "fields"
  readonly apply: (next: Next, fields: Members, seen: Seen) => Members
}

/** Another way to write the same fields down: changes nothing that is signed or said. */
export interface OfSpelling extends Named {
  readonly on: "spelling"
  readonly apply: (next: Next, fields: Members) => string
}

/** A change of the text. */
export interface OfText extends Named {
  readonly on: "text"
  readonly apply: (next: Next, text: string) => string
}

/** A change of the bytes. */
export interface OfBytes extends Named {
  readonly on: "bytes"
  readonly apply: (next: Next, bytes: Buffer, seen: Seen) => Buffer
}

export type Mutation = OfFields | OfSpelling | OfText | OfBytes

export const onFields = (name: string, weight: number, apply: OfFields["apply"]): OfFields => ({
  ...{ on: "fields", name, weight, apply }
})
export const onText = (name: string, weight: number, apply: OfText["apply"]): OfText => ({
  ...{ on: "text", name, weight, apply }
})
export const onBytes = (name: string, weight: number, apply: OfBytes["apply"]): OfBytes => ({
  ...{ on: "bytes", name, weight, apply }
})

/** The fields of an answer, and its signature. */
export const fieldsOf = ({ fields, sign }: Signed): Members => [...fields, ["sign", sign]]

/** Replaces one field, drawn at random, by others. */
export const replacedOne = (
  next: Next,
  fields: Members,
  by: (name: string, value: Value) => Members
): Members => {
  const at = Chance.below(next, fields.length)
  return fields.flatMap((field, index) => (index === at ? by(field[0], field[1]) : [field]))
}

/** Puts a piece into a text, anywhere. */
export const inserted = (next: Next, text: string, piece: string): string => {
  const at = Chance.below(next, text.length + 1)
  return text.slice(0, at) + piece + text.slice(at)
}

/** Changes a slice of the bytes, mostly a short one. */
export const sliced = (next: Next, bytes: Buffer, by: (slice: Buffer) => Buffer): Buffer => {
  const from = Chance.below(next, bytes.length)
  const to = Math.min(bytes.length, from + 1 + Chance.below(next, next() < 0.5 ? 4 : 60))
  return Buffer.concat([bytes.subarray(0, from), by(bytes.subarray(from, to)), bytes.subarray(to)])
}

/** A text in which every character that may be escaped in JSON may be, at random, as `\uXXXX`. */
export const escaped = (next: Next, text: string, share: number): string =>
  `"${[...text]
    .map((character) =>
      /["\\]|[^\P{Cc}]|\p{Surrogate}/u.test(character) || next() < share
        ? [...Array(character.length).keys()]
            .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
            .join("")
        : character
    )
    .join("")}"`

/** Values that would mean something else about an order. */
export const dangerousValues: readonly [string, ...Array<string>] = [
  ...(["0000", "01000000", "88881220", "88881137", "9999", "3333", "00080520", "0001"] as const),
  ...[
    "SUCCESS",
    "NOTPAY",
    "PAYERROR",
    "success",
    "CLOSED",
    "1",
    "0",
    "",
    "|",
    "a|SUCCESS",
    " SUCCESS",
    "null"
  ]
]

/** Names that mean something, here or on a sibling page of the platform. */
export const knownNames: readonly [string, ...Array<string>] = [
  ...(["retCode", "transState", "amount", "transactionId", "retMsg", "sign"] as const),
  ...["platDate", "platTime", "paySeq", "payType", "orderId", "merId", "payAmount", "mer_id"]
]

/** Names that a careless reader takes for others, or for something of the language's own. */
export const oddNames: readonly [string, ...Array<string>] = [
  ...(["__proto__", "constructor", "toString", "hasOwnProperty", "prototype", "", " ", "\u0000"] as const),
  ...[
    "retCode ",
    " retCode",
    "RETCODE",
    "retcode",
    "r\u0435tCode",
    "retCode\u200b",
    "transState.x",
    "sign.x"
  ],
  ...["\u202eedoCter", "ｒｅｔＣｏｄｅ", "retCode\u0000", "trans\u0053tate", ".retCode", "length", "0"]
]
