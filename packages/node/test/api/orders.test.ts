/** Each route over a real socket, as an app in any language would use it. */
import { assert, describe, it } from "@effect/vitest"
import { RetCode } from "@umf-order-sync/core"
import { OrderEvent } from "@umf-order-sync/machine"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { OrderStore } from "../../src/store/OrderStore.ts"
import { Ledger } from "../../src/sync/Ledger.ts"
import { order as orderRef } from "../support/orders.ts"
import { sqlite } from "../support/stores.ts"
import { type Answer, type Json, merId, type Service, serving } from "./api.ts"

const order = { orderId: "20261124-001", amount: "8888", orderDate: "20261124" }
const path = `/v1/orders/${merId}/20261124-001`

const assertProblem = (answer: Answer, status: number, type?: string): void => {
  assert.strictEqual(answer.status, status, answer.text)
  assert.strictEqual(answer.headers["content-type"], "application/problem+json")
  assert.strictEqual(Number(answer.json.status), status)
  assert.isString(answer.json.title)
  if (type !== undefined) assert.strictEqual(String(answer.json.type), `urn:umf-order:${type}`)
}

const assertHolds = (json: unknown, fields: object): void => assert.deepInclude(Object(json), fields)

const fields = (answer: Answer): ReadonlyArray<unknown> =>
  Object.values(answer.json.errors ?? {}).map((fault: Json) => fault.field)

describe("POST /v1/orders", () => {
  it.live("given an order, it is stored: 201, and the same again is the same order: 200", () =>
    serving((service) =>
      Effect.gen(function* () {
        const first = yield* service.send("/v1/orders", { body: order })
        assert.strictEqual(first.status, 201, first.text)
        assert.match(String(first.headers["content-type"]), /^application\/json/)
        const { createdAt, updatedAt, nextQueryAt, ...rest } = first.json
        assert.deepStrictEqual(rest as unknown, {
          merId,
          orderId: "20261124-001",
          orderDate: "20261124",
          amount: "8888",
          state: "open",
          tag: "polling",
          settled: false,
          attention: false,
          paid: false,
          operation: "payment",
          queries: 1,
          faults: 0
        })
        for (const time of [createdAt, updatedAt, nextQueryAt]) {
          assert.strictEqual(new Date(String(time)).toISOString(), String(time))
        }
        const again = yield* service.send("/v1/orders", { body: order })
        assert.strictEqual(again.status, 200)
        assert.deepStrictEqual(again.json, first.json)
        const padded = yield* service.send("/v1/orders", { body: { ...order, merId, amount: "000008888" } })
        assert.deepStrictEqual([padded.status, String(padded.json.amount)], [200, "8888"])
      })
    )
  )

  it.live("given an amount as a number, it is the same as its digits; one past 2^53 is refused", () =>
    serving((service) =>
      Effect.gen(function* () {
        const first = yield* service.send("/v1/orders", { body: { ...order, amount: 8888 } })
        assert.deepStrictEqual([first.status, String(first.json.amount)], [201, "8888"])
        for (const amount of ["9007199254740993", "88.88", "-1", "1e400"]) {
          const refused = yield* service.send("/v1/orders", { body: `{"orderId":"a","amount":${amount}}` })
          assertProblem(refused, 422, "fields-invalid")
          assert.deepStrictEqual(fields(refused), ["amount"])
        }
        const text = yield* service.send("/v1/orders", { body: { orderId: "b", amount: "9007199254740993" } })
        assert.deepStrictEqual([text.status, String(text.json.amount)], [201, "9007199254740993"])
      })
    )
  )

  it.live("given another fact than before, 409 names the field, and nothing changes", () =>
    serving((service) =>
      Effect.gen(function* () {
        yield* service.send("/v1/orders", { body: order })
        const before = yield* service.send(path)
        const conflict = yield* service.send("/v1/orders", { body: { ...order, amount: "1" } })
        assertProblem(conflict, 409, "conflict")
        assert.strictEqual(String(conflict.json.field), "amount")
        assert.deepStrictEqual((yield* service.send(path)).json, before.json)
        const more = yield* service.send("/v1/orders", { body: { ...order, payType: "WX" } })
        assert.deepStrictEqual([more.status, String(more.json.payType)], [200, "WX"])
      })
    )
  )

  it.live("given fields that can't be used, 422 names each of them, a misspelled one too", () =>
    serving((service) =>
      Effect.gen(function* () {
        const bad = {
          merId: "123456789",
          orderId: "a|b",
          orderDate: "20260229",
          payType: "XX",
          amount: "8 8",
          operation: "pay",
          orderedAt: "2026-02-30T00:00:00Z",
          ammount: "1"
        }
        const refused = yield* service.send("/v1/orders", { body: bad })
        assertProblem(refused, 422, "fields-invalid")
        assert.sameMembers([...fields(refused)], Object.keys(bad))
        for (const fault of Object.values(refused.json.errors))
          assert.isAbove(String(fault.message).length, 5)
        const missing = yield* service.send("/v1/orders", { body: {} })
        assert.deepStrictEqual([missing.status, ...fields(missing)], [422, "orderId"])
        assert.strictEqual((yield* service.send("/v1/summary")).json.orders as unknown, 0)
      })
    )
  )

  it.live("given a body that is no JSON, or no object, 400; another content type, 415", () =>
    serving((service) =>
      Effect.gen(function* () {
        for (const body of ["{", "[]", '"a"', "null", ""]) {
          const refused = yield* service.send("/v1/orders", { body, method: "POST" })
          assertProblem(refused, 400, "request-invalid")
        }
        const form = yield* service.send("/v1/orders", {
          body: "orderId=1",
          headers: { "content-type": "application/x-www-form-urlencoded" }
        })
        assertProblem(form, 415)
      })
    )
  )

  it.live("given no merchant anywhere, merId is said to be missing", () =>
    serving(
      (service) =>
        Effect.gen(function* () {
          const refused = yield* service.send("/v1/orders", { body: order })
          assertProblem(refused, 422, "fields-invalid")
          assert.deepStrictEqual(fields(refused), ["merId"])
          const named = yield* service.send("/v1/orders", { body: { ...order, merId } })
          assert.strictEqual(named.status, 201)
        }),
      { merId: undefined }
    )
  )

  it.live("given the time of the order, the schedule counts from then; a day begins in China", () =>
    serving((service) =>
      Effect.gen(function* () {
        const store = yield* OrderStore
        for (const [orderId, orderedAt] of [
          ["a", "2026-11-24T09:30:00+08:00"],
          ["b", "2026-11-24"]
        ] as const) {
          yield* service.send("/v1/orders", { body: { orderId, orderedAt } })
        }
        const startedAt = (orderId: string) =>
          Effect.map(store.get(orderRef(orderId, { merId })), (found) =>
            Option.map(found, ({ snapshot }) => new Date(snapshot.context.startedAt).toISOString())
          )
        assert.deepStrictEqual(yield* startedAt("a"), Option.some("2026-11-24T01:30:00.000Z"))
        assert.deepStrictEqual(yield* startedAt("b"), Option.some("2026-11-23T16:00:00.000Z"))
      })
    )
  )
})

