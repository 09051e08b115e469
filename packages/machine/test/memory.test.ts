/** What the machine keeps of answers and faults, and what its lists hold. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as OrderCommand from "../src/OrderCommand.ts"
import * as OrderEvent from "../src/OrderEvent.ts"
import * as OrderSnapshot from "../src/OrderSnapshot.ts"
import * as OrderStep from "../src/OrderStep.ts"
import { answered, faulted, faults, informed, order, type verdicts } from "./support/Samples.ts"
import { schedule } from "./support/Walk.ts"

const steps = OrderStep.make(schedule)

describe("the platform's number for an order", () => {
  /** Told by an answer, while nobody knew it. */
  const learned = (verdict: (typeof verdicts)[number]) => {
    const { snapshot } = steps.start({ order, at: 0 })
    const { context } = steps.step(snapshot, answered(verdict, 10)).snapshot
    return { number: context.order.transactionId as string | undefined, isLearned: context.learned }
  }

  it.each(["Paid", "Paying", "PayFailed", "RefundAccepted", "RefundFailed", "Voided", "VoidFailed"] as const)(
    "is learned from %s, which is about this order",
    (verdict) => assert.deepStrictEqual(learned(verdict), { number: "31711011432450012", isLearned: true })
  )

  it.each(["Closed", "PlatformFault", "SignatureRejected", "Contradictory"] as const)(
    "is not learned from %s, which may carry any number",
    (verdict) => assert.deepStrictEqual(learned(verdict), { number: undefined, isLearned: undefined })
  )

  it("given more of the order without a number, what an answer told stays, and stays only learned", () => {
    const paying = steps.step(steps.start({ order, at: 0 }).snapshot, answered("Paying", 10)).snapshot
    const { context } = steps.step(paying, {
      type: "informed",
      at: 20,
      order: { ...order, payType: "WX" as never }
    }).snapshot
    assert.deepInclude<object>(context.order, { transactionId: "31711011432450012", payType: "WX" })
    assert.isTrue(context.learned)
  })

  it("given the merchant's own number, it stands above what an answer told", () => {
    const paying = steps.step(steps.start({ order, at: 0 }).snapshot, answered("Paying", 10)).snapshot
    const { context } = steps.step(paying, informed(20)).snapshot
    assert.strictEqual(context.order.transactionId, "31711011432450099")
    assert.isUndefined(context.learned)
  })
})

describe("an event", () => {
  it("says in few words what brought it about", () => {
    const at = 0
    const said = (event: OrderEvent.OrderEvent) => OrderEvent.describe(event)
    assert.strictEqual(said(faulted(at, "Http")), "fault: Http")
    assert.strictEqual(said({ type: "waited", at }), "the wait is over")
    assert.strictEqual(said({ type: "hinted", at }), "hint from outside")
    assert.strictEqual(said({ type: "refundRequested", at }), "refund asked for")
    assert.strictEqual(said({ type: "voidRequested", at }), "void asked for")
    assert.strictEqual(said({ type: "resumed", at }), "resumed by a person")
    assert.strictEqual(said(informed(at)), "more is known of the order")
    assert.strictEqual(said(answered("Paid", at)), "answered Paid (0000 SUCCESS)")
    assert.strictEqual(said(answered("Voided", at)), "answered Voided (88881137)")
  })

  it("of an answer holds when it was asked for, where that is known, and nothing of it else", () => {
    const event = answered("Paying", 5)
    assert(event.type === "answered.Paying")
    const conclusion = { verdict: "Paying", operation: "payment", answer: event.answer } as const
    assert.deepStrictEqual(OrderEvent.answered(5, conclusion), event)
    assert.notProperty(OrderEvent.answered(5, conclusion), "askedAt")
    assert.deepStrictEqual<unknown>(OrderEvent.answered(5, conclusion, 3), { ...event, askedAt: 3 })
  })
})

describe("the lists that snapshots, stores and apps hold", () => {
  it("have these words, which may not change", () => {
    assert.deepStrictEqual<ReadonlyArray<string>>(faults, [
      ...["Connection", "TimeOut", "Http", "Unreadable", "Unverified", "Implausible", "CircuitOpen", "Local"]
    ])
    assert.deepStrictEqual<ReadonlyArray<string>>(OrderCommand.Reason.literals, [
      ...["TimeLimit", "QueryLimit", "Contradictions", "ContradictsEnd", "SignatureRejected"]
    ])
    assert.deepStrictEqual<ReadonlyArray<string>>(OrderCommand.Late.literals, [
      ...["AfterClosed", "AfterFailed", "WhileUnresolved"]
    ])
    assert.deepStrictEqual<ReadonlyArray<string>>(OrderCommand.Fact.literals, [
      ...["Paid", "PayFailed", "Closed", "RefundAccepted", "RefundFailed", "Voided", "VoidFailed"]
    ])
  })

  it("a snapshot whose last fault says nothing is refused", () => {
    const { snapshot } = steps.start({ order, at: 0 })
    const { context, ...rest } = JSON.parse(OrderSnapshot.encode(snapshot))
    const read = (lastFault: unknown) =>
      Effect.runSyncExit(
        OrderSnapshot.decode(JSON.stringify({ ...rest, context: { ...context, lastFault } }))
      )
    assert.isTrue(Exit.isSuccess(read({ at: 0, fault: "Http" })))
    assert.isTrue(Exit.isFailure(read({})))
  })
})

describe("a snapshot of an order at rest that says not since when", () => {
  it("is asked again on the schedule, as from now", () => {
    let { snapshot } = steps.start({ order, at: 0 })
    for (const event of [answered("PayFailed", 10)]) snapshot = steps.step(snapshot, event).snapshot
    assert.strictEqual(snapshot.result, "payFailed")
    const { restedAt: _, ...context } = snapshot.context
    const { context: after } = steps.step({ ...snapshot, context }, faulted(20)).snapshot
    assert.isAbove(after.nextQueryAt ?? 0, 20)
  })
})
