/** The platform of a test kit: what it can be told, what it refuses, what it tells of the queries. */
import { assert, describe, it } from "@effect/vitest"
import { scripts } from "../../src/sandbox/scripts.ts"
import {
  answers,
  createTestKeys,
  createTestKit,
  type PlainReply,
  type ScriptName,
  signAnswer,
  type TestKit,
  type TestKitOptions
} from "../../src/testing.ts"

const refusal = (
  call: () => unknown
): { readonly code?: string; readonly field?: string; readonly message: string } => {
  try {
    call()
  } catch (error) {
    assert.instanceOf(error, Error)
    const { issues } = error as Error & { readonly issues?: ReadonlyArray<{ readonly field: string }> }
    const { code } = error as Error & { readonly code?: string }
    return { ...(code && { code }), ...(issues?.[0] && { field: issues[0].field }), message: error.message }
  }
  return assert.fail("was not refused")
}

const rejection = async (
  promise: Promise<unknown>
): Promise<{ readonly code?: string; readonly setting?: string }> => {
  try {
    await promise
  } catch (error) {
    if (typeof error === "object" && error !== null) return error
  }
  return assert.fail("was not rejected")
}

/** What one query comes to where the platform answers this. */
const said = async (kit: TestKit, reply: PlainReply): Promise<string | undefined> => {
  kit.platform.answerNext("o1", reply)
  const asked = kit.sync.query({ orderId: "o1", amount: 8888n }).then(
    ({ verdict }): string => verdict,
    ({ code }: { readonly code?: string }) => code
  )
  await kit.clock.advance("2 minutes")
  return asked
}