describe("POST /v1/orders/bulk", () => {
  const body = [
    { orderId: "a", amount: 1 },
    { orderId: "b|c" },
    { orderId: "a", amount: 2 },
    { orderId: "d" },
    "no order"
  ]
  const statuses = ["new", "invalid", "conflict", "new", "invalid"]

  it.live("given an array, each order has its own result, in its place", () =>
    serving((service) =>
      Effect.gen(function* () {
        const answer = yield* service.send("/v1/orders/bulk", { body })
        assert.strictEqual(answer.status, 200, answer.text)
        const results = Object.values(answer.json.results)
        assert.deepStrictEqual(
          results.map(({ index, status }) => [index, status] as unknown),
          statuses.map((status, index) => [index, status])
        )
        assert.strictEqual(String(results[1]?.errors[0]?.field), "orderId")
        assert.strictEqual(String(results[2]?.errors[0]?.field), "amount")
        const again = yield* service.send("/v1/orders/bulk", { body: [body[0]] })
        assert.strictEqual(String(again.json.results[0]?.status), "known")
      })
    )
  )

  it.live("given NDJSON, the same; a line that is no JSON stops none of the others", () =>
    serving((service) =>
      Effect.gen(function* () {
        const lines = [...body.slice(0, 4).map((line) => JSON.stringify(line)), "{", ""].join("\n")
        const answer = yield* service.send("/v1/orders/bulk", {
          body: lines,
          headers: { "content-type": "application/x-ndjson" }
        })
        assert.deepStrictEqual(
          Object.values(answer.json.results).map(({ status }) => String(status)),
          statuses
        )
      })
    )
  )

  it.live("given 1,000 orders all are taken, and given 1,001 none", () =>
    serving((service) =>
      Effect.gen(function* () {
        const many = Array.from({ length: 1001 }, (_, index) => ({ orderId: `bulk-${index}` }))
        assertProblem(yield* service.send("/v1/orders/bulk", { body: many }), 422, "fields-invalid")
        assertProblem(yield* service.send("/v1/orders/bulk", { body: {} }), 400, "request-invalid")
        assert.strictEqual((yield* service.send("/v1/summary")).json.orders as unknown, 0)
        const taken = yield* service.send("/v1/orders/bulk", { body: many.slice(1) })
        assert.isTrue(Object.values(taken.json.results).every(({ status }) => String(status) === "new"))
        assert.strictEqual((yield* service.send("/v1/summary")).json.orders as unknown, 1000)
      })
    )
  )
})

