import { getEventListeners } from "node:events"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import {
  createOrderSync,
  type PlainTransition,
  UmfClosedError,
  UmfOrderUnknownError
} from "../src/promise.ts"
import * as Keys from "./support/keys.ts"
import { rejection, schedule, until, withSandbox } from "./support/promises.ts"
import * as Servers from "./support/servers.ts"

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
        await until(async () => !((await orders.get("notpay-then-paid-1"))?.state !== "open.waiting"))
        assert.strictEqual(await queries(), 1)
        for (const expected of ["open.waiting", "paid"]) {
          await orders.hint("notpay-then-paid-1")
          await until(async () => !((await orders.get("notpay-then-paid-1"))?.state !== expected))
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
      await until(async () => !((await orders.get(order.orderId)) === undefined))
      abort.abort()
      const error = await rejection(tracked)
      assert.instanceOf(error, DOMException)
      assert.strictEqual(error.name, "AbortError")
      await until(async () => !((await orders.get(order.orderId))?.state !== "paid"))
      const before = AbortSignal.abort("too late")
      assert.strictEqual(await rejection(orders.track({ orderId: "paid-9" }, { signal: before })), "too late")
      assert.isUndefined(await orders.get("paid-9"))
      assert.deepStrictEqual(getEventListeners(abort.signal, "abort"), [])
    })
  )

  it.live("history tells what happened, with dates and amounts", () =>
    withSandbox(async (orders) => {
      await orders.track({ orderId: "paid-6", amount: 8888n })
      assert.deepStrictEqual(await orders.history("nobody-handed-over"), [])
      const history = await orders.history("paid-6")
      const [moved, told] = history.slice(-2)
      assert.deepInclude(moved, { kind: "moved", to: "paid", because: "answered Paid (0000 SUCCESS)" })
      assert.instanceOf(moved?.at, Date)
      assert.strictEqual(moved?.kind === "moved" ? moved.answer?.amount : undefined, 8888n)
      assert.deepInclude(told, { kind: "told", fact: "Paid" })
    })
  )

  it.live("list gives pages, of some states only where they are named", () =>
    withSandbox(async (orders) => {
      for (const orderId of ["paid-1", "paid-2", "pay-error-1"]) await orders.track({ orderId })
      await orders.handOver({ orderId: "never-decided-1" }, { orderedAt: new Date() })
      const first = await orders.list({ limit: 2 })
      const second = await orders.list({ limit: 2, cursor: first.next })
      assert.isUndefined(second.next)
      const ids = [...first.orders, ...second.orders].map(({ orderId }) => orderId)
      assert.deepStrictEqual(ids.toSorted(), ["never-decided-1", "paid-1", "paid-2", "pay-error-1"])
      const found = async (request: Parameters<typeof orders.list>[0]) =>
        (await orders.list(request)).orders.map(({ orderId }) => orderId).toSorted()
      assert.deepStrictEqual(await found({ states: ["payFailed", "polling"] }), [
        "never-decided-1",
        "pay-error-1"
      ])
      assert.deepStrictEqual(await found({ since: new Date(Date.now() + 60_000) }), [])
      assert.lengthOf(await found({ until: Date.now() + 60_000 }), 4)
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
        await until(async () => !(server.requests.length < 2))
        assert.strictEqual(server.open(), 2)
        await orders.close()
        await until(async () => !(server.open() > 0))
        for (const error of await Promise.all([tracked, queried])) assert.instanceOf(error, UmfClosedError)
        assert.instanceOf(await rejection(orders.query({ orderId: "c" })), UmfClosedError)
        await orders.close()
        assert.strictEqual(server.requests.length, 2)
      })
    })
  )
})

describe("waitFor", () => {
  it.live("given an order that was handed over, it waits for its end; at rest it is there at once", () =>
    withSandbox(async (orders, sandbox) => {
      await orders.handOver({ orderId: "notpay-then-paid-1" })
      const end = await orders.waitFor("notpay-then-paid-1")
      assert.deepStrictEqual([end.state, end.settled, end.paid], ["paid", true, true])
      const queries = (await Effect.runPromise(sandbox.received)).length
      assert.deepStrictEqual(await orders.waitFor("notpay-then-paid-1"), end)
      assert.strictEqual((await Effect.runPromise(sandbox.received)).length, queries)
    })
  )

  it.live("given an order that needs a person, that is an end too", () =>
    withSandbox(async (orders) => {
      await orders.handOver({ orderId: "signature-rejected-1" })
      const end = await orders.waitFor("signature-rejected-1")
      assert.deepStrictEqual([end.settled, end.attention], [false, true])
    })
  )

  it.live("given an order that was never handed over, it says so and asks nothing", () =>
    withSandbox(async (orders, sandbox) => {
      const error = await rejection(orders.waitFor("paid-nobody-tracks"))
      assert.instanceOf(error, UmfOrderUnknownError)
      assert.strictEqual(error.orderId, "paid-nobody-tracks")
      assert.isUndefined(await orders.get("paid-nobody-tracks"))
      assert.deepStrictEqual(await Effect.runPromise(sandbox.received), [])
    })
  )

  it.live("it tells the service nothing: what an answer taught is not taken for the merchant's word", () =>
    withSandbox(
      async (orders) => {
        await orders.handOver({ orderId: "notpay-then-paid-2" })
        await until(async () => (await orders.get("notpay-then-paid-2"))?.state === "open.waiting")
        assert.strictEqual((await orders.waitFor("notpay-then-paid-2")).state, "paid")
        const kinds = (await orders.history("notpay-then-paid-2")).map(({ kind }) => kind)
        assert.deepStrictEqual(kinds, ["moved", "told"])
      },
      { schedule: { ...schedule, firstEvery: 300 } }
    )
  )

  it.live("an aborted signal rejects with its reason at once, and ends nothing but the waiting", () =>
    withSandbox(async (orders) => {
      await orders.handOver({ orderId: "paid-after-3-4" })
      const abort = new AbortController()
      const waiting = rejection(orders.waitFor("paid-after-3-4", { signal: abort.signal }))
      const reason = new Error("the customer left")
      abort.abort(reason)
      assert.strictEqual(await waiting, reason)
      assert.deepStrictEqual(getEventListeners(abort.signal, "abort"), [])
      const byDefault = await rejection(orders.waitFor("paid-after-3-4", { signal: AbortSignal.abort() }))
      assert.instanceOf(byDefault, DOMException)
      assert.strictEqual(byDefault.name, "AbortError")
      assert.strictEqual((await orders.waitFor("paid-after-3-4")).state, "paid")
    })
  )

  it.live("given a signal that outlives the wait, nothing stays with it", () =>
    withSandbox(async (orders) => {
      const { signal } = new AbortController()
      await orders.handOver({ orderId: "paid-1" })
      await orders.waitFor("paid-1", { signal })
      await orders.track({ orderId: "paid-2" }, { signal })
      await orders.query({ orderId: "paid-3" }, { signal })
      assert.deepStrictEqual(getEventListeners(signal, "abort"), [])
    })
  )

  it.live("a close rejects who waits", () =>
    withSandbox(async (orders) => {
      await orders.handOver({ orderId: "never-decided-1" })
      const waiting = rejection(orders.waitFor("never-decided-1"))
      await orders.close()
      assert.instanceOf(await waiting, UmfClosedError)
      assert.instanceOf(await rejection(orders.waitFor("never-decided-1")), UmfClosedError)
    })
  )
})
