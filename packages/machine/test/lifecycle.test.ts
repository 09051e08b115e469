/** The lifecycle's rules as stories: given what happened, when this comes, then that. */
import { assert, describe, it } from "@effect/vitest"
import { type Order, QuerySchedule, type Verdict } from "@umf-order-sync/core"
import type { OrderCommand } from "../src/OrderCommand.ts"
import type { OrderEvent } from "../src/OrderEvent.ts"
import * as OrderStep from "../src/OrderStep.ts"
import type { OrderInput } from "../src/orderSetup.ts"
import { answered, faulted, faults, informed, order } from "./support/Samples.ts"

const SECOND = 1000
const MINUTE = 60 * SECOND

/** The order's story so far, told in the default schedule unless another is given. */
const given = (
  events: ReadonlyArray<OrderEvent>,
  options: { readonly schedule?: QuerySchedule.QuerySchedule; readonly input?: Partial<OrderInput> } = {}
) => {
  const { start, step } = OrderStep.make(options.schedule)
  const first = start({ order, at: 0, ...options.input })
  return events.reduce(
    (story, event) => {
      const last = step(story.last.snapshot, event)
      return {
        last,
        commands: [...story.commands, ...last.commands],
        states: [...story.states, last.snapshot.result]
      }
    },
    { last: first, commands: [...first.commands], states: [first.snapshot.result] }
  )
}

type Story = ReturnType<typeof given>

const result = (story: Story) => story.last.snapshot.result
const asking = (story: Story) => story.last.snapshot.asking
const context = (story: Story) => story.last.snapshot.context
const of = (story: Story, type: OrderCommand["type"]) =>
  story.commands.filter((command) => command.type === type)

const refundRequested = (at: number): OrderEvent => ({ type: "refundRequested", at })
const voidRequested = (at: number): OrderEvent => ({ type: "voidRequested", at })
const waited = (at: number): OrderEvent => ({ type: "waited", at })
const hinted = (at: number): OrderEvent => ({ type: "hinted", at })
const resumed = (at: number): OrderEvent => ({ type: "resumed", at })

const many = (verdict: Verdict.Verdict, ...ats: ReadonlyArray<number>) =>
  ats.map((at) => answered(verdict, at))

/** Left waiting, the query comes at each instant that the machine planned. */
const queriedUntil = (
  respond: (at: number) => OrderEvent,
  until: (story: OrderStep.Step) => boolean,
  schedule?: QuerySchedule.QuerySchedule
) => {
  const { start, step } = OrderStep.make(schedule)
  let last = start({ order, at: 0 })
  const queriedAt: Array<number> = []
  let now = 0
  while (!until(last) && queriedAt.length < 10_000) {
    queriedAt.push(now)
    last = step(last.snapshot, respond(now))
    if (until(last)) break
    now = last.snapshot.context.nextQueryAt ?? now
    last = step(last.snapshot, waited(now))
  }
  return { last, queriedAt, now }
}

describe("a new order", () => {
  it("when it is followed, then it is queried at once", () => {
    const story = given([])
    assert.strictEqual(result(story), "open")
    assert.deepStrictEqual(story.commands, [{ type: "query", operation: "payment" }])
  })

  it.each([
    ["payment", "open"],
    ["refund", "refunding"],
    ["void", "voiding"]
  ] as const)("given a %s was asked for, then it begins as %s", (operation, state) => {
    const story = given([], { input: { operation } })
    assert.strictEqual(result(story), state)
    assert.deepStrictEqual(story.commands, [{ type: "query", operation }])
  })

  it("given it is being paid, when answered Paid, then it is paid, told once, and no more is asked", () => {
    const story = given([answered("Paying", 10), waited(3010), answered("Paid", 3020)])
    assert.strictEqual(result(story), "paid")
    assert.strictEqual(asking(story), "idle")
    assert.deepStrictEqual(of(story, "tell"), [{ type: "tell", fact: "Paid" }])
    assert.strictEqual(context(story).payment?.at, 3020)
  })

  it("given it is paid, when answered Paid again, then nothing is told again", () => {
    const story = given([answered("Paid", 10), hinted(20), answered("Paid", 30)])
    assert.strictEqual(of(story, "tell").length, 1)
    assert.strictEqual(context(story).payment?.at, 10)
  })

  it("when an answer names the platform's number, then the order has it from there on", () => {
    const story = given([answered("Paying", 10)])
    assert.strictEqual(context(story).order.transactionId, "31711011432450012")
  })

  it("given the platform's number is known, when another answer comes, then the first number stays", () => {
    const transactionId = "31711011432450099" as Order.TransactionId
    const story = given([answered("Paying", 10)], { input: { order: { ...order, transactionId } } })
    assert.strictEqual(context(story).order.transactionId, transactionId)
  })

  it("when the wait is over before its time, as by a clock set back, then it is asked all the same", () => {
    const story = given([answered("Paying", 10_000), waited(10)])
    assert.deepStrictEqual(story.last.commands, [{ type: "query", operation: "payment" }])
  })

  it("when more is told of it, then what is new is added, and what is known stays", () => {
    const story = given([informed(10)])
    assert.strictEqual(context(story).order.payType, "WX")
    assert.strictEqual(context(story).order.amount, order.amount)
    assert.deepStrictEqual(story.last.commands, [])
  })
})

