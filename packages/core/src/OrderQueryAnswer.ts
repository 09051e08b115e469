/**
 * The answer of `POST …/pay/orderquery`: its fields (PROTOCOL.md 3), and the one place where an answer
 * becomes a `VerifiedAnswer`, because its signature was checked here.
 *
 * Verified means: the values are the platform's. It does not mean that the names, the order in
 * question or the time are (PROTOCOL.md 5); that is for `Plausibility`, on the way to a verdict.
 */
import * as Effect from "effect/Effect"
import * as Base64 from "effect/encoding/Base64"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Amount from "./Amount.ts"
import { isDate, isTime } from "./CalendarDate.ts"
import { type JsonObject, parse } from "./LosslessJson.ts"
import { TransactionId } from "./Order.ts"
import { RetCode } from "./RetCode.ts"
import { Verifier } from "./Signature.ts"
import * as StringToSign from "./StringToSign.ts"
import { TransState } from "./TransState.ts"

const shaped = (isShaped: (text: string) => boolean, expected: string): Schema.String =>
  Schema.String.check(Schema.makeFilter<string>((text) => isShaped(text) || expected))

const isToken = (maxLength: number) => (text: string) => text.length <= maxLength && /^[!-~]+$/.test(text)

/** The known fields of an answer, each in its shape. A field without a value is absent. */
export const OrderQueryAnswer = Schema.Struct({
  retCode: RetCode,
  retMsg: Schema.optionalKey(Schema.String),
  platDate: Schema.optionalKey(shaped(isDate, "must be a date that exists, as yyyyMMdd")),
  platTime: Schema.optionalKey(shaped(isTime, "must be a time of day, as HHmmss")),
  paySeq: Schema.optionalKey(shaped(isToken(64), "must be at most 64 printable ASCII characters")),
  transactionId: Schema.optionalKey(TransactionId),
  transState: Schema.optionalKey(TransState),
  amount: Schema.optionalKey(Amount.FromWire),
  payType: Schema.optionalKey(shaped((text) => /^[A-Za-z]{1,16}$/.test(text), "must be letters, such as WX"))
})
export type OrderQueryAnswer = typeof OrderQueryAnswer.Type

/** Names of the known fields. */
export const knownFields: ReadonlySet<string> = new Set(Object.keys(OrderQueryAnswer.fields))

/** Why an answer is not the platform's, or can't be known to be. */
export const UnverifiedReason = Schema.Literals([
  "NotJson",
  "NotAnObject",
  "NoSigningRule",
  "NoSignature",
  "SignatureMalformed",
  "SignatureWrong"
])
export type UnverifiedReason = typeof UnverifiedReason.Type

/** An answer that was not believed because its signature could not be checked or did not fit. */
export class Unverified extends Schema.TaggedError<Unverified>()("Unverified", {
  reason: UnverifiedReason,
  /** What is wrong, and where. Carries no value of the answer. */
  message: Schema.String
}) {}

/** The signature was checked; can be made by `verify` only. */
class Verified {
  readonly #leaves: ReadonlyArray<StringToSign.Leaf>
  constructor(leaves: ReadonlyArray<StringToSign.Leaf>) {
    this.#leaves = leaves
  }
  /** Every non-empty value of the answer but its signature, in signing order. */
  get leaves(): ReadonlyArray<StringToSign.Leaf> {
    return this.#leaves
  }
}

/**
 * An answer whose signature was checked. The class behind it is not exported, and its private field
 * keeps look-alikes out: what holds one of these holds the platform's word.
 */
export type VerifiedAnswer = Verified

/** A signed message taken apart: what is signed, and the signature's text as it stands in the message. */
export interface SignedMessage {
  readonly text: string
  readonly leaves: ReadonlyArray<StringToSign.Leaf>
  readonly signature: Uint8Array
}

const unverified = (reason: UnverifiedReason, message: string) => new Unverified({ reason, message })

const parseObject = (body: string): Result.Result<JsonObject, Unverified> =>
  Result.flatMap(
    Result.mapError(parse(body), (error) =>
      unverified("NotJson", `The answer is not strict JSON: ${error.message}`)
    ),
    (json) =>
      json._tag === "Object"
        ? Result.succeed(json)
        : Result.fail(unverified("NotAnObject", "The answer is JSON, but not an object."))
  )

/**
 * The bytes of a signature written as base64: padded, standard alphabet, on one line, and in the one
 * form that an encoder would write, so that no second spelling of a signature is accepted.
 */
const signatureBytes = (text: string): Result.Result<Uint8Array, Unverified> => {
  const malformed = () =>
    unverified("SignatureMalformed", "The signature is not base64 on one line (padded, standard alphabet).")
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return Result.fail(malformed())
  return Result.flatMap(Result.mapError(Base64.decode(text), malformed), (bytes) =>
    Base64.encode(bytes) === text ? Result.succeed(bytes) : Result.fail(malformed())
  )
}

/** Takes a signed message apart without judging it: its string to sign and its signature. */
export const takeApart = (body: string, signField = "sign"): Result.Result<SignedMessage, Unverified> =>
  Result.gen(function* () {
    const object = yield* parseObject(body)
    const leaves = yield* Result.mapError(StringToSign.leaves(object, signField), (error) =>
      unverified("NoSigningRule", error.message)
    )
    const sign = object.members.get(signField)
    if (sign === undefined || sign._tag === "Null" || (sign._tag === "String" && sign.value === "")) {
      return yield* Result.fail(
        unverified("NoSignature", `The answer has no signature in its field "${signField}".`)
      )
    }
    if (sign._tag !== "String") {
      return yield* Result.fail(unverified("SignatureMalformed", `The field "${signField}" is not a string.`))
    }
    const signature = yield* signatureBytes(sign.value)
    return { text: StringToSign.answerText(leaves), leaves, signature }
  })

/** Reads the text of an answer and checks its signature: the only way to a `VerifiedAnswer`. */
export const verify = (
  body: string,
  signField = "sign"
): Effect.Effect<VerifiedAnswer, Unverified, Verifier> =>
  Effect.gen(function* () {
    const message = yield* Effect.fromResult(takeApart(body, signField))
    const verifier = yield* Verifier
    if (!(yield* verifier.verify(message.text, message.signature))) {
      return yield* unverified(
        "SignatureWrong",
        "The signature does not fit the answer: another key signed it, or it was changed on the way."
      )
    }
    return new Verified(message.leaves)
  })
