/**
 * What the page may see of an order: an OrderSnapshot again, so that the page's machine takes it, but with
 * nothing in it that the page doesn't show. The platform's numbers and messages stay on the server.
 */
import type { OrderSnapshot } from "@umf-order-sync/machine"

export const of = ({
  version,
  result,
  asking,
  context
}: OrderSnapshot.OrderSnapshot): OrderSnapshot.OrderSnapshot => {
  const { merId, orderId, amount } = context.order
  const { operation, startedAt, queries, faults, contradictions, nextQueryAt, payment, reason } = context
  return {
    version,
    result,
    asking,
    context: {
      order: { merId, orderId, ...(amount === undefined ? {} : { amount }) },
      operation,
      startedAt,
      queries,
      faults,
      contradictions,
      ...(nextQueryAt === undefined ? {} : { nextQueryAt }),
      ...(payment === undefined
        ? {}
        : { payment: { at: payment.at, late: payment.late, answer: { retCode: payment.answer.retCode } } }),
      ...(reason === undefined ? {} : { reason })
    }
  }
}
