import { readFile } from "node:fs/promises"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as OrderSnapshot from "../src/OrderSnapshot.ts"
import { outcomes } from "./fixtures/make-snapshots.ts"

const Goldens = Schema.fromJsonString(
  Schema.Array(
    Schema.Struct({
      state: OrderSnapshot.ResultState,
      snapshot: Schema.Record(Schema.String, Schema.Unknown),
      outcomes: Schema.Record(Schema.String, Schema.String)
    })
  )
)

const goldens = Schema.decodeUnknownSync(Goldens)(
  await readFile(new URL("./fixtures/snapshots-v1.json", import.meta.url), "utf8")
)

const isRefused = (text: string) =>
  Effect.gen(function* () {
    const error = yield* Effect.flip(OrderSnapshot.decode(text))
    assert.isTrue(Schema.isSchemaError(error))
    return error.message
  })

describe("snapshots that version 1 stored", () => {
  it("are there for every result state", () => {
    assert.deepStrictEqual(
      goldens.map(({ state }) => state),
      [...OrderSnapshot.ResultState.literals]
    )
  })

  for (const golden of goldens) {
    const text = JSON.stringify(golden.snapshot)

    it.effect(`${golden.state}: is read, and written as the same text`, () =>
      Effect.gen(function* () {
        const snapshot = yield* OrderSnapshot.decode(text)
        assert.strictEqual(snapshot.result, golden.state)
        assert.deepStrictEqual(JSON.parse(OrderSnapshot.encode(snapshot)), golden.snapshot)
      })
    )

    it.effect(`${golden.state}: goes on where each event led then`, () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(outcomes(yield* OrderSnapshot.decode(text)), golden.outcomes)
      })
    )
  }
})

describe("what is no snapshot of version 1", () => {
  const [golden] = goldens
  const changed = (change: object) => JSON.stringify({ ...golden?.snapshot, ...change })

  it.effect.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["null", "null"],
    ["an empty object", "{}"],
    ["a list", "[]"],
    ["another version", changed({ version: 2 })],
    ["the version as a text", changed({ version: "1" })],
    ["no version", changed({ version: undefined })],
    ["a state that is only passed through", changed({ result: "beginning" })],
    ["an unknown way of asking", changed({ asking: "deciding" })],
    ["no context", changed({ context: undefined })],
    ["a negative count", changed({ context: { ...Object(golden?.snapshot.context), queries: -1 } })],
    ["a time that is none", changed({ context: { ...Object(golden?.snapshot.context), startedAt: "now" } })]
  ] as const)("%s is refused with a SchemaError", ([, text]) => isRefused(text))

  it.effect("the refusal says where it is wrong", () =>
    Effect.gen(function* () {
      assert.include(yield* isRefused(changed({ version: 2 })), '["version"]')
    })
  )
})

describe("nameOf", () => {
  it("shows the asking while polling only", () => {
    assert.strictEqual(OrderSnapshot.nameOf({ result: "open", asking: "waiting" }), "open.waiting")
    assert.strictEqual(OrderSnapshot.nameOf({ result: "paid", asking: "querying" }), "paid")
    assert.strictEqual(OrderSnapshot.nameOf({ result: "unresolved", asking: "waiting" }), "unresolved")
  })
})
