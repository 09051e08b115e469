/** Live over real sockets: a service's orders as they move, pages that misbehave, and the end. */
import { assert, describe, it } from "@effect/vitest"
import { QuerySchedule } from "@umf-order-sync/core"
import type { OrderSnapshot } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as ApiClient from "../../src/api/ApiClient.ts"
import * as AttachInspector from "../../src/inspector/AttachInspector.ts"
import { Inspector } from "../../src/inspector/Inspector.ts"
import type { LiveMessage, OrderDetails, OrderPage } from "../../src/inspector/Protocol.ts"
import * as Sandbox from "../../src/sandbox/Sandbox.ts"
import * as MemoryStore from "../../src/store/MemoryStore.ts"
import { OrderDesk } from "../../src/sync/OrderDesk.ts"
import { OrderSync } from "../../src/sync/OrderSync.ts"
import { token as apiToken, send, serving } from "../api/api.ts"
import * as Gateways from "../support/gateways.ts"
import { order } from "../support/orders.ts"
import { until } from "../support/servers.ts"
import { inspecting, mover, open, type Page, token } from "./inspecting.ts"

const factor = 10
const schedule: QuerySchedule.QuerySchedule = QuerySchedule.compress(QuerySchedule.defaults, factor)

/** A service that follows orders of a sandbox, kept in memory. */
const following = <A, E>(
  body: (sandbox: Sandbox.Running) => Effect.Effect<A, E, OrderSync | OrderDesk | Scope.Scope>
) =>
  Effect.flatMap(Sandbox.make({ timeScale: factor }), (sandbox) =>
    body(sandbox).pipe(
      Effect.provide(
        OrderSync.layer({ schedule }).pipe(
          Layer.provide([
            Gateways.toSandbox(sandbox, {
              rateLimit: { limit: 10_000, window: "1 second" }
            }),
            MemoryStore.layer
          ])
        )
      )
    )
  ).pipe(Effect.scoped)

const ordersOf = ({ messages }: Page): ReadonlyArray<OrderDetails> =>
  messages.flatMap((message) => (message.kind === "order" ? [message.order] : []))

/** States in their order, each once in a row. */
const path = (states: ReadonlyArray<string>): ReadonlyArray<string> =>
  states.filter((state, index) => state !== states[index - 1])

const has = ({ messages }: Page, kind: LiveMessage["kind"]): boolean =>
  messages.some((message) => message.kind === kind)

describe("a service's order", () => {
  it.live("given a payment and its refund, is seen state by state, by those who chose it and by others", () =>
    following((sandbox) =>
      Effect.gen(function* () {
        const sync = yield* OrderSync
        const desk = yield* OrderDesk
        const inspector = yield* AttachInspector.attach({ token: Redacted.make(token) })
        const orderId = "20261125-customer-17"
        const asked = order(orderId, { amount: "8888" })
        yield* Effect.orDie(
          sandbox.createOrder({
            orderId,
            amount: "8888",
            script: {
              steps: [{ answer: { _tag: "NotPay" }, times: 2 }, { answer: { _tag: "Paid" } }],
              onRefund: [{ answer: { _tag: "Paid" }, times: 1 }, { answer: { _tag: "RefundAccepted" } }]
            }
          })
        )
        yield* desk.handOver(asked)
        const list = yield* send(inspector.origin, "/api/orders", { token })
        const [row] = (list.json as unknown as OrderPage).orders
        assert.strictEqual(row?.order, "20***17")
        const page = yield* open(inspector.origin, token, `/api/live?order=${row?.id}`)
        const other = yield* open(inspector.origin, token, "/api/live")
        const reached = (state: OrderSnapshot.ResultState) =>
          until(() => ordersOf(page).at(-1)?.state === state)
        yield* reached("paid")
        yield* Effect.orDie(sandbox.requestRefund(orderId))
        yield* sync.refundRequested(asked)
        yield* reached("refunded")

        assert.deepStrictEqual(path(ordersOf(page).map(({ state }) => state)), [
          "open",
          "paid",
          "refunding",
          "refundFailureSuspected",
          "refunded"
        ])
        const seen = ordersOf(page).map(({ asking }) => asking)
        assert.isTrue(seen.includes("waiting"))
        const end = ordersOf(page).at(-1)
        assert.deepStrictEqual(
          end?.history.flatMap((item) => (item.kind === "moved" ? [item.to] : [])),
          ["paid", "refunding", "refundFailureSuspected", "refunded"]
        )
        assert.strictEqual(end?.lastMove?.to, "refunded")
        yield* until(() =>
          other.messages.some(
            (message) =>
              message.kind === "changed" && message.orders.some(({ state }) => state === "refunded")
          )
        )
        assert.isFalse(has(other, "order"))

        // Nothing but what is permitted: not even what the platform told of the payment.
        const known = yield* desk.get(asked)
        assert(known._tag === "Some")
        const { transactionId, paySeq } = known.value.snapshot.context.payment?.answer ?? {}
        assert.isDefined(transactionId)
        assert.isDefined(paySeq)
        for (const text of [page.text(), other.text(), list.text]) {
          for (const secret of [orderId, "customer", transactionId ?? "", paySeq ?? "", sandbox.merId]) {
            assert.notInclude(text, secret)
          }
        }
      })
    )
  )
})

