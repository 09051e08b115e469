/** `umf-order keys`: told is what a key is, never the key. */
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { files, fingerprint } from "../platform.ts"
import { describeRuns, errorTag, folder, keepKeySecret, only, umfOrder } from "../umfOrder.ts"

const show = (file: string) => umfOrder(["keys", "show", "--json", file])

describeRuns("umf-order keys", () => {
  it("shows a private key's kind, size and fingerprint", async () => {
    const ran = await show(files.merchantKey)
    assert.strictEqual(ran.code, 0)
    assert.deepInclude(only(ran), {
      kind: "pkcs8",
      isPrivate: true,
      bits: 1024,
      fingerprint: fingerprint(files.merchantCert)
    })
  })

  it("shows a certificate's subject too, and prints text for people", async () => {
    const [json, text] = await Promise.all([
      show(files.platformCert),
      umfOrder(["keys", "show", files.platformCert])
    ])
    const told = {
      kind: "certificate",
      bits: 1024,
      subject: "CN=sandbox platform",
      fingerprint: fingerprint(files.platformCert)
    }
    assert.deepInclude(only(json), told)
    assert.match(text.stdout, /^validTo +20[0-9]{2}-[0-9]{2}-[0-9]{2}T/m)
    for (const value of Object.values(told)) assert.match(text.stdout, new RegExp(` ${value}$`, "m"))
  })

  it("generates a pair that can be shown and signed with, and overwrites nothing", async () => {
    const directory = join(folder, "generated")
    const generate = () => umfOrder(["keys", "generate", directory, "--name", "shop", "--json"])
    const made = await generate()
    assert.strictEqual(made.code, 0)
    const key = join(directory, "shop.key.p8")
    const certificate = join(directory, "shop.cert.crt")
    keepKeySecret(readFileSync(key))
    assert.deepStrictEqual(only(made), {
      privateKey: key,
      certificate,
      bits: 1024,
      fingerprint: fingerprint(certificate)
    })
    if (process.platform !== "win32") assert.strictEqual(statSync(key).mode & 0o777, 0o600)
    const before = [readFileSync(key), readFileSync(certificate)]

    const stdin = '{"retCode":"0000"}'
    const [shown, signed, again] = await Promise.all([
      show(key),
      umfOrder(["sign", "--private-key", key], { stdin }),
      generate()
    ])
    assert.strictEqual(only(shown).fingerprint, fingerprint(certificate))
    assert.strictEqual(only(signed).text, "retCode=0000")
    assert.strictEqual(again.code, 2)
    assert.strictEqual(errorTag(again), "FileExists")
    assert.deepStrictEqual([readFileSync(key), readFileSync(certificate)], before)
  })
})
