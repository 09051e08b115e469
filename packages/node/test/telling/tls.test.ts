import { randomBytes } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { NoticeHandler } from "../../src/telling/NoticeHandler.ts"
import * as Webhook from "../../src/telling/Webhook.ts"
import * as Certificates from "../support/certificates.ts"
import { paidNotice } from "../support/notices.ts"
import * as Servers from "../support/servers.ts"

const secret = `whsec_${randomBytes(32).toString("base64")}`

const variable = "NODE_TLS_REJECT_UNAUTHORIZED"

/** With TLS switched off for the whole process, as some do and forget. */
const unverified = Effect.acquireRelease(
  Effect.sync(() => {
    const before = process.env[variable]
    process.env[variable] = "0"
    return before
  }),
  (before) =>
    Effect.sync(() => {
      if (before === undefined) delete process.env[variable]
      else process.env[variable] = before
    })
)

describe("telling a merchant's URL over TLS", () => {
  it.live("given a certificate that nobody vouches for, nothing is sent, whatever the environment says", () =>
    Effect.gen(function* () {
      const { selfSigned } = yield* Certificates.make
      const server = yield* Servers.https(selfSigned, (_, response) => response.end())
      yield* unverified
      const error = yield* NoticeHandler.use((handler) => handler.hand(paidNotice("order-1"))).pipe(
        Effect.flip,
        Effect.provide(Webhook.layer({ url: server.url, secret }))
      )
      assert.instanceOf(error, Webhook.WebhookUnreachable)
      assert.match(String(error), /SELF_SIGNED/)
      assert.strictEqual(server.requests.length, 0)
    }).pipe(Effect.scoped)
  )
})