describe("the platform", () => {
  // Every name, once: the compiler finds one that is missing or unknown.
  const names: { readonly [name in ScriptName]: true } = {
    paid: true,
    "paid-after-3": true,
    "paid-without-state": true,
    "notpay-then-paid": true,
    "new-fields": true,
    "pay-error": true,
    closed: true,
    "closed-once-then-paid": true,
    "closed-then-paid": true,
    "never-decided": true,
    "paid-then-refund": true,
    "refund-after-2": true,
    "refund-fails": true,
    "paid-then-void": true,
    "void-fails": true,
    "platform-fault-then-paid": true,
    "platform-fault": true,
    contradictory: true,
    "signature-rejected": true,
    "slow-then-paid": true,
    "cut-then-paid": true,
    "reset-then-paid": true,
    "slow-drip": true,
    "huge-body": true,
    html: true,
    "bad-gateway": true,
    "bad-gateway-then-paid": true,
    "rate-limited": true,
    redirect: true,
    "wrong-signature": true,
    unsigned: true,
    replayed: true,
    "wrong-amount": true,
    renamed: true,
    merged: true
  }

  it("given the scripts of the sandbox, each has a name that editors offer", () => {
    assert.deepStrictEqual(scripts.map(({ name }) => name).sort(), Object.keys(names).sort())
  })

  it.each(scripts)(
    "given the script $name, a correct client ends as the script says",
    async (script) => {
      await using kit = await createTestKit()
      const { name, expected, onRefund, onVoid } = script
      kit.platform.createOrder({ orderId: "o1", script: name as ScriptName })
      let done = kit.sync.track({ orderId: "o1", amount: 8888n })
      await kit.clock.advance("45 minutes")
      if (onRefund !== undefined || onVoid !== undefined) {
        assert.strictEqual((await done).state, "paid")
        const [ask, note] =
          onRefund === undefined
            ? [kit.platform.requestVoid, kit.sync.voidRequested]
            : [kit.platform.requestRefund, kit.sync.refundRequested]
        ask("o1")
        await note("o1")
        done = kit.sync.waitFor("o1")
        await kit.clock.advance("45 minutes")
      }
      const { state } = await done
      await kit.clock.advance("2 hours")
      const late = kit.notices.some((notice) => notice.late !== undefined)
      assert.strictEqual(late ? `${(await kit.sync.get("o1"))?.state}Late` : state, expected)
    },
    30_000
  )

  const replies: ReadonlyArray<readonly [PlainReply, string]> = [
    ["paying", "Paying"],
    ["not-pay", "Paying"],
    ["paid", "Paid"],
    ["paid-without-state", "Paid"],
    ["pay-error", "PayFailed"],
    ["closed", "Closed"],
    ["refund-accepted", "RefundAccepted"],
    ["voided", "Voided"],
    ["platform-fault", "PlatformFault"],
    ["contradictory", "Contradictory"],
    ["signature-rejected", "SignatureRejected"],
    [{ retCode: "0000", transState: "PAYERROR", fields: { zVersion: 2 } }, "PayFailed"],
    ["wrong-signature", "GATEWAY_UNVERIFIED"],
    ["unsigned", "GATEWAY_UNVERIFIED"],
    ["replayed", "GATEWAY_IMPLAUSIBLE"],
    ["wrong-amount", "GATEWAY_IMPLAUSIBLE"],
    ["renamed", "GATEWAY_IMPLAUSIBLE"],
    ["merged", "GATEWAY_IMPLAUSIBLE"],
    ["time-out", "GATEWAY_TIMEOUT"],
    ["connection-reset", "GATEWAY_UNREACHABLE"],
    ["cut", "GATEWAY_UNREACHABLE"],
    ["html", "GATEWAY_UNVERIFIED"],
    ["redirect", "GATEWAY_HTTP_STATUS"],
    [{ httpStatus: 500 }, "GATEWAY_HTTP_STATUS"],
    [{ httpStatus: 429, retryAfter: 3 }, "GATEWAY_HTTP_STATUS"],
    [{ delayed: "paying", by: "64 seconds" }, "Paying"],
    [{ delayed: "paid", by: "66 seconds" }, "GATEWAY_TIMEOUT"]
  ]
  it.each(replies)("told to answer %o, a query comes to %s", async (reply, expected) => {
    await using kit = await createTestKit({ retries: 0 })
    kit.platform.createOrder({ orderId: "o1", script: "never-decided" })
    assert.strictEqual(await said(kit, reply), expected)
    // And only once: then the script goes on.
    assert.strictEqual((await kit.sync.query({ orderId: "o1" })).verdict, "Paying")
  })

  it("given steps of one's own, they are played one after the other, the last one for ever", async () => {
    await using kit = await createTestKit()
    kit.platform.createOrder({
      orderId: "o1",
      script: {
        steps: [{ answer: "paying", times: 2 }, { answer: "not-pay", for: "10 seconds" }, "paid"],
        onRefund: ["paid", { retCode: "88881220", retMsg: "退款受理成功" }]
      }
    })
    const verdicts: Array<string> = []
    const ask = async () => verdicts.push((await kit.sync.query({ orderId: "o1" })).verdict)
    for (let times = 0; times < 4; times++) await ask()
    await kit.clock.advance("10 seconds")
    await ask()
    await ask()
    kit.platform.requestRefund("o1")
    await ask()
    await ask()
    assert.deepStrictEqual(verdicts, [
      ...["Paying", "Paying", "Paying", "Paying", "Paid", "Paid", "Paid", "RefundAccepted"]
    ])
  })

  it("tells every query with its time, its fields and what it was answered", async () => {
    await using kit = await createTestKit({ startAt: new Date("2026-07-29T12:00:00+08:00") })
    const { transactionId } = kit.platform.createOrder({ orderId: "o1", script: ["paying", "paid"] })
    void kit.sync.track({ orderId: "o1", transactionId, orderDate: "20260729" })
    await kit.clock.advance("1 minute")
    assert.deepStrictEqual(
      kit.platform
        .queries("o1")
        .map(({ fields: { sign: _, ...fields }, ...query }) => ({ ...query, fields })),
      [
        ["2026-07-29T04:00:00Z", "Paying"],
        ["2026-07-29T04:00:03Z", "Paid"]
      ].map(([at = "", answered = ""]) => ({
        at: new Date(at),
        orderId: "o1",
        signature: "ok" as const,
        answered,
        fields: { merId: "90000001", orderId: "o1", transactionId, orderDate: "20260729" }
      }))
    )
    assert.deepStrictEqual(kit.platform.queries("o2"), [])
  })

  it("given an order that nobody made, and no script's name, it is closed, as at the platform", async () => {
    await using kit = await createTestKit()
    const done = kit.sync.track({ orderId: "nobody-made-this" })
    await kit.clock.advance("1 minute")
    assert.strictEqual((await done).state, "closed")
    assert.strictEqual(kit.platform.queries("nobody-made-this")[0]?.answered, "NoSuchOrder")
  })

  it("given a merchant number and keys of one's own, requests and answers are signed with them", async () => {
    const keys = await createTestKeys()
    await using kit = await createTestKit({ keys, merId: "12345678" })
    assert.strictEqual((await kit.sync.query({ orderId: "paid-1" })).verdict, "Paid")
    const [query] = kit.platform.queries("paid-1")
    assert.deepInclude(query, { signature: "ok" })
    assert.strictEqual(query?.fields.merId, "12345678")
    await using another = await createTestKit()
    assert.notDeepEqual(another.platform.keys.platformCert, keys.platformCert)
  })

  it("given keys that don't belong together, nothing is believed, on either side", async () => {
    const [one, other] = [await createTestKeys(), await createTestKeys()]
    await using kit = await createTestKit({ keys: { ...one, platformCert: other.platformCert }, retries: 0 })
    assert.strictEqual((await rejection(kit.sync.query({ orderId: "paid-1" }))).code, "GATEWAY_UNVERIFIED")
    await using wrong = await createTestKit({
      keys: { ...one, merchantPrivateKey: other.merchantPrivateKey }
    })
    assert.strictEqual((await wrong.sync.query({ orderId: "paid-1" })).verdict, "SignatureRejected")
  })
})