describe("a request that is sent twice", () => {
  it.each([
    ["refund", refundRequested, "RefundFailed", "refundFailureSuspected"],
    ["void", voidRequested, "VoidFailed", "voidFailureSuspected"]
  ] as const)(
    "given a %s that is pursued, the same again neither begins anew nor drops a suspicion",
    (_, request, failed, suspected) => {
      const story = given([answered("Paid", 0), request(10), answered(failed, 20), request(30), request(40)])
      assert.strictEqual(result(story), suspected)
      assert.deepStrictEqual([context(story).startedAt, context(story).suspectedAt], [10, 20])
    }
  )
})

describe("closed: two answers, at least 30 s apart", () => {
  it("given one Closed, then it is only suspected, and asked again by the time it can be confirmed", () => {
    const story = given([answered("Closed", 10)])
    assert.strictEqual(result(story), "closingSuspected")
    assert.strictEqual(of(story, "tell").length, 0)
    assert.isAtMost(context(story).nextQueryAt ?? Number.POSITIVE_INFINITY, 10 + 30 * SECOND)
  })

  it("given one Closed, when the next comes 1 ms too early, then it is still suspected", () => {
    assert.strictEqual(result(given(many("Closed", 10, 10 + 30 * SECOND - 1))), "closingSuspected")
  })

  it("given one Closed, when the next comes 30 s later, then it is closed and told", () => {
    const story = given(many("Closed", 10, 10 + 30 * SECOND))
    assert.strictEqual(result(story), "closed")
    assert.deepStrictEqual(of(story, "tell"), [{ type: "tell", fact: "Closed" }])
  })

  it("given one Closed, when the next was asked for too early, then however late it comes it closes nothing", () => {
    const late = { ...answered("Closed", 10 + 20 * MINUTE), askedAt: 10 + 30 * SECOND - 1 } as OrderEvent
    assert.strictEqual(result(given([answered("Closed", 10), late])), "closingSuspected")
    const inTime = { ...late, askedAt: 10 + 30 * SECOND } as OrderEvent
    assert.strictEqual(result(given([answered("Closed", 10), inTime])), "closed")
  })

  it("given many Closed within 30 s, then their number closes nothing", () => {
    const story = given(many("Closed", 0, 1, 2, 3, 4, 5, 29_999))
    assert.strictEqual(result(story), "closingSuspected")
    assert.strictEqual(context(story).suspectedAt, 0)
  })

  it.each(["Paying", "PlatformFault", "Contradictory"] as const)(
    "given one Closed, when %s comes between, then the count starts anew",
    (between) => {
      const story = given([answered("Closed", 0), answered(between, 20_000), answered("Closed", 40_000)])
      assert.deepStrictEqual(story.states, ["open", "closingSuspected", "open", "closingSuspected"])
      assert.strictEqual(context(story).suspectedAt, 40_000)
    }
  )

  it.each(faults)("given one Closed, when a fault (%s) comes between, then the count goes on", (fault) => {
    const story = given([answered("Closed", 0), faulted(20_000, fault), answered("Closed", 30_000)])
    assert.strictEqual(result(story), "closed")
  })

  it("given it is suspected, when answered Paid, then it is paid, and not late", () => {
    const story = given([answered("Closed", 0), answered("Paid", 3000)])
    assert.deepStrictEqual(of(story, "tell"), [{ type: "tell", fact: "Paid" }])
  })

  it("given the time is over, when the first Closed comes, then it is confirmed before it goes to a person", () => {
    const story = given([answered("Closed", 40 * MINUTE), answered("Closed", 40 * MINUTE + 30 * SECOND)])
    assert.deepStrictEqual(story.states, ["open", "closingSuspected", "closed"])
  })
})

