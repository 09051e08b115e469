import { execFile } from "node:child_process"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { assert, describe, layer } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { OrderGateway } from "../../src/gateway/OrderGateway.ts"
import * as Certificates from "../support/certificates.ts"
import * as Gateways from "../support/gateways.ts"
import * as Keys from "../support/keys.ts"
import { order } from "../support/orders.ts"
import { assertNoSecret } from "../support/secrets.ts"
import * as Servers from "../support/servers.ts"

class Tls extends Context.Service<Tls, Certificates.Certificates>()("test/Tls") {
  static readonly layer = Layer.effect(Tls, Certificates.make)
}

type Kind = "good" | "expired" | "otherHost" | "selfSigned"

const serve = Effect.fnUntraced(function* (kind: Kind) {
  const certificates = yield* Tls
  return yield* Servers.https(certificates[kind], (_, response) => response.end(Keys.answers.paid))
})

/** With an environment variable in this process, put back afterwards. */
const withEnv = (name: string, value: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const before = process.env[name]
      process.env[name] = value
      return before
    }),
    (before) =>
      Effect.sync(() => {
        if (before === undefined) delete process.env[name]
        else process.env[name] = before
      })
  )

const here = (name: string) => fileURLToPath(new URL(`../support/${name}`, import.meta.url))

/** What one process of its own is told by a server of each kind, with these variables in its environment. */
const inChild = Effect.fnUntraced(function* (
  kinds: ReadonlyArray<Kind>,
  env: { readonly [name: string]: string }
) {
  const { directory } = yield* Tls
  const servers = yield* Effect.forEach(kinds, serve)
  const key = join(directory, "merchant.key.p8")
  const cert = join(directory, "platform.cert.crt")
  yield* Effect.promise(() => writeFile(key, Redacted.value(Keys.merchant.privateKey), { mode: 0o600 }))
  yield* Effect.promise(() => writeFile(cert, Keys.platform.certificate))
  const { stdout } = yield* Effect.promise(() =>
    promisify(execFile)(
      process.execPath,
      ["--import", here("sources.ts"), here("queryOnce.ts"), key, cert, ...servers.map(({ url }) => url)],
      { env: { PATH: process.env.PATH, ...env } }
    )
  )
  return stdout.split("\n").map((said, index) => [said, servers[index]?.requests.length])
})

const refusals: ReadonlyArray<readonly [Kind, string, string]> = [
  ["selfSigned", "a certificate that is signed by itself", "DEPTH_ZERO_SELF_SIGNED_CERT"],
  ["good", "a certificate of an authority that nobody knows", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
  ["expired", "an expired certificate", "CERT_HAS_EXPIRED"],
  ["otherHost", "another host's certificate", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"]
]

// The test services are left out: sockets need the real clock.
layer(Tls.layer, { excludeTestServices: true })("TLS", (it) => {
  describe("is verified", () => {
    for (const [kind, name, code] of refusals) {
      it.effect(`${name} is refused before anything is sent`, () =>
        Effect.gen(function* () {
          const server = yield* serve(kind)
          const error = yield* OrderGateway.use((gateway) => gateway.query(order("order-1"))).pipe(
            Effect.flip,
            Effect.provide(Gateways.live({ baseUrl: server.url }))
          )
          assert.strictEqual(error.reason._tag, "Unreachable")
          assert.strictEqual(error.reason._tag === "Unreachable" ? error.reason.code : "", code)
          assert.isFalse(error.isRetryable)
          assert.match(error.message, /certificate.*not accepted.*NODE_EXTRA_CA_CERTS/)
          assertNoSecret(error)
          assert.deepStrictEqual([server.requests.length, server.connections()], [0, 1])
        })
      )
    }

    it.effect("also where NODE_TLS_REJECT_UNAUTHORIZED is 0 in this process", () =>
      Effect.gen(function* () {
        yield* withEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0")
        const server = yield* serve("selfSigned")
        const error = yield* OrderGateway.use((gateway) => gateway.query(order("order-1"))).pipe(
          Effect.flip,
          Effect.provide(Gateways.live({ baseUrl: server.url }))
        )
        assert.strictEqual(error.reason._tag, "Unreachable")
        assert.strictEqual(server.requests.length, 0)
      })
    )

    it.effect(
      "in a process with that variable and an authority of its own, which alone makes a certificate good",
      () =>
        Effect.gen(function* () {
          const { authorityFile } = yield* Tls
          const env = { NODE_TLS_REJECT_UNAUTHORIZED: "0", NODE_EXTRA_CA_CERTS: authorityFile }
          assert.deepStrictEqual(yield* inChild(["selfSigned", "expired", "otherHost", "good"], env), [
            ["Unreachable DEPTH_ZERO_SELF_SIGNED_CERT", 0],
            ["Unreachable CERT_HAS_EXPIRED", 0],
            ["Unreachable ERR_TLS_CERT_ALTNAME_INVALID", 0],
            ["Paid", 1]
          ])
        }),
      20_000
    )
  })
})
