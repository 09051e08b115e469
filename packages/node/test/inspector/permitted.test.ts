/** What leaves the process is a list of fields; everything else stays, whatever it is called. */
import { assert, describe, it } from "@effect/vitest"
import type { DetailsView } from "../../src/api/DetailsView.ts"
import * as Handles from "../../src/inspector/Handles.ts"
import * as Permitted from "../../src/inspector/Permitted.ts"

const iso = (seconds: number): string => new Date(1_000 * seconds).toISOString()

/** Not to be told: stands in every field that has no business outside. */
const SECRET = "not-to-be-told"
const secret = (name: string): string => `${SECRET}-${name}`

const facts = {
  retCode: "0000",
  transState: "SUCCESS",
  transactionId: secret("transactionId"),
  amount: "8888",
  payType: secret("payType"),
  paySeq: secret("paySeq"),
  platDate: secret("platDate"),
  platTime: secret("platTime"),
  // An answer's message is in no view; if one comes in some day, it stays inside.
  retMsg: secret("retMsg")
} as const

/** An order with everything that a desk can tell, and more. */
const everything = {
  merId: secret("merId"),
  orderId: "20261125-customer-17",
  transactionId: secret("transactionId"),
  orderDate: secret("orderDate"),
  payType: secret("payType"),
  amount: "8888",
  state: "paid",
  tag: "settled",
  settled: true,
  attention: false,
  paid: true,
  paidAt: iso(7),
  late: "AfterClosed",
  reason: "TimeLimit",
  operation: "payment",
  queries: 3,
  faults: 2,
  faultRun: { fault: "Http", count: 2, first: iso(3), last: iso(4) },
  nextQueryAt: iso(9),
  createdAt: iso(1),
  updatedAt: iso(8),
  payment: facts,
  lastAnswer: { at: iso(7), verdict: "Paid", ...facts },
  history: [
    {
      seq: 1,
      at: iso(2),
      kind: "moved",
      from: "open",
      to: "closed",
      because: "answered Closed (0008)",
      answer: { verdict: "Closed", ...facts }
    },
    { seq: 2, at: iso(4), kind: "faults", fault: "Http", count: 2, first: iso(3), last: iso(4) },
    { seq: 3, at: iso(5), kind: "noted", what: "refund asked for" },
    { seq: 4, at: iso(6), kind: "told", fact: "Paid", late: "AfterClosed", noticeId: secret("noticeId") },
    { seq: 5, at: iso(7), kind: "personAsked", reason: "TimeLimit", noticeId: secret("noticeId") }
  ],
  notices: [
    {
      id: secret("noticeId"),
      type: "order.paid",
      seq: 1,
      at: iso(6),
      state: "paid",
      late: "AfterClosed",
      reason: "TimeLimit",
      told: true,
      toldAt: iso(8),
      attempts: 2,
      nextTryAt: iso(9),
      lastError: secret("lastError")
    }
  ],
  // Whatever is added to a view later.
  customerName: secret("customerName")
} as unknown as DetailsView

/** Every name in a value, with its place. */
const names = (value: unknown, place = ""): ReadonlyArray<string> => {
  if (Array.isArray(value)) return value.flatMap((item) => names(item, place))
  if (typeof value !== "object" || value === null) return [place]
  return Object.entries(value).flatMap(([name, held]) => names(held, `${place}.${name}`))
}

const masked = Permitted.naming("masked")
const shown = Permitted.naming("shown")

