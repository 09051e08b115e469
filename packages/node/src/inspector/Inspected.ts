/**
 * Orders in XState's inspection events: which event tells of an order, and of which. Any actor may report
 * through an inspector, so nothing of an event is taken for granted.
 */
import { OrderSnapshot, OrderStep } from "@umf-order-sync/machine"
import * as Schema from "effect/Schema"
import { keyText, type OrderKey } from "../store/OrderStore.ts"

/** An order that went a step, as its machine reported it. */
export interface Inspected {
  readonly key: OrderKey
  /** The key as a text. */
  readonly name: string
  /** The machine's own snapshot after the step: not looked into until somebody wants to see it. */
  readonly running: unknown
  /** What brought the step about. */
  readonly event: unknown
}

const isRecord = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === "object" && value !== null

/** The order that an inspection event tells of; `undefined` for events of anything else. */
export const read = (event: unknown): Inspected | undefined => {
  if (!isRecord(event) || event.type !== "@xstate.snapshot") return undefined
  const running = event.snapshot
  if (!isRecord(running) || !isRecord(running.value) || !isRecord(running.context)) return undefined
  const { order } = running.context
  if (!("result" in running.value) || !isRecord(order)) return undefined
  const { merId, orderId } = order
  if (typeof merId !== "string" || typeof orderId !== "string") return undefined
  const key = { merId, orderId } as OrderKey
  return { key, name: keyText(key), running, event: event.event }
}

const results: ReadonlySet<string> = new Set(OrderSnapshot.ResultState.literals)
const askings: ReadonlySet<string> = new Set(OrderSnapshot.AskingState.literals)

/**
 * The order's snapshot as it was reported; `undefined` where its states are not those of the order machine.
 * Before any more of it is told, ask `isSnapshot`, which takes longer. Throws what looking at it throws.
 */
export const peek = ({ running }: Inspected): OrderSnapshot.OrderSnapshot | undefined => {
  const snapshot = OrderStep.toSnapshot(running as Parameters<typeof OrderStep.toSnapshot>[0])
  return results.has(snapshot.result) && askings.has(snapshot.asking) ? snapshot : undefined
}

/** The last instant that has a date, in ms since the epoch. */
const LAST = 8.64e15
const isInstant = (at: unknown): at is number => Number.isSafeInteger(at) && Math.abs(Number(at)) <= LAST

/** Whether every instant of an order can be written as a date: an actor may be sent any number. */
const hasDates = ({ context }: OrderSnapshot.OrderSnapshot): boolean =>
  [context.startedAt, context.nextQueryAt, context.payment?.at, context.lastAnswer?.at].every(
    (at) => at === undefined || isInstant(at)
  )

const fits = Schema.is(OrderSnapshot.OrderSnapshot)

/** Whether this is wholly a snapshot of the order machine, which can be shown. */
export const isSnapshot = (snapshot: unknown): snapshot is OrderSnapshot.OrderSnapshot =>
  fits(snapshot) && hasDates(snapshot)

/** The order's snapshot; `undefined` where it is not one of the order machine's. */
export const toSnapshot = (inspected: Inspected): OrderSnapshot.OrderSnapshot | undefined => {
  try {
    const snapshot = peek(inspected)
    return isSnapshot(snapshot) ? snapshot : undefined
  } catch {
    // What can't be looked at is no order.
    return undefined
  }
}

/** When somebody gave a hint, where this step is one. */
export const hintedAt = ({ event }: Inspected): number | undefined =>
  isRecord(event) && event.type === "hinted" && isInstant(event.at) ? event.at : undefined

/** Whether the step is a service's query that begins: reported by the end of its wait, and never stored. */
export const beginsQuery = ({ event }: Inspected): boolean => isRecord(event) && event.type === "waited"

/** When the step happened, in ms since the epoch; when the asking began, for a step without a time that has a date. */
export const instant = ({ event }: Inspected, { context }: OrderSnapshot.OrderSnapshot): number =>
  isRecord(event) && isInstant(event.at) ? event.at : context.startedAt
