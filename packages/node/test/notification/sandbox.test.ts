import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { inspect } from "node:util"
import { assert, describe, it, vi } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { createNotificationHandler } from "../../src/notification/createNotificationHandler.ts"
import { createOrderSync, type OrderSync } from "../../src/promise.ts"
import * as Sandbox from "../../src/sandbox/Sandbox.ts"
import * as Keys from "../support/keys.ts"
import { forged, paidFields, send, signed } from "./notifications.ts"

/** What was printed while a test ran. */
const printing = Effect.acquireRelease(
  Effect.sync(() => {
    const lines: Array<string> = []
    const spies = (["log", "info", "warn", "error", "debug"] as const).map((name) =>
      vi
        .spyOn(console, name)
        .mockImplementation((...given) => void lines.push(given.map((one) => inspect(one)).join(" ")))
    )
    return { lines, spies }
  }),
  ({ spies }) =>
    Effect.sync(() => {
      for (const spy of spies) spy.mockRestore()
    })
)

const ORDER = "notpay-then-paid-4711"

/** A shop that asks once an hour and is notified; and a platform that says NOTPAY twice, then SUCCESS. */
const shop = Effect.gen(function* () {
  const sandbox = yield* Sandbox.make({ timeScale: 100 })
  const sync = yield* Effect.acquireRelease(
    Effect.promise(() =>
      createOrderSync({
        merId: sandbox.merId,
        baseUrl: sandbox.baseUrl,
        privateKey: Redacted.value(sandbox.merchantPrivateKey),
        platformCert: sandbox.platformCert,
        schedule: { firstEvery: "1 hour", firstFor: "10 hours", handOverAfter: "10 hours" }
      })
    ),
    (open) => Effect.promise(open.close)
  )
  const handler = yield* Effect.promise(() =>
    createNotificationHandler(sync, {
      platformCert: Buffer.from(Keys.platform.certificate),
      unverifiedEvery: "50 millis"
    })
  )
  const server = yield* Effect.acquireRelease(
    Effect.promise(
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const made = createServer(handler.node).listen(0, "127.0.0.1", () => resolve(made))
        })
    ),
    (made) =>
      Effect.promise(
        () =>
          new Promise<void>((resolve) => {
            made.close(() => resolve())
            made.closeAllConnections()
          })
      )
  )
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const queries = Effect.map(sandbox.received, (received) => received.length)
  /** Sends a notification, and waits until so many queries in all were answered and noted. */
  const notify = (fields: Readonly<Record<string, string>>, expected: number) =>
    Effect.gen(function* () {
      const { status, text } = yield* send(url, { type: "application/json", body: JSON.stringify(fields) })
      assert.strictEqual(status, 200)
      assert.notInclude(text, ORDER)
      yield* Effect.promise(handler.idle)
      yield* atRest(sync, queries, expected)
    })
  return { sync, queries, notify }
})

const atRest = (sync: OrderSync, queries: Effect.Effect<number>, expected: number) =>
  Effect.gen(function* () {
    while ((yield* queries) < expected) yield* Effect.sleep(2)
    while ((yield* stateOf(sync)) === "open.querying") yield* Effect.sleep(2)
  })

const stateOf = (sync: OrderSync) =>
  Effect.map(
    Effect.promise(() => sync.get(ORDER)),
    (order) => order?.state
  )

describe("a notification that claims a payment, through the whole library", () => {
  it.live(
    "given a platform that says NOTPAY, leaves the order unpaid, forged or signed; only its answer pays",
    () =>
      Effect.gen(function* () {
        const { lines } = yield* printing
        const { sync, queries, notify } = yield* shop
        yield* Effect.promise(() => sync.handOver({ orderId: ORDER, amount: 8888n }))
        yield* atRest(sync, queries, 1)
        assert.strictEqual(yield* stateOf(sync), "open.waiting")

        yield* notify(forged(paidFields(ORDER, { retCode: "0000", transState: "SUCCESS" })), 2)
        assert.deepStrictEqual([yield* stateOf(sync), yield* queries], ["open.waiting", 2])

        // The platform says SUCCESS from the third query on: now the notification is true.
        yield* notify(signed(paidFields(ORDER)), 3)
        assert.deepStrictEqual([yield* stateOf(sync), yield* queries], ["paid", 3])

        // A paid order is not asked again for whoever knows its number.
        yield* Effect.sleep(60)
        yield* notify(paidFields(ORDER, { tradeState: "TRADE_CANCEL" }), 3)
        assert.deepStrictEqual([yield* stateOf(sync), yield* queries], ["paid", 3])

        const log = lines.join("\n")
        assert.include(log, "no***11")
        assert.notInclude(log, ORDER)
      })
  )

  it.live("given a signed one for an order that stays NOTPAY, it stays unpaid however often it comes", () =>
    Effect.gen(function* () {
      yield* printing
      const { sync, queries, notify } = yield* shop
      yield* Effect.promise(() => sync.handOver({ orderId: ORDER, amount: 8888n }))
      yield* atRest(sync, queries, 1)
      // The limit of a verified one holds the others back: one more query, which says NOTPAY.
      for (let times = 0; times < 10; times++) yield* notify(signed(paidFields(ORDER)), 2)
      assert.deepStrictEqual([yield* stateOf(sync), yield* queries], ["open.waiting", 2])
    })
  )
})
