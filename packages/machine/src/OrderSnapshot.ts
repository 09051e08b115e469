/**
 * The persisted form of an order: versioned, plain, decoded by Schema. It holds where the order is and
 * what is known of it, nothing of XState's own, so that a newer library can read what an older wrote.
 */
import * as Schema from "effect/Schema"
import { OrderContext } from "./OrderContext.ts"

/** What is known of the order. */
export const ResultState = Schema.Literals([
  "open",
  "closingSuspected",
  "closed",
  "payFailed",
  "paid",
  "refunding",
  "refundFailureSuspected",
  "refundFailed",
  "refunded",
  "voiding",
  "voidFailureSuspected",
  "voidFailed",
  "voided",
  "unresolved",
  "rejected"
])
export type ResultState = typeof ResultState.Type

/** Whether a query is under way, waited for, or not planned. */
export const AskingState = Schema.Literals(["querying", "waiting", "idle"])
export type AskingState = typeof AskingState.Type

/** Version 1 of the persisted form. A later version adds a member and a migration, and keeps this one. */
export const OrderSnapshot = Schema.Struct({
  version: Schema.Literal(1),
  result: ResultState,
  asking: AskingState,
  context: OrderContext
})
export type OrderSnapshot = typeof OrderSnapshot.Type

/** `polling`: asked until it has a result. `settled`: it has one. `attention`: a person is needed. */
export type Tag = "polling" | "settled" | "attention"

const tags: Readonly<Record<ResultState, Tag>> = {
  open: "polling",
  closingSuspected: "polling",
  closed: "settled",
  payFailed: "settled",
  paid: "settled",
  refunding: "polling",
  refundFailureSuspected: "polling",
  refundFailed: "settled",
  refunded: "settled",
  voiding: "polling",
  voidFailureSuspected: "polling",
  voidFailed: "settled",
  voided: "settled",
  unresolved: "attention",
  rejected: "attention"
}

/** The tag of a state; the machine carries the same tags, which a test compares. */
export const tagOf = (result: ResultState): Tag => tags[result]

/** The state's name for people: `open.waiting` while polling, `paid` once at rest. */
export const nameOf = (snapshot: Pick<OrderSnapshot, "result" | "asking">): string =>
  tagOf(snapshot.result) === "polling" ? `${snapshot.result}.${snapshot.asking}` : snapshot.result

/** The snapshot as a JSON text. */
export const encode: (snapshot: OrderSnapshot) => string = Schema.encodeSync(
  Schema.fromJsonString(OrderSnapshot)
)

/** Reads a JSON text that `encode` wrote. Fails with a SchemaError that says what is wrong, and where. */
export const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(OrderSnapshot))
