import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { QuerySchedule } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import {
  createOrderSync,
  type OrderSync,
  type OrderSyncOptions,
  type PlainTransition
} from "../src/promise.ts"
import * as Sandbox from "../src/sandbox/Sandbox.ts"
import * as Keys from "./support/keys.ts"
import { assertNoSecret, printed } from "./support/secrets.ts"
import * as Servers from "./support/servers.ts"

const schedule = QuerySchedule.compress(QuerySchedule.defaults, 100)

const withSandbox = (
  body: (orders: OrderSync, sandbox: Sandbox.Running) => Promise<void>,
  more: Partial<OrderSyncOptions> = {}
) =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox.make({ timeScale: 100 })
    yield* Effect.promise(async () => {
      await using orders = await createOrderSync({
        merId: sandbox.merId,
        baseUrl: sandbox.baseUrl,
        privateKey: Redacted.value(sandbox.merchantPrivateKey),
        platformCert: sandbox.platformCert,
        schedule,
        ...more
      })
      await body(orders, sandbox)
    })
  })

/** What a promise was rejected with; fails the test if it was not. */
const rejection = async (promise: Promise<unknown>): Promise<{ readonly _tag?: string }> => {
  try {
    await promise
  } catch (error) {
    if (typeof error === "object" && error !== null) return error
    return {}
  }
  return assert.fail("was not rejected")
}

describe("createOrderSync", () => {
  it.live("query gives plain values", () =>
    withSandbox(async (orders) => {
      const said = await orders.query({ orderId: "paid-1", amount: 8888n })
      assert.deepStrictEqual(
        [said.orderId, said.verdict, said.retCode, said.transState, said.amount, said.payType],
        ["paid-1", "Paid", "0000", "SUCCESS", 8888n, "WX"]
      )
      assert.match(said.transactionId ?? "", /^90\d{18}$/)
      const paying = await orders.query({ orderId: "never-decided-1", amount: "8888" })
      assert.deepStrictEqual([paying.verdict, paying.paySeq], ["Paying", undefined])
    })
  )

  it.live("track gives the end, get the state at any time", () =>
    withSandbox(async (orders) => {
      assert.isUndefined(await orders.get("paid-after-3-1"))
      const end = await orders.track({ orderId: "paid-after-3-1", amount: 8888n })
      const expected = {
        orderId: "paid-after-3-1",
        state: "paid",
        settled: true,
        attention: false,
        paid: true
      }
      assert.deepStrictEqual(end, expected)
      assert.deepStrictEqual(await orders.get("paid-after-3-1"), expected)
      const rejected = await orders.track({ orderId: "signature-rejected-1" })
      assert.deepStrictEqual(
        [rejected.state, rejected.settled, rejected.attention, rejected.paid],
        ["rejected", false, true, false]
      )
    })
  )

  it.live("transitions are an async iterable that ends with the rest", () =>
    withSandbox(async (orders) => {
      const seen: Array<PlainTransition> = []
      for await (const transition of orders.transitions({ orderId: "pay-error-1" })) seen.push(transition)
      assert.deepStrictEqual(
        seen.map(({ from, to }) => `${from} -> ${to}`),
        ["open.querying -> open.waiting", "open.waiting -> open.querying", "open.querying -> payFailed"]
      )
      const last = seen.at(-1)
      assert.deepStrictEqual([last?.settled, last?.attention, last?.paid], [true, false, false])
      assert.instanceOf(last?.at, Date)
      assert.match(last?.because ?? "", /PayFailed/)
    })
  )

  it.live("leaving the loop leaves the order followed", () =>
    withSandbox(async (orders) => {
      const order = { orderId: "paid-after-3-2" }
      for await (const { to } of orders.transitions(order)) {
        assert.strictEqual(to, "open.waiting")
        break
      }
      assert.strictEqual((await orders.track(order)).state, "paid")
    })
  )

  it.live("refundRequested and voidRequested are followed; the payment is not forgotten", () =>
    withSandbox(async (orders, sandbox) => {
      for (const [name, ask, note, end] of [
        ["paid-then-refund-1", sandbox.requestRefund, orders.refundRequested, "refunded"],
        ["paid-then-void-1", sandbox.requestVoid, orders.voidRequested, "voided"]
      ] as const) {
        assert.strictEqual((await orders.track({ orderId: name })).state, "paid")
        await Effect.runPromise(ask(name))
        await note(name)
        const state = await orders.track({ orderId: name })
        assert.deepStrictEqual([state.state, state.paid], [end, true])
      }
    })
  )

  it.live("hint asks at once", () =>
    withSandbox(
      async (orders, sandbox) => {
        const tracked = orders.track({ orderId: "notpay-then-paid-1" })
        const queries = async () => (await Effect.runPromise(sandbox.received)).length
        while ((await orders.get("notpay-then-paid-1"))?.state !== "open.waiting") await pause()
        assert.strictEqual(await queries(), 1)
        for (const expected of ["open.waiting", "paid"]) {
          await orders.hint("notpay-then-paid-1")
          while ((await orders.get("notpay-then-paid-1"))?.state !== expected) await pause()
        }
        assert.strictEqual((await tracked).state, "paid")
        assert.strictEqual(await queries(), 3)
      },
      { schedule: { firstEvery: 60_000 } }
    )
  )

  it.live("an aborted signal ends the waiting, not the following", () =>
    withSandbox(async (orders) => {
      const order = { orderId: "paid-after-3-3" }
      const abort = new AbortController()
      const tracked = orders.track(order, { signal: abort.signal })
      while ((await orders.get(order.orderId)) === undefined) await pause()
      abort.abort()
      await rejection(tracked)
      while ((await orders.get(order.orderId))?.state !== "paid") await pause()
      const before = AbortSignal.abort()
      await rejection(orders.track({ orderId: "paid-9" }, { signal: before }))
    })
  )

  it.live("close ends sockets and waiting calls, and what was begun with them", () =>
    Effect.gen(function* () {
      const server = yield* Servers.tcp(() => {})
      yield* Effect.promise(async () => {
        const orders = await createOrderSync({
          merId: "90000001",
          baseUrl: server.url,
          privateKey: Redacted.value(Keys.merchant.privateKey),
          platformCert: Buffer.from(Keys.platform.certificate)
        })
        const tracked = rejection(orders.track({ orderId: "a" }))
        const queried = rejection(orders.query({ orderId: "b" }))
        while (server.requests.length < 2) await pause()
        assert.strictEqual(server.open(), 2)
        await orders.close()
        while (server.open() > 0) await pause()
        await Promise.all([tracked, queried])
        await rejection(orders.query({ orderId: "c" }))
        await orders.close()
        assert.strictEqual(server.requests.length, 2)
      })
    })
  )
})

