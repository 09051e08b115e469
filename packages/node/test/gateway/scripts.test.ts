import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { OrderGateway } from "../../src/gateway/OrderGateway.ts"
import * as Sandbox from "../../src/sandbox/Sandbox.ts"
import { scripts } from "../../src/sandbox/scripts.ts"
import * as Gateways from "../support/gateways.ts"
import { order } from "../support/orders.ts"
import { assertNoSecret } from "../support/secrets.ts"

/** What the first query of each script says: a verdict, or a reason with what matters of it. */
const first: { readonly [script: string]: string } = {
  paid: "Paid",
  "paid-after-3": "Paying",
  "paid-without-state": "Paid",
  "notpay-then-paid": "Paying",
  "new-fields": "Paid",
  "pay-error": "Paying",
  closed: "Closed",
  "closed-once-then-paid": "Closed",
  "closed-then-paid": "Closed",
  "never-decided": "Paying",
  "paid-then-refund": "Paid",
  "refund-after-2": "Paid",
  "refund-fails": "Paid",
  "paid-then-void": "Paid",
  "void-fails": "Paid",
  "platform-fault-then-paid": "PlatformFault",
  "platform-fault": "PlatformFault",
  contradictory: "Contradictory",
  "signature-rejected": "SignatureRejected",
  "slow-then-paid": "TimedOut retryable",
  "cut-then-paid": "Unreachable retryable",
  "reset-then-paid": "Unreachable retryable",
  "slow-drip": "TimedOut retryable",
  "huge-body": "Unreadable retryable",
  html: "Unverified NotJson retryable",
  "bad-gateway": "HttpStatus 502 retryable",
  "bad-gateway-then-paid": "HttpStatus 502 retryable",
  "rate-limited": "HttpStatus 429 retryable",
  redirect: "HttpStatus 307",
  "wrong-signature": "Unverified SignatureWrong",
  unsigned: "Unverified NoSignature retryable",
  replayed: "Paying",
  "wrong-amount": "Implausible OtherAmount",
  renamed: "Implausible TransStateElsewhere",
  merged: "Implausible SeparatorInValue"
}

const ask = Effect.fnUntraced(function* (
  orderId: string,
  more?: Parameters<typeof order>[1]
): Effect.fn.Return<string, never, OrderGateway> {
  const gateway = yield* OrderGateway
  const result = yield* Effect.result(gateway.query(order(orderId, { amount: "8888", ...more })))
  if (Result.isSuccess(result)) return result.success.verdict
  assertNoSecret(result.failure)
  const { reason } = result.failure
  const detail =
    reason._tag === "HttpStatus"
      ? [reason.status]
      : reason._tag === "Unverified"
        ? [reason.reason]
        : reason._tag === "Implausible"
          ? [reason.rule]
          : []
  return [reason._tag, ...detail, ...(result.failure.isRetryable ? ["retryable"] : [])].join(" ")
})

describe("the gateway against the sandbox, over HTTP", () => {
  it("knows every named script", () => {
    assert.sameMembers(
      Object.keys(first),
      scripts.map((script) => script.name)
    )
  })

  it.live("gives on the first query what the script's name says", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make({ timeScale: 20 })
      // The slow script's 70 s are 3.5 s here, and the drip takes 50 ms for each byte.
      const layer = Gateways.toSandbox(sandbox, { retries: 0 }, Gateways.short(1500))
      const said = yield* Effect.forEach(Object.keys(first), (name) => ask(name), {
        concurrency: "unbounded"
      }).pipe(Effect.provide(layer))
      const found = Object.fromEntries(Object.keys(first).map((name, index) => [name, said[index]]))
      assert.deepStrictEqual(found, first)
    })
  )

  it.live("takes what was learned into account: a replayed answer of another order is not believed", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      const layer = Gateways.toSandbox(sandbox, { retries: 0 })
      yield* Effect.gen(function* () {
        assert.strictEqual(yield* ask("replayed"), "Paying")
        const { transactionId } = yield* sandbox.order("replayed")
        assert.strictEqual(yield* ask("replayed", { transactionId }), "Implausible OtherTransaction")
      }).pipe(Effect.provide(layer))
    })
  )

  it.live("reads 0000 by what was asked for: paid, refund failed, void failed", () =>
    Effect.gen(function* () {
      const sandbox = yield* Sandbox.make()
      const verdicts = yield* Effect.gen(function* () {
        const gateway = yield* OrderGateway
        return yield* Effect.forEach(["payment", "refund", "void"] as const, (operation) =>
          gateway.query(order(`paid-${operation}`), operation)
        )
      }).pipe(Effect.provide(Gateways.toSandbox(sandbox)))
      assert.deepStrictEqual(
        verdicts.map(({ verdict, operation }) => [verdict, operation]),
        [
          ["Paid", "payment"],
          ["RefundFailed", "refund"],
          ["VoidFailed", "void"]
        ]
      )
    })
  )
})
