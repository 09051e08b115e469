/** The orders of a service that is killed: one of each script of the sandbox, as often as is wanted. */
import type { NamedScript } from "../../src/sandbox/Script.ts"
import { scripts } from "../../src/sandbox/scripts.ts"
import * as Place from "./place.ts"

/** An order to follow, and where it has to end. */
export interface Case {
  readonly orderId: string
  readonly script: NamedScript
  /** The state at its end. */
  readonly end: string
  readonly isPaid: boolean
  /** Whether nothing but its time ends it. */
  readonly isTimed: boolean
}

/**
 * Where a script ends here. Nobody waits for more than a minute, so here a slow answer comes in time; and
 * whether an order is seen closed before its money comes depends on the kills.
 */
const endOf = ({ name, expected }: NamedScript): string => {
  if (name === "slow-drip" || expected === "paidLate") return "paid"
  return expected
}

const unpaidEnds = ["payFailed", "closed", "unresolved", "rejected"]
/** Of these, three answers in a row ask for a person; all others that end with one go there by their time. */
const disbelieved = ["contradictory", "wrong-signature", "replayed", "wrong-amount", "renamed", "merged"]

const caseOf = (script: NamedScript, orderId: string): Case => {
  const end = endOf(script)
  return {
    orderId,
    script,
    end,
    isPaid: !unpaidEnds.includes(end),
    isTimed: end === "unresolved" && !disbelieved.includes(script.name)
  }
}

/** Closed for long enough to be called so, whatever is killed meanwhile, with money that comes late. */
const closedForLong: NamedScript = {
  name: "closed-for-long-then-paid",
  description: { en: "Closed for 5 s, then paid.", zh: "关闭 5 秒，之后支付成功。" },
  expected: "paidLate",
  scale: 1 / Place.TIME_SCALE,
  steps: [{ answer: { _tag: "Closed" }, forMs: 5000 }, { answer: { _tag: "Paid" } }]
}

/** Scripts that ask for more of a worker's life than it has here: their lengths fitted to that. */
const fitted = (script: NamedScript): NamedScript => {
  switch (script.name) {
    case "slow-drip":
      return { ...script, steps: [{ answer: { _tag: "SlowDrip", everyMs: 200 } }] }
    // Two answers that lie far enough apart confirm each other, and kills part them: so here there is one.
    case "refund-after-2":
      return { ...script, onRefund: [{ answer: { _tag: "Paid" } }, { answer: { _tag: "RefundAccepted" } }] }
    default:
      return script
  }
}

const all = [...scripts.map(fitted), closedForLong]

const numbered = (from: ReadonlyArray<NamedScript>, name: string, count: number): ReadonlyArray<Case> =>
  Array.from({ length: count }, (_, index) => from[index % from.length]).flatMap((script, index) =>
    script === undefined ? [] : [caseOf(script, `${name}-${index}-${script.name}`)]
  )

/** So many orders of all scripts. */
export const passing = (count: number): ReadonlyArray<Case> => numbered(all, "passes", count)

/** Set ahead by this, in ms, the sandbox's clock ends the payments that last. */
export const LASTS = 24 * 3_600_000

/** So many orders of all scripts, each being paid for a quarter of an hour at least before its script begins. */
export const lasting = (count: number): ReadonlyArray<Case> =>
  numbered(
    all
      // Time alone ends these, so theirs would come meanwhile.
      .filter((script) => !caseOf(script, script.name).isTimed)
      .map((script) => ({
        ...script,
        steps: [{ answer: { _tag: "Paying" }, forMs: LASTS }, ...script.steps]
      })),
    "lasts",
    count
  )

/** How many scripts there are. */
export const SCRIPTS = all.length
