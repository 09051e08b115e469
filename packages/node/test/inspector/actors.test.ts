/** Apps that run order machines as XState actors: promises, plain values, and no Effect anywhere. */
import { assert, describe, it } from "@effect/vitest"
import { OrderQueryAnswer, type Verdict } from "@umf-order-sync/core"
import { createOrderActor, type OrderActorWiring, OrderEvent } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as ActorDesk from "../../src/inspector/ActorDesk.ts"
import * as Feed from "../../src/inspector/Feed.ts"
import type { OrderDetails, OrderPage, Session } from "../../src/inspector/Protocol.ts"
import { createInspector, type RunningInspector } from "../../src/inspector.ts"
import { type Answer, send } from "../api/api.ts"
import { order } from "../support/orders.ts"
import { until } from "../support/servers.ts"
import { mover, open, token } from "./inspecting.ts"

const decodeAnswer = Schema.decodeUnknownSync(OrderQueryAnswer.OrderQueryAnswer)

const answered = (
  verdict: Verdict.Verdict,
  at: number,
  fields: Readonly<Record<string, string>>
): OrderEvent.OrderEvent =>
  OrderEvent.answered(at, {
    verdict,
    operation: "payment",
    answer: decodeAnswer({
      retMsg: "not-to-be-told",
      transactionId: "31711011432450012",
      amount: "000000008888",
      paySeq: "not-to-be-told-either",
      ...fields
    })
  })

const paid = (at: number) => answered("Paid", at, { retCode: "0000", transState: "SUCCESS" })
const paying = (at: number) => answered("Paying", at, { retCode: "01000000" })

/** Asks a running inspector as a page does. */
const asking =
  ({ url }: RunningInspector) =>
  (path: string): Promise<Answer> =>
    Effect.runPromise(send(new URL(url).origin, path, { token }))

/** An app's actor of one order: answered by the test, at the test's instants. */
const actorOf = (orderId: string, inspector: Pick<RunningInspector, "inspect">) => {
  let now = 1_000
  const wiring: OrderActorWiring = {
    query: () => new Promise(() => {}),
    now: () => now,
    setTimer: () => () => {},
    tell: () => {}
  }
  const actor = createOrderActor({ order: order(orderId, { amount: "8888" }), at: now }, wiring, {
    inspect: inspector.inspect
  })
  actor.start()
  return {
    send: (toEvent: (at: number) => OrderEvent.OrderEvent) => {
      now += 1_000
      actor.send(toEvent(now))
    },
    stop: () => actor.stop()
  }
}

describe("an app's actors", () => {
  it("given XState's own events, show as orders with their history, and are asked for nothing", async () => {
    await using inspector = await createInspector({ token, name: "the shop" })
    const ask = asking(inspector)
    const actor = actorOf("20261125-customer-17", inspector)
    actor.send((at) => ({ type: "faulted", at, fault: "Connection" }))
    actor.send((at) => ({ type: "waited", at }))
    actor.send((at) => ({ type: "faulted", at, fault: "Connection" }))
    actor.send((at) => ({ type: "waited", at }))
    actor.send(paying)
    actor.send((at) => ({ type: "waited", at }))
    actor.send(paid)

    const session = (await ask("/api/session")).json as unknown as Session
    assert.deepStrictEqual([session.source, session.name, session.acts], ["actors", "the shop", []])
    const [row] = ((await ask("/api/orders?search=customer")).json as unknown as OrderPage).orders
    assert.deepStrictEqual(
      [row?.order, row?.state, row?.paid, row?.createdAt, row?.updatedAt],
      ["20***17", "paid", true, 1_000, 8_000]
    )
    const answer = await ask(`/api/orders/${row?.id}`)
    const details = answer.json as unknown as OrderDetails
    assert.deepStrictEqual(details.history, [
      { kind: "faults", at: 6_000, fault: "Connection", count: 2, first: 2_000, last: 4_000 },
      {
        kind: "moved",
        at: 8_000,
        from: "open",
        to: "paid",
        cause: "answered Paid (0000 SUCCESS)",
        verdict: "Paid",
        retCode: "0000",
        transState: "SUCCESS",
        amount: "8888"
      },
      { kind: "told", at: 8_000, fact: "Paid" }
    ])
    assert.deepStrictEqual(details.lastMove, { at: 8_000, from: "open", to: "paid" })
    assert.notMatch(answer.text, /not-to-be-told|31711011432450012|90000001|customer/)
    actor.stop()
  })

  it("given a page that looks, it sees each of them move", async () => {
    const inspector = await createInspector({ token, orderNumbers: "shown" })
    await Effect.gen(function* () {
      const { origin } = new URL(inspector.url)
      const page = yield* open(origin, token, "/api/live")
      yield* until(() => page.messages.length > 0)
      const actor = actorOf("till-1", inspector)
      actor.send(paid)
      yield* until(() =>
        page.messages.some(
          (message) =>
            message.kind === "changed" &&
            message.orders.some((row) => row.order === "till-1" && row.state === "paid")
        )
      )
      yield* until(() =>
        page.messages.some((message) => message.kind === "summary" && message.summary.states.paid === 1)
      )
      actor.stop()
    }).pipe(Effect.scoped, Effect.runPromise)
    await inspector.close()
    // Actors that go on report to nobody.
    actorOf("till-2", inspector).send(paid)
  })

  it("given options that can't work, is refused with what to do", async () => {
    const error: unknown = await createInspector({ token: "short" }).catch((caught: unknown) => caught)
    assert.instanceOf(error, Error)
    assert.match(String(error), /InspectorNotServed.*at least 16/)
  })

  it("given a request to act, refuses it", async () => {
    await using inspector = await createInspector({ token })
    actorOf("till-1", inspector)
    const [row] = ((await asking(inspector)("/api/orders")).json as unknown as OrderPage).orders
    const { origin } = new URL(inspector.url)
    const answer = await Effect.runPromise(
      send(origin, `/api/orders/${row?.id}/hint`, { token, body: {}, headers: { origin } })
    )
    assert.strictEqual(answer.status, 403)
  })
})