describe("late payment", () => {
  const closed = many("Closed", 0, 30_000)

  it("given it is closed, when answered Paid, then it is told as paid after closed", () => {
    const story = given([...closed, waited(630_000), answered("Paid", 630_001)])
    assert.strictEqual(result(story), "paid")
    assert.deepStrictEqual(story.last.commands, [{ type: "tell", fact: "Paid", late: "AfterClosed" }])
  })

  it("given it failed, when answered Paid, then it is told as paid after failed", () => {
    const story = given([answered("PayFailed", 0), answered("Paid", 10)])
    assert.deepStrictEqual(of(story, "tell"), [
      { type: "tell", fact: "PayFailed" },
      { type: "tell", fact: "Paid", late: "AfterFailed" }
    ])
  })

  it("given it is unresolved, when answered Paid, then it is told as paid while unresolved", () => {
    const story = given([answered("Paying", 40 * MINUTE), hinted(50 * MINUTE), answered("Paid", 51 * MINUTE)])
    assert.deepStrictEqual(story.states, ["open", "unresolved", "unresolved", "paid"])
    assert.deepStrictEqual(story.last.commands, [{ type: "tell", fact: "Paid", late: "WhileUnresolved" }])
  })

  it("given it was closed, then contradicted, when answered Paid, then it is still paid after closed", () => {
    const story = given([...closed, answered("Paying", 40_000), answered("Paid", 50_000)])
    assert.deepStrictEqual(story.states.slice(-2), ["unresolved", "paid"])
    assert.strictEqual(context(story).payment?.late, "AfterClosed")
  })

  it("given it is closed, when a refund turns out accepted, then it is refunded", () => {
    const story = given([...closed, answered("RefundAccepted", 40_000)])
    assert.strictEqual(result(story), "refunded")
  })
})

