/**
 * No secret is in the repository, now or in its history: no key but those that the project made for its tests,
 * no token, no password, and nothing of the platform's published vectors.
 */
import { createPrivateKey, generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Repository from "../support/Repository.ts"
import * as SecretRules from "../support/SecretRules.ts"
import * as TestKeys from "../support/TestKeys.ts"
import * as Traces from "../support/Traces.ts"

const secretsIn = (files: ReadonlyArray<Repository.File>, used: Set<string>) =>
  files.flatMap(({ content, path }) =>
    SecretRules.findings(path, content)
      .filter((finding) => !TestKeys.isKnown(path, finding, used))
      .map(({ fingerprint, line, rule }) => `${path}:${line}: ${rule} (${fingerprint})`)
  )

describe.skipIf(!Repository.isThere)("the repository", () => {
  it("holds no secret, but the keys that the project made for its tests", () => {
    const used = new Set<string>()
    const files = Repository.files()
    assert.isAbove(files.length, 500)
    assert.deepStrictEqual(secretsIn(files, used), [])
    assert.deepStrictEqual(
      TestKeys.entries.filter((entry) => !used.has(entry)),
      [],
      "these are known, and nowhere any more"
    )
  })

  it("never held one, as far as its history is here", () => {
    const history = Repository.history()
    assert.isNotEmpty(history)
    assert.deepStrictEqual(secretsIn(history, new Set()), [])
  })

  const vectors = process.env.UMF_VECTORS
  it.skipIf(vectors === undefined || !existsSync(vectors))(
    "holds, and held, nothing of the platform's published vectors (UMF_VECTORS)",
    () => {
      const read = (name: string) => readFileSync(join(vectors ?? "", name))
      const merchant = createPrivateKey({ key: read("merchant.key.p8"), format: "der", type: "pkcs8" })
      const needles = [
        ...Traces.ofKey("the published private key", merchant),
        ...Traces.ofKey(
          "the published certificate",
          new X509Certificate(read("platform.cert.crt")).publicKey
        ),
        ...Traces.signaturesIn(String(read("vectors.json"))).map((signature) =>
          Traces.ofBytes("a published signature", signature)
        ),
        Traces.ofTexts("a published text", Traces.textsIn(JSON.parse(String(read("vectors.json")))))
      ]
      const all = [...Repository.files(), ...Repository.history()]
      assert.deepStrictEqual(Traces.found(all, needles), [])
      for (const name of ["merchant.key.p8", "platform.cert.crt", "vectors.json"]) {
        assert.isNotEmpty(Traces.found([{ path: name, content: read(name) }], needles), name)
      }
    }
  )
})

describe("the search", () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024 })
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey
  const p8 = privateKey.export({ type: "pkcs8", format: "der" })
  const p1 = privateKey.export({ type: "pkcs1", format: "der" })
  const cipher = { cipher: "aes-256-cbc", passphrase: "x" }
  const random = (length: number) => randomBytes(length).toString("base64").replaceAll(/[+/=]/g, "a1B")
  const pem = String(privateKey.export({ type: "pkcs8", format: "pem" }))
  const found = (content: string | Buffer, path = "src/a.ts") =>
    SecretRules.findings(path, Buffer.from(content)).map(({ rule }) => rule)

  it.each([
    ["PKCS#8, DER", p8, "private key"],
    ["PKCS#1, DER", p1, "private key"],
    ["SEC 1, DER", ec.export({ type: "sec1", format: "der" }), "private key"],
    ["EC in PKCS#8", ec.export({ type: "pkcs8", format: "der" }), "private key"],
    ["DER inside of other bytes", Buffer.concat([randomBytes(99), Buffer.of(0), p8]), "private key"],
    [
      "encrypted DER",
      privateKey.export({ type: "pkcs8", format: "der", ...cipher }),
      "encrypted private key"
    ],
    ["PEM", pem, "private key"],
    ["PEM in a string", JSON.stringify({ key: pem }), "private key"],
    ["PEM, indented", pem.replaceAll(/^/gm, "      "), "private key"],
    [
      "encrypted PEM",
      privateKey.export({ type: "pkcs8", format: "pem", ...cipher }),
      "encrypted private key"
    ],
    [
      "encrypted PKCS#1",
      privateKey.export({ type: "pkcs1", format: "pem", ...cipher }),
      "encrypted private key"
    ],
    ["base64", `const key = "${p8.toString("base64")}"`, "private key"],
    ["base64 in lines", p1.toString("base64").replaceAll(/.{64}/g, '$&" +\n  "'), "private key"],
    ["base64url", p8.toString("base64url"), "private key"],
    ["hex", `key: ${p8.toString("hex")}`, "private key"],
    ["hex with colons", p8.toString("hex").replaceAll(/..(?!$)/g, "$&:"), "private key"],
    ["an npm token", `//r/:x=npm_${random(60).slice(0, 36)}`, "npm token"],
    ["an npm token in a setting", `//registry.example/:_authToken=${random(12)}`, "npm token"],
    ["a GitHub token", `ghp_${random(60).slice(0, 36)}`, "GitHub token"],
    ["an AWS key", `AKIA${"ABCDEFGH23456789"}`, "AWS key"],
    ["a webhook secret", `"whsec_${random(30)}"`, "webhook secret"],
    ["a JSON web token", `eyJ${random(15)}.eyJ${random(15)}.${random(15)}`, "JSON web token"],
    [
      "a password in an address",
      `postgres://umf:${random(9)}@pg.internal:5432/umf`,
      "password in an address"
    ],
    ["random text", `const salt = "${random(60)}"`, "random text"],
    ["random hex", `token ${randomBytes(32).toString("hex")}`, "random text"]
  ])("finds %s", (_, content, rule) => {
    assert.include(found(content), rule)
  })

  it("finds files by their names", () => {
    for (const path of [".npmrc", "a/.env", ".env.local", "x/id_rsa"]) {
      assert.deepStrictEqual(found("", path), ["name of a secret file"], path)
    }
    assert.deepStrictEqual(found("", ".env.example"), [])
  })

  it("knows a key in every format, and no other key", () => {
    const [finding] = SecretRules.findings("a", p8)
    for (const other of [p1, Buffer.from(pem), Buffer.from(p8.toString("hex"))]) {
      assert.strictEqual(SecretRules.findings("a", other)[0]?.fingerprint, finding?.fingerprint)
    }
    assert.isFalse(
      finding === undefined || TestKeys.isKnown("packages/core/test/vectors/a", finding, new Set())
    )
  })

  it.each([
    ["a public key", privateKey.export({ type: "pkcs8", format: "pem" }).toString().slice(0, 27)],
    ["a digest in a lock file", `integrity: sha512-${randomBytes(64).toString("base64")}`],
    ["a long name", "export const aVeryLongNameThatSaysWhatItIsForAndIsNoSecret2 = 1"],
    ["a path", "packages/node/test/keys/fixtures/rsa-1024.encrypted-3des.p8.pem"],
    ["an address in an example", "postgres://user:password@host:5432/umf"]
  ])("lets %s be", (_, content) => {
    assert.deepStrictEqual(found(content), [])
  })
})
