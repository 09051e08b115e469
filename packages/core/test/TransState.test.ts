import { assert, describe, it } from "@effect/vitest"
import { isTransState, TransState } from "../src/TransState.ts"

describe("TransState", () => {
  it("knows the specification's three words", () => {
    assert.deepStrictEqual([...TransState.literals], ["SUCCESS", "NOTPAY", "PAYERROR"])
    for (const word of TransState.literals) assert.isTrue(isTransState(word))
  })

  it.each(["success", "SUCCESS ", "NOTPAID", "USERPAYING", "", null, undefined, 0])(
    "given %j, then it is none",
    (word) => assert.isFalse(isTransState(word))
  )
})
