import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { OrderQueryAnswer, Plausibility } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ConfigInvalid } from "../src/gateway/GatewayConfig.ts"
import * as Gateway from "../src/gateway/GatewayError.ts"
import { OrderGateway } from "../src/gateway/OrderGateway.ts"
import * as KeyFile from "../src/keys/KeyFile.ts"
import { fromLayer } from "../src/promise/fromLayer.ts"
import * as Promises from "../src/promise.ts"
import { type OrderSync, UmfError } from "../src/promise.ts"
import * as Cursor from "../src/store/Cursor.ts"
import * as Store from "../src/store/StoreError.ts"
import { OrderConflict, UnknownOrder } from "../src/sync/Ledger.ts"
import { OrderDesk } from "../src/sync/OrderDesk.ts"
import { OrderSync as OrderSyncService } from "../src/sync/OrderSync.ts"
import { refusal, withSandbox } from "./support/promises.ts"
import { assertNoSecret, printed } from "./support/secrets.ts"

/** An order sync in which a query, a hand-over, a list and a hint end in these ways. */
const failing = (failures: {
  readonly query?: Effect.Effect<never, Gateway.GatewayError>
  readonly handOver?: Effect.Effect<never, OrderConflict | Store.StoreError>
  readonly list?: Effect.Effect<never, Store.StoreError>
  readonly hint?: Effect.Effect<never, UnknownOrder | Store.StoreError>
}): Promise<OrderSync> => {
  const { query = Effect.never, handOver = Effect.never, list = Effect.never, hint = Effect.never } = failures
  return fromLayer(
    "90000001",
    Layer.mergeAll(
      Layer.mock(OrderGateway, { query: () => query }),
      Layer.mock(OrderDesk, { handOver: () => handOver, list: () => list }),
      Layer.mock(OrderSyncService, { hint: () => hint })
    )
  )
}

const { Unverified } = OrderQueryAnswer

type Query = readonly [reason: Gateway.Reason, code: string, retryable: boolean, more?: object]

const queries: ReadonlyArray<Query> = [
  [new Gateway.Unreachable({ origin: "https://a", code: "ECONNREFUSED" }), "GATEWAY_UNREACHABLE", true],
  [new Gateway.Unreachable({ origin: "https://a", code: "CERT_HAS_EXPIRED" }), "GATEWAY_UNTRUSTED", false],
  [new Gateway.TimedOut({ milliseconds: 65_000 }), "GATEWAY_TIMEOUT", true],
  [new Gateway.DeadlineReached({ milliseconds: 100_000 }), "GATEWAY_DEADLINE", true],
  [new Gateway.HttpStatus({ status: 502 }), "GATEWAY_HTTP_STATUS", true, { status: 502 }],
  [new Gateway.HttpStatus({ status: 302 }), "GATEWAY_HTTP_STATUS", false, { status: 302 }],
  [new Gateway.Unreadable({ what: "too large" }), "GATEWAY_UNREADABLE", true, { disbelieved: true }],
  [
    new Unverified({ reason: "SignatureWrong", message: "no" }),
    "GATEWAY_UNVERIFIED",
    false,
    { disbelieved: true }
  ],
  [
    new Unverified({ reason: "NotJson", message: "a page" }),
    "GATEWAY_UNVERIFIED",
    true,
    { disbelieved: true }
  ],
  [
    new Plausibility.Implausible({ rule: "OtherAmount", field: "amount", message: "no" }),
    "GATEWAY_IMPLAUSIBLE",
    false,
    { disbelieved: true }
  ],
  [
    new Gateway.CircuitOpen({ retryAfterMillis: 900 }),
    "GATEWAY_CIRCUIT_OPEN",
    true,
    { retryAfterMillis: 900 }
  ],
  [new Gateway.NotSent({ what: "no" }), "GATEWAY_NOT_SENT", false]
]

describe("a query that gave nothing to believe", () => {
  it.each(queries.map(([reason, ...expected]) => ({ name: reason.message, reason, expected })))(
    "given: $name",
    async ({ reason, expected: [code, retryable, more] }) => {
      const cause = new Gateway.GatewayError({ reason })
      await using orders = await failing({ query: Effect.fail(cause) })
      const error = await refusal(orders.query({ orderId: "a" }))
      assert.instanceOf(error, Promises.UmfQueryError)
      assert.deepStrictEqual({ ...error }, { code, retryable, disbelieved: false, ...more })
      assert.strictEqual(error.message, cause.message)
      assert.strictEqual(error.cause, cause)
    }
  )

  it("given each reason there is, one of these has it", () => {
    const known = new Set<string>(Gateway.Reason.members.map((reason) => reason.identifier))
    for (const [{ _tag }] of queries) known.delete(_tag)
    assert.deepStrictEqual([...known], [])
  })
})

const stores: ReadonlyArray<readonly [reason: Store.Reason, code: string, retryable: boolean]> = [
  [new Store.StoreUnavailable({ what: "away" }), "STORE_UNAVAILABLE", true],
  [new Store.StoreLocked({ file: "a.sqlite", holder: "process 7" }), "STORE_LOCKED", false],
  [new Store.StoreIncompatible({ what: "newer" }), "STORE_INCOMPATIBLE", false],
  [new Store.StoreRefused({ what: "full" }), "STORE_REFUSED", false]
]

