import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Sandbox from "../../src/sandbox/Sandbox.ts"
import { scripts } from "../../src/sandbox/scripts.ts"
import { codes, fieldsOf, http, query } from "./merchant.ts"

const json = { "content-type": "application/json" }

const post = (
  sandbox: Sandbox.Running,
  path: string,
  body?: unknown,
  headers: Record<string, string> = json
) =>
  http(sandbox.adminUrl + path, {
    method: "POST",
    headers,
    body: body === undefined ? "" : JSON.stringify(body)
  })

describe("the admin API", () => {
  it.effect("lists scripts, and welcomes in plain text", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      const listed = yield* http(`${sandbox.adminUrl}/scripts`)
      assert.deepStrictEqual(JSON.parse(listed.body), JSON.parse(JSON.stringify(scripts)))
      const welcome = yield* http(new URL("/", sandbox.baseUrl).href)
      assert.match(welcome.headers["content-type"] ?? "", /^text\/plain/)
      assert.strictEqual(welcome.body, sandbox.welcome)
      assert.include(welcome.body, sandbox.adminUrl)
    })
  )

  it.effect("creates orders with a named script or one's own, once", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      const made = yield* post(sandbox, "/orders", {
        orderId: "my 1",
        script: "paid",
        amount: 1,
        payType: "YL"
      })
      assert.strictEqual(made.status, 201)
      const fields = fieldsOf(yield* query(sandbox, "my 1"))
      assert.deepStrictEqual([fields.amount, fields.payType], ["000000000001", "YL"])
      const steps = [
        { answer: { _tag: "Closed", retCode: "00099999" }, times: 2 },
        { answer: { _tag: "PayError" } }
      ]
      yield* post(sandbox, "/orders", { orderId: "my-2", script: { steps }, amount: "0042" })
      assert.deepStrictEqual(yield* codes(sandbox, "my-2", 3), ["00099999", "00099999", "0000"])
      const shown = fieldsOf(yield* http(`${sandbox.adminUrl}/orders/my-2`))
      assert.deepStrictEqual(
        [shown.script, shown.amount, shown.step, shown.queries, shown.lastAnswer],
        ["custom", "42", 2, 3, "PayError"]
      )
      assert.strictEqual((yield* http(`${sandbox.adminUrl}/orders/my%201`)).status, 200)
      const all = JSON.parse((yield* http(`${sandbox.adminUrl}/orders`)).body)
      assert.strictEqual(all.length, 2)
      assert.strictEqual((yield* post(sandbox, "/orders", { orderId: "my-2", script: "paid" })).status, 409)
    })
  )

  it.effect("refuses in words what it does not understand", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      const paid = { answer: { _tag: "Paid" } }
      const refusals: ReadonlyArray<readonly [unknown, RegExp]> = [
        [{ orderId: "a", script: "payed" }, /no script "payed"/],
        [{ orderId: "a&b", script: "paid" }, /"&"/],
        [{ orderId: "a", script: "paid", amount: 1.5 }, /integer/],
        [{ orderId: "a", script: { steps: [] } }, /steps/],
        [{ orderId: "a", script: { steps: [{ ...paid, times: 1, forMs: 1 }] } }, /not both/],
        [
          { orderId: "a", script: { steps: [{ answer: { _tag: "Closed", retCode: "9999" } }] } },
          /never listed/
        ],
        [{ orderId: "a", script: { steps: [paid], onrefund: [paid] } }, /onrefund/]
      ]
      for (const [body, why] of refusals) {
        const seen = yield* post(sandbox, "/orders", body)
        assert.strictEqual(seen.status, 400, JSON.stringify(body))
        assert.match(String(fieldsOf(seen).error), why)
      }
      const broken = yield* http(`${sandbox.adminUrl}/orders`, { method: "POST", headers: json, body: "{" })
      assert.strictEqual(broken.status, 400)
      assert.strictEqual((yield* http(`${sandbox.adminUrl}/orders/a`)).status, 404)
      assert.strictEqual((yield* http(`${sandbox.adminUrl}/orders/%`)).status, 400)
      assert.strictEqual((yield* http(`${sandbox.adminUrl}/nothing`)).status, 404)
      const wrong = yield* http(`${sandbox.adminUrl}/orders/a/refund`)
      assert.deepStrictEqual([wrong.status, wrong.headers.allow], [405, "POST"])
    })
  )

  it.effect("asks for a refund or a void, once, and the script goes on from there", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      assert.deepStrictEqual(yield* codes(sandbox, "paid-1", 1), ["0000"])
      assert.strictEqual(fieldsOf(yield* post(sandbox, "/orders/paid-1/refund")).operation, "refund")
      assert.deepStrictEqual(yield* codes(sandbox, "paid-1", 2), ["88881220", "88881220"])
      assert.strictEqual((yield* post(sandbox, "/orders/paid-1/refund")).status, 200)
      assert.strictEqual((yield* post(sandbox, "/orders/paid-1/void")).status, 409)
      assert.strictEqual((yield* post(sandbox, "/orders/unheard-of/void")).status, 404)

      yield* sandbox.requestVoid("paid-2")
      assert.deepStrictEqual(yield* codes(sandbox, "paid-2", 1), ["88881137"])
      yield* sandbox.requestRefund("refund-after-2")
      assert.deepStrictEqual(yield* codes(sandbox, "refund-after-2", 3), ["0000", "0000", "88881220"])
      yield* sandbox.requestRefund("refund-fails")
      assert.deepStrictEqual(yield* codes(sandbox, "refund-fails", 2), ["0000", "0000"])
      yield* sandbox.requestVoid("void-fails")
      assert.deepStrictEqual(yield* codes(sandbox, "void-fails", 2), ["0000", "0000"])
      const refused = yield* Effect.flip(sandbox.requestRefund("void-fails"))
      assert.strictEqual(refused.kind, "AskedOtherwise")
    })
  )

  it.effect("shows what was received", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      yield* query(sandbox, "paid-1")
      const [entry] = JSON.parse((yield* http(`${sandbox.adminUrl}/received`)).body)
      assert.deepStrictEqual([entry.orderId, entry.signature, entry.answered], ["paid-1", "ok", "Paid"])
    })
  )

  it.effect("takes nothing from web pages of another origin, nor under another name", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      const body = { orderId: "a", script: "paid" }
      const own = new URL(sandbox.adminUrl).origin
      const port = new URL(sandbox.adminUrl).port
      const status = (headers: Record<string, string>) =>
        Effect.map(post(sandbox, "/orders", body, headers), (seen) => seen.status)
      assert.strictEqual(yield* status({ ...json, origin: "https://evil.example" }), 403)
      assert.strictEqual(yield* status({ ...json, origin: "null" }), 403)
      assert.strictEqual(yield* status({ ...json, origin: `http://127.0.0.1:${Number(port) + 1}` }), 403)
      assert.strictEqual(yield* status({ ...json, host: `evil.example:${port}` }), 403)
      assert.strictEqual(yield* status({ "content-type": "text/plain" }), 415)
      assert.strictEqual(yield* status({}), 415)
      assert.deepStrictEqual(yield* sandbox.orders, [])
      assert.strictEqual(yield* status({ ...json, origin: own }), 201)
      const read = yield* http(`${sandbox.adminUrl}/received`, {
        headers: { origin: "https://evil.example" }
      })
      assert.strictEqual(read.status, 403)
    })
  )
})
