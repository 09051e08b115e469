import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { defaultLimits, parse } from "../src/LosslessJson.ts"
import { takeApart } from "../src/OrderQueryAnswer.ts"
import * as Attack from "./support/Attack.ts"
import { verdictOf } from "./support/DecisionTable.ts"
import * as Keys from "./support/Keys.ts"
import { anyText, part, runs } from "./support/Property.ts"
import { body, conclude, type Members, outcome, signedValues, toJson } from "./support/SignedAnswer.ts"
import * as TrueAnswer from "./support/TrueAnswer.ts"

const keys = Keys.make()

/** Verdicts that say nothing about the order. */
const saysNothing: ReadonlySet<string> = new Set(["PlatformFault", "SignatureRejected"])

const moneyMoved: ReadonlySet<string> = new Set([
  "Paid",
  "RefundAccepted",
  "RefundFailed",
  "Voided",
  "VoidFailed"
])

const wholeKnowledge = fc.constant({ transactionId: true, amount: true })
const anyKnowledge = fc.record({ transactionId: fc.boolean(), amount: fc.boolean() })

const truth = ({ operation, retCode, transState }: TrueAnswer.TrueAnswer): string =>
  verdictOf(retCode, transState, operation)

const signOf = (fields: Members): string => keys.sign(signedValues(fields).join("|"))

const isRefused = (verdict: string): boolean => verdict.startsWith("(")
const isGenuine = (verdict: string): boolean =>
  ![
    "(NotJson)",
    "(NotAnObject)",
    "(NoSigningRule)",
    "(NoSignature)",
    "(SignatureMalformed)",
    "(SignatureWrong)"
  ].includes(verdict)

/** The share of forgeries that got past the signature: what the rules of disbelief had to judge. */
const counter = () => {
  let all = 0
  let genuine = 0
  let believed = 0
  return {
    count: (verdict: string) => {
      all++
      if (isGenuine(verdict)) genuine++
      if (!isRefused(verdict)) believed++
    },
    assertStrong: (atLeast: number) => {
      assert.isAtLeast(all, atLeast * part)
      assert.isAbove(genuine / all, 0.9, "too few forgeries keep the signed text")
      assert.isAbove(believed, 0, "no forgery is believed at all, so nothing is tried")
    }
  }
}

describe("no attack on the names, the borders or the empty fields of a true answer", () => {
  it("makes any renaming say something else about an order whose transactionId is known", () => {
    const seen = counter()
    const cases = fc
      .tuple(TrueAnswer.arbitrary, fc.constantFrom(true, false))
      .chain(([answer, amount]) =>
        fc.tuple(fc.constant(answer), fc.constant(amount), Attack.renamings(answer.fields, 60))
      )
    fc.assert(
      fc.property(cases, ([answer, amount, forgeries]) => {
        const known = TrueAnswer.known(answer, { transactionId: true, amount })
        const sign = signOf(answer.fields)
        for (const fields of forgeries) {
          const verdict = outcome(conclude(keys, Attack.forged(fields, sign), known, answer.operation))
          seen.count(verdict)
          if (!isRefused(verdict) && !saysNothing.has(verdict))
            assert.strictEqual(verdict, truth(answer), toJson(fields))
        }
      }),
      runs(40)
    )
    seen.assertStrong(2200)
  })

  it("makes any renaming say that money moved where it did not", () => {
    const seen = counter()
    const cases = TrueAnswer.arbitrary.chain((answer) =>
      fc.tuple(fc.constant(answer), Attack.renamings(answer.fields, 60))
    )
    fc.assert(
      fc.property(cases, anyKnowledge, ([answer, forgeries], what) => {
        const known = TrueAnswer.known(answer, what)
        const sign = signOf(answer.fields)
        for (const fields of forgeries) {
          const verdict = outcome(conclude(keys, Attack.forged(fields, sign), known, answer.operation))
          seen.count(verdict)
          if (moneyMoved.has(verdict)) assert.strictEqual(verdict, truth(answer), toJson(fields))
        }
      }),
      runs(40)
    )
    seen.assertStrong(2200)
  })

  it("makes several attacks together say something else about an order that is known", () => {
    const seen = counter()
    fc.assert(
      fc.property(TrueAnswer.arbitrary, wholeKnowledge, Attack.steps, (answer, what, steps) => {
        const fields = Attack.composed(answer.fields, steps)
        const text = Attack.forged(fields, signOf(answer.fields))
        const verdict = outcome(conclude(keys, text, TrueAnswer.known(answer, what), answer.operation))
        seen.count(verdict)
        if (!isRefused(verdict) && !saysNothing.has(verdict)) assert.strictEqual(verdict, truth(answer), text)
      }),
      runs(2200)
    )
    seen.assertStrong(2200)
  })

  it("makes several attacks together say that money moved where it did not", () => {
    const seen = counter()
    fc.assert(
      fc.property(TrueAnswer.arbitrary, anyKnowledge, Attack.steps, (answer, what, steps) => {
        const fields = Attack.composed(answer.fields, steps)
        const text = Attack.forged(fields, signOf(answer.fields))
        const verdict = outcome(conclude(keys, text, TrueAnswer.known(answer, what), answer.operation))
        seen.count(verdict)
        if (moneyMoved.has(verdict)) assert.strictEqual(verdict, truth(answer), text)
      }),
      runs(2200)
    )
    seen.assertStrong(2200)
  })
})

