/** Every command explains itself. */
import { assert, it } from "@effect/vitest"
import { describeRuns, umfOrder } from "../umfOrder.ts"

const commands = [
  "query",
  "track",
  "orders add",
  "orders list",
  "orders show",
  "orders resume",
  "orders hint",
  "orders refund-requested",
  "orders void-requested",
  "orders export",
  "export",
  "migrate",
  "sign",
  "verify",
  "keys show",
  "keys generate",
  "sandbox",
  "demo"
] as const

describeRuns("umf-order --help", () => {
  it.each(commands)("umf-order %s --help", async (name) => {
    const ran = await umfOrder([...name.split(" "), "--help"])
    assert.strictEqual(ran.code, 0)
    assert.strictEqual(ran.stderr, "")
    assert.include(ran.stdout, `umf-order ${name}`)
    for (const option of [
      "--mer-id",
      "--private-key",
      "--platform-cert",
      "--base-url",
      "--passphrase-file"
    ]) {
      assert.include(ran.stdout, option)
    }
  })

  it("umf-order --help lists the commands", async () => {
    const ran = await umfOrder(["--help"])
    assert.strictEqual(ran.code, 0)
    for (const name of commands) assert.include(ran.stdout, `\n  ${name.split(" ")[0]} `)
  })
})
