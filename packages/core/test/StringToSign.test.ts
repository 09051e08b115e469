import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { type JsonObject, parse } from "../src/LosslessJson.ts"
import * as StringToSign from "../src/StringToSign.ts"
import * as Keys from "./support/Keys.ts"
import { runs } from "./support/Property.ts"
import { body, type Members, signedValues, toJson } from "./support/SignedAnswer.ts"
import * as TrueAnswer from "./support/TrueAnswer.ts"

const keys = Keys.make()

const read = (text: string): JsonObject => {
  const json = Result.getOrThrow(parse(text))
  if (json._tag !== "Object") throw new Error("not an object")
  return json
}

const answerText = (text: string): string => Result.getOrThrow(StringToSign.answer(read(text)))
const requestText = (text: string): string => Result.getOrThrow(StringToSign.request(read(text)))

const names = fc.oneof(
  fc.constantFrom(
    "Memo",
    "amount",
    "paySeq",
    "payType",
    "retCode",
    "transState",
    "transactionId",
    "sign",
    "",
    "é",
    "中"
  ),
  fc.string({ maxLength: 3 })
)

const objects: fc.Arbitrary<Members> = fc.letrec<{ object: Members; value: Members[number][1] }>((tie) => ({
  object: fc.uniqueArray(fc.tuple(names, tie("value")), { selector: ([name]) => name, maxLength: 6 }),
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(fc.string({ maxLength: 4 }), fc.integer(), fc.boolean(), fc.constantFrom(null, "", "口罩")),
    tie("object")
  )
})).object

const shuffled = (object: Members, seed: number): Members =>
  object
    .map(([name, value], at) => ({
      key: ((at + 1) * (seed + 7919)) % 101,
      entry: [name, Array.isArray(value) ? shuffled(value as Members, seed + 1) : value] as const
    }))
    .sort((a, b) => a.key - b.key)
    .map(({ entry }) => entry)

describe("StringToSign", () => {
  it("given a request, then every field but sign stands as name=value, sorted by name, joined by &", () => {
    assert.strictEqual(
      requestText('{"orderId":"15","sign":"x","merId":"30000102","orderDate":"20171101","payType":"WX"}'),
      "merId=30000102&orderDate=20171101&orderId=15&payType=WX"
    )
  })

  it("given an answer, then every value but that of sign stands sorted by name, joined by |", () => {
    assert.strictEqual(
      answerText('{"sign":"x","retMsg":"成功","retCode":"0000","amount":"1"}'),
      "1|0000|成功"
    )
  })

  it("given names in upper and lower case, then upper case comes first", () => {
    assert.strictEqual(answerText('{"a":"3","B":"2","b":"4","A":"1","_":"x"}'), "1|2|x|3|4")
    assert.strictEqual(answerText('{"paya":"3","payType":"2","paySeq":"1"}'), "1|2|3")
    assert.strictEqual(answerText('{"transactionId":"2","transState":"1"}'), "1|2")
  })

  it("given a name that begins another, then the shorter one comes first", () => {
    assert.strictEqual(answerText('{"retCodes":"2","retCode":"1"}'), "1|2")
  })

  it("given names outside the first plane, then they sort by UTF-16 code unit", () => {
    assert.strictEqual(answerText('{"\uff5e":"2","\u{1f600}":"1"}'), "1|2")
  })

  it("given absent, null and empty fields, then they add nothing", () => {
    const flat = answerText('{"a":"1","c":"3"}')
    assert.strictEqual(flat, "1|3")
    assert.strictEqual(answerText('{"a":"1","b":null,"c":"3"}'), flat)
    assert.strictEqual(answerText('{"a":"1","b":"","c":"3"}'), flat)
    assert.strictEqual(answerText('{"a":"1","b":{},"c":"3"}'), flat)
    assert.strictEqual(answerText('{"a":"1","b":{"x":null},"c":"3"}'), flat)
    assert.strictEqual(requestText('{"a":"1","b":null,"c":""}'), "a=1")
    assert.strictEqual(answerText("{}"), "")
  })

  it("given numbers and booleans, then they stand as in the JSON text", () => {
    assert.strictEqual(
      answerText('{"a":1.0,"b":1e3,"c":-0,"d":true,"e":false,"f":0}'),
      "1.0|1e3|-0|true|false|0"
    )
  })

  it("given a nested object, then its values stand in its place, sorted by its own names", () => {
    assert.strictEqual(answerText('{"c":"4","b":{"z":"3","a":"2"},"a":"1"}'), "1|2|3|4")
    assert.strictEqual(requestText('{"c":"4","b":{"z":"3","a":"2"},"a":"1"}'), "a=1&a=2&z=3&c=4")
  })

  it("given a field sign inside an object, then it is signed like any other", () => {
    assert.strictEqual(answerText('{"a":{"sign":"inner"},"sign":"outer"}'), "inner")
    assert.strictEqual(answerText('{"":{"sign":"inner"},"sign":"outer"}'), "inner")
  })

  it("given another name for the signature, then that field is left out and sign is not", () => {
    const message = read('{"signature":"x","sign":"y","a":"1"}')
    assert.deepStrictEqual(StringToSign.answer(message, "signature"), Result.succeed("1|y"))
    assert.deepStrictEqual(StringToSign.request(message, "signature"), Result.succeed("a=1&sign=y"))
  })

  it.each([
    ["items", '{"a":"1","items":["x"]}'],
    ["items", '{"items":[]}'],
    ["a.b.items", '{"a":{"b":{"items":[1]}}}']
  ])("given an array in %s, then it is refused and the message names it", (field, text) => {
    for (const result of [StringToSign.answer(read(text)), StringToSign.request(read(text))]) {
      assert.isTrue(Result.isFailure(result))
      if (Result.isFailure(result)) {
        assert.strictEqual(result.failure.field, field)
        assert.include(result.failure.message, `"${field}"`)
      }
    }
  })

  it("given leaves, then each has its name, its path and its text", () => {
    assert.deepStrictEqual(
      StringToSign.leaves(read('{"b":{"x":1.0,"y":""},"a":"1","sign":"s"}'), "sign"),
      Result.succeed([
        { name: "a", path: "a", value: "1" },
        { name: "x", path: "b.x", value: "1.0" }
      ])
    )
  })

  it("property: the order of fields changes nothing, in requests and in answers", () => {
    fc.assert(
      fc.property(objects, fc.nat(1000), (object, seed) => {
        const [one, other] = [toJson(object), toJson(shuffled(object, seed))]
        assert.strictEqual(answerText(other), answerText(one))
        assert.strictEqual(requestText(other), requestText(one))
      }),
      runs(500)
    )
  })

  it("property: the answer's text is what PROTOCOL.md 4 says, computed a second time", () => {
    fc.assert(
      fc.property(objects, (object) => {
        assert.strictEqual(answerText(toJson(object)), signedValues(object).join("|"))
      }),
      runs(500)
    )
  })

  it("property: a true answer's text does not depend on its signature", () => {
    fc.assert(
      fc.property(TrueAnswer.arbitrary, ({ fields }) => {
        assert.strictEqual(answerText(body(keys, fields)), answerText(toJson(fields)))
      }),
      runs(100)
    )
  })
})