describe("no replay of another order's true answer", () => {
  const other = { transactionId: "31711011432450012", amount: "424242" }
  const ends: ReadonlySet<string> = new Set([...moneyMoved, "PayFailed"])
  const cases = TrueAnswer.arbitrary.chain((answer) =>
    fc.tuple(fc.constant(answer), Attack.renamings(answer.fields, 40))
  )

  it("ends an order whose transactionId is known, renamed or not", () => {
    let refused = 0
    fc.assert(
      fc.property(cases, fc.boolean(), ([answer, forgeries], amount) => {
        const known = TrueAnswer.known(other, { transactionId: true, amount })
        const sign = signOf(answer.fields)
        for (const fields of [answer.fields, ...forgeries]) {
          const verdict = outcome(conclude(keys, Attack.forged(fields, sign), known, answer.operation))
          if (isRefused(verdict)) refused++
          assert.isFalse(ends.has(verdict), `${verdict}: ${toJson(fields)}`)
        }
      }),
      runs(60)
    )
    assert.isAbove(refused, 500 * part)
  })

  it("says anything of an order whose transactionId is known, as long as the answer names its own", () => {
    fc.assert(
      fc.property(TrueAnswer.arbitrary, fc.boolean(), (answer, amount) => {
        const known = TrueAnswer.known(other, { transactionId: true, amount })
        assert.strictEqual(
          outcome(conclude(keys, body(keys, answer.fields), known, answer.operation)),
          "(OtherTransaction)"
        )
      }),
      runs(200)
    )
  })

  it("says anything of an order of which only the amount is known, as long as the answer names its own", () => {
    fc.assert(
      fc.property(TrueAnswer.arbitrary, (answer) => {
        fc.pre(answer.amount !== undefined && BigInt(answer.amount) !== 424242n)
        const known = TrueAnswer.known(other, { transactionId: false, amount: true })
        assert.strictEqual(
          outcome(conclude(keys, body(keys, answer.fields), known, answer.operation)),
          "(OtherAmount)"
        )
      }),
      runs(200)
    )
  })
})

