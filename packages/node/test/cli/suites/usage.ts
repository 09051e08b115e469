/** Exit code 2: what can't be used is refused before anything is sent. */
import { generateKeyPairSync } from "node:crypto"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { merchant, received } from "../platform.ts"
import { describeRuns, errorTag, folder, keepKeySecret, umfOrder } from "../umfOrder.ts"

const orderId = "paid-cli-usage"
const query = ["query", "--json", "--order-id", orderId]

/** Refused by the parser: a message on stderr, nothing on stdout. */
const unparsed: ReadonlyArray<readonly [string, ReadonlyArray<string>, string]> = [
  ["unknown flag", [...query, "--nope"], "--nope"],
  ["missing option", ["query", "--json"], "--order-id"],
  ["unknown command", ["frobnicate", "--json"], "frobnicate"],
  ["no command", ["--json"], "SUBCOMMANDS"],
  ["no subcommand", ["keys", "--json"], "SUBCOMMANDS"]
]

/** Refused by the command: the error as JSON too. */
const refused: ReadonlyArray<readonly [string, ReadonlyArray<string>, string, string]> = [
  ["a date that does not exist", ["--order-date", "20260229"], "UsageError", "--order-date"],
  ["an amount in yuan", ["--amount", "88.88"], "UsageError", "--amount"],
  ["a key file that is missing", ["--private-key", join(folder, "none.p8")], "Unreachable", "none.p8"],
  ["plain http to another machine", ["--base-url", "http://192.0.2.1/x"], "ConfigInvalid", "https://"],
  ["a time-out of a minute", ["--timeout", "60s"], "ConfigInvalid", "timeout"]
]

/** A key whose signatures have 344 characters. */
const large = (): string => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const der = privateKey.export({ type: "pkcs8", format: "der" })
  keepKeySecret(der)
  const file = join(folder, "large.key.p8")
  writeFileSync(file, der)
  return file
}

describeRuns("usage and configuration: exit 2", () => {
  it.each(unparsed)("%s", async (_, args, named) => {
    const ran = await umfOrder(args, { env: merchant() })
    assert.strictEqual(ran.code, 2)
    assert.strictEqual(ran.stdout, "")
    assert.include(ran.stderr, named)
    assert.include(ran.stderr, "--help")
  })

  it.each(refused)("%s", async (_, options, tag, named) => {
    const ran = await umfOrder([...query, ...options], { env: merchant() })
    assert.strictEqual(ran.code, 2)
    assert.strictEqual(errorTag(ran), tag)
    assert.include(ran.stderr, named)
    assert.deepStrictEqual(await received(orderId), [])
  })

  it("a setting that is nowhere", async () => {
    const ran = await umfOrder(query, { env: { ...merchant(), UMF_MER_ID: "" } })
    assert.strictEqual(ran.code, 2)
    assert.strictEqual(errorTag(ran), "UsageError")
    assert.include(ran.stderr, "--mer-id")
    assert.include(ran.stderr, "UMF_MER_ID")
  })

  it("a key too large for the signature's field, unless that is asked for", async () => {
    const key = ["--private-key", large()]
    const stdin = '{"a":"b"}'
    const [asked, signed, allowed] = await Promise.all([
      umfOrder([...query, ...key], { env: merchant() }),
      umfOrder(["sign", ...key], { stdin }),
      umfOrder(["sign", "--allow-long-signature", ...key], { stdin })
    ])
    assert.deepStrictEqual([asked.code, signed.code, allowed.code], [2, 2, 0])
    assert.strictEqual(errorTag(asked), "SignatureTooLong")
    assert.strictEqual(signed.stdout, "")
    assert.strictEqual(String(allowed.lines[0]?.sign).length, 344)
  })
})
