/** Exit codes 3 (fault) and 4 (an answer came and was not believed): no verdict is printed for either. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { assert, it } from "@effect/vitest"
import type { Answer } from "../../../src/sandbox/Answer.ts"
import { answering, merchant, query, received } from "../platform.ts"
import { describeRuns, errorTag, only, umfOrder } from "../umfOrder.ts"

type Case = readonly [string, typeof Answer.Encoded, string, ReadonlyArray<string>]

const faults: ReadonlyArray<Case> = [
  ["HTTP 502", { _tag: "HttpStatus", status: 502 }, "HttpStatus", []],
  ["connection cut in the body", { _tag: "Cut" }, "Unreachable", []]
]

const lies: ReadonlyArray<Case> = [
  ["wrong signature", { _tag: "WrongSignature" }, "Unverified", []],
  ["no signature", { _tag: "Unsigned" }, "Unverified", []],
  ["replayed, other amount", { _tag: "Replayed" }, "Implausible", ["--amount", "8888"]],
  ["renamed", { _tag: "Renamed" }, "Implausible", []],
  ["merged", { _tag: "Merged" }, "Implausible", []],
  ["HTML with status 200", { _tag: "Html" }, "Unverified", []],
  ["huge body", { _tag: "HugeBody" }, "Unreadable", []]
]

/** An order number for a case. */
const numberOf = (name: string) => `cli-${name.replace(/[^A-Za-z0-9]+/g, "-")}`

/** A port on which nobody listens. */
export const closedPort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

describeRuns("a query without a believed answer", () => {
  it.each(faults)("fault: %s: exit 3", async (name, answer, tag, options) => {
    await answering(numberOf(name), answer)
    const ran = await query(numberOf(name), ...options)
    assert.strictEqual(ran.code, 3)
    assert.strictEqual(errorTag(ran), tag)
    assert.strictEqual((await received(numberOf(name))).length, 1)
  })

  it("fault: connection refused: exit 3", async () => {
    const ran = await query("paid", "--base-url", `http://127.0.0.1:${await closedPort()}`)
    assert.strictEqual(ran.code, 3)
    assert.strictEqual(errorTag(ran), "Unreachable")
    assert.include(ran.stderr, "ECONNREFUSED")
  })

  it("9999 is an answer that was believed, though it says nothing of the order: exit 0", async () => {
    const ran = await query("platform-fault-cli")
    assert.strictEqual(ran.code, 0)
    const { verdict, retCode, retMsg } = only(ran)
    assert.deepStrictEqual([verdict, retCode, retMsg], ["PlatformFault", "9999", "系统异常"])
  })

  it("a fault that passes is tried again: exit 0", async () => {
    const orderId = "bad-gateway-then-paid-cli"
    const ran = await umfOrder(["query", "--json", "--order-id", orderId], { env: merchant() })
    assert.strictEqual(ran.code, 0)
    assert.strictEqual(only(ran).verdict, "Paid")
    assert.strictEqual((await received(orderId)).length, 3)
  })

  it.each(lies)("not believed: %s: exit 4", async (name, answer, tag, options) => {
    await answering(numberOf(name), answer)
    const ran = await query(numberOf(name), ...options)
    assert.strictEqual(ran.code, 4)
    assert.strictEqual(errorTag(ran), tag)
    assert.notInclude(ran.stdout, "Paid")
  })
})