describe("an order's details", () => {
  it("hold the permitted fields and no others", () => {
    assert.deepStrictEqual(
      [...new Set(names(Permitted.details(everything, masked)))].sort(),
      `.amount .asking .createdAt .faults .history.amount .history.at .history.cause .history.count .history.fact
       .history.fault .history.first .history.from .history.goesOn .history.kind .history.last .history.late
       .history.reason .history.retCode .history.to .history.transState .history.verdict .history.what .id
       .lastAnswer.amount .lastAnswer.at .lastAnswer.retCode .lastAnswer.transState .lastAnswer.verdict
       .lastMove.at .lastMove.from .lastMove.to .late .nextQueryAt .notices.at .notices.attempts .notices.told
       .notices.type .operation .order .paid .queries .reason .state .tag .updatedAt`
        .split(/\s+/)
        .sort()
    )
  })

  it.each([
    ["masked", masked],
    ["shown", shown]
  ] as const)(
    "hold no secret, no merchant number and nothing of an answer's message, order numbers %s",
    (_, naming) => {
      const text = JSON.stringify([Permitted.details(everything, naming), Permitted.row(everything, naming)])
      assert.notInclude(text, SECRET)
    }
  )

  it("show the order number in full on purpose only", () => {
    assert.strictEqual(Permitted.row(everything, masked).order, "20***17")
    assert.notInclude(JSON.stringify(Permitted.details(everything, masked)), "customer")
    assert.strictEqual(Permitted.row(everything, shown).order, "20261125-customer-17")
  })

  it("tell the last move, and the run of faults that goes on", () => {
    const { lastMove, history } = Permitted.details(everything, masked)
    assert.deepStrictEqual(lastMove, { at: 2_000, from: "open", to: "closed" })
    assert.deepStrictEqual(
      history.map(({ at }) => at),
      [2_000, 4_000, 4_000, 5_000, 6_000, 7_000]
    )
    assert.deepStrictEqual(history[2], {
      kind: "faults",
      at: 4_000,
      fault: "Http",
      count: 2,
      first: 3_000,
      last: 4_000,
      goesOn: true
    })
  })

  it("given an order that never moved, leave out what there is none of", () => {
    const { faultRun: _, lastAnswer: __, ...rest } = everything
    const details = Permitted.details({ ...rest, history: [], notices: [] }, masked)
    assert.notProperty(details, "lastMove")
    assert.notProperty(details, "lastAnswer")
    assert.deepStrictEqual(details.history, [])
  })

  it("tell a query that is under way from a wait, and from nothing planned", () => {
    const { nextQueryAt: _, ...idle } = everything
    assert.strictEqual(Permitted.row(idle, masked).asking, "idle")
    assert.strictEqual(Permitted.row(everything, masked).asking, "waiting")
    const querying = { ...everything, nextQueryAt: everything.updatedAt }
    // A service asks when an order's turn comes, which it reports; an actor asks at once.
    assert.strictEqual(Permitted.row(querying, masked).asking, "waiting")
    assert.strictEqual(Permitted.row(querying, masked, true).asking, "querying")
    assert.strictEqual(Permitted.row(everything, masked, true).asking, "waiting")
    assert.strictEqual(Permitted.row(querying, Permitted.naming("masked", true)).asking, "querying")
  })
})

describe("ids", () => {
  const key = { merId: "1", orderId: "2" }

  it("stand for the same order as long as the process lives, and for none of another inspector", () => {
    const id = masked.idOf(key)
    assert.strictEqual(masked.idOf(key), id)
    assert.deepStrictEqual(masked.find(id), key as ReturnType<typeof masked.find>)
    assert.notStrictEqual(masked.idOf({ merId: "12", orderId: "" }), id)
    assert.notStrictEqual(shown.idOf(key), id)
    assert.isUndefined(shown.find(id))
    assert.match(id, /^[A-Za-z0-9_-]{22}$/)
  })

  it("given more than are kept, forget those not used for longest; named again, they are the same", () => {
    const handles = Handles.make<number>(3)
    const [one, two, three] = [1, 2, 3].map((thing) => handles.idOf(String(thing), thing))
    assert.strictEqual(handles.find(one ?? ""), 1)
    const four = handles.idOf("4", 4)
    assert.isUndefined(handles.find(two ?? ""))
    assert.deepStrictEqual(
      [one, three, four].map((id) => handles.find(id ?? "")),
      [1, 3, 4]
    )
    assert.strictEqual(handles.idOf("2", 2), two)
    assert.strictEqual(handles.find(two ?? ""), 2)
  })
})
