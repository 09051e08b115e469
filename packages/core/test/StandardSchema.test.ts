import { assert, describe, it } from "@effect/vitest"
import type { StandardSchemaV1 } from "@standard-schema/spec"
import * as StandardSchema from "../src/StandardSchema.ts"

/** What a library does that knows the specification and nothing of this one. */
const parse = async <S extends StandardSchemaV1>(
  schema: S,
  value: unknown
): Promise<StandardSchemaV1.InferOutput<S> | ReadonlyArray<string>> => {
  const result = await schema["~standard"].validate(value)
  if (result.issues === undefined) return result.value
  return result.issues.map(
    ({ path = [], message }) =>
      `${path.map((part) => String(typeof part === "object" ? part.key : part)).join(".")}: ${message}`
  )
}

/** The type that a library gives to what is sent: checked by the compiler. */
const input = <S extends StandardSchemaV1>(_: S, value: StandardSchemaV1.InferInput<S>): unknown => value

describe("Standard Schema", () => {
  it("given an order in plain values, a foreign library gets it with its amount in fen", async () => {
    const given = input(StandardSchema.order, { merId: "90000001", orderId: "a-1", amount: "000000008888" })
    const order = await parse(StandardSchema.order, given)
    assert.deepStrictEqual(order as unknown, { merId: "90000001", orderId: "a-1", amount: 8888n })
  })

  it("given an order with faults, each issue names its field, and none shows a value", async () => {
    const issues = await parse(StandardSchema.order, {
      merId: "123456789",
      orderId: "a|secret",
      orderDate: "20260230",
      payType: "secret",
      amount: "12.50",
      ammount: "secret"
    })
    assert.isTrue(Array.isArray(issues))
    const fields = (issues as ReadonlyArray<string>).map((issue) => issue.split(":")[0])
    assert.deepStrictEqual(
      fields.toSorted(),
      ["amount", "ammount", "merId", "orderDate", "orderId", "payType"].toSorted()
    )
    assert.notInclude(JSON.stringify(issues), "secret")
    assert.deepStrictEqual(await parse(StandardSchema.order, { merId: "90000001" }), ["orderId: Missing key"])
  })

  it("given a request, it may hold what is sent and nothing else", async () => {
    const request = { merId: "90000001", orderId: "a-1", payType: "WX" } as const
    assert.deepStrictEqual(
      (await parse(
        StandardSchema.orderQueryRequest,
        input(StandardSchema.orderQueryRequest, request)
      )) as unknown,
      request
    )
    const issues = await parse(StandardSchema.orderQueryRequest, { ...request, amount: "8888" })
    assert.deepStrictEqual(issues as unknown, ["amount: Expected no excess property"])
  })

  it("given an answer, null and the empty text count as absent, unknown fields and the signature are left out", async () => {
    const answer = await parse(
      StandardSchema.unverifiedAnswer,
      input(StandardSchema.unverifiedAnswer, {
        retCode: "0000",
        retMsg: "",
        transState: "SUCCESS",
        transactionId: null,
        amount: "000000008888"
      })
    )
    assert.deepStrictEqual(answer as unknown, { retCode: "0000", transState: "SUCCESS", amount: 8888n })
    const more = { retCode: "0000", sign: "c2lnbg==", couponAmount: "1" }
    assert.deepStrictEqual((await parse(StandardSchema.unverifiedAnswer, more)) as unknown, {
      retCode: "0000"
    })
    assert.deepStrictEqual(
      await parse(StandardSchema.unverifiedAnswer, { retCode: "", platTime: "256000" }),
      ["retCode: Missing key", "platTime: must be a time of day, as HHmmss"]
    )
  })

  it.each([undefined, null, 5, "{}", []])(
    "given %j for an object, there is one issue, about the whole",
    async (value) => {
      for (const schema of [
        StandardSchema.order,
        StandardSchema.orderQueryRequest,
        StandardSchema.unverifiedAnswer
      ]) {
        assert.deepStrictEqual(await parse(schema, value), [": Expected object"])
      }
    }
  )

  it("given any value, the result is there at once: form libraries don't wait", () => {
    for (const schema of Object.values(StandardSchema)) {
      const standard: StandardSchemaV1.Props = schema["~standard"]
      assert.strictEqual(standard.version, 1)
      assert.notInstanceOf(standard.validate({}), Promise)
      assert.notInstanceOf(standard.validate({ retCode: "0000", merId: "1", orderId: "a" }), Promise)
    }
  })
})
