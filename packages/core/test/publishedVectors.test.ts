/**
 * The vectors that the platform published, with its published test keys. They are third-party data and
 * stand beside the checkout, in the folder that the environment variable UMF_VECTORS names.
 */
import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type JsonObject, parse } from "../src/LosslessJson.ts"
import { takeApart, verify } from "../src/OrderQueryAnswer.ts"
import * as StringToSign from "../src/StringToSign.ts"
import * as Keys from "./support/Keys.ts"

const Vectors = Schema.Struct({
  requests: Schema.NonEmptyArray(
    Schema.Struct({
      name: Schema.String,
      signField: Schema.String,
      fields: Schema.Record(Schema.String, Schema.String),
      text: Schema.String,
      sign: Schema.String
    })
  ),
  answers: Schema.NonEmptyArray(
    Schema.Struct({ name: Schema.String, signField: Schema.String, json: Schema.String, text: Schema.String })
  )
})

const folder = process.env.UMF_VECTORS ?? ""
const isMissing = folder === ""
if (isMissing) {
  console.warn("UMF_VECTORS is not set: the platform's published vectors are NOT checked in this run.")
}

const file = (name: string): Buffer => readFileSync(join(folder, name))

const load = () => {
  const privateKey = createPrivateKey({ key: file("merchant.key.p8"), format: "der", type: "pkcs8" })
  return {
    vectors: Schema.decodeUnknownSync(Vectors)(JSON.parse(file("vectors.json").toString("utf8"))),
    merchant: Keys.fromKeys(privateKey, createPublicKey(privateKey)),
    platform: Keys.fromKeys(undefined, new X509Certificate(file("platform.cert.crt")).publicKey)
  }
}

const object = (text: string): JsonObject => {
  const json = Result.getOrThrow(parse(text))
  if (json._tag !== "Object") throw new Error("not an object")
  return json
}

describe("the platform's published vectors", () => {
  it.skipIf(isMissing)("requests: the same text and the same signature, byte for byte", () => {
    const { merchant, vectors } = load()
    for (const { fields, name, sign, signField, text } of vectors.requests) {
      const message = object(JSON.stringify({ ...fields, [signField]: sign }))
      assert.deepStrictEqual(StringToSign.request(message, signField), Result.succeed(text), name)
      assert.strictEqual(merchant.sign(text), sign, name)
    }
  })

  it.skipIf(isMissing)("answers: the same text, and the platform's certificate verifies it", () => {
    const { merchant, platform, vectors } = load()
    for (const { json, name, signField, text } of vectors.answers) {
      assert.strictEqual(Result.getOrThrow(takeApart(json, signField)).text, text, name)
      const answer = Result.getOrThrow(platform.verifying(verify(json, signField)))
      assert.strictEqual(answer.leaves.map((leaf) => leaf.value).join("|"), text, name)
      assert.isTrue(Result.isFailure(merchant.verifying(verify(json, signField))), name)
    }
  })
})
