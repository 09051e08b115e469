import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { OrderGateway } from "../src/gateway/OrderGateway.ts"
import { fromLayer } from "../src/promise/fromLayer.ts"
import * as Options from "../src/promise/Options.ts"
import {
  createOrderSync,
  type OrderSyncOptions,
  type PlainNotice,
  UmfConfigError,
  UmfInputError,
  UmfKeyError,
  UmfStoreError
} from "../src/promise.ts"
import { OrderDesk } from "../src/sync/OrderDesk.ts"
import { OrderSync as OrderSyncService } from "../src/sync/OrderSync.ts"
import * as Keys from "./support/keys.ts"
import { refusal, until, withSandbox } from "./support/promises.ts"
import { assertNoSecret, printed } from "./support/secrets.ts"

const good: OrderSyncOptions = {
  merId: "90000001",
  privateKey: Redacted.value(Keys.merchant.privateKey),
  platformCert: Buffer.from(Keys.platform.certificate)
}

/** What JavaScript lets an app give, whatever the types say. */
const untyped = <A>(value: unknown): A => value as A

/** An order sync of which nothing may be called. */
const untouched = fromLayer(
  "90000001",
  Layer.mergeAll(Layer.mock(OrderGateway, {}), Layer.mock(OrderDesk, {}), Layer.mock(OrderSyncService, {}))
)

describe("what a call is given", () => {
  const orders: ReadonlyArray<readonly [name: string, order: unknown, fields: ReadonlyArray<string>]> = [
    ["an order number with a separator", { orderId: "a&payType=WX" }, ["orderId"]],
    ["an empty order number", { orderId: "" }, ["orderId"]],
    ["an order number that is too long", { orderId: "x".repeat(65) }, ["orderId"]],
    ["an order number that is no text", { orderId: 5 }, ["orderId"]],
    ["no order number", {}, ["orderId"]],
    ["a date that does not exist", { orderId: "a", orderDate: "20260230" }, ["orderDate"]],
    ["a payType that does not exist", { orderId: "a", payType: "XX" }, ["payType"]],
    ["an amount that is no number", { orderId: "a", amount: "12.5" }, ["amount"]],
    ["an amount that is a number, and may be yuan", { orderId: "a", amount: 88.88 }, ["amount"]],
    ["a negative amount", { orderId: "a", amount: -1n }, ["amount"]],
    ["a misspelled field, whose value would go unnoticed", { orderId: "a", ammount: "1" }, ["ammount"]],
    ["another merchant", { orderId: "a", merId: "90000002" }, ["merId"]],
    ["two faults", { orderId: "", amount: "x" }, ["orderId", "amount"]],
    ["no object", "paid-1", [""]],
    ["nothing", undefined, [""]],
    ["null", null, [""]]
  ]
  it.each(orders)(
    "given %s, the fault is told by its field, before anything is asked",
    async (_, order, fields) => {
      const sync = await untouched
      for (const call of [sync.query, sync.track, sync.handOver]) {
        const error = await refusal(call(untyped(order)))
        assert.instanceOf(error, UmfInputError)
        assert.strictEqual(error.code, "INPUT_INVALID")
        assert.deepStrictEqual(
          error.issues.map(({ field }) => field),
          fields
        )
        for (const { field, message } of error.issues)
          assert.include(error.message, field === "" ? message : field)
      }
      assert.throws(() => sync.transitions(untyped(order)), UmfInputError)
    }
  )

  it("given a field that is undefined, it counts as left out", async () => {
    const asked: Array<object> = []
    const query: OrderGateway["Service"]["query"] = (order) => {
      asked.push(order)
      return Effect.die("asked")
    }
    const sync = await fromLayer(
      "90000001",
      Layer.mergeAll(
        Layer.mock(OrderGateway, { query }),
        Layer.mock(OrderDesk, {}),
        Layer.mock(OrderSyncService, {})
      )
    )
    const given = { orderId: "a", transactionId: undefined, orderDate: undefined, payType: undefined }
    await refusal(sync.query({ ...given, amount: undefined }, { signal: undefined }))
    assert.deepStrictEqual(asked, [{ merId: "90000001", orderId: "a" }])
  })

  it("given options and requests that can't be used, each names what is wrong", async () => {
    const sync = await untouched
    const calls: ReadonlyArray<readonly [field: string, call: () => Promise<unknown>]> = [
      ["orderedAt", () => sync.track({ orderId: "a" }, { orderedAt: Number.NaN })],
      ["orderedAt", () => sync.handOver({ orderId: "a" }, { orderedAt: new Date("yesterday") })],
      ["operation", () => sync.track({ orderId: "a" }, { operation: untyped("pay") })],
      ["orderAt", () => sync.track({ orderId: "a" }, untyped({ orderAt: 1 }))],
      ["signal", () => sync.waitFor("a", { signal: untyped({ aborted: false }) })],
      ["", () => sync.waitFor("a", untyped("soon"))],
      ["orderId", () => sync.waitFor("a|b")],
      ["orderId", () => sync.get(untyped(7))],
      ["orderId", () => sync.history("")],
      ["orderId", () => sync.resume(untyped(undefined))],
      ["states.0", () => sync.list({ states: [untyped("Paid")] })],
      ["limit", () => sync.list({ limit: 0 })],
      ["limit", () => sync.list({ limit: 1001 })],
      ["since", () => sync.list({ since: untyped("2026-01-01") })],
      ["state", () => sync.list(untyped({ state: "paid" }))]
    ]
    for (const [field, call] of calls) {
      const error = await refusal(call())
      assert.instanceOf(error, UmfInputError, field)
      assert.deepStrictEqual(
        error.issues.map((issue) => issue.field),
        [field]
      )
    }
    assert.throws(() => sync.onSettled(untyped("f")), UmfInputError, /listener/)
  })
})