describe("handing over to a person", () => {
  it("given nothing but Paying, then it is handed over at 40 minutes exactly, right after a last query", () => {
    const { last, queriedAt } = queriedUntil(
      (at) => answered("Paying", at),
      ({ snapshot }) => snapshot.result !== "open"
    )
    assert.strictEqual(last.snapshot.result, "unresolved")
    assert.strictEqual(queriedAt.at(-1), 40 * MINUTE)
    assert.deepInclude(last.commands, { type: "askPerson", reason: "TimeLimit" })
    // 3 s apart for 5 minutes first, then slower and slower.
    assert.deepStrictEqual(queriedAt.slice(0, 3), [0, 3000, 6000])
    assert.strictEqual(queriedAt.filter((at) => at < 5 * MINUTE).length, 100)
    const gaps = queriedAt.slice(1).map((at, index) => at - (queriedAt[index] ?? 0))
    assert.isTrue(gaps.slice(0, -1).every((gap, index) => gap >= (gaps[index - 1] ?? 0)))
  })

  it("given nothing but faults, then it is handed over too, and never ended", () => {
    const { last } = queriedUntil(
      (at) => faulted(at),
      ({ snapshot }) => snapshot.result !== "open"
    )
    assert.strictEqual(last.snapshot.result, "unresolved")
    assert.deepInclude(last.commands, { type: "askPerson", reason: "TimeLimit" })
  })

  it("given a limit of 5 queries, then the answer to the fifth hands it over", () => {
    const { last, queriedAt } = queriedUntil(
      (at) => answered("Paying", at),
      ({ snapshot }) => snapshot.result !== "open",
      { ...QuerySchedule.defaults, maxQueries: 5 }
    )
    assert.strictEqual(queriedAt.length, 5)
    assert.deepInclude(last.commands, { type: "askPerson", reason: "QueryLimit" })
  })

  it("given the app slept through the limit, when it is taken up, then it asks before it hands over", () => {
    const story = given([answered("Paying", 10), waited(24 * 60 * MINUTE)])
    assert.strictEqual(result(story), "open")
    assert.deepStrictEqual(story.last.commands, [{ type: "query", operation: "payment" }])
  })

  it("given two Contradictory, when a third follows, then a person is asked", () => {
    const story = given(many("Contradictory", 0, 3000, 6000))
    assert.deepStrictEqual(story.states, ["open", "open", "open", "unresolved"])
    assert.deepInclude(story.last.commands, { type: "askPerson", reason: "Contradictions" })
  })

  it("given two Contradictory, when a clear answer comes between, then the count starts anew", () => {
    const story = given([
      ...many("Contradictory", 0, 3000),
      answered("Paying", 6000),
      ...many("Contradictory", 9000, 12_000)
    ])
    assert.strictEqual(result(story), "open")
  })

  it.each(["Unverified", "Implausible"] as const)("%s answers count like Contradictory ones", (fault) => {
    const story = given([answered("Contradictory", 0), faulted(3000, fault), faulted(6000, fault)])
    assert.strictEqual(result(story), "unresolved")
    assert.strictEqual(context(story).reason, "Contradictions")
  })

  it.each(["Connection", "TimeOut", "Http", "Unreadable", "CircuitOpen", "Local"] as const)(
    "%s faults neither count as contradictions nor break their row",
    (fault) => {
      const row = [faulted(0, fault), faulted(1, fault), faulted(2, fault), faulted(3, fault)]
      assert.strictEqual(result(given(row)), "open")
      const broken = [...many("Contradictory", 0, 3000), faulted(6000, fault)]
      assert.strictEqual(result(given(broken)), "open")
      assert.strictEqual(result(given([...broken, answered("Contradictory", 9000)])), "unresolved")
    }
  )

  it("given a closed order, when answered Paying, then a person is asked, as that denies its end", () => {
    const story = given([...many("Closed", 0, 30_000), answered("Paying", 40_000)])
    assert.strictEqual(result(story), "unresolved")
    assert.deepInclude(story.last.commands, { type: "askPerson", reason: "ContradictsEnd" })
  })

  it("given a paid order under refund, when answered PayFailed, then it counts as a contradiction", () => {
    const story = given([
      answered("Paid", 0),
      refundRequested(10),
      ...many("PayFailed", 3000, 6000),
      answered("PayFailed", 9000)
    ])
    assert.deepStrictEqual(story.states.slice(-3), ["refunding", "refunding", "unresolved"])
    assert.isDefined(context(story).payment)
  })
})