describe("what is refused", () => {
  const wrong: ReadonlyArray<readonly [string, string, (kit: TestKit) => unknown]> = [
    [
      "an order that is there already",
      "orderId",
      ({ platform }) => platform.createOrder({ orderId: "there" })
    ],
    [
      "a script of no such name",
      "script",
      ({ platform }) => platform.createOrder({ orderId: "o1", script: "paid-after-4" as ScriptName })
    ],
    ["an order number that can't be sent", "", ({ platform }) => platform.createOrder({ orderId: "a|b" })],
    ["an amount that is none", "", ({ platform }) => platform.createOrder({ orderId: "o1", amount: "1.50" })],
    [
      "a step that is none",
      "",
      ({ platform }) => platform.createOrder({ orderId: "o1", script: ["payed" as "paid"] })
    ],
    [
      "a step for no length of time",
      "",
      ({ platform }) =>
        platform.createOrder({ orderId: "o1", script: [{ answer: "paid", for: "soon" as "1 day" }] })
    ],
    ["a reply that is none", "", ({ platform }) => platform.answerNext("there", "payed" as "paid")],
    ["a status that is a success", "", ({ platform }) => platform.answerNext("there", { httpStatus: 200 })],
    ["a reply for no order", "orderId", ({ platform }) => platform.answerNext("nowhere", "paid")],
    ["a refund for no order", "orderId", ({ platform }) => platform.requestRefund("nowhere")],
    [
      "a void after a refund",
      "orderId",
      ({ platform }) => {
        platform.requestRefund("there")
        platform.requestVoid("there")
      }
    ]
  ]
  it.each(wrong)("%s, with the field: %s", async (_, field, call) => {
    await using kit = await createTestKit()
    kit.platform.createOrder({ orderId: "there" })
    const refused = refusal(() => call(kit))
    assert.deepInclude(refused, { code: "INPUT_INVALID", field })
    assert.isAbove(refused.message.length, 20)
  })

  const options: ReadonlyArray<readonly [string, object]> = [
    ["store", { store: { file: "orders.sqlite" } }],
    ["baseUrl", { baseUrl: "https://example.com" }],
    ["webhook", { webhook: { url: "https://example.com", secret: "" } }],
    ["startAt", { startAt: new Date("never") }],
    ["timeout", { timeout: "60 seconds" }],
    ["merId", { merId: "much too long for a merchant" }],
    ["durable", { durable: "yes" }],
    ["nonsense", { nonsense: 1 }]
  ]
  it.each([
    {},
    { steps: [] },
    { steps: [null] },
    { steps: "paid" },
    { steps: [{ answer: null }] },
    { steps: [{ answer: { delayed: "paid" } }] },
    { steps: [{ answer: "paid", times: "3" }] },
    { steps: ["paid"], onRefund: [] },
    [],
    ["constructor"],
    [{ httpStatus: "503" }],
    [{ delayed: null, by: 5 }],
    null,
    7
  ])("what is no script, without TypeScript: %j", async (script) => {
    await using kit = await createTestKit()
    kit.platform.createOrder({ orderId: "there" })
    const wrong = script as unknown as "paid"
    const refused = { code: "INPUT_INVALID", field: "" }
    assert.deepInclude(
      refusal(() => kit.platform.createOrder({ orderId: "o1", script: wrong })),
      refused
    )
    assert.deepInclude(
      refusal(() => kit.platform.answerNext("there", wrong)),
      refused
    )
  })

  it.each(options)("the option %s", async (setting, given) => {
    const error = await rejection(createTestKit(given as TestKitOptions))
    assert.deepInclude(error, { code: "CONFIG_INVALID", setting })
  })

  it("keys that are none", async () => {
    const keys = await createTestKeys()
    const none = new TextEncoder().encode("no key")
    for (const wrong of [
      { ...keys, platformPrivateKey: none },
      { ...keys, merchantPrivateKey: none }
    ]) {
      assert.strictEqual((await rejection(createTestKit({ keys: wrong }))).code, "KEY_INVALID")
    }
    const refused = refusal(() => signAnswer(answers.paid(), { platformPrivateKey: none }))
    assert.strictEqual(refused.code, "KEY_INVALID")
  })

  it("calls after the close", async () => {
    const kit = await createTestKit()
    const waiting = rejection(kit.sync.track({ orderId: "never-decided" }))
    await kit.clock.advance("1 second")
    await kit.close()
    assert.strictEqual((await waiting).code, "CLOSED")
    assert.strictEqual((await rejection(kit.sync.get("never-decided"))).code, "CLOSED")
    await kit.close()
  })
})