describe("the options of createOrderSync", () => {
  const bad: ReadonlyArray<readonly [setting: string, options: unknown]> = [
    ["", undefined],
    ["merId", { ...good, merId: undefined }],
    ["merId", { ...good, merId: "123456789" }],
    ["privateKey", { ...good, privateKey: 5 }],
    ["passphrase", { ...good, passphrase: { hunter2: "hunter2" } }],
    ["passPhrase", { ...good, passPhrase: "hunter2" }],
    ["timeout", { ...good, timeout: "70 sekunden hunter2" }],
    ["timeout", { ...good, timeout: "60 seconds" }],
    ["timeout", { ...good, timeout: -1 }],
    ["deadline", { ...good, deadline: Number.POSITIVE_INFINITY }],
    ["grace", { ...good, grace: "1e3 seconds" }],
    ["concurrency", { ...good, concurrency: 0 }],
    ["countEvery", { ...good, countEvery: 0 }],
    ["rateLimit.limit", { ...good, rateLimit: { limit: 0.5, window: "1 second" } }],
    ["schedule.firstEvery", { ...good, schedule: { firstEvery: 0 } }],
    ["schedule.gaps.1", { ...good, schedule: { gaps: [1, "soon"] } }],
    ["schedule.every", { ...good, schedule: { every: 1 } }],
    ["store", { ...good, store: "hunter2" }],
    ["store", { ...good, store: { file: "a", postgres: "postgres://u:hunter2@127.0.0.1/a" } }],
    ["store", { ...good, store: { postgres: "u:hunter2@127.0.0.1" } }],
    ["onNotice", { ...good, onNotice: "hunter2" }],
    [
      "onNotice",
      {
        ...good,
        onNotice: () => {},
        webhook: { url: "http://127.0.0.1:1", secret: `whsec_${"A".repeat(32)}` }
      }
    ],
    ["webhook.secret", { ...good, webhook: { url: "https://example.com", secret: "hunter2" } }],
    ["webhook.secret", { ...good, webhook: { url: "https://example.com", secret: [5] } }],
    ["webhook.url", { ...good, webhook: { url: "http://example.com", secret: `whsec_${"A".repeat(32)}` } }],
    ["baseUrl", { ...good, baseUrl: "http://example.com" }],
    ["baseUrl", { ...good, baseUrl: "https://u:hunter2@example.com" }]
  ]
  it.each(bad)(
    "given a bad %s, the start is refused and the setting named, without its value",
    async (setting, options) => {
      const error = await refusal(createOrderSync(untyped(options)))
      assert.instanceOf(error, UmfConfigError)
      assert.strictEqual(error.setting, setting)
      assertNoSecret(error, ["hunter2"])
    }
  )

  it("given keys that can't be used, the start is refused before anything is sent", async () => {
    const directory = await mkdtemp(join(tmpdir(), "umf-promise-"))
    try {
      const file = join(directory, "not-a-key.pem")
      await writeFile(file, "hunter2 is no key")
      const refused: ReadonlyArray<OrderSyncOptions> = [
        { ...good, privateKey: file },
        { ...good, privateKey: join(directory, "nowhere.pem") },
        { ...good, privateKey: good.platformCert },
        { ...good, platformCert: file },
        { ...good, platformCert: new Uint8Array() }
      ]
      for (const options of refused) {
        const error = await refusal(createOrderSync({ ...options, passphrase: "hunter2" }))
        assert.instanceOf(error, UmfKeyError)
        assertNoSecret(error, ["hunter2"])
      }
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  })

  it("given a start that fails, the store's file is free for the next one", async () => {
    const directory = await mkdtemp(join(tmpdir(), "umf-promise-"))
    try {
      const store = { file: join(directory, "orders.sqlite") }
      const transactional = {
        ...good,
        store,
        webhook: { url: "http://example.com", secret: `whsec_${"A".repeat(32)}` }
      }
      assert.instanceOf(await refusal(createOrderSync(transactional)), UmfConfigError)
      await using orders = await createOrderSync({ ...good, store })
      assert.deepStrictEqual(await orders.list(), { orders: [] })
      const second = await refusal(createOrderSync({ ...good, store }))
      assert.instanceOf(second, UmfStoreError)
      assert.strictEqual(second.code, "STORE_LOCKED")
      assert.notInclude(printed(second), "undefined")
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  })

  it.effect("given lengths of time as numbers and as texts, they mean the same", () =>
    Effect.gen(function* () {
      const read = (schedule: OrderSyncOptions["schedule"]) =>
        Effect.map(Options.read({ ...good, schedule }), ({ options }) => options.schedule)
      const texts = yield* read({
        firstEvery: "3 seconds",
        firstFor: "0.5 minutes",
        gaps: ["1 minute", "2 hours"],
        recheckAfter: ["1 day"],
        backOff: { base: "500 millis", cap: "1 week" },
        maxQueries: undefined
      })
      assert.deepStrictEqual(texts, {
        firstEvery: 3000,
        firstFor: 30_000,
        gaps: [60_000, 7_200_000],
        recheckAfter: [86_400_000],
        backOff: { base: 500, cap: 604_800_000 }
      })
      assert.deepStrictEqual(yield* read(texts), texts)
    })
  )

  it.live("given onNotice, it is told plain values, with dates and fen", () => {
    const told: Array<PlainNotice> = []
    return withSandbox(
      async (orders) => {
        await orders.track({ orderId: "paid-1", amount: "8888" })
        await until(() => told.length === 1)
        const [notice] = told
        assert.deepInclude(notice, {
          type: "order.paid",
          orderId: "paid-1",
          state: "paid",
          amount: 8888n,
          seq: 1
        })
        assert.instanceOf(notice?.at, Date)
        assert.closeTo(notice?.at.getTime() ?? 0, Date.now(), 10_000)
      },
      { onNotice: (notice) => void told.push(notice) }
    )
  })
})