describe("no single change of a true answer", () => {
  const sample: ReadonlyArray<TrueAnswer.TrueAnswer> = fc.sample(TrueAnswer.arbitrary, {
    numRuns: 4,
    seed: 7
  })

  it.each(sample.map((answer, at) => [at, answer] as const))(
    "makes one character say something else (answer %i)",
    (_, answer) => {
      const text = body(keys, answer.fields)
      const known = TrueAnswer.known(answer)
      const own = outcome(conclude(keys, text, known, answer.operation))
      for (let at = 0; at < text.length; at++) {
        for (const character of ["", "0", "z", "|", '"', " ", "中"]) {
          const changed = text.slice(0, at) + character + text.slice(at + 1)
          const verdict = outcome(conclude(keys, changed, known, answer.operation))
          if (verdict !== own) assert.isTrue(isRefused(verdict), changed)
        }
      }
    }
  )

  it("makes one value say something else", () => {
    const wrong = fc.oneof(
      fc.constantFrom("0000", "9999", "88881220", "SUCCESS", "NOTPAY", "100", "|", " "),
      fc.string({ maxLength: 8 })
    )
    fc.assert(
      fc.property(TrueAnswer.arbitrary, anyKnowledge, fc.nat(), wrong, (answer, what, at, value) => {
        const sign = signOf(answer.fields)
        const index = at % answer.fields.length
        const changed = answer.fields.map(([name, old], i) => [name, i === index ? value : old] as const)
        const same = signedValues(changed).join("|") === signedValues(answer.fields).join("|")
        const verdict = outcome(conclude(keys, Attack.forged(changed, sign), TrueAnswer.known(answer, what)))
        assert.strictEqual(verdict === "(SignatureWrong)", !same, toJson(changed))
      }),
      runs(500)
    )
  })

  it("makes one name say something else where the transactionId is known", () => {
    const name = fc.oneof(
      fc.constantFrom("retCode", "transState", "retMsg", "amount", "Memo", "sign"),
      fc.string()
    )
    fc.assert(
      fc.property(TrueAnswer.arbitrary, fc.nat(), name, (answer, at, to) => {
        const index = at % answer.fields.length
        const changed = answer.fields.map(([old, value], i) => [i === index ? to : old, value] as const)
        const text = Attack.forged(changed, signOf(answer.fields))
        const verdict = outcome(conclude(keys, text, TrueAnswer.known(answer), answer.operation))
        if (!isRefused(verdict)) assert.strictEqual(verdict, truth(answer), text)
      }),
      runs(1000)
    )
  })
})

describe("no input whatever", () => {
  const known = TrueAnswer.known({ transactionId: "31711011432450012", amount: "100" })

  const isResult = (text: string): boolean =>
    Result.isResult(parse(text)) &&
    Result.isResult(takeApart(text)) &&
    Result.isResult(conclude(keys, text, known)) &&
    Result.isResult(conclude(keys, text, known, "refund"))

  it("makes core throw: arbitrary text", () => {
    fc.assert(
      fc.property(fc.oneof(anyText(12), fc.string(), fc.json()), (text) => isResult(text)),
      runs(1000)
    )
  })

  it("makes core throw: true answers with a piece cut out, doubled or replaced", () => {
    fc.assert(
      fc.property(
        TrueAnswer.arbitrary,
        fc.nat(),
        fc.nat(),
        fc.oneof(anyText(3), fc.constantFrom("{", "[[", '"', "\\u", "e9", "null")),
        (answer, from, length, piece) => {
          const text = body(keys, answer.fields)
          const start = from % text.length
          const end = start + (length % 40)
          return (
            isResult(text.slice(0, start) + piece + text.slice(end)) &&
            isResult(text.slice(0, end) + text.slice(start))
          )
        }
      ),
      runs(500)
    )
  })

  it("makes core throw: properly signed objects of any shape", () => {
    const value = fc.letrec<{ value: Members[number][1] }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        fc.oneof(
          fc.string(),
          fc.double({ noNaN: true, noDefaultInfinity: true }),
          fc.boolean(),
          fc.constant(null)
        ),
        fc.uniqueArray(fc.tuple(fc.string(), tie("value")), { selector: ([name]) => name, maxLength: 4 })
      )
    })).value
    const name = fc.oneof(
      fc.constantFrom(
        "retCode",
        "retMsg",
        "transState",
        "amount",
        "transactionId",
        "__proto__",
        "constructor",
        ""
      ),
      fc.string()
    )
    const objects = fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 6 })
    fc.assert(
      fc.property(objects, (fields) => isResult(body(keys, fields))),
      runs(1000)
    )
  })

  it("makes core throw: texts at the limits of length and depth", () => {
    const { maxDepth, maxLength } = defaultLimits
    for (const text of [
      "[".repeat(maxLength),
      "[".repeat(maxLength * 4),
      '{"a":'.repeat(maxDepth + 1),
      `{"sign":"${"A".repeat(maxLength - 11)}"}`,
      `{"a":"${"x".repeat(maxLength - 8)}"}`,
      `${'{"a":'.repeat(maxDepth)}1${"}".repeat(maxDepth)}`
    ]) {
      assert.isTrue(isResult(text))
    }
  })
})