describe("what is kept of actors", () => {
  const kept = () => {
    const desk = ActorDesk.make()
    const { inspect } = Feed.make(desk.keep)
    return { desk, ...mover(inspect) }
  }
  const numbers = (desk: ActorDesk.ActorDesk, more: Partial<Parameters<typeof desk.list>[0]> = {}) =>
    Effect.map(desk.list({ limit: 2_000, ...more }), ({ orders }) => orders.map(({ orderId }) => orderId))

  it.effect("given more than 1,000 orders, those that moved last", () =>
    Effect.gen(function* () {
      const { desk, move } = kept()
      for (let at = 1; at <= 1_000; at++) move(`till-${at}`, { type: "faulted", at, fault: "Http" })
      move("till-1", { type: "faulted", at: 1_001, fault: "Http" })
      for (let at = 1_001; at <= 1_010; at++) move(`till-${at}`, { type: "faulted", at, fault: "Http" })
      const found = new Set(yield* numbers(desk))
      assert.strictEqual(found.size, 1_000)
      assert.isTrue(found.has("till-1") && found.has("till-1010"))
      assert.isFalse(found.has("till-2") || found.has("till-11"))
      assert.strictEqual((yield* desk.summary).orders, 1_000)
    })
  )

  it.effect("given a long life, at most 100 entries of its history, the newest", () =>
    Effect.gen(function* () {
      const { desk, move } = kept()
      const closed = (at: number) => answered("Closed", at, { retCode: "00060780", transState: "NOTPAY" })
      for (let at = 1; at <= 200; at += 2) {
        move("till-1", closed(at))
        move("till-1", paying(at + 1))
      }
      const { orders } = yield* desk.list({ limit: 1 })
      assert.strictEqual(orders[0]?.state, "open")
      const { history } = yield* desk.get(order("till-1"))
      assert.strictEqual(history.length, 100)
      assert.strictEqual(Date.parse(history.at(-1)?.at ?? ""), 200)
    })
  )

  it.effect("is listed by states and numbers, page by page, each order once", () =>
    Effect.gen(function* () {
      const { desk, move } = kept()
      for (let at = 1; at <= 25; at++) move(`till-${at}`, { type: "faulted", at, fault: "Http" })
      move("till-7", paid(26))
      assert.deepStrictEqual(yield* numbers(desk, { states: ["settled"] }), ["till-7"])
      assert.deepStrictEqual((yield* numbers(desk, { search: "-2" })).length, 7)
      const seen: Array<string> = []
      let cursor: string | undefined
      do {
        const page: Effect.Success<ReturnType<typeof desk.list>> = yield* desk.list({ limit: 10, cursor })
        seen.push(...page.orders.map(({ orderId }) => orderId))
        cursor = page.next
      } while (cursor !== undefined)
      assert.strictEqual(seen.length, 25)
      assert.strictEqual(new Set(seen).size, 25)
    })
  )

  it.effect("tells that a person is needed, and what was asked for outside", () =>
    Effect.gen(function* () {
      const { desk, move } = kept()
      move("till-1", { type: "faulted", at: 1, fault: "Http" })
      move("till-1", { type: "faulted", at: 10_000_000, fault: "Http" })
      move("till-1", { type: "resumed", at: 10_000_001 })
      move("till-1", paid(10_000_002))
      move("till-1", { type: "refundRequested", at: 10_000_003 })
      const { history, state } = yield* desk.get(order("till-1"))
      assert.strictEqual(state, "refunding")
      assert.deepStrictEqual(
        history.map((entry) =>
          entry.kind === "moved" ? `${entry.from} > ${entry.to}` : "what" in entry ? entry.what : entry.kind
        ),
        [
          "open > unresolved",
          "personAsked",
          "resumed by a person",
          "unresolved > open",
          "faults",
          "open > paid",
          "told",
          "refund asked for",
          "paid > refunding"
        ]
      )
    })
  )
})