describe("a service behind its API", () => {
  it.live("is looked at through it, and asked through it", () =>
    serving(({ url }) =>
      Effect.gen(function* () {
        const desk = yield* OrderDesk
        const { origin } = yield* Inspector
        yield* desk.handOver(order("20261125-0001", { amount: "1" }))
        const page = yield* open(origin, token, "/api/live")
        yield* until(() => has(page, "summary"))
        const list = yield* send(origin, "/api/orders?search=0001", { token })
        const [row] = (list.json as unknown as OrderPage).orders
        assert.strictEqual(row?.order, "20***01")
        const path = `/api/orders/${row?.id}/hint`
        const answer = yield* send(origin, path, { token, body: {}, headers: { origin } })
        assert.strictEqual(answer.status, 200, answer.text)
        // Seen though nobody reports it.
        yield* desk.handOver(order("20261125-0002", { amount: "1" }))
        yield* until(() =>
          page.messages.some(
            (message) =>
              message.kind === "changed" && message.orders.some((changed) => changed.order === "20***02")
          )
        )
      }).pipe(
        Effect.provide(
          Inspector.layer({ source: "api", token: Redacted.make(token) }).pipe(
            Layer.provide(ApiClient.layer({ url, token: Redacted.make(apiToken) }))
          )
        )
      )
    )
  )
})

describe("pages that misbehave", () => {
  it.live(
    "given pages that hang or go away in the middle, the others get theirs, and reporting goes on",
    () =>
      inspecting((running) =>
        Effect.gen(function* () {
          const { inspect, origin } = running.inspector
          const hanging = yield* Effect.forEach([1, 2, 3], () => open(origin, token, "/api/live", true))
          const leaving = yield* running.live()
          const page = yield* running.live()
          yield* until(() => has(page, "summary") && has(leaving, "summary"))
          const { move } = mover(inspect)
          let at = 0
          const burst = () => {
            for (let index = 0; index < 200; index++) {
              move(`till-${index}`, { type: "faulted", at: ++at, fault: "Http" })
            }
          }
          burst()
          leaving.leave()
          yield* until(() => {
            burst()
            return page.messages.filter(({ kind }) => kind === "changed").length >= 5
          })
          const last = new Map(
            page.messages.flatMap((message) =>
              message.kind === "changed" ? message.orders.map((row) => [row.order, row] as const) : []
            )
          )
          assert.isAtLeast(last.size, 1)
          for (const { leave } of hanging) leave()
          page.leave()
          yield* until(() => !running.inspector.isWatched())
        })
      )
  )
})

describe("the end", () => {
  it.live("given pages that look and pages that hang, the inspector stops within about a second", () =>
    Effect.gen(function* () {
      const pages = yield* Scope.make()
      const stopped = yield* inspecting((running) =>
        Effect.gen(function* () {
          const { origin, inspect } = running.inspector
          const look = (isHanging: boolean) =>
            Scope.provide(open(origin, token, "/api/live", isHanging), pages)
          yield* look(true)
          const page = yield* look(false)
          yield* until(() => has(page, "summary"))
          return { page, inspect, began: yield* Effect.sync(() => performance.now()) }
        })
      )
      assert.isBelow(performance.now() - stopped.began, 1_500)
      yield* until(stopped.page.isEnded)
      // Who still reports is not disturbed.
      mover(stopped.inspect).move("till-1", { type: "faulted", at: 1, fault: "Http" })
      yield* Scope.close(pages, Exit.void)
    })
  )
})