/** All pages of a list. */
const pages = Effect.fnUntraced(function* (service: Service, query: string) {
  const found: Array<string> = []
  let cursor = ""
  let count = 0
  do {
    const page = yield* service.send(`/v1/orders?${query}${cursor}`)
    assert.strictEqual(page.status, 200, page.text)
    found.push(...Object.values(page.json.orders).map(({ orderId }) => String(orderId)))
    count += 1
    cursor = page.json.next === undefined ? "" : `&cursor=${encodeURIComponent(String(page.json.next))}`
  } while (cursor !== "")
  return { found, count }
})

describe("GET /v1/orders", () => {
  it.live("given 250 orders, the pages hold each of them once, newest first", () =>
    serving((service) =>
      Effect.gen(function* () {
        const body = Array.from({ length: 250 }, (_, index) => ({ orderId: `p-${index}` }))
        yield* service.send("/v1/orders/bulk", { body })
        const { found, count } = yield* pages(service, "limit=40")
        assert.strictEqual(count, 7)
        assert.strictEqual(found.length, 250)
        assert.sameMembers(
          found,
          body.map(({ orderId }) => orderId)
        )
        assert.strictEqual((yield* service.send("/v1/orders")).json.orders.length as unknown, 50)
      })
    )
  )

  it.live("given states, tags and merchants, only those are listed", () =>
    serving((service) =>
      Effect.gen(function* () {
        yield* settle(service)
        const listed = (query: string) => Effect.map(pages(service, query), ({ found }) => found)
        assert.deepStrictEqual(yield* listed("state=paid"), ["paid"])
        assert.deepStrictEqual(yield* listed("state=settled"), ["paid"])
        assert.deepStrictEqual(yield* listed("state=attention"), ["rejected"])
        assert.sameMembers(yield* listed("state=paid,attention"), ["paid", "rejected"])
        assert.sameMembers(yield* listed("state=paid&state=polling"), ["paid", "open"])
        assert.deepStrictEqual(yield* listed("merId=90000002"), [])
        assert.strictEqual((yield* listed(`merId=${merId}`)).length, 3)
        const now = new Date(Date.now() + 60_000).toISOString()
        assert.strictEqual((yield* listed(`until=${now}`)).length, 3)
        assert.deepStrictEqual(yield* listed(`since=${now}`), [])
      })
    )
  )

  it.live.each([
    ["state=pade", "state"],
    ["satte=paid", "satte"],
    ["limit=0", "limit"],
    ["limit=501", "limit"],
    ["limit=", "limit"],
    ["since=yesterday", "since"],
    ["until=2026-02-30", "until"],
    ["merId=123456789", "merId"],
    ["cursor=bogus", "cursor"],
    ["cursor=", "cursor"]
  ] as const)("given ?%s, 400 names the parameter", ([query, field]) =>
    serving((service) =>
      Effect.gen(function* () {
        const refused = yield* service.send(`/v1/orders?${query}`)
        assertProblem(refused, 400, "request-invalid")
        assert.deepStrictEqual(fields(refused), [field])
      })
    )
  )

  it.live("given a cursor that the store on disk did not give, 400 names it, and no fault is logged", () =>
    serving(
      (service, log) =>
        Effect.gen(function* () {
          const refused = yield* service.send("/v1/orders?cursor=bogus")
          assertProblem(refused, 400, "request-invalid")
          assert.deepStrictEqual(fields(refused), ["cursor"])
          assert.deepStrictEqual(
            log.lines.filter((line) => line.includes("ERROR")),
            []
          )
        }),
      { store: Layer.orDie(sqlite.layer) }
    )
  )

  it.live("given an order that left its list after it ended a page, the next page goes on behind it", () =>
    serving((service) =>
      Effect.gen(function* () {
        for (const orderId of ["a", "b", "c"]) yield* service.send("/v1/orders", { body: { orderId } })
        const first = yield* service.send("/v1/orders?state=open&limit=2")
        const listed = Object.values(first.json.orders).map(({ orderId }) => String(orderId))
        yield* service.send(`/v1/orders/${merId}/${listed[1]}/void-requested`, { method: "POST" })
        const cursor = encodeURIComponent(String(first.json.next))
        const { found } = yield* pages(service, `state=open&cursor=${cursor}`)
        assert.deepStrictEqual([...listed, ...found].toSorted(), ["a", "b", "c"])
      })
    )
  )
})

