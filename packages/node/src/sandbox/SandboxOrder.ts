/**
 * One order at the sandbox: its script, its amount, and where it stands.
 *
 * The platform's own numbers are made from the order number, so that they stay the same when the sandbox
 * starts anew and a client still knows them.
 */
import { createHash } from "node:crypto"
import type { Amount, Order } from "@umf-order-sync/core"
import type { Answer } from "./Answer.ts"
import { type Operation, type Script, stepsFor } from "./Script.ts"
import * as StepProgress from "./StepProgress.ts"

/** An order and its progress. */
export interface SandboxOrder {
  readonly orderId: string
  readonly script: Script
  readonly amount: Amount.Amount
  readonly payType: Order.PayType
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** What was asked of the platform last; decides which list of steps answers. */
  readonly operation: Operation
  readonly progress: StepProgress.StepProgress
  /** What the next queries are answered before the script goes on, one each. */
  readonly interjected: ReadonlyArray<Answer>
  /** How many queries were answered. */
  readonly queries: number
  readonly lastAnswer: Answer["_tag"] | undefined
}

/** An order that nobody asked about yet. */
export const make = (
  order: Pick<SandboxOrder, "orderId" | "script" | "amount" | "payType" | "createdAt">
): SandboxOrder => ({
  ...order,
  operation: "payment",
  progress: StepProgress.initial,
  interjected: [],
  queries: 0,
  lastAnswer: undefined
})

/** What the next query is answered, and the order with that query counted. */
export const answer = (
  order: SandboxOrder,
  now: number,
  timeScale: number
): readonly [Answer, SandboxOrder] => {
  const queries = order.queries + 1
  const [first, ...interjected] = order.interjected
  if (first !== undefined) return [first, { ...order, interjected, queries, lastAnswer: first._tag }]
  const steps = stepsFor(order.script, order.operation)
  const [step, progress] = StepProgress.next(steps, order.progress, now, scaleOf(order, timeScale))
  return [step.answer, { ...order, progress, queries, lastAnswer: step.answer._tag }]
}

/** The order after a refund or a void was asked for. */
export const asked = (order: SandboxOrder, operation: Operation): SandboxOrder => ({
  ...order,
  operation,
  progress: StepProgress.initial
})

/** The order with answers that come before its script goes on, after those that are waiting already. */
export const interjected = (order: SandboxOrder, answers: ReadonlyArray<Answer>): SandboxOrder => ({
  ...order,
  interjected: [...order.interjected, ...answers]
})

/** What divides the order's lengths of time: its script's scale and the sandbox's. */
export const scaleOf = (order: SandboxOrder, timeScale: number): number =>
  (order.script.scale ?? 1) * timeScale

const digits = (of: string, length: number): string =>
  BigInt(`0x${createHash("sha256").update(of).digest("hex")}`)
    .toString()
    .slice(-length)
    .padStart(length, "0")

/** The platform's number for the order (`transactionId`), 20 digits. */
export const transactionId = (orderId: string): string => `90${digits(`transaction:${orderId}`, 18)}`

/** The number of its payment (`paySeq`), 28 digits, as the wallets give them. */
export const paySeq = (orderId: string): string => `4200${digits(`payment:${orderId}`, 24)}`

/** An order as the admin API shows it. */
export const view = (order: SandboxOrder): SandboxOrderView => ({
  orderId: order.orderId,
  transactionId: transactionId(order.orderId),
  script: order.script.name ?? "custom",
  amount: order.amount.toString(),
  payType: order.payType,
  createdAt: new Date(order.createdAt).toISOString(),
  operation: order.operation,
  step: order.progress.index + 1,
  queries: order.queries,
  lastAnswer: order.lastAnswer ?? null
})

/** An order in JSON. */
export interface SandboxOrderView {
  readonly orderId: string
  readonly transactionId: string
  readonly script: string
  /** Fen, as digits. */
  readonly amount: string
  readonly payType: Order.PayType
  /** ISO 8601. */
  readonly createdAt: string
  readonly operation: Operation
  /** The step that answered last, from 1. */
  readonly step: number
  readonly queries: number
  readonly lastAnswer: string | null
}
