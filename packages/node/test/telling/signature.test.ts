import { randomBytes } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import { Webhook as Reference } from "standardwebhooks"
import * as NoticeBody from "../../src/telling/NoticeBody.ts"
import * as Webhook from "../../src/telling/Webhook.ts"
import * as WebhookSignature from "../../src/telling/WebhookSignature.ts"
import { paidNotice } from "../support/notices.ts"

const secretOf = (bytes: Uint8Array) => `whsec_${Buffer.from(bytes).toString("base64")}`
const secret = secretOf(randomBytes(32))
const now = 1_795_600_000_000
const seconds = now / 1000

const keys = (...secrets: ReadonlyArray<string>) => Result.getOrThrow(WebhookSignature.keysOf(secrets))

const headersOf = (id: string, body: string, at = seconds, ...secrets: ReadonlyArray<string>) => ({
  "webhook-id": id,
  "webhook-timestamp": String(at),
  "webhook-signature": WebhookSignature.sign(
    keys(...(secrets.length === 0 ? [secret] : secrets)),
    id,
    at,
    body
  )
})

const reasonOf = (
  message: Partial<Parameters<typeof WebhookSignature.verify>[0]> & { readonly body: string }
) =>
  Result.match(WebhookSignature.verify({ secrets: secret, headers: {}, now, ...message }), {
    onFailure: ({ reason }) => reason,
    onSuccess: () => "ok"
  })

describe("signatures, beside the reference implementation of Standard Webhooks", () => {
  const cases = fc.record({
    key: fc.uint8Array({ minLength: 24, maxLength: 64 }),
    id: fc.stringMatching(/^[a-z0-9_]{1,40}$/),
    body: fc.json()
  })

  it("given any key, id and body, both write the same signature", () => {
    fc.assert(
      fc.property(cases, ({ key, id, body }) => {
        const ours = WebhookSignature.sign(keys(secretOf(key)), id, seconds, body)
        assert.strictEqual(new Reference(secretOf(key)).sign(id, new Date(now), body), ours)
      })
    )
  })

  it("given what we sign now, the reference accepts it; and we accept what it signs", () => {
    const at = Math.floor(Date.now() / 1000)
    const body = NoticeBody.encode(paidNotice("order-1"))
    const read = new Reference(secret).verify(body, headersOf("ntc_1", body, at))
    assert.deepInclude(read as object, { type: "order.paid" })
    const theirs = {
      "webhook-id": "ntc_1",
      "webhook-timestamp": String(seconds),
      "webhook-signature": new Reference(secret).sign("ntc_1", new Date(now), body)
    }
    assert.strictEqual(reasonOf({ headers: theirs, body }), "ok")
  })
})

