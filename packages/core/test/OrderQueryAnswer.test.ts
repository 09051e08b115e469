import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import {
  knownFields,
  OrderQueryAnswer,
  takeApart,
  type Unverified,
  type UnverifiedReason,
  type VerifiedAnswer,
  verify
} from "../src/OrderQueryAnswer.ts"
import { Verifier } from "../src/Signature.ts"
import * as Keys from "./support/Keys.ts"
import { runs } from "./support/Property.ts"
import { body, members, Raw, toJson } from "./support/SignedAnswer.ts"
import * as TrueAnswer from "./support/TrueAnswer.ts"

const keys = Keys.make()
const decode = Schema.decodeUnknownResult(OrderQueryAnswer)
const encode = Schema.encodeSync(OrderQueryAnswer)

const fields = members({ retCode: "0000", retMsg: "成功", transState: "SUCCESS", amount: "100" })
const text = "100|0000|成功|SUCCESS"

const reasonOf = (result: Result.Result<unknown, Unverified>): UnverifiedReason | "accepted" =>
  Result.isFailure(result) ? result.failure.reason : "accepted"

const withSign = (sign: Raw | string | null): string => toJson([...fields, ["sign", sign]])

const rejected: ReadonlyArray<readonly [string, UnverifiedReason, string]> = [
  ["an empty body", "NotJson", ""],
  ["an HTML page", "NotJson", "<html></html>"],
  ["a name that stands twice", "NotJson", '{"retCode":"0000","retCode":"9999","sign":"AAAA"}'],
  ["a JSON array", "NotAnObject", "[]"],
  ["a JSON string", "NotAnObject", '"0000"'],
  ["null", "NotAnObject", "null"],
  ["an array in a field", "NoSigningRule", '{"retCode":"0000","list":["a"],"sign":"AAAA"}'],
  ["no field sign", "NoSignature", toJson(fields)],
  ["a sign of null", "NoSignature", withSign(null)],
  ["a sign of no characters", "NoSignature", withSign("")],
  ["a sign that is a number", "SignatureMalformed", withSign(new Raw("1234"))],
  ["a sign that is an object", "SignatureMalformed", withSign(new Raw('{"a":"AAAA"}'))],
  ["a sign that is true", "SignatureMalformed", withSign(new Raw("true"))],
  ["a sign in the URL alphabet", "SignatureMalformed", withSign("AA-_")],
  ["a sign on two lines", "SignatureMalformed", withSign("AAAA\nAAAA")],
  ["a sign with white space", "SignatureMalformed", withSign(" AAAA")],
  ["a sign without its padding", "SignatureMalformed", withSign("AAA")],
  ["a sign of padding only", "SignatureMalformed", withSign("====")],
  ["a sign with padding inside", "SignatureMalformed", withSign("AA==AAAA")],
  ["a sign with three paddings", "SignatureMalformed", withSign("A===")],
  ["a sign with bits left over", "SignatureMalformed", withSign("AB==")]
]

describe("OrderQueryAnswer.takeApart", () => {
  it("given a signed answer, then its text, its values and its signature come out", () => {
    const message = Result.getOrThrow(takeApart(body(keys, fields)))
    assert.strictEqual(message.text, text)
    assert.deepStrictEqual(
      message.leaves.map((leaf) => leaf.path),
      ["amount", "retCode", "retMsg", "transState"]
    )
    assert.strictEqual(Buffer.from(message.signature).toString("base64"), keys.sign(text))
  })

  it("given an array in the field of the signature, then it is refused", () => {
    assert.strictEqual(reasonOf(takeApart(withSign(new Raw("[]")))), "SignatureMalformed")
  })

  it.each(rejected)("given %s, then it is refused as %s", (_, reason, answer) => {
    assert.strictEqual(reasonOf(takeApart(answer)), reason)
  })
})

