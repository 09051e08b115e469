/** Signed answers for fake servers of one's own: believed by the real gateway, over a real socket. */
import { assert, describe, it } from "@effect/vitest"
import { OrderQueryAnswer, Signature, Verdict } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import { PlatformVerifier, PublicKey } from "../../src/keys/index.ts"
import { createOrderSync } from "../../src/promise.ts"
import {
  answers,
  createTestKeys,
  type PlainAnswerFields,
  signAnswer,
  type TestKeys
} from "../../src/testing.ts"
import { order } from "../support/orders.ts"
import * as Servers from "../support/servers.ts"

/** The verdict on a text, by the rules of the library; or why it is not believed. */
const verdictOf = (text: string, { platformCert }: TestKeys): Promise<string> =>
  Effect.gen(function* () {
    const key = yield* PublicKey.fromBytes(platformCert, { source: "test" })
    const verified = yield* Effect.provideService(
      OrderQueryAnswer.verify(text),
      Signature.Verifier,
      PlatformVerifier.make(key)
    )
    return (yield* Effect.fromResult(
      Verdict.fromAnswer(verified, order("order-1", { amount: "8888" }), "payment")
    )).verdict
  }).pipe(
    Effect.catchTags({
      Unverified: ({ reason }) => Effect.succeed(reason),
      Implausible: () => Effect.succeed("Implausible")
    }),
    Effect.runPromise
  )

const verdicts: { readonly [name in keyof typeof answers]: string } = {
  paid: "Paid",
  paidWithoutState: "Paid",
  notPay: "Paying",
  paying: "Paying",
  payError: "PayFailed",
  closed: "Closed",
  refundAccepted: "RefundAccepted",
  voided: "Voided",
  platformFault: "PlatformFault",
  contradictory: "Contradictory",
  signatureRejected: "SignatureRejected"
}

describe("signed answers", () => {
  it.each(Object.entries(verdicts))("given the fields of %s, the verdict is %s", async (name, verdict) => {
    const keys = await createTestKeys()
    const fields = answers[name as keyof typeof answers]()
    assert.strictEqual(await verdictOf(signAnswer(fields, keys), keys), verdict)
  })

  it("given other keys, or a field changed after signing, the answer is not believed", async () => {
    const [keys, others] = [await createTestKeys(), await createTestKeys()]
    const text = signAnswer(answers.paid(), keys)
    assert.strictEqual(await verdictOf(text, others), "SignatureWrong")
    assert.strictEqual(await verdictOf(text.replace("8888", "8889"), keys), "SignatureWrong")
    assert.strictEqual(
      await verdictOf(signAnswer({ ...answers.paid(), amount: "000000000001" }, keys), keys),
      "Implausible"
    )
  })

  it("tell what they were told", () => {
    const fields = answers.paid({
      orderId: "o1",
      transactionId: "31711011432450012",
      amount: 1n,
      payType: "YL",
      at: new Date("2026-07-29T12:34:56+08:00")
    })
    const { paySeq, retMsg, ...rest } = fields
    assert.deepStrictEqual(rest, {
      retCode: "0000",
      platDate: "20260729",
      platTime: "123456",
      transactionId: "31711011432450012",
      transState: "SUCCESS",
      amount: "000000000001",
      payType: "YL"
    })
    assert.deepStrictEqual([typeof paySeq, typeof retMsg], ["string", "string"])
    assert.strictEqual(answers.paying({ amount: "8888" }).amount, answers.paying().amount)
  })

  it.live("given a fake server that sends them, createOrderSync believes it", () =>
    Effect.gen(function* () {
      const keys = yield* Effect.promise(createTestKeys)
      const texts: ReadonlyArray<PlainAnswerFields> = [answers.paying(), answers.paid()]
      let asked = 0
      const server = yield* Servers.http((_, response) => {
        response.end(signAnswer(texts[asked++] ?? answers.paid(), keys))
      })
      yield* Effect.promise(async () => {
        await using sync = await createOrderSync({
          merId: "90000001",
          baseUrl: server.url,
          privateKey: keys.merchantPrivateKey,
          platformCert: keys.platformCert,
          schedule: { firstEvery: 10 }
        })
        const { state } = await sync.track({ orderId: "order-1", amount: 8888n })
        assert.deepStrictEqual([state, asked], ["paid", 2])
      })
    })
  )
})
