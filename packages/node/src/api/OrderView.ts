/**
 * An order as the API and the commands show it: plain JSON, times as ISO 8601 in UTC, amounts in fen as
 * digits. It holds what the merchant gave and what believed answers said, and never a message of an answer.
 */
import { type OrderQueryAnswer, Verdict } from "@umf-order-sync/core"
import { OrderCommand, OrderEvent, OrderSnapshot } from "@umf-order-sync/machine"
import * as Schema from "effect/Schema"
import { withoutAbsent } from "../store/Fields.ts"
import { dueAt, type StoredOrder } from "../store/OrderStore.ts"
import * as Instant from "./Instant.ts"

const text = (description: string) => Schema.optionalKey(Schema.String.annotate({ description }))
const time = (description: string) => Schema.optionalKey(Schema.String.annotate({ description }))

/** An amount in fen. */
export const Fen: Schema.String = Schema.String.annotate({
  description: "In fen (CNY 0.01), digits",
  examples: ["8888"]
})

/** What an answer of the platform said. */
export const AnswerFacts = Schema.Struct({
  retCode: Schema.String,
  transState: Schema.optionalKey(Schema.String),
  transactionId: Schema.optionalKey(Schema.String),
  amount: Schema.optionalKey(Fen),
  payType: Schema.optionalKey(Schema.String),
  paySeq: Schema.optionalKey(Schema.String),
  platDate: Schema.optionalKey(Schema.String),
  platTime: Schema.optionalKey(Schema.String)
})
export type AnswerFacts = typeof AnswerFacts.Type

export const OrderView = Schema.Struct({
  merId: Schema.String,
  orderId: Schema.String,
  transactionId: text("The platform's order number, once it is known"),
  orderDate: text("yyyyMMdd"),
  payType: text("WX, AL, YL, or what an answer said"),
  amount: Schema.optionalKey(Fen),
  state: OrderSnapshot.ResultState.annotate({ description: "What is known of the order" }),
  tag: Schema.Literals(["polling", "settled", "attention"]).annotate({
    description: "polling: asked until it has a result. settled: it has one. attention: a person is needed"
  }),
  settled: Schema.Boolean,
  attention: Schema.Boolean,
  paid: Schema.Boolean.annotate({
    description: "Whether a believed answer ever said that it was paid; stays true after a refund"
  }),
  paidAt: time("When that answer came"),
  late: Schema.optionalKey(
    OrderCommand.Late.annotate({ description: "The payment came when nobody expected it any more" })
  ),
  reason: Schema.optionalKey(OrderCommand.Reason.annotate({ description: "Why a person is needed" })),
  operation: Schema.Literals(["payment", "refund", "void"]).annotate({
    description: "What was asked of the platform last"
  }),
  queries: Schema.Int.annotate({
    description: "Queries since the asking began, or began anew; the one under way is counted"
  }),
  faults: Schema.Int.annotate({ description: "Faults in a row" }),
  faultRun: Schema.optionalKey(
    Schema.Struct({
      fault: OrderEvent.FaultKind,
      count: Schema.Int,
      first: Instant.Written,
      last: Instant.Written
    }).annotate({ description: "The faults of one kind that came last; absent once an answer is believed" })
  ),
  nextQueryAt: time("When the order is to be asked next; absent where that is not planned"),
  createdAt: Instant.Written,
  updatedAt: Instant.Written,
  payment: Schema.optionalKey(AnswerFacts.annotate({ description: "The answer that said: paid" })),
  lastAnswer: Schema.optionalKey(
    Schema.Struct({ at: Instant.Written, verdict: Verdict.Verdict, ...AnswerFacts.fields }).annotate({
      description: "The last believed answer"
    })
  )
}).annotate({ identifier: "Order" })
export type OrderView = typeof OrderView.Type

const factsOf = (answer: OrderQueryAnswer.OrderQueryAnswer): AnswerFacts => {
  const { retCode, transState, transactionId, amount, payType, paySeq, platDate, platTime } = answer
  return withoutAbsent<AnswerFacts>({
    retCode,
    transState,
    transactionId,
    amount: amount?.toString(),
    payType,
    paySeq,
    platDate,
    platTime
  })
}

const iso = (at: number | undefined): string | undefined => (at === undefined ? undefined : Instant.toIso(at))

/** The JSON of a stored order. */
export const fromStored = (stored: StoredOrder): OrderView => {
  const { result, context } = stored.snapshot
  const { order, payment, lastAnswer, operation, queries, faults, reason } = context
  const paid = payment === undefined ? undefined : factsOf(payment.answer)
  const tag = OrderSnapshot.tagOf(result)
  return withoutAbsent<OrderView>({
    merId: order.merId,
    orderId: order.orderId,
    transactionId: order.transactionId ?? paid?.transactionId,
    orderDate: order.orderDate,
    payType: order.payType ?? paid?.payType,
    amount: order.amount?.toString() ?? paid?.amount,
    state: result,
    tag,
    settled: tag === "settled",
    attention: tag === "attention",
    paid: payment !== undefined,
    paidAt: iso(payment?.at),
    late: payment?.late,
    reason,
    operation,
    queries,
    faults,
    faultRun: stored.faultRun && {
      ...stored.faultRun,
      first: Instant.toIso(stored.faultRun.first),
      last: Instant.toIso(stored.faultRun.last)
    },
    nextQueryAt: iso(dueAt(stored)),
    createdAt: Instant.toIso(stored.createdAt),
    updatedAt: Instant.toIso(stored.updatedAt),
    payment: paid,
    lastAnswer:
      lastAnswer === undefined
        ? undefined
        : {
            at: Instant.toIso(lastAnswer.at),
            verdict: lastAnswer.verdict,
            ...factsOf(lastAnswer.answer)
          }
  })
}
