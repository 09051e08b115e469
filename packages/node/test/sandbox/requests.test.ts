import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Sandbox from "../../src/sandbox/Sandbox.ts"
import { fieldsOf, http, query, signatureOf, signedBody } from "./merchant.ts"

const post = (sandbox: Sandbox.Running, body: string, path = "/pay/orderquery") =>
  http(sandbox.baseUrl + path, { method: "POST", body })

describe("requests", () => {
  it.effect("with a wrong signature, or none, or for another merchant are answered 3333", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      const other = yield* Sandbox.make()
      const fields = { merId: sandbox.merId, orderId: "paid-1" }
      const good = yield* signedBody(sandbox, fields)
      const bodies = [
        good.replace("paid-1", "paid-2"),
        yield* signedBody(other, fields),
        JSON.stringify(fields),
        JSON.stringify({ ...fields, sign: "no base64!" }),
        yield* signedBody(sandbox, { ...fields, merId: "90000002" })
      ]
      for (const body of bodies) {
        const seen = yield* post(sandbox, body)
        assert.strictEqual(seen.status, 200)
        assert.strictEqual(fieldsOf(seen).retCode, "3333", body)
        assert.strictEqual(yield* signatureOf(sandbox, seen), "ok")
      }
      assert.deepStrictEqual(yield* sandbox.orders, [])
      assert.strictEqual(fieldsOf(yield* post(sandbox, good)).retCode, "0000")
      assert.deepStrictEqual(
        (yield* sandbox.received).map(({ answered, signature }) => `${signature}: ${answered}`),
        [
          "wrong: SignatureRejected",
          "wrong: SignatureRejected",
          "missing: SignatureRejected",
          "wrong: SignatureRejected",
          "ok: SignatureRejected",
          "ok: Paid"
        ]
      )
    })
  )

  it.effect("that can't be understood are answered 00060001, signed, with HTTP 200", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      const { merId } = sandbox
      const bodies: ReadonlyArray<readonly [string, string]> = [
        ["", "not JSON (Syntax)"],
        ["[]", "not a JSON object"],
        ['{"a":1,"a":2}', "not JSON (DuplicateName)"],
        ['{"orderId":["paid"]}', "a field is an array"],
        [yield* signedBody(sandbox, { merId }), "field orderId"],
        [yield* signedBody(sandbox, { merId, orderId: "x".repeat(65) }), "field orderId"],
        [yield* signedBody(sandbox, { merId, orderId: "paid", orderDate: "20230229" }), "field orderDate"],
        [yield* signedBody(sandbox, { merId, orderId: "paid", payType: "XX" }), "field payType"]
      ]
      for (const [body, why] of bodies) {
        const seen = yield* post(sandbox, body)
        assert.strictEqual(seen.status, 200)
        assert.strictEqual(fieldsOf(seen).retCode, "00060001")
        assert.strictEqual(fieldsOf(seen).retMsg, `请求参数有误: ${why}`)
        assert.strictEqual(yield* signatureOf(sandbox, seen), "ok")
      }
    })
  )

  it.effect("may carry empty fields, and go to any prefix", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      assert.strictEqual(
        fieldsOf(yield* query(sandbox, "paid-1", { payType: "", orderDate: null })).retCode,
        "0000"
      )
      const body = yield* signedBody(sandbox, { merId: sandbox.merId, orderId: "paid-1" })
      assert.strictEqual(fieldsOf(yield* post(sandbox, body, "/of/my/own/pay/orderquery")).retCode, "0000")
    })
  )

  it.effect("that are no queries meet 404, 405, 413, 403", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      assert.strictEqual((yield* post(sandbox, "{}", "/pay/refund")).status, 404)
      const got = yield* http(`${sandbox.baseUrl}/pay/orderquery`)
      assert.deepStrictEqual([got.status, got.headers.allow], [405, "POST"])
      assert.strictEqual((yield* post(sandbox, " ".repeat(65_537))).status, 413)
      for (const host of [
        "evil.example",
        "evil.example:80",
        "127.0.0.1.evil.example",
        "localhost@evil.example"
      ]) {
        const seen = yield* http(`${sandbox.baseUrl}/pay/orderquery`, {
          method: "POST",
          body: "{}",
          headers: { host }
        })
        assert.strictEqual(seen.status, 403, host)
      }
      for (const host of ["localhost", "LOCALHOST:1", "[::1]:9", "127.0.0.1"]) {
        assert.strictEqual(
          (yield* http(`${sandbox.adminUrl}/scripts`, { headers: { host } })).status,
          200,
          host
        )
      }
    })
  )

  it.effect("are kept, the last 1000, with the names of their headers only", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      const body = yield* signedBody(sandbox, { merId: sandbox.merId, orderId: "paid-1" })
      const headers = { "x-secret": "not to be kept" }
      yield* http(`${sandbox.baseUrl}/pay/orderquery`, { method: "POST", body, headers })
      const [entry] = yield* sandbox.received
      assert.strictEqual(entry?.orderId, "paid-1")
      assert.strictEqual(entry?.fields.merId, sandbox.merId)
      assert.include(entry?.headerNames ?? [], "x-secret")
      assert.notInclude(JSON.stringify(entry), "not to be kept")
      yield* Effect.forEach(Array.from({ length: 1000 }), () => post(sandbox, "[]"), { concurrency: 16 })
      const log = yield* sandbox.received
      assert.strictEqual(log.length, 1000)
      assert.notStrictEqual(log[0]?.orderId, "paid-1")
    })
  )
})