describe("the others", () => {
  it.each(stores.map(([reason, code, retryable]) => ({ name: reason.message, reason, code, retryable })))(
    "given: $name",
    async ({ reason, code, retryable }) => {
      await using orders = await failing({ handOver: Effect.fail(new Store.StoreError({ reason })) })
      const error = await refusal(orders.handOver({ orderId: "a" }))
      assert.instanceOf(error, Promises.UmfStoreError)
      assert.deepStrictEqual({ ...error }, { code, retryable })
      assert.strictEqual(error.message, reason.message)
    }
  )

  it("given a cursor of nowhere, it is the caller's mistake and not the store's", async () => {
    await using orders = await failing({ list: Effect.fail(Cursor.refused()) })
    const error = await refusal(orders.list({ cursor: "x" }))
    assert.instanceOf(error, Promises.UmfInputError)
    assert.deepStrictEqual(
      error.issues.map(({ field }) => field),
      ["cursor"]
    )
  })

  it("given a conflict or an unknown order, the error says which order, and in what", async () => {
    await using orders = await failing({
      handOver: Effect.fail(new OrderConflict({ orderId: "a", field: "amount" })),
      hint: Effect.fail(new UnknownOrder({ orderId: "b" }))
    })
    const conflict = await refusal(orders.handOver({ orderId: "a" }))
    assert.instanceOf(conflict, Promises.UmfOrderConflictError)
    assert.deepInclude({ ...conflict }, { code: "ORDER_CONFLICT", orderId: "a", field: "amount" })
    const unknown = await refusal(orders.hint("b"))
    assert.instanceOf(unknown, Promises.UmfOrderUnknownError)
    assert.deepInclude({ ...unknown }, { code: "ORDER_UNKNOWN", orderId: "b" })
  })

  it("given a layer that can't be built, the start rejects, and what was opened for it is closed", async () => {
    const refuse = async (error: KeyFile.KeyError | ConfigInvalid) => {
      let isOpen = false
      const opened = Layer.effectDiscard(
        Effect.acquireRelease(
          Effect.sync(() => {
            isOpen = true
          }),
          () =>
            Effect.sync(() => {
              isOpen = false
            })
        )
      )
      const broken = Layer.effect(OrderGateway, Effect.fail(error)).pipe(Layer.provide(opened))
      const layer = Layer.mergeAll(broken, Layer.mock(OrderDesk, {}), Layer.mock(OrderSyncService, {}))
      const refused = await refusal(fromLayer("90000001", layer))
      assert.isFalse(isOpen)
      return refused
    }
    const key = await refuse(
      new KeyFile.KeyError({ source: "merchant.p12", reason: new KeyFile.PassphraseWrong() })
    )
    assert.instanceOf(key, Promises.UmfKeyError)
    assert.deepInclude({ ...key }, { code: "KEY_INVALID", source: "merchant.p12", retryable: false })
    const config = await refuse(new ConfigInvalid({ setting: "timeout", message: "timeout is too short." }))
    assert.instanceOf(config, Promises.UmfConfigError)
    assert.deepInclude({ ...config }, { code: "CONFIG_INVALID", setting: "timeout" })
  })

  it("given a fault of the library, what it was working on stands nowhere, its name and place do", async () => {
    const defect = new TypeError("can't read hunter2")
    await using orders = await failing({ query: Effect.die(defect) })
    const error = await refusal(orders.query({ orderId: "a" }))
    assert.instanceOf(error, Promises.UmfInternalError)
    assert.strictEqual(error.code, "INTERNAL")
    assert.include(error.message, "TypeError")
    assert.notInclude(printed(error), "hunter2")
    assert.instanceOf(error.cause, Error)
    assert.match(error.cause.stack ?? "", /^TypeError\n {4}at .*promiseErrors\.test/)
    await using odd = await failing({ query: Effect.die("hunter2") })
    assert.notInclude(printed(await refusal(odd.query({ orderId: "a" }))), "hunter2")
  })
})

describe("every error", () => {
  it("is an Error with the name of its class, and JSON that says what the message says", async () => {
    await using orders = await failing({
      query: Effect.fail(new Gateway.GatewayError({ reason: new Gateway.HttpStatus({ status: 502 }) }))
    })
    const error = await refusal(orders.query({ orderId: "a" }))
    assert.instanceOf(error, Error)
    assert.strictEqual(error.name, "UmfQueryError")
    assert.deepStrictEqual(JSON.parse(JSON.stringify(error)), {
      name: "UmfQueryError",
      code: "GATEWAY_HTTP_STATUS",
      message: error.message,
      retryable: true
    })
    assert.notInclude(Object.keys(error), "cause")
    assert.notInclude(Object.keys(error), "name")
    assert.match(inspect(error), /^UmfQueryError: The gateway answered with HTTP status 502/)
  })

  it("has the app's own line in its stack, not the library's fibers", async () => {
    await using orders = await failing({ hint: Effect.fail(new UnknownOrder({ orderId: "b" })) })
    const error = await refusal(orders.hint("b"))
    assert.match(error.stack ?? "", /^UmfOrderUnknownError: Order b is not known here[^\n]*\n/)
    assert.include(error.stack, "promiseErrors.test.ts")
    assert.notInclude(error.stack, "FiberImpl")
  })

  it("has a class of its own name", () => {
    const classes = Object.entries(Promises).filter(
      ([name]) => /^Umf.+Error$/.test(name) && name !== "UmfError"
    )
    assert.lengthOf(classes, 9)
    for (const [name, one] of classes) {
      assert.isTrue(typeof one === "function" && one.prototype instanceof UmfError)
      assert.strictEqual(one.prototype.name, name)
    }
  })

  it.live("holds no secret, given a real answer that is not believed", () =>
    withSandbox(
      async (orders) => {
        for (const orderId of ["bad-gateway-2", "wrong-signature-1", "wrong-amount-1", "html-1"]) {
          const error = await refusal(orders.query({ orderId, amount: 8888n }))
          assert.instanceOf(error, Promises.UmfQueryError)
          assertNoSecret(error)
        }
      },
      { retries: 0 }
    )
  )
})
