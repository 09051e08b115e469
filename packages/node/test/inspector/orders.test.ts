/** What the page asks: the session, lists and their places, details, and the few things it may ask for. */
import { assert, describe, it } from "@effect/vitest"
import { OrderSnapshot } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { ApiError, type PlainListRequest } from "../../src/api/PlainDesk.ts"
import type { InspectorOptions } from "../../src/inspector/Inspector.ts"
import type { OrderDetails, OrderPage, Session } from "../../src/inspector/Protocol.ts"
import { StoreError, StoreRefused, unavailable } from "../../src/store/StoreError.ts"
import { Ledger } from "../../src/sync/Ledger.ts"
import { OrderDesk } from "../../src/sync/OrderDesk.ts"
import { order } from "../support/orders.ts"
import { inspecting, type Running } from "./inspecting.ts"

const json = <A>(running: Running, path: string): Effect.Effect<A> =>
  Effect.map(running.send(path), ({ json: found }) => found as unknown as A)

const page = (running: Running, query = ""): Effect.Effect<OrderPage> => json(running, `/api/orders${query}`)

/** Hands over an order that is given by its number alone. */
const handOver = (orderId: string) =>
  Effect.flatMap(OrderDesk, (desk) => Effect.orDie(desk.handOver(order(orderId, { amount: "8888" }))))

/** The id of the only order. */
const onlyId = (running: Running): Effect.Effect<string> =>
  Effect.map(page(running), ({ orders }) => {
    assert.strictEqual(orders.length, 1)
    return orders[0]?.id ?? ""
  })

describe("the session", () => {
  it.live("tells what is looked at, and each state in both languages", () =>
    inspecting(
      (running) =>
        Effect.gen(function* () {
          const session = yield* json<Session>(running, "/api/session")
          assert.deepStrictEqual(
            [session.source, session.name, session.orderNumbers, session.acts],
            ["api", "the till's", "masked", ["hint", "resume"]]
          )
          assert.match(session.version, /^\d+\.\d+\.\d+/)
          assert.deepStrictEqual(
            session.states.map(({ state }) => state),
            [...OrderSnapshot.ResultState.literals]
          )
          for (const { state, tag, meaning, todo } of session.states) {
            assert.strictEqual(tag, OrderSnapshot.tagOf(state as OrderSnapshot.ResultState))
            for (const text of [meaning.en, meaning.zh, todo.en, todo.zh])
              assert.isAbove(text.length, 1, state)
          }
        }),
      { source: "api", name: "the till's" }
    )
  )
})

describe("lists", () => {
  it.live("given more orders than a page holds, each stands once, newest first; places tell no number", () =>
    inspecting((running) =>
      Effect.gen(function* () {
        const desk = yield* OrderDesk
        for (let index = 0; index < 120; index++) yield* handOver(`20261125-${1000 + index}`)
        const seen: Array<string> = []
        let next: string | undefined = ""
        while (next !== undefined) {
          const found: OrderPage = yield* page(running, next === "" ? "" : `?cursor=${next}`)
          assert.isAtMost(found.orders.length, 50)
          for (const { id } of found.orders) seen.push(id)
          next = found.next
          if (next !== undefined) {
            assert.match(next, /^[A-Za-z0-9_-]{22}$/)
            assert.notInclude(Buffer.from(next, "base64url").toString("latin1"), "20261125")
          }
        }
        assert.strictEqual(seen.length, 120)
        assert.strictEqual(new Set(seen).size, 120)
        assert.strictEqual(Object.values((yield* desk.counts).states).length, 1)
      })
    )
  )

  it.live("given states and a search, they are passed on; given others, 400", () => {
    const asked: Array<PlainListRequest> = []
    return inspecting(
      ({ send }) =>
        Effect.gen(function* () {
          yield* send("/api/orders?state=paid&state=attention&search=%20till-%E4%BA%AC%20")
          yield* send("/api/orders?search=")
          assert.deepStrictEqual(asked, [
            { limit: 50, states: ["paid", "attention"], search: "till-京" },
            { limit: 50 }
          ])
          assert.strictEqual((yield* send("/api/orders?state=paid&state=lost")).status, 400)
          assert.strictEqual((yield* send(`/api/orders?search=${"x".repeat(65)}`)).status, 400)
          assert.strictEqual((yield* send("/api/orders?cursor=90000001%7Csome-order")).status, 410)
          assert.strictEqual(asked.length, 2)
        }),
      {
        desk: (desk) => ({
          ...desk,
          list: (request) => {
            asked.push(request)
            return desk.list(request)
          }
        })
      }
    )
  })

  it.live("given a part of a number, those that hold it are found", () =>
    inspecting((running) =>
      Effect.gen(function* () {
        for (const orderId of ["till-0001-a", "till-0002-b", "web-0001-c"]) yield* handOver(orderId)
        const found = yield* page(running, "?search=0001")
        assert.deepStrictEqual(found.orders.map((one) => one.order).sort(), ["ti***-a", "we***-c"])
      })
    )
  )
})