/** Three orders: one open, one paid, one that needs a person. */
const settle = Effect.fnUntraced(function* (service: Service) {
  for (const orderId of ["open", "paid", "rejected"]) {
    yield* service.send("/v1/orders", { body: { orderId, amount: "100" } })
  }
  const ledger = yield* Ledger
  const store = yield* OrderStore
  const answer = (orderId: string, verdict: "Paid" | "SignatureRejected", retCode: string) =>
    Effect.gen(function* () {
      const stored = yield* Effect.flatMap(store.get(orderRef(orderId, { merId })), Effect.fromOption)
      const conclusion = {
        verdict,
        operation: "payment",
        answer: {
          retCode: RetCode.RetCode.make(retCode),
          retMsg: "a message that must not be passed on",
          paySeq: "seq-1",
          platDate: "20261124"
        }
      } as const
      yield* ledger.apply(stored, [OrderEvent.answered(Date.now(), conclusion)], true)
    })
  yield* answer("paid", "Paid", "0000")
  yield* answer("rejected", "SignatureRejected", "3333")
})

describe("GET /v1/orders/{merId}/{orderId}", () => {
  it.live("given faults in a row, the order tells of them until an answer is believed", () =>
    serving((service) =>
      Effect.gen(function* () {
        yield* service.send("/v1/orders", { body: order })
        const ledger = yield* Ledger
        const store = yield* OrderStore
        const one = orderRef(order.orderId, { merId })
        const at = Date.now()
        for (const later of [0, 1000]) {
          const stored = yield* Effect.flatMap(store.get(one), Effect.fromOption)
          yield* ledger.apply(stored, [{ type: "faulted", at: at + later, fault: "Http" }], true)
        }
        const { faultRun, history } = (yield* service.send(path)).json
        assert.deepStrictEqual(faultRun as unknown, {
          fault: "Http",
          count: 2,
          first: new Date(at).toISOString(),
          last: new Date(at + 1000).toISOString()
        })
        assert.isFalse(Object.values(history).some(({ kind }) => String(kind) === "faults"))
        const stored = yield* Effect.flatMap(store.get(one), Effect.fromOption)
        const answer = { retCode: RetCode.RetCode.make("0000") }
        const conclusion = { verdict: "Paid", operation: "payment", answer } as const
        yield* ledger.apply(stored, [OrderEvent.answered(at + 2000, conclusion)], true)
        const paid = (yield* service.send(path)).json
        assert.isUndefined(paid.faultRun)
        assert.isTrue(Object.values(paid.history).some(({ kind }) => String(kind) === "faults"))
      })
    )
  )

  it.live("given a paid order, its facts, its history and its notices are told, and no message", () =>
    serving((service) =>
      Effect.gen(function* () {
        yield* settle(service)
        const { status, json, text } = yield* service.send(`/v1/orders/${merId}/paid`)
        assert.strictEqual(status, 200)
        assert.notInclude(text, "must not be passed on")
        const { paid, settled, state, tag } = json
        assert.deepStrictEqual({ paid, settled, state, tag } as unknown, {
          paid: true,
          settled: true,
          state: "paid",
          tag: "settled"
        })
        assert.isString(json.paidAt)
        assert.isUndefined(json.nextQueryAt)
        const facts = { retCode: "0000", paySeq: "seq-1", platDate: "20261124" }
        assert.deepStrictEqual(json.payment as unknown, facts)
        assertHolds(json.lastAnswer, { verdict: "Paid", ...facts })
        assert.deepStrictEqual(
          Object.values(json.history).map(({ kind }) => String(kind)),
          ["moved", "told"]
        )
        const [notice] = Object.values(json.notices)
        assertHolds(notice, { type: "order.paid", told: false, attempts: 0 })
        const store = yield* OrderStore
        yield* store.noticeDelivered(String(notice?.id), Date.parse("2026-11-24T01:00:00Z"))
        const after = yield* service.send(`/v1/orders/${merId}/paid`)
        assertHolds(after.json.notices[0], { told: true, toldAt: "2026-11-24T01:00:00.000Z" })
      })
    )
  )

  it.live("given an order number of 64 characters with any of them, its path reaches it", () =>
    serving((service) =>
      Effect.gen(function* () {
        for (const orderId of ["汉".repeat(64), "a/b?c#d%20e", "%2F", "a b", "bulk", "..."]) {
          yield* service.send("/v1/orders", { body: { orderId } })
          const found = yield* service.send(`/v1/orders/${merId}/${encodeURIComponent(orderId)}`)
          assert.deepStrictEqual([found.status, String(found.json.orderId)], [200, orderId])
        }
      })
    )
  )

  it.live("given an order that is not there, 404; a path that can't be decoded too", () =>
    serving((service) =>
      Effect.gen(function* () {
        assertProblem(yield* service.send(path), 404, "order-unknown")
        assertProblem(yield* service.send(`/v1/orders/${merId}/%zz`), 404)
        assertProblem(yield* service.send("/v1/orders/123456789/a"), 400, "request-invalid")
      })
    )
  )
})

