/** The guard that stands over every run finds a key in any form in which it could leak. */
import { createPublicKey, generateKeyPairSync } from "node:crypto"
import { assert, it } from "@effect/vitest"
import { describeRuns, holdsSecret, keepKeySecret } from "../umfOrder.ts"

describeRuns("the guard over all outputs", () => {
  it("finds a key as PEM, base64, hex and numbers, and lets its public part through", () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024 })
    const der = privateKey.export({ type: "pkcs8", format: "der" })
    const pem = privateKey.export({ type: "pkcs1", format: "pem" }).toString()
    const jwk = privateKey.export({ format: "jwk" })
    const leaks = [
      pem,
      JSON.stringify({ pem }),
      der.toString("base64"),
      `x${der.subarray(1).toString("base64url")}`,
      der.toString("hex"),
      (der.toString("hex").match(/../g) ?? []).join(":").toUpperCase(),
      JSON.stringify({ qi: jwk.qi }),
      String(BigInt(`0x${Buffer.from(jwk.p ?? "", "base64url").toString("hex")}`))
    ]
    assert.deepStrictEqual(
      leaks.map(holdsSecret),
      leaks.map(() => false)
    )
    keepKeySecret(der)
    assert.deepStrictEqual(
      leaks.map(holdsSecret),
      leaks.map(() => true)
    )
    assert.isFalse(holdsSecret(createPublicKey(pem).export({ type: "spki", format: "pem" }).toString()))
  })
})