describe("rejections", () => {
  it.live("are the library's tagged errors", () =>
    withSandbox(
      async (orders) => {
        const tagged = async (promise: Promise<unknown>) => (await rejection(promise))._tag
        assert.strictEqual(await tagged(orders.query({ orderId: "bad-gateway-1" })), "GatewayError")
        assert.strictEqual(
          await tagged(orders.query({ orderId: "wrong-amount-1", amount: 8888n })),
          "GatewayError"
        )
        await orders.track({ orderId: "paid-5", amount: 8888n })
        assert.strictEqual(await tagged(orders.track({ orderId: "paid-5", amount: 1n })), "OrderConflict")
        for (const note of ["hint", "refundRequested", "voidRequested", "resume"] as const) {
          assert.strictEqual(await tagged(orders[note]("paid-nobody-tracks")), "UnknownOrder")
        }
        const error = await rejection(orders.query({ orderId: "bad-gateway-2" }))
        assertNoSecret(error)
        assert.include(printed(error), "502")
      },
      { retries: 0 }
    )
  )

  const bad: ReadonlyArray<readonly [string, Parameters<OrderSync["query"]>[0], string]> = [
    ["an order number with a separator", { orderId: "a&payType=WX" }, "orderId"],
    ["an empty order number", { orderId: "" }, "orderId"],
    ["an order number that is too long", { orderId: "x".repeat(65) }, "orderId"],
    ["a date that does not exist", { orderId: "a", orderDate: "20260230" }, "orderDate"],
    ["a payType that does not exist", { orderId: "a", payType: "XX" }, "payType"],
    ["an amount that is no number", { orderId: "a", amount: "12.5" }, "amount"],
    ["a negative amount", { orderId: "a", amount: -1n }, "amount"]
  ]
  for (const [name, order, field] of bad) {
    it.live(`name the field: ${name}`, () =>
      withSandbox(async (orders, sandbox) => {
        const error = await rejection(orders.query(order))
        assert.strictEqual(error._tag, "SchemaError")
        assert.include(String(error), field)
        await rejection(orders.track(order))
        assert.deepStrictEqual(await Effect.runPromise(sandbox.received), [])
      })
    )
  }

  it.live("of bad keys and options come before anything is sent", () =>
    Effect.promise(async () => {
      const directory = await mkdtemp(join(tmpdir(), "umf-order-sync-promise-"))
      try {
        const file = join(directory, "not-a-key.pem")
        await writeFile(file, "hunter2 is no key")
        const good = {
          merId: "90000001",
          privateKey: Redacted.value(Keys.merchant.privateKey),
          platformCert: Buffer.from(Keys.platform.certificate)
        }
        const refused: ReadonlyArray<readonly [string, OrderSyncOptions]> = [
          ["KeyError", { ...good, privateKey: file }],
          ["KeyError", { ...good, privateKey: join(directory, "nowhere.pem") }],
          ["KeyError", { ...good, privateKey: good.platformCert }],
          ["KeyError", { ...good, platformCert: file }],
          ["KeyError", { ...good, platformCert: new Uint8Array() }],
          ["ConfigInvalid", { ...good, baseUrl: "http://example.com" }],
          ["ConfigInvalid", { ...good, timeout: "60 seconds" }]
        ]
        for (const [tag, options] of refused) {
          const error = await rejection(createOrderSync({ ...options, passphrase: "hunter2" }))
          assert.strictEqual(error._tag, tag)
          assertNoSecret(error, ["hunter2"])
        }
      } finally {
        await rm(directory, { recursive: true, force: true })
      }
    })
  )
})

const pause = () => new Promise((resolve) => setTimeout(resolve, 2))