describe("details", () => {
  it.live("are masked by default, and in full on purpose", () =>
    Effect.gen(function* () {
      for (const [orderNumbers, expected] of [
        [undefined, "20***42"],
        ["shown", "20261125-0042"]
      ] as const) {
        yield* inspecting(
          (running) =>
            Effect.gen(function* () {
              yield* handOver("20261125-0042")
              const answer = yield* running.send(`/api/orders/${yield* onlyId(running)}`)
              assert.strictEqual((answer.json as unknown as OrderDetails).order, expected)
              assert.notInclude(answer.text, "90000001")
            }),
          { orderNumbers }
        )
      }
    })
  )

  it.live("given an id that was never given, 404", () =>
    inspecting(({ send }) =>
      Effect.gen(function* () {
        yield* handOver("some-order")
        for (const id of ["AAAAAAAAAAAAAAAAAAAAAA", "some-order", "90000001"]) {
          const answer = yield* send(`/api/orders/${id}`)
          assert.strictEqual(answer.status, 404)
          assert.notInclude(answer.text, "some-order")
        }
      })
    )
  )

  const outside = "host=10.0.0.7 user=umf order=some-order"
  const failures: ReadonlyArray<{ readonly what: string; readonly error: StoreError | ApiError }> = [
    { what: "a store that is away", error: unavailable(outside) },
    {
      what: "a store that refuses",
      error: new StoreError({ reason: new StoreRefused({ what: outside }) })
    },
    {
      what: "a service that is away",
      error: new ApiError({ reason: "Unreachable", message: "It is not there." })
    }
  ]
  it.live.each(failures)("given $what, the page is told so, and nothing of the inside", ({ error }) =>
    inspecting(
      ({ send }) =>
        Effect.gen(function* () {
          const answer = yield* send("/api/orders")
          assert.strictEqual(answer.status, 503)
          assert.isAbove(String(answer.json.error).length, 10)
          assert.notMatch(answer.text, /10\.0\.0\.7|some-order/)
        }),
      { desk: (desk) => ({ ...desk, list: () => Effect.fail(error) }) }
    )
  )

  it.live("given a defect in the desk, 503 without its message", () =>
    inspecting(
      ({ send }) =>
        Effect.gen(function* () {
          const answer = yield* send("/api/orders")
          assert.strictEqual(answer.status, 503)
          assert.notInclude(answer.text, "inner")
        }),
      { desk: (desk) => ({ ...desk, list: () => Effect.die(new Error("inner some-order")) }) }
    )
  )
})

describe("acts", () => {
  it.live("given a hint, the order is asked at once, and its details come back", () =>
    inspecting((running) =>
      Effect.gen(function* () {
        const { stored } = yield* handOver("20261125-0001")
        const ledger = yield* Ledger
        const waiting = yield* ledger.apply(
          stored,
          [{ type: "faulted", at: stored.updatedAt, fault: "Http" }],
          true
        )
        assert.strictEqual(Option.getOrThrow(waiting).snapshot.asking, "waiting")
        const id = yield* onlyId(running)
        const answer = yield* running.post(`/api/orders/${id}/hint`)
        assert.strictEqual(answer.status, 200, answer.text)
        const { asking, nextQueryAt, updatedAt } = answer.json as unknown as OrderDetails
        // Due at once; that it is asked is told when it is.
        assert.deepStrictEqual([asking, nextQueryAt], ["waiting", updatedAt])
        const found = yield* Effect.flatMap(OrderDesk, (desk) => desk.get(order("20261125-0001")))
        assert.strictEqual(Option.getOrThrow(found).snapshot.asking, "querying")
      })
    )
  )

  it.live("given a resume, an order that needs a person is polled anew", () =>
    inspecting((running) =>
      Effect.gen(function* () {
        const { stored } = yield* handOver("20261125-0001")
        const ledger = yield* Ledger
        const late = stored.updatedAt + 3_600_000
        const left = yield* ledger.apply(stored, [{ type: "faulted", at: late, fault: "Http" }], true)
        assert.strictEqual(Option.getOrThrow(left).snapshot.result, "unresolved")
        const answer = yield* running.post(`/api/orders/${yield* onlyId(running)}/resume`)
        assert.strictEqual(answer.status, 200, answer.text)
        const details = answer.json as unknown as OrderDetails
        assert.deepStrictEqual([details.state, details.tag], ["open", "polling"])
        assert.deepStrictEqual(
          details.history.map(({ kind }) => kind),
          ["moved", "personAsked", "noted", "moved", "faults"]
        )
      })
    )
  )

  const onlyLookedAt: ReadonlyArray<{ readonly what: string; readonly options: InspectorOptions }> = [
    { what: "a store at rest", options: { source: "store" } },
    { what: "a service that is only looked at", options: { acts: [] } }
  ]
  it.live.each(onlyLookedAt)("given $what, 403 and nothing is done", ({ options }) =>
    inspecting(
      (running) =>
        Effect.gen(function* () {
          const { stored } = yield* handOver("20261125-0001")
          const id = yield* onlyId(running)
          for (const act of ["hint", "resume"]) {
            assert.strictEqual((yield* running.post(`/api/orders/${id}/${act}`)).status, 403)
          }
          const found = yield* Effect.flatMap(OrderDesk, (desk) => desk.get(order("20261125-0001")))
          assert.deepStrictEqual(Option.getOrThrow(found), stored)
          assert.deepStrictEqual((yield* json<Session>(running, "/api/session")).acts, [])
        }),
      options
    )
  )

  it.live("given one act alone, the other is refused; anything else is no act", () =>
    inspecting(
      (running) =>
        Effect.gen(function* () {
          yield* handOver("20261125-0001")
          const id = yield* onlyId(running)
          assert.strictEqual((yield* running.post(`/api/orders/${id}/hint`)).status, 200)
          assert.strictEqual((yield* running.post(`/api/orders/${id}/resume`)).status, 403)
          for (const name of ["paid", "refundRequested", "voidRequested", "request"]) {
            assert.strictEqual((yield* running.post(`/api/orders/${id}/${name}`)).status, 404)
          }
        }),
      { acts: ["hint"] }
    )
  )
})