describe("POST /v1/orders/{merId}/{orderId}/…", () => {
  it.live.each(["hint", "refund-requested", "void-requested", "resume"])(
    "given %s, 202 with the order; twice does no harm; 404 where it is unknown",
    (name) =>
      serving((service) =>
        Effect.gen(function* () {
          yield* settle(service)
          const url = `/v1/orders/${merId}/${name === "resume" ? "rejected" : "paid"}/${name}`
          const first = yield* service.send(url, { method: "POST" })
          const again = yield* service.send(url, { method: "POST" })
          assert.deepStrictEqual([first.status, again.status], [202, 202])
          assert.deepStrictEqual(again.json.state, first.json.state)
          const expected = { "refund-requested": "refunding", "void-requested": "voiding", resume: "open" }
          assert.strictEqual(
            String(again.json.state),
            Object.entries(expected).find(([key]) => key === name)?.[1] ?? "paid"
          )
          assertProblem(yield* service.send(`${path}/${name}`, { method: "POST" }), 404, "order-unknown")
        })
      )
  )

  it.live("given many that need a person, all are resumed at once, or those of one reason", () =>
    serving((service) =>
      Effect.gen(function* () {
        yield* settle(service)
        const resume = (body: unknown) => service.send("/v1/orders/resume", { body })
        assert.deepStrictEqual((yield* resume({ reason: "TimeLimit" })).json as unknown, { resumed: 0 })
        assert.deepStrictEqual((yield* resume({ merId: "90000002" })).json as unknown, { resumed: 0 })
        assertProblem(yield* resume({ reason: "Whatever" }), 422, "fields-invalid")
        assert.deepStrictEqual((yield* resume({ reason: "SignatureRejected" })).json as unknown, {
          resumed: 1
        })
        assert.deepStrictEqual((yield* resume({})).json as unknown, { resumed: 0 })
      })
    )
  )
})

describe("GET /v1/summary", () => {
  it.live("given three orders, they are counted by state and by tag", () =>
    serving((service) =>
      Effect.gen(function* () {
        yield* settle(service)
        const { json } = yield* service.send("/v1/summary")
        const { oldestDueAt, oldestNoticeAt, ...counts } = json
        assert.isString(oldestDueAt)
        assert.isString(oldestNoticeAt)
        assert.deepStrictEqual(counts as unknown, {
          orders: 3,
          polling: 1,
          settled: 1,
          attention: 1,
          states: { open: 1, paid: 1, rejected: 1 },
          due: 1,
          pendingNotices: 2,
          failingNotices: 0
        })
      })
    )
  )
})
