/** Random histories of an order: events at random times, by profiles that lead to every corner. */
import { QuerySchedule, type Verdict } from "@umf-order-sync/core"
import * as Chance from "../../../../prove/Chance.ts"
import type { OrderCommand } from "../../src/OrderCommand.ts"
import type { OrderEvent } from "../../src/OrderEvent.ts"
import { answered, faulted, faults, informed, operations, plain, verdicts } from "../support/Samples.ts"

type Next = () => number

/** What answers are like, and how often something else happens. */
interface Profile {
  readonly verdicts: readonly [Verdict.Verdict, ...ReadonlyArray<Verdict.Verdict>]
  readonly fault: number
  readonly other: number
  /** What leads to an end that takes two answers, so that something happens there often enough. */
  readonly lead?: {
    readonly request?: "refundRequested" | "voidRequested"
    readonly verdict: Verdict.Verdict
  }
}

const everyVerdict = verdicts as unknown as Profile["verdicts"]

const profiles: readonly [Profile, ...ReadonlyArray<Profile>] = [
  { verdicts: ["Paying", "Paying", "Paid"], fault: 0.1, other: 0.05 },
  { verdicts: ["Paying", "Closed", "Closed", "Closed", "Paid"], fault: 0.1, other: 0.1 },
  { verdicts: ["PayFailed", "Paying", "Paid", "Closed"], fault: 0.1, other: 0.15 },
  { verdicts: ["Paid", "RefundFailed", "RefundFailed", "RefundAccepted", "Paying"], fault: 0.1, other: 0.3 },
  { verdicts: ["RefundFailed", "RefundFailed", "VoidFailed", "VoidFailed"], fault: 0.1, other: 0.25 },
  { verdicts: ["Paid", "VoidFailed", "VoidFailed", "Voided", "Paying"], fault: 0.1, other: 0.3 },
  { verdicts: ["Contradictory", "Contradictory", "PlatformFault", "Paid"], fault: 0.5, other: 0.15 },
  { verdicts: ["PlatformFault", "PlatformFault", "Paying", "SignatureRejected"], fault: 0.4, other: 0.2 },
  { verdicts: ["SignatureRejected", "Paid", "Closed"], fault: 0.2, other: 0.4 },
  { verdicts: everyVerdict, fault: 0.2, other: 0.3 },
  { verdicts: everyVerdict, fault: 0.2, other: 0.6 },
  { verdicts: everyVerdict, fault: 0.1, other: 0.4, lead: { verdict: "Closed" } },
  {
    verdicts: everyVerdict,
    fault: 0.1,
    other: 0.4,
    lead: { request: "refundRequested", verdict: "RefundFailed" }
  },
  {
    verdicts: everyVerdict,
    fault: 0.1,
    other: 0.4,
    lead: { request: "voidRequested", verdict: "VoidFailed" }
  }
]

export const schedules: readonly [
  QuerySchedule.QuerySchedule,
  ...ReadonlyArray<QuerySchedule.QuerySchedule>
] = [
  QuerySchedule.defaults,
  QuerySchedule.durable,
  QuerySchedule.compress(QuerySchedule.defaults, 20),
  { ...QuerySchedule.defaults, maxQueries: 4 }
]

const second = 1000
const lengths: readonly [number, ...Array<number>] = [
  ...([0, 1, 3 * second, 3 * second, 10 * second, 29_999, 30 * second, 31 * second] as const),
  ...[61 * second, 601 * second, 3_601 * second, 2_401 * second, 86_400 * second, 3 * 86_401 * second]
]

/** A history that is told as it goes on, since what happens next may be what the machine asked for. */
export interface Teller {
  readonly next: (commands: ReadonlyArray<OrderCommand>) => OrderEvent
}

export const teller = (next: Next): Teller => {
  const profile = Chance.pick(next, profiles)
  /** Whether this history does what the machine says: waits as long as it wants to, and asks when it does. */
  const isObedient = profile.lead !== undefined || next() < 0.7
  const clockJumps = next() < 0.1
  let now = 1_509_517_965_000
  let askedAt = now
  let wakeAt: number | undefined
  let isRequested = profile.lead?.request === undefined
  let leading = profile.lead === undefined ? 0 : 1 + Chance.below(next, 3)

  const pass = () => {
    now += Chance.pick(next, lengths)
    if (clockJumps && next() < 0.3) now += next() < 0.5 ? -3_600_000 : 3_600_000
  }
  const other = (): OrderEvent => {
    const type = Chance.pick(next, [...plain, "informed", "informed"] as unknown as readonly ["informed"])
    return type === "informed" ? informed(now) : ({ type, at: now } as OrderEvent)
  }
  const reply = (): OrderEvent => {
    if (next() < profile.fault) return faulted(now, Chance.pick(next, faults as unknown as readonly ["Http"]))
    const verdict = Chance.pick(next, profile.verdicts)
    const event = answered(verdict, now, next() < 0.2 ? Chance.pick(next, operations as never) : undefined)
    return next() < 0.8 && event.type.startsWith("answered.") ? ({ ...event, askedAt } as OrderEvent) : event
  }
  return {
    next: (commands) => {
      for (const command of commands) {
        if (command.type === "query") askedAt = now
        if (command.type === "query") wakeAt = undefined
        if (command.type === "wake") wakeAt = command.at
      }
      if (!isRequested && profile.lead?.request !== undefined) {
        isRequested = true
        return { type: profile.lead.request, at: now }
      }
      if (leading === 0 && next() < profile.other) {
        pass()
        return other()
      }
      if (isObedient && wakeAt !== undefined) {
        now = Math.max(now, wakeAt)
        wakeAt = undefined
        return { type: "waited", at: now }
      }
      if (leading > 0 && profile.lead !== undefined) {
        leading -= 1
        now += Chance.below(next, 2000)
        return { ...answered(profile.lead.verdict, now, undefined), askedAt } as OrderEvent
      }
      if (next() < 0.5) pass()
      else now += Chance.below(next, 2000)
      return reply()
    }
  }
}
