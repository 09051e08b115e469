import { readdirSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import * as core from "../src/index.ts"

const expected = [
  "Amount",
  "CalendarDate",
  "LosslessJson",
  "Order",
  "OrderQueryAnswer",
  "OrderQueryRequest",
  "Plausibility",
  "QuerySchedule",
  "RetCode",
  "Signature",
  "StandardSchema",
  "StringToSign",
  "Text",
  "TransState",
  "Verdict"
]

describe("the door of core", () => {
  it("opens on these namespaces and no other", () => {
    assert.deepStrictEqual(Object.keys(core).sort(), expected)
  })

  it("has one namespace for each module, and no empty one", () => {
    const modules = readdirSync(new URL("../src", import.meta.url))
      .filter((file) => /^[A-Z].*\.ts$/.test(file))
      .map((file) => file.slice(0, -3))
    assert.deepStrictEqual(modules.sort(), expected)
    for (const namespace of Object.values(core)) assert.isNotEmpty(Object.keys(namespace))
  })

  it("lets nobody make a verified answer but verify", () => {
    assert.deepStrictEqual(Object.keys(core.OrderQueryAnswer).sort(), [
      "OrderQueryAnswer",
      "Unverified",
      "UnverifiedReason",
      "knownFields",
      "takeApart",
      "verify"
    ])
  })
})
