import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto"
import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { takeApart } from "../src/OrderQueryAnswer.ts"
import { OrderQueryRequest, signedBody, stringToSign } from "../src/OrderQueryRequest.ts"
import * as Keys from "./support/Keys.ts"
import { conclude, outcome } from "./support/SignedAnswer.ts"
import * as TrueAnswer from "./support/TrueAnswer.ts"

const Vectors = Schema.Struct({
  note: Schema.String,
  requests: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      fields: OrderQueryRequest,
      text: Schema.String,
      sign: Schema.String
    })
  ),
  answers: Schema.Array(Schema.Struct({ name: Schema.String, json: Schema.String, text: Schema.String }))
})

const file = (name: string): Buffer => readFileSync(new URL(`./vectors/${name}`, import.meta.url))
const vectors = Schema.decodeUnknownSync(Vectors)(JSON.parse(file("vectors.json").toString("utf8")))

const publicKey = (name: string): KeyObject =>
  createPublicKey({ key: file(name), format: "der", type: "spki" })
const merchant = Keys.fromKeys(
  createPrivateKey({ key: file("merchant.key.p8"), format: "der", type: "pkcs8" }),
  publicKey("merchant.pub.der")
)
const platform = Keys.fromKeys(undefined, publicKey("platform.pub.der"))

const verdicts: Readonly<Record<string, string>> = {
  "flat, with Chinese": "Paid",
  numbers: "Paying",
  "null and empty text": "RefundAccepted",
  "a nested object, and names in upper case": "PayFailed"
}

describe("the project's own vectors, made with openssl", () => {
  it("are three requests and four answers", () => {
    assert.lengthOf(vectors.requests, 3)
    assert.deepStrictEqual(
      vectors.answers.map((answer) => answer.name),
      Object.keys(verdicts)
    )
  })

  it.each(vectors.requests.map((request) => [request.name, request] as const))(
    "request: %s",
    (_, { fields, sign, text }) => {
      assert.strictEqual(stringToSign(fields), text)
      const body: unknown = JSON.parse(Result.getOrThrow(merchant.signing(signedBody(fields))))
      assert.deepStrictEqual(body, { ...fields, sign })
      assert.isTrue(merchant.verify(text, Buffer.from(sign, "base64")))
    }
  )

  it.each(vectors.answers.map((answer) => [answer.name, answer] as const))(
    "answer: %s",
    (name, { json, text }) => {
      assert.strictEqual(Result.getOrThrow(takeApart(json)).text, text)
      const known = TrueAnswer.known({ transactionId: "31711011432450012", amount: "100" })
      assert.strictEqual(outcome(conclude(platform, json, known)), verdicts[name])
    }
  )

  it.each(vectors.answers.map((answer) => [answer.name, answer] as const))(
    "answer under the wrong key: %s",
    (_, { json }) => {
      const known = TrueAnswer.known({ transactionId: "31711011432450012", amount: "100" })
      assert.strictEqual(outcome(conclude(merchant, json, known)), "(SignatureWrong)")
    }
  )
})
