/** Where settings come from: options, and the environment where an option is not given. */
import { execFileSync } from "node:child_process"
import { createPrivateKey } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { files, merchant } from "../platform.ts"
import { describeRuns, errorTag, folder, keepSecret, only, umfOrder } from "../umfOrder.ts"
import { closedPort } from "./failures.ts"

const passphrase = "correct horse battery staple"

/** The merchant's key, encrypted as merchants do it; by node:crypto where there is no openssl. */
const encryptedKey = (): string => {
  const file = join(folder, "encrypted.key.pem")
  if (existsSync(file)) return file
  const input = ["-inform", "DER", "-in", files.merchantKey]
  try {
    const output = ["-out", file, "-v2", "aes-256-cbc", "-passout", "env:SECRET"]
    execFileSync("openssl", ["pkcs8", "-topk8", ...input, ...output], {
      env: { ...process.env, SECRET: passphrase },
      stdio: "pipe"
    })
  } catch {
    console.warn("There is no openssl here: node:crypto encrypts the key for these tests.")
    const key = createPrivateKey({ key: readFileSync(files.merchantKey), format: "der", type: "pkcs8" })
    writeFileSync(file, key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase }))
  }
  return file
}

const fileWith = (name: string, content: string): string => {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}

const sign = (options: ReadonlyArray<string>, env: { readonly [name: string]: string } = {}) =>
  umfOrder(["sign", "--json", "--private-key", encryptedKey(), ...options], { env, stdin: '{"a":"b"}' })

describeRuns("options and environment", () => {
  it("options win over the environment", async () => {
    const { UMF_MER_ID, UMF_PRIVATE_KEY, UMF_PLATFORM_CERT, UMF_BASE_URL } = merchant()
    const options = {
      "--mer-id": UMF_MER_ID ?? "",
      "--private-key": UMF_PRIVATE_KEY ?? "",
      "--platform-cert": UMF_PLATFORM_CERT ?? "",
      "--base-url": UMF_BASE_URL ?? ""
    }
    const args = ["query", "--json", "--order-id", "paid-cli-options", ...Object.entries(options).flat()]
    const ran = await umfOrder(args, {
      env: {
        UMF_MER_ID: "1",
        UMF_PRIVATE_KEY: "/nowhere",
        UMF_PLATFORM_CERT: "/nowhere",
        UMF_BASE_URL: "http://192.0.2.1"
      }
    })
    assert.deepStrictEqual([ran.code, only(ran).verdict], [0, "Paid"])
  })

  it("the environment holds where nothing else is said", async () => {
    const env = { ...merchant(), UMF_BASE_URL: `http://127.0.0.1:${await closedPort()}` }
    const args = ["query", "--json", "--retries", "0", "--order-id", "paid"]
    assert.strictEqual((await umfOrder(args, { env })).code, 3)
  })

  it("opens an encrypted key with the passphrase of the environment, or of a file", async () => {
    keepSecret(passphrase)
    keepSecret("wrong-passphrase")
    const file = fileWith("passphrase.txt", `${passphrase}\n`)
    const [fromEnvironment, fromFile, missing, wrong] = await Promise.all([
      sign([], { UMF_PASSPHRASE: passphrase }),
      sign(["--passphrase-file", file], { UMF_PASSPHRASE: "wrong-passphrase" }),
      sign([]),
      sign([], { UMF_PASSPHRASE: "wrong-passphrase" })
    ])
    assert.deepStrictEqual([fromEnvironment.code, fromFile.code], [0, 0])
    assert.strictEqual(only(fromEnvironment).sign, only(fromFile).sign)
    assert.deepStrictEqual([missing.code, wrong.code], [2, 2])
    assert.strictEqual(errorTag(missing), "PassphraseNeeded")
    assert.strictEqual(errorTag(wrong), "PassphraseWrong")
  })
})
