/**
 * What a test tells the platform to answer, as the sandbox's own answers and steps. Pure.
 *
 * Without TypeScript anything may come here. What is no answer and no step is handed on as it came, to the
 * sandbox, which refuses it and says what it wants instead.
 */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import type { PlainDuration } from "../promise/PlainOptions.ts"
import type { Answer } from "../sandbox/Answer.ts"
import type { Script, Step, Steps } from "../sandbox/Script.ts"
import type { Statement } from "../sandbox/Statement.ts"
import { withoutAbsent } from "../store/Fields.ts"
import type { PlainReply, PlainScript, PlainStatement, PlainStep, PlainSteps } from "./PlainReply.ts"

const isRecord = (given: unknown): given is object => typeof given === "object" && given !== null

/** In milliseconds; NaN, which no schema takes, for what is no length of time. */
export const toMillis = (length: PlainDuration): number =>
  typeof length === "number"
    ? length
    : Option.match(Duration.fromInput(length), { onNone: () => Number.NaN, onSome: Duration.toMillis })

type Words<A> = Extract<A, string>

const statements: { readonly [word in Words<PlainStatement>]: Statement } = {
  paying: { _tag: "Paying" },
  "not-pay": { _tag: "NotPay" },
  paid: { _tag: "Paid" },
  "paid-without-state": { _tag: "PaidWithoutState" },
  "pay-error": { _tag: "PayError" },
  closed: { _tag: "Closed" },
  "refund-accepted": { _tag: "RefundAccepted" },
  voided: { _tag: "Voided" },
  "platform-fault": { _tag: "PlatformFault" },
  contradictory: { _tag: "Contradictory" },
  "signature-rejected": { _tag: "SignatureRejected" }
}

const day = 86_400_000

const others: { readonly [word in Exclude<Words<PlainReply>, Words<PlainStatement>>]: Answer } = {
  "wrong-signature": { _tag: "WrongSignature" },
  unsigned: { _tag: "Unsigned" },
  replayed: { _tag: "Replayed" },
  "wrong-amount": { _tag: "WrongAmount" },
  renamed: { _tag: "Renamed" },
  merged: { _tag: "Merged" },
  "time-out": { _tag: "Delayed", ms: day },
  "connection-reset": { _tag: "Reset" },
  cut: { _tag: "Cut" },
  html: { _tag: "Html" },
  redirect: { _tag: "Redirect" }
}

const toStatement = (statement: PlainStatement): Statement =>
  typeof statement === "string"
    ? statements[statement]
    : withoutAbsent<Statement & { readonly _tag: "Custom" }>({ _tag: "Custom", ...statement })

/** One answer. */
export const toAnswer = (reply: PlainReply): Answer => {
  if (typeof reply === "string") {
    const words: Readonly<Record<string, Answer>> = { ...statements, ...others }
    return Object.hasOwn(words, reply) ? (words[reply] as Answer) : (reply as unknown as Answer)
  }
  if (!isRecord(reply)) return reply
  if ("httpStatus" in reply) {
    return withoutAbsent<Answer & { readonly _tag: "HttpStatus" }>({
      _tag: "HttpStatus",
      status: reply.httpStatus,
      retryAfter: reply.retryAfter
    })
  }
  if ("delayed" in reply) {
    return { _tag: "Delayed", ms: toMillis(reply.by), statement: toStatement(reply.delayed) }
  }
  return toStatement(reply)
}

const toStep = (step: PlainStep): Step => {
  if (!isRecord(step) || !("answer" in step)) return { answer: toAnswer(step) }
  const answer = toAnswer(step.answer)
  return "times" in step ? { answer, times: step.times } : { answer, forMs: toMillis(step.for) }
}

const toSteps = (steps: PlainSteps): Steps =>
  Array.isArray(steps) ? (steps.map(toStep) as unknown as Steps) : (steps as never)

const isSteps = (script: PlainScript | PlainSteps): script is PlainSteps => Array.isArray(script)

/** A whole script. */
export const toScript = (given: PlainScript | PlainSteps): Script => {
  if (isSteps(given)) return { steps: toSteps(given) }
  if (!isRecord(given)) return given
  const { steps, onRefund, onVoid } = given
  return withoutAbsent<Script>({
    name: undefined,
    description: undefined,
    expected: undefined,
    scale: undefined,
    steps: toSteps(steps),
    onRefund: onRefund && toSteps(onRefund),
    onVoid: onVoid && toSteps(onVoid)
  })
}
