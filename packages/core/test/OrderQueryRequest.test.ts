import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { parse } from "../src/LosslessJson.ts"
import { OrderRef } from "../src/Order.ts"
import { fromOrder, OrderQueryRequest, signedBody, stringToSign } from "../src/OrderQueryRequest.ts"
import { Signer, SigningFailed } from "../src/Signature.ts"
import * as StringToSign from "../src/StringToSign.ts"
import * as Keys from "./support/Keys.ts"
import { runs } from "./support/Property.ts"
import * as Wire from "./support/Wire.ts"

const keys = Keys.make()
const decode = Schema.decodeUnknownResult(OrderQueryRequest)
const encode = Schema.encodeSync(OrderQueryRequest)
const decodeOrder = Schema.decodeUnknownSync(OrderRef)

const full = {
  merId: "30000102",
  orderId: "1509518653211",
  transactionId: "T1",
  orderDate: "20171101",
  payType: "WX",
  amount: "100"
}

describe("OrderQueryRequest", () => {
  it("given an order, then all but its amount is asked with", () => {
    const { amount: _, ...sent } = full
    assert.deepStrictEqual<unknown>(fromOrder(decodeOrder(full)), sent)
  })

  it("given an order of which little is known, then only that is asked with", () => {
    const little = { merId: "30000102", orderId: "1509518653211" }
    assert.deepStrictEqual<unknown>(fromOrder(decodeOrder(little)), little)
  })

  it("given the specification's example, then its string to sign is sorted by name", () => {
    const { transactionId: _, ...example } = full
    assert.strictEqual(
      stringToSign(fromOrder(decodeOrder(example))),
      "merId=30000102&orderDate=20171101&orderId=1509518653211&payType=WX"
    )
  })

  it("given every field, then transactionId stands last", () => {
    assert.strictEqual(
      stringToSign(fromOrder(decodeOrder(full))),
      "merId=30000102&orderDate=20171101&orderId=1509518653211&payType=WX&transactionId=T1"
    )
  })

  it.each([
    ["merId", "1&payType"],
    ["orderId", "1&payType=WX"],
    ["transactionId", "a|b"],
    ["orderDate", "20230229"],
    ["payType", "XX"]
  ])("given a %s of %j, then no request can be had and the message names the field", (field, value) => {
    const result = decode({ merId: "30000102", orderId: "1", [field]: value })
    assert.isTrue(Result.isFailure(result))
    assert.include(String(Result.isFailure(result) && result.failure), `"${field}"`)
  })

  it("given a signer, then the body is the fields with a signature that fits", () => {
    const request = fromOrder(decodeOrder(full))
    const body: unknown = JSON.parse(Result.getOrThrow(keys.signing(signedBody(request))))
    const sign = keys.sign(stringToSign(request))
    assert.deepStrictEqual(body, { ...request, sign })
    assert.isTrue(keys.verify(stringToSign(request), Buffer.from(sign, "base64")))
  })

  it("given a signer that fails, then its error comes through and there is no body", () => {
    const failure = new SigningFailed({ message: "no key" })
    const signer = Signer.of({ sign: () => Effect.fail(failure) })
    const result = Effect.runSync(
      Effect.result(Effect.provideService(signedBody(fromOrder(decodeOrder(full))), Signer, signer))
    )
    assert.deepStrictEqual(result, Result.fail(failure))
  })

  it("property: encoding undoes decoding", () => {
    fc.assert(
      fc.property(Wire.request, (wire) => {
        const request = Result.getOrThrow(decode(wire))
        assert.deepStrictEqual<unknown>(encode(request), wire)
      }),
      runs(300)
    )
  })

  it("property: what is signed is what is sent, read back with the general rule for requests", () => {
    fc.assert(
      fc.property(Wire.request, (wire) => {
        const request = Result.getOrThrow(decode(wire))
        const json = Result.getOrThrow(parse(Result.getOrThrow(keys.signing(signedBody(request)))))
        assert.strictEqual(json._tag, "Object")
        if (json._tag !== "Object") return
        assert.deepStrictEqual(StringToSign.request(json), Result.succeed(stringToSign(request)))
        const sign = json.members.get("sign")
        assert.isTrue(
          sign?._tag === "String" && keys.verify(stringToSign(request), Buffer.from(sign.value, "base64"))
        )
      }),
      runs(100)
    )
  })

  it("property: the order in which fields were written changes nothing", () => {
    fc.assert(
      fc.property(Wire.request, (wire) => {
        const turned = Object.fromEntries(Object.entries(wire).reverse())
        assert.strictEqual(
          stringToSign(Result.getOrThrow(decode(turned))),
          stringToSign(Result.getOrThrow(decode(wire)))
        )
      }),
      runs(100)
    )
  })

  it("property: two different requests have two different strings to sign", () => {
    fc.assert(
      fc.property(Wire.request, Wire.request, (one, other) => {
        const [a, b] = [Result.getOrThrow(decode(one)), Result.getOrThrow(decode(other))]
        const same = JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort())
        assert.strictEqual(stringToSign(a) === stringToSign(b), same)
      }),
      runs(200)
    )
  })
})
