/**
 * The script of an order: what the platform answers to its queries, step by step, and what it answers
 * after a refund or a void was asked for.
 *
 * Where an order stands in its script is told by `StepProgress`.
 */
import * as Schema from "effect/Schema"
import { Answer, Milliseconds } from "./Answer.ts"

/**
 * One step: an answer, and how long it holds. A number of queries (`times`), or a time (`forMs`); one
 * query where neither is given. The last step of a list holds for ever, whatever it says here.
 */
export const Step = Schema.Struct({
  answer: Answer,
  times: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 }))),
  forMs: Schema.optionalKey(Milliseconds)
}).check(
  Schema.makeFilter<{ readonly times?: number; readonly forMs?: number }>(
    (step) =>
      step.times === undefined ||
      step.forMs === undefined ||
      "must have times (a number of queries) or forMs (milliseconds), not both"
  )
)
export type Step = typeof Step.Type

/** Steps, at least one. */
export const Steps = Schema.NonEmptyArray(Step)
export type Steps = typeof Steps.Type

/** Where a correct client ends, whose schedule and confirmation time are the defaults. */
export const Expected = Schema.Literals([
  "paid",
  /** First closed, later paid after all. */
  "paidLate",
  "payFailed",
  "closed",
  "refunded",
  "refundFailed",
  "voided",
  "voidFailed",
  /** Nothing could be concluded: handed to a person, and still queryable. */
  "unresolved",
  /** The platform rejects the merchant's signature: a person must mend key or merchant number. */
  "rejected"
])
export type Expected = typeof Expected.Type

/** One line, in English and in Chinese. */
export const Description = Schema.Struct({ en: Schema.String, zh: Schema.String })
export type Description = typeof Description.Type

/** A script. Only `steps` must be given. */
export const Script = Schema.Struct({
  name: Schema.optionalKey(Schema.String.check(Schema.isBetweenLength(1, 64))),
  description: Schema.optionalKey(Description),
  /** Documentation: nothing acts on it. */
  expected: Schema.optionalKey(Expected),
  steps: Steps,
  /** After a refund was asked for; 88881220 where it is not given. */
  onRefund: Schema.optionalKey(Steps),
  /** After a void was asked for; 88881137 where it is not given. */
  onVoid: Schema.optionalKey(Steps),
  /** Divides every length of time in this script, for demos. */
  scale: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThan(0)))
})
export type Script = typeof Script.Type

/** A script that ships with the sandbox: named, described, and with a known end. */
export interface NamedScript extends Script {
  readonly name: string
  readonly description: Description
  readonly expected: Expected
}

/** What was asked of the platform last, which decides the list of steps. */
export type Operation = "payment" | "refund" | "void"

/** The steps that hold after `operation`. */
export const stepsFor = (script: Script, operation: Operation): Steps => {
  switch (operation) {
    case "payment":
      return script.steps
    case "refund":
      return script.onRefund ?? [{ answer: { _tag: "RefundAccepted" } }]
    case "void":
      return script.onVoid ?? [{ answer: { _tag: "Voided" } }]
  }
}
