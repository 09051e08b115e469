/**
 * The platform's own published requests and answers, through the command. They are third-party data and not
 * part of this repository: the environment variable UMF_VECTORS names the folder with `vectors.json`,
 * `merchant.key.p8` and `platform.cert.crt`.
 */
import { readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { assert, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { describeRuns, keepKeySecret, only, umfOrder } from "../umfOrder.ts"

const Vectors = Schema.Struct({
  requests: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      signField: Schema.String,
      fields: Schema.Record(Schema.String, Schema.Json),
      text: Schema.String,
      sign: Schema.String
    })
  ),
  answers: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      signField: Schema.optionalKey(Schema.String),
      json: Schema.String,
      text: Schema.String
    })
  )
})

const folder = process.env.UMF_VECTORS
if (folder === undefined) {
  console.warn(
    "\nThe platform's published vectors are NOT tested here: set UMF_VECTORS to the folder that holds them.\n"
  )
}

const file = (name: string) => resolve(join(folder ?? "", name))
const vectors = folder === undefined ? undefined : readFileSync(file("vectors.json"), "utf8")
const { answers, requests } =
  vectors === undefined
    ? { requests: [], answers: [] }
    : Schema.decodeUnknownSync(Schema.fromJsonString(Vectors))(vectors)
if (folder !== undefined) keepKeySecret(readFileSync(file("merchant.key.p8")))

const fieldOf = (json: string) => (json.includes('"signature"') ? "signature" : "sign")

const verify = (json: string, field: string) =>
  umfOrder(["verify", "--platform-cert", file("platform.cert.crt"), "--sign-field", field], { stdin: json })

/** The text with the character at `index` replaced by a like one. */
const changed = (text: string, index: number): string => {
  const other = text[index] === "A" ? "B" : "A"
  return text.slice(0, index) + other + text.slice(index + 1)
}

describeRuns("published vectors", () => {
  it.skipIf(folder === undefined)("each request signs to its published text and signature", async () => {
    assert.isNotEmpty(requests)
    await Promise.all(
      requests.map(async ({ fields, name, sign, signField, text }) => {
        const args = ["sign", "--private-key", file("merchant.key.p8"), "--sign-field", signField]
        const ran = await umfOrder(args, { stdin: JSON.stringify(fields) })
        assert.deepStrictEqual([ran.code, only(ran)], [0, { text, sign }], name)
      })
    )
  })

  it.skipIf(folder === undefined)("each answer is valid; with one byte changed it is not", async () => {
    assert.isNotEmpty(answers)
    await Promise.all(
      answers.map(async ({ json, name, signField = fieldOf(json), text }) => {
        const inValue = json.indexOf(text.split("|")[0] ?? "") + 1
        const inSignature = json.indexOf(`"${signField}"`) + signField.length + 10
        const [whole, value, signature] = await Promise.all([
          verify(json, signField),
          verify(changed(json, inValue), signField),
          verify(changed(json, inSignature), signField)
        ])
        assert.deepStrictEqual([whole.code, only(whole)], [0, { valid: true, text }], name)
        assert.deepStrictEqual([value.code, only(value).valid], [1, false], name)
        assert.deepStrictEqual([signature.code, only(signature).valid], [1, false], name)
      })
    )
  })
})
