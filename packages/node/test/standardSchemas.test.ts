import { assert, describe, it } from "@effect/vitest"
import type { StandardSchemaV1 } from "@standard-schema/spec"
import * as Effect from "effect/Effect"
import { fromStored } from "../src/api/OrderView.ts"
import * as StandardSchemas from "../src/StandardSchemas.ts"
import * as NoticeBody from "../src/telling/NoticeBody.ts"
import * as Stores from "./support/stores.ts"

/** What a library does that knows the specification and nothing of this one. */
const parse = async (schema: StandardSchemaV1, value: unknown): Promise<unknown> => {
  const result = await schema["~standard"].validate(value)
  if (result.issues === undefined) return result.value
  return result.issues.map(({ path = [] }) =>
    path.map((part) => String(typeof part === "object" ? part.key : part)).join(".")
  )
}

describe("Standard Schema", () => {
  it("given an order for the API, its amount may be digits or a number; a misspelled field is an issue", async () => {
    const { orderInput } = StandardSchemas
    const given: StandardSchemaV1.InferInput<typeof orderInput> = { orderId: "a-1", amount: 8888 }
    assert.deepStrictEqual(await parse(orderInput, given), { orderId: "a-1", amount: 8888n })
    assert.deepStrictEqual(await parse(orderInput, { ...given, amount: "8888", orderedAt: "2026-11-24" }), {
      orderId: "a-1",
      amount: 8888n,
      orderedAt: Date.parse("2026-11-24T00:00:00+08:00")
    })
    assert.deepStrictEqual(await parse(orderInput, { orderId: "", ammount: "1" }), ["ammount", "orderId"])
    assert.deepStrictEqual(await parse(orderInput, { orderId: "a", amount: 88.88 }), ["amount"])
  })

  it("given an order as the API shows it, it is taken as it is, without fields of a newer service", async () => {
    const { orderView } = StandardSchemas
    const view = JSON.parse(
      JSON.stringify(fromStored(Stores.stored("a-1", { amount: "8888", state: "paid" })))
    )
    assert.deepStrictEqual(await parse(orderView, { ...view, colour: "red" }), view)
    assert.deepStrictEqual(await parse(orderView, { ...view, state: "gone", settled: 1 }), [
      "state",
      "settled"
    ])
  })

  it.effect(
    "given the body of a webhook, it is taken with its amount in fen; each issue has its whole path",
    () =>
      Effect.gen(function* () {
        const { noticeBody } = StandardSchemas
        const notice = Stores.notice(Stores.stored("a-1"), 1)
        const read = yield* NoticeBody.decode(NoticeBody.encode(notice))
        const body = JSON.parse(NoticeBody.encode(notice))
        const { type, at: _, ...data } = read
        const more = { ...body, data: { ...body.data, amount: "8888", shop: "7" } }
        assert.deepStrictEqual(yield* Effect.promise(() => parse(noticeBody, more)), {
          type,
          timestamp: body.timestamp,
          data: { ...data, amount: 8888n }
        })
        const bad = { ...body, timestamp: "now", data: { ...body.data, orderId: "a|b", amount: "12.5" } }
        const issues = yield* Effect.promise(() => parse(noticeBody, bad))
        assert.deepStrictEqual(issues, ["timestamp", "data.orderId", "data.amount"])
      })
  )
})