describe("what is refused", () => {
  const body = NoticeBody.encode(paidNotice("order-1"))
  const headers = headersOf("ntc_1", body)

  it("given any change of the body, the id or the time, no signature fits", () => {
    fc.assert(
      fc.property(fc.nat({ max: body.length - 1 }), fc.integer({ min: 1, max: 255 }), (index, by) => {
        const code = (body.charCodeAt(index) ^ by) & 0xff
        const changed = body.slice(0, index) + String.fromCharCode(code) + body.slice(index + 1)
        if (changed !== body) assert.strictEqual(reasonOf({ headers, body: changed }), "NoMatch")
      })
    )
    assert.strictEqual(reasonOf({ headers: { ...headers, "webhook-id": "ntc_2" }, body }), "NoMatch")
    const later = { ...headers, "webhook-timestamp": String(seconds + 1) }
    assert.strictEqual(reasonOf({ headers: later, body }), "NoMatch")
  })

  it.each([
    [-300, "ok"],
    [-301, "TooOld"],
    [300, "ok"],
    [301, "TooNew"]
  ] as const)("given a message that was sent %i s from now: %s", (from, expected) => {
    assert.strictEqual(reasonOf({ headers: headersOf("ntc_1", body, seconds + from), body }), expected)
  })

  it("given another secret, or none of two, no signature fits; given one of two, it does", () => {
    const [old, young, other] = [32, 48, 24].map((length) => secretOf(randomBytes(length)))
    if (old === undefined || young === undefined || other === undefined) return assert.fail()
    const both = headersOf("ntc_1", body, seconds, old, young)
    for (const one of [old, young, [other, young]]) {
      assert.strictEqual(reasonOf({ secrets: one, headers: both, body }), "ok")
    }
    assert.strictEqual(reasonOf({ secrets: other, headers: both, body }), "NoMatch")
  })

  it.each(["webhook-id", "webhook-timestamp", "webhook-signature"])("given no %s, it says so", (name) => {
    assert.strictEqual(reasonOf({ headers: { ...headers, [name]: undefined }, body }), "MissingHeader")
  })

  it.each([
    ["another version", (text: string) => text.replace("v1", "v2")],
    ["no padding", (text: string) => text.replace("=", "")],
    ["nothing after the comma", () => "v1,"],
    ["many that don't fit", () => "v1,AAAA ".repeat(1000)]
  ] as const)("given a signature with %s, none fits", (_, change) => {
    const changed = { ...headers, "webhook-signature": change(headers["webhook-signature"]) }
    assert.strictEqual(reasonOf({ headers: changed, body }), "NoMatch")
  })

  it.each(["", "1e3", "-1", "12.5", "99999999999999"])("given the timestamp %j, it is none", (timestamp) => {
    const expected = timestamp === "" ? "MissingHeader" : "BadTimestamp"
    assert.strictEqual(reasonOf({ headers: { ...headers, "webhook-timestamp": timestamp }, body }), expected)
  })

  it.each([
    ["no prefix", secret.slice(6)],
    ["23 bytes", secretOf(randomBytes(23))],
    ["65 bytes", secretOf(randomBytes(65))],
    ["no base64", "whsec_!!!"]
  ])("given a secret with %s, it can't be used, and is not in the error", (_, bad) => {
    const result = WebhookSignature.keysOf(bad)
    const error = Result.getOrThrow(Result.flip(result))
    assert.strictEqual(error.reason, "BadSecret")
    assert.notInclude(`${error.message}${JSON.stringify(error)}`, bad)
  })
})

describe("the receiving side", () => {
  const notice = paidNotice("order-1", now)
  const body = NoticeBody.encode(notice)
  const headers = headersOf(notice.id, body)

  it.effect("given a true message, the notice comes out as it went in", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(now)
      for (const given of [headers, new Headers(headers), { "Webhook-Id": notice.id, ...upper(headers) }]) {
        assert.deepStrictEqual(
          yield* Webhook.receive({ secret: Redacted.make(secret), headers: given, body }),
          notice
        )
      }
    })
  )

  it("without Effect, it throws an error with a code", () => {
    const at = Math.floor(Date.now() / 1000)
    const incoming = { secret, headers: headersOf(notice.id, body, at), body }
    assert.deepStrictEqual(Webhook.verifyWebhook(incoming), notice)
    try {
      Webhook.verifyWebhook({ ...incoming, body: `${body} ` })
      assert.fail("it must throw")
    } catch (error) {
      assert.instanceOf(error, WebhookSignature.WebhookError)
      assert.strictEqual((error as WebhookSignature.WebhookError).code, "NoMatch")
    }
  })

  it.each([
    ["is no notice", "{}"],
    ["is another notice than the header says", NoticeBody.encode(paidNotice("order-2", now))]
  ])("given a signed body that %s, it is refused", (_, other) => {
    const at = Math.floor(Date.now() / 1000)
    assert.throws(
      () => Webhook.verifyWebhook({ secret, headers: headersOf(notice.id, other, at), body: other }),
      /no notice/
    )
  })
})

const upper = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]))