describe("OrderQueryAnswer.verify", () => {
  it("given a true answer, then it is verified and keeps its values in signing order", () => {
    const answer = Result.getOrThrow(keys.verifying(verify(body(keys, fields))))
    assert.deepStrictEqual(
      answer.leaves.map((leaf) => `${leaf.path}=${leaf.value}`),
      ["amount=100", "retCode=0000", "retMsg=成功", "transState=SUCCESS"]
    )
  })

  it("given a JSON number instead of a text, then the same signature fits", () => {
    const answer = toJson([
      ...members({ retCode: "0000", amount: new Raw("100") }),
      ["sign", keys.sign("100|0000")]
    ])
    assert.strictEqual(reasonOf(keys.verifying(verify(answer))), "accepted")
  })

  it("given the signature in another field, then it is looked for there", () => {
    const answer = toJson([...fields, ["signature", keys.sign(text)]])
    assert.strictEqual(reasonOf(keys.verifying(verify(answer, "signature"))), "accepted")
    assert.strictEqual(reasonOf(keys.verifying(verify(answer))), "NoSignature")
  })

  it("given another key's signature, then it is refused as SignatureWrong", () => {
    assert.strictEqual(reasonOf(Keys.make().verifying(verify(body(keys, fields)))), "SignatureWrong")
  })

  it("given another answer's signature, then it is refused as SignatureWrong", () => {
    assert.strictEqual(
      reasonOf(keys.verifying(verify(withSign(keys.sign("100|9999|成功|SUCCESS"))))),
      "SignatureWrong"
    )
  })

  it.each(rejected)("given %s, then it is refused as %s before any key is used", (_, reason, answer) => {
    const unused = Verifier.of({ verify: () => Effect.die("The verifier was asked.") })
    const result = Effect.runSync(Effect.result(Effect.provideService(verify(answer), Verifier, unused)))
    assert.strictEqual(reasonOf(result), reason)
  })

  it("given a refused answer, then the error quotes no value of it", () => {
    const secret = toJson([...members({ retCode: "0000", note: "secret" }), ["sign", keys.sign("other")]])
    const result = keys.verifying(verify(secret))
    assert.isTrue(Result.isFailure(result))
    assert.notInclude(JSON.stringify(result), "secret")
  })

  it("given a look-alike, then it has not the type of a verified answer", () => {
    // @ts-expect-error a plain object lacks the private field of the class that only verify can make
    const lookAlike: VerifiedAnswer = { leaves: [] }
    assert.deepStrictEqual(lookAlike.leaves, [])
  })

  it("property: every true answer is verified, and under another key none is", () => {
    const others = Keys.make()
    fc.assert(
      fc.property(TrueAnswer.arbitrary, (answer) => {
        const signed = body(keys, answer.fields)
        assert.strictEqual(reasonOf(keys.verifying(verify(signed))), "accepted")
        assert.strictEqual(reasonOf(others.verifying(verify(signed))), "SignatureWrong")
      }),
      runs(200)
    )
  })
})

describe("OrderQueryAnswer schema", () => {
  it("knows the specification's fields and no other", () => {
    assert.deepStrictEqual(
      [...knownFields].sort(),
      [
        "amount",
        "payType",
        "paySeq",
        "platDate",
        "platTime",
        "retCode",
        "retMsg",
        "transState",
        "transactionId"
      ].sort()
    )
  })

  it.each([
    ["retCode", "000"],
    ["retCode", ""],
    ["platDate", "20230229"],
    ["platDate", "2023-01-01"],
    ["platTime", "240000"],
    ["paySeq", "1 2"],
    ["paySeq", "x".repeat(65)],
    ["paySeq", "流水"],
    ["transactionId", "x".repeat(33)],
    ["transactionId", "a\tb"],
    ["transState", "success"],
    ["amount", "1.00"],
    ["payType", "W1"],
    ["payType", "x".repeat(17)]
  ])("given a %s of %j, then it is refused and the message names the field", (field, value) => {
    const result = decode({ retCode: "0000", [field]: value })
    assert.isTrue(Result.isFailure(result))
    assert.include(String(Result.isFailure(result) && result.failure), `"${field}"`)
  })

  it.each([
    ["paySeq", "x".repeat(64)],
    ["transactionId", "x".repeat(32)],
    ["payType", "x".repeat(16)],
    ["platTime", "235959"],
    ["retMsg", "任何 text!"]
  ])("given a %s of %j, then it is read", (field, value) => {
    assert.isTrue(Result.isSuccess(decode({ retCode: "0000", [field]: value })))
  })

  it("given no retCode, then it is refused", () => {
    assert.isTrue(Result.isFailure(decode({ retMsg: "成功" })))
  })

  it("property: encoding undoes decoding but for the padding of the amount", () => {
    fc.assert(
      fc.property(TrueAnswer.arbitrary, (answer) => {
        const wire = Object.fromEntries(answer.fields.filter(([name]) => knownFields.has(name)))
        const decoded = Result.getOrThrow(decode(wire))
        const amount = answer.amount === undefined ? {} : { amount: BigInt(answer.amount).toString() }
        assert.deepStrictEqual<unknown>(encode(decoded), { ...wire, ...amount })
        assert.deepStrictEqual(decode(encode(decoded)), Result.succeed(decoded))
      }),
      runs(300)
    )
  })
})