describe("refund and void", () => {
  const refunding = [answered("Paid", 0), refundRequested(1000)]

  it("given a paid order, when a refund is asked for, then it is followed as one, and stays paid", () => {
    const story = given(refunding)
    assert.strictEqual(result(story), "refunding")
    assert.strictEqual(context(story).operation, "refund")
    assert.strictEqual(context(story).payment?.at, 0)
    assert.deepStrictEqual(given([...refunding, waited(4000)]).last.commands, [
      { type: "query", operation: "refund" }
    ])
  })

  it("given a payment query is in flight, when a refund is asked for, then its 0000 is no failed refund", () => {
    const story = given([refundRequested(5), answered("Paid", 10, "payment")])
    assert.strictEqual(result(story), "refunding")
    assert.isUndefined(context(story).suspectedAt)
    assert.deepStrictEqual(of(story, "tell"), [{ type: "tell", fact: "Paid" }])
  })

  it("when answered RefundAccepted, then it is refunded at once, and its payment is not forgotten", () => {
    const story = given([...refunding, answered("RefundAccepted", 4000)])
    assert.strictEqual(result(story), "refunded")
    assert.deepStrictEqual(story.last.commands, [{ type: "tell", fact: "RefundAccepted" }])
    assert.strictEqual(context(story).payment?.at, 0)
  })

  it("when answered RefundFailed once, then it is only suspected", () => {
    const story = given([...refunding, answered("RefundFailed", 4000)])
    assert.strictEqual(result(story), "refundFailureSuspected")
    assert.strictEqual(of(story, "tell").length, 1)
  })

  it("when RefundFailed comes again before 30 s, then it stays suspected; from 30 s on it failed", () => {
    const early = given([...refunding, ...many("RefundFailed", 4000, 33_999)])
    assert.strictEqual(result(early), "refundFailureSuspected")
    const late = given([...refunding, ...many("RefundFailed", 4000, 34_000)])
    assert.strictEqual(result(late), "refundFailed")
    assert.deepStrictEqual(late.last.commands, [{ type: "tell", fact: "RefundFailed" }])
  })

  it("given it is suspected, when RefundAccepted comes, then it is refunded", () => {
    const story = given([...refunding, answered("RefundFailed", 4000), answered("RefundAccepted", 7000)])
    assert.strictEqual(result(story), "refunded")
  })

  it("given it is suspected, when Paying comes between, then the count starts anew", () => {
    const story = given([
      ...refunding,
      answered("RefundFailed", 4000),
      answered("Paying", 7000),
      answered("RefundFailed", 40_000)
    ])
    assert.strictEqual(result(story), "refundFailureSuspected")
    assert.strictEqual(context(story).suspectedAt, 40_000)
  })

  it("given a refund failed, when one is asked for again and fails again, then that is told again", () => {
    const story = given([
      ...refunding,
      ...many("RefundFailed", 4000, 34_000),
      refundRequested(50_000),
      ...many("RefundFailed", 53_000, 83_000)
    ])
    const failures = of(story, "tell").filter(
      (command) => command.type === "tell" && command.fact === "RefundFailed"
    )
    assert.strictEqual(failures.length, 2)
  })

  it("given a refund is followed, when answered Closed, then a paid order is not closed", () => {
    const story = given([...refunding, ...many("Closed", 4000, 7000, 60_000)])
    assert.strictEqual(result(story), "refunding")
    assert.isDefined(context(story).payment)
  })

  it("given an unpaid order is to be voided, when it turns out paid, then that is told, and the void suspected failed", () => {
    const story = given([answered("Paying", 0), voidRequested(1000), answered("VoidFailed", 4000)])
    assert.strictEqual(result(story), "voidFailureSuspected")
    assert.deepStrictEqual(of(story, "tell"), [{ type: "tell", fact: "Paid" }])
    const end = given([answered("VoidFailed", 4000), answered("VoidFailed", 34_000)], {
      input: { operation: "void" }
    })
    assert.deepStrictEqual(of(end, "tell"), [
      { type: "tell", fact: "Paid" },
      { type: "tell", fact: "VoidFailed" }
    ])
  })

  it("given an unpaid order is to be voided, when answered Voided, then it is voided", () => {
    const story = given([voidRequested(0), answered("Voided", 3000)])
    assert.deepStrictEqual(of(story, "tell"), [{ type: "tell", fact: "Voided" }])
  })

  it("given an unpaid order is to be voided, when answered Closed twice, then it is closed", () => {
    const story = given([voidRequested(0), ...many("Closed", 3000, 33_000)])
    assert.strictEqual(result(story), "closed")
  })

  it("given a refund is asked for late in the day, then its own 40 minutes begin", () => {
    const story = given([
      answered("Paid", 0),
      refundRequested(600 * MINUTE),
      answered("Paying", 639 * MINUTE)
    ])
    assert.strictEqual(result(story), "refunding")
    assert.strictEqual(context(story).startedAt, 600 * MINUTE)
  })
})

