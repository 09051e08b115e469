/** Every command explains itself. */
import { assert, it } from "@effect/vitest"
import { describeRuns, umfOrder } from "../umfOrder.ts"

const WIDTH = 100

const commands = [
  "query",
  "track",
  "run",
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
    const [text = ""] = ran.stdout.split("\nEXAMPLES\n")
    for (const line of text.split("\n")) assert.isAtMost(line.length, WIDTH, line)
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

  it("umf-order run --help says what holds where nothing is said", async () => {
    const { stdout } = await umfOrder(["run", "--help"])
    const text = stdout.replaceAll(/\s+/g, " ")
    for (const [option, value] of [
      ["--listen", "127.0.0.1:8787"],
      ["--log", "logfmt"],
      ["--api-rate", "200"],
      ["--recheck-after", "10m,1h"]
    ]) {
      assert.match(text, new RegExp(`${option} (?:(?! --).)*\\(default ${value}\\)`))
    }
  })

  it("umf-order --help lists the commands", async () => {
    const ran = await umfOrder(["--help"])
    assert.strictEqual(ran.code, 0)
    for (const name of commands) assert.include(ran.stdout, `\n  ${name.split(" ")[0]} `)
    for (const line of ran.stdout.split("\n")) assert.isAtMost(line.length, WIDTH, line)
  })
})
