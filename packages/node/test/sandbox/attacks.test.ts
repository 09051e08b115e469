import { assert, describe, it } from "@effect/vitest"
import { Order, OrderQueryAnswer, Signature, Verdict } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { PlatformVerifier, PublicKey } from "../../src/keys/index.ts"
import * as Sandbox from "../../src/sandbox/Sandbox.ts"
import { transactionId } from "../../src/sandbox/SandboxOrder.ts"
import { fieldsOf, query, signatureOf } from "./merchant.ts"

/** The order as a merchant knows it who has its transactionId and its amount. */
const known = (orderId: string, merId: string): Order.OrderRef =>
  Schema.decodeSync(Order.OrderRef)({
    orderId,
    merId,
    transactionId: transactionId(orderId),
    amount: "8888"
  })

describe("attacked answers", () => {
  it.effect("wrong-signature and unsigned don't verify", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      const wrong = yield* query(sandbox, "wrong-signature")
      assert.strictEqual(yield* signatureOf(sandbox, wrong), "SignatureWrong")
      assert.strictEqual(String(fieldsOf(wrong).sign).length, 172)
      const unsigned = yield* query(sandbox, "unsigned")
      assert.strictEqual(yield* signatureOf(sandbox, unsigned), "NoSignature")
      assert.strictEqual(fieldsOf(unsigned).transState, "SUCCESS")
    })
  )

  it.effect("replayed is another order's true answer, after a true one of this order", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      const first = yield* query(sandbox, "replayed-1")
      const second = yield* query(sandbox, "replayed-1")
      assert.strictEqual(yield* signatureOf(sandbox, first), "ok")
      assert.strictEqual(fieldsOf(first).retCode, "01000000")
      assert.strictEqual(yield* signatureOf(sandbox, second), "ok")
      assert.strictEqual(fieldsOf(second).retCode, "0000")
      assert.notStrictEqual(fieldsOf(second).transactionId, fieldsOf(first).transactionId)
      assert.notStrictEqual(fieldsOf(second).amount, fieldsOf(first).amount)
    })
  )

  it.effect("wrong-amount keeps the order's transactionId", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      const seen = yield* query(sandbox, "wrong-amount")
      assert.strictEqual(yield* signatureOf(sandbox, seen), "ok")
      assert.strictEqual(fieldsOf(seen).transactionId, transactionId("wrong-amount"))
      assert.strictEqual(fieldsOf(seen).amount, "000000008788")
    })
  )

  it.effect("renamed and merged hide NOTPAY, and still verify", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      const renamed = yield* query(sandbox, "renamed")
      assert.strictEqual(yield* signatureOf(sandbox, renamed), "ok")
      assert.strictEqual(fieldsOf(renamed).retCode, "0000")
      assert.isUndefined(fieldsOf(renamed).transState)
      assert.strictEqual(fieldsOf(renamed).transStatf, "NOTPAY")
      const merged = yield* query(sandbox, "merged")
      assert.strictEqual(yield* signatureOf(sandbox, merged), "ok")
      assert.isUndefined(fieldsOf(merged).transState)
      assert.strictEqual(fieldsOf(merged).retMsg, "ok|NOTPAY")
      yield* sandbox.createOrder({
        orderId: "failed",
        script: {
          steps: [
            { answer: { _tag: "Renamed", transState: "PAYERROR" } },
            { answer: { _tag: "Merged", transState: "PAYERROR" } }
          ]
        }
      })
      const failed = yield* query(sandbox, "failed")
      assert.strictEqual(fieldsOf(failed).transStatf, "PAYERROR")
      assert.strictEqual(yield* signatureOf(sandbox, failed), "ok")
      assert.strictEqual(fieldsOf(yield* query(sandbox, "failed")).retMsg, "ok|PAYERROR")
    })
  )

  it.effect("core believes none of them", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      const key = yield* PublicKey.fromBytes(sandbox.platformCert, { source: "sandbox" })
      const verdictOf = Effect.fnUntraced(
        function* (orderId: string) {
          const verified = yield* OrderQueryAnswer.verify((yield* query(sandbox, orderId)).body)
          const verdict = Verdict.fromAnswer(verified, known(orderId, sandbox.merId))
          return Result.isSuccess(verdict) ? verdict.success.verdict : verdict.failure.rule
        },
        Effect.provideService(Signature.Verifier, PlatformVerifier.make(key))
      )
      assert.strictEqual(yield* verdictOf("paid"), "Paid")
      assert.strictEqual(yield* verdictOf("new-fields"), "Paid")
      assert.strictEqual(yield* verdictOf("replayed"), "Paying")
      assert.strictEqual(yield* verdictOf("replayed"), "OtherTransaction")
      assert.strictEqual(yield* verdictOf("wrong-amount"), "OtherAmount")
      assert.strictEqual(yield* verdictOf("renamed"), "TransStateElsewhere")
      assert.strictEqual(yield* verdictOf("merged"), "SeparatorInValue")
    })
  )
})