describe("rechecks of closed, failed and unresolved orders", () => {
  const restedAt = 30_000
  const closed = many("Closed", 0, restedAt)

  it("given it is closed, then it is asked again after 10 minutes, after 1 hour, and then no more", () => {
    const first = given(closed)
    assert.deepInclude(first.last.commands, { type: "wake", at: restedAt + 10 * MINUTE })
    const recheck = [waited(restedAt + 10 * MINUTE), answered("Closed", restedAt + 10 * MINUTE + 5)]
    const second = given([...closed, ...recheck])
    assert.deepStrictEqual(second.last.commands, [{ type: "wake", at: restedAt + 60 * MINUTE }])
    const end = given([
      ...closed,
      ...recheck,
      waited(restedAt + 60 * MINUTE),
      answered("Closed", restedAt + 60 * MINUTE + 5)
    ])
    assert.strictEqual(asking(end), "idle")
    assert.strictEqual(of(end, "tell").length, 1)
  })

  it("given a recheck meets a fault, then it is repeated with back-off", () => {
    const at = restedAt + 10 * MINUTE
    const story = given([...closed, waited(at), faulted(at + 5), waited(at + 3005), faulted(at + 3010)])
    assert.deepStrictEqual(story.last.commands, [{ type: "wake", at: at + 3010 + 6000 }])
    assert.strictEqual(result(story), "closed")
  })

  it("given a recheck meets 11 faults in a row, then it is given up, and the next one waited for", () => {
    const { step } = OrderStep.make()
    let { last } = given([...closed])
    let now = 0
    let queries = 0
    while (last.snapshot.context.nextQueryAt !== restedAt + 60 * MINUTE && queries < 100) {
      now = last.snapshot.context.nextQueryAt ?? now
      last = step(step(last.snapshot, waited(now)).snapshot, faulted(now))
      queries += 1
    }
    assert.strictEqual(queries, 11)
    assert.strictEqual(last.snapshot.asking, "waiting")
  })

  it("given one recheck was given up, then the next one has all its repeats", () => {
    const { step } = OrderStep.make()
    let { last } = given([...closed])
    let queries = 0
    while (last.snapshot.context.nextQueryAt !== undefined && queries < 100) {
      const now = last.snapshot.context.nextQueryAt
      last = step(step(last.snapshot, waited(now)).snapshot, faulted(now))
      queries += 1
    }
    assert.deepStrictEqual([queries, last.snapshot.result, last.snapshot.asking], [22, "closed", "idle"])
  })

  it("given a fault long before any recheck is due, then the plan stays as it was", () => {
    const story = given([...closed, hinted(60_000), faulted(61_000)])
    assert.deepStrictEqual(story.last.commands, [{ type: "wake", at: restedAt + 10 * MINUTE }])
  })

  it("given it is unresolved, then it is rechecked at the same distances", () => {
    const story = given([answered("Paying", 40 * MINUTE)])
    assert.deepInclude(story.last.commands, { type: "wake", at: 50 * MINUTE })
  })

  it("given it failed and a recheck says Closed, then it stays failed", () => {
    const story = given([answered("PayFailed", 0), ...many("Closed", 10 * MINUTE, 20 * MINUTE)])
    assert.strictEqual(result(story), "payFailed")
  })
})

describe("hint, resume, and a rejected signature", () => {
  const at = 100 * MINUTE
  const atRest: ReadonlyArray<readonly [string, ReadonlyArray<OrderEvent>]> = [
    ["open", [answered("Paying", 0)]],
    ["closingSuspected", [answered("Closed", 0)]],
    ["closed", many("Closed", 0, 30_000)],
    ["payFailed", [answered("PayFailed", 0)]],
    ["paid", [answered("Paid", 0)]],
    ["refunding", [answered("Paid", 0), refundRequested(1)]],
    ["refundFailureSuspected", [refundRequested(1), answered("RefundFailed", 2)]],
    ["refundFailed", [refundRequested(1), ...many("RefundFailed", 2, 40_000)]],
    ["refunded", [answered("RefundAccepted", 0)]],
    ["voiding", [answered("Paid", 0), voidRequested(1)]],
    ["voidFailureSuspected", [voidRequested(1), answered("VoidFailed", 2)]],
    ["voidFailed", [voidRequested(1), ...many("VoidFailed", 2, 40_000)]],
    ["voided", [answered("Voided", 0)]],
    ["unresolved", many("Contradictory", 0, 1, 2)],
    ["rejected", [answered("SignatureRejected", 0)]]
  ]

  it.each(atRest)(
    "given it is %s, when a hint comes, then it is asked at once, and nothing else",
    (state, events) => {
      const story = given([...events, hinted(at)])
      assert.strictEqual(result(story), state)
      assert.strictEqual(asking(story), "querying")
      assert.deepStrictEqual(story.last.commands, [{ type: "query", operation: context(story).operation }])
    }
  )

  it("given a query is under way, when a hint comes, then no second query goes out", () => {
    assert.deepStrictEqual(given([hinted(1)]).last.commands, [])
  })

  it.each([
    ["payment", "open"],
    ["refund", "refunding"],
    ["void", "voiding"]
  ] as const)(
    "given a %s is unresolved, when resumed, then it is %s, and asked at once",
    (operation, state) => {
      const events = [...many("Contradictory", 0, 1, 2), resumed(at)]
      const story = given(events, { input: { operation } })
      assert.strictEqual(result(story), state)
      assert.deepStrictEqual(story.last.commands, [{ type: "query", operation }])
      assert.strictEqual(context(story).startedAt, at)
      assert.isUndefined(context(story).reason)
    }
  )

  it("given it was resumed, when answered Paid, then that is not late any more", () => {
    const story = given([...many("Contradictory", 0, 1, 2), resumed(at), answered("Paid", at + 5)])
    assert.deepStrictEqual(of(story, "tell"), [{ type: "tell", fact: "Paid" }])
  })

  it("when the platform rejects the signature, then a person is asked at once, and nothing is planned", () => {
    const story = given([answered("SignatureRejected", 5)])
    assert.strictEqual(result(story), "rejected")
    assert.strictEqual(asking(story), "idle")
    assert.deepStrictEqual(story.last.commands, [{ type: "askPerson", reason: "SignatureRejected" }])
  })

  it("given it is rejected, when resumed, then it is asked again; when still rejected, then a person is again", () => {
    const story = given([
      answered("SignatureRejected", 5),
      resumed(at),
      answered("SignatureRejected", at + 5)
    ])
    assert.deepStrictEqual(story.states, ["open", "rejected", "open", "rejected"])
    assert.strictEqual(of(story, "askPerson").length, 2)
  })

  it("given it is rejected, when a hint brings a true answer, then it goes on", () => {
    const story = given([answered("SignatureRejected", 5), hinted(at), answered("Paying", at + 5)])
    assert.strictEqual(result(story), "open")
    assert.strictEqual(context(story).startedAt, at + 5)
  })

  it("given it is paid, when the platform rejects a signature, then it stays paid", () => {
    const story = given([answered("Paid", 0), hinted(at), answered("SignatureRejected", at + 5)])
    assert.strictEqual(result(story), "paid")
  })
})

describe("taking an order up after a crash", () => {
  const { takeUp } = OrderStep.make()

  it("given a query was under way, then it is asked again, for what was asked last", () => {
    const story = given([answered("Paid", 0), refundRequested(1), waited(3001)])
    assert.deepStrictEqual(takeUp(story.last.snapshot), [{ type: "query", operation: "refund" }])
  })

  it("given it waited, then it waits on for the same instant, even a past one", () => {
    const story = given([answered("Paying", 0)])
    assert.deepStrictEqual(takeUp(story.last.snapshot), [{ type: "wake", at: 3000 }])
  })

  it("given nothing was planned, then nothing is done, and nothing told again", () => {
    assert.deepStrictEqual(takeUp(given([answered("Paid", 0)]).last.snapshot), [])
  })
})

describe("the platform's order number, told by an answer", () => {
  const numberOf = (story: Story) => context(story).order.transactionId

  it.each(["PlatformFault", "SignatureRejected", "Contradictory", "Closed"] as const)(
    "given %s, which may carry any number, then none is learned",
    (verdict) => assert.isUndefined(numberOf(given([answered(verdict, 10)])))
  )

  it("given the merchant tells another one, then the merchant's stands, and no answer changes it", () => {
    const story = given([answered("Paying", 10), informed(20), answered("Paying", 30)])
    assert.strictEqual(numberOf(story), "31711011432450099")
    assert.isUndefined(context(story).learned)
  })

  it("given a person resumes the order, then what an answer told is asked anew, and the merchant's stays", () => {
    const learned = many("Contradictory", 20, 30, 40_000)
    const story = given([answered("Paying", 10), ...learned, resumed(50_000)])
    assert.deepStrictEqual([result(story), numberOf(story)], ["open", undefined])
    const told = given([informed(5), ...learned, resumed(50_000)])
    assert.strictEqual(numberOf(told), "31711011432450099")
  })
})
