/** See prove/claims/MutatedAnswers.ts. */
import { createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Chance from "../../../../prove/Chance.ts"
import { claim } from "../../../../prove/claims/MutatedAnswers.ts"
import * as Proof from "../../../../prove/Proof.ts"
import * as OrderQueryAnswer from "../../src/OrderQueryAnswer.ts"
import type { Known } from "../../src/Plausibility.ts"
import { Verifier } from "../../src/Signature.ts"
import * as Verdict from "../../src/Verdict.ts"
import { verdictOf } from "../support/DecisionTable.ts"
import { outcome, signedValues, toJson } from "../support/SignedAnswer.ts"
import * as TrueAnswer from "../support/TrueAnswer.ts"
import * as Mutation from "./Mutation.ts"

const ANSWERS = Proof.size({ small: 20_000, whole: 1_000_000 })
/** So many mutations of each true answer. */
const OF_EACH = 250

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024 })
const publicKey = createPublicKey(privateKey)
const verifier = Verifier.of({
  verify: (text, signature) =>
    Effect.sync(() => verify("sha1", Buffer.from(text, "utf8"), publicKey, signature))
})

interface Case extends Mutation.Base {
  readonly answer: TrueAnswer.TrueAnswer
  readonly known: Known
  /** What the true answer says, by the decision table. */
  readonly truth: string
  /** What the library makes of the true answer: the same, or a refusal. */
  readonly own: string
  readonly signedText: string
}

/** As `gateway/Transport` reads a body: fatal, since a replaced byte would change what was signed. */
const decoded = (bytes: Buffer): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const conclude = (text: string, { answer, known }: Pick<Case, "answer" | "known">): string =>
  outcome(
    Effect.runSync(
      Effect.result(Effect.provideService(OrderQueryAnswer.verify(text), Verifier, verifier))
    ).pipe(Result.flatMap((verified) => Verdict.fromAnswer(verified, known, answer.operation)))
  )

const toCase = (answer: TrueAnswer.TrueAnswer): Case => {
  const signedText = signedValues(answer.fields).join("|")
  const signature = sign("sha1", Buffer.from(signedText, "utf8"), privateKey).toString("base64")
  const text = toJson([...answer.fields, ["sign", signature]])
  const known = TrueAnswer.known(answer)
  return {
    answer,
    known,
    fields: answer.fields,
    sign: signature,
    bytes: Buffer.from(text, "utf8"),
    truth: verdictOf(answer.retCode, answer.transState, answer.operation),
    own: conclude(text, { answer, known }),
    signedText
  }
}

/** JavaScript's own reader, of which TypeScript doesn't know yet that its reviver sees the sources of numbers. */
const parseWithSources = JSON.parse as unknown as (
  text: string,
  reviver: (name: string, value: unknown, context: { readonly source: string }) => unknown
) => Record<string, unknown>

/** How many names a value has, those of its values included. */
const countNames = (value: unknown): number =>
  typeof value === "object" && value !== null
    ? Object.values(value).reduce((sum: number, inner) => sum + 1 + countNames(inner), 0)
    : 0

interface Reading {
  readonly signedText: string
  readonly sign: unknown
  /** Whether a name stands twice: then readers differ in what they see. */
  readonly isAmbiguous: boolean
}

/** The signed text of a body, read by another reader than the one under test. */
const readAnew = (text: string): Reading => {
  const object = parseWithSources(text, (_, value, { source }) =>
    typeof value === "number" ? source : value
  )
  const valuesOf = (inner: Readonly<Record<string, unknown>>, isTop: boolean): ReadonlyArray<string> =>
    Object.keys(inner)
      .filter((name) => !(isTop && name === "sign"))
      .sort()
      .flatMap((name) => {
        const value = inner[name]
        if (typeof value === "object" && value !== null) return valuesOf({ ...value }, false)
        return value === null || value === "" ? [] : [String(value)]
      })
  const names = text.match(/"(?:[^"\\]|\\.)*"\s*(?=:)/gs)?.length ?? 0
  return {
    signedText: valuesOf(object, true).join("|"),
    sign: object.sign,
    isAmbiguous: names !== countNames(object)
  }
}

const saysNothing: ReadonlySet<string> = new Set(["PlatformFault", "SignatureRejected"])
const ends: ReadonlySet<string> = new Set([
  ...["Paid", "PayFailed", "RefundAccepted", "RefundFailed", "Voided", "VoidFailed"]
])
const unread: ReadonlySet<string> = new Set(["(NotJson)", "(NotAnObject)", "(NoSigningRule)", "(NotUtf8)"])
const unsigned: ReadonlySet<string> = new Set(["(NoSignature)", "(SignatureMalformed)", "(SignatureWrong)"])

describe("answers that were changed on the way", () => {
  it("give no verdict that the true answer doesn't give, and nothing but typed refusals else", {
    timeout: 400_000
  }, () => {
    const began = performance.now()
    const next = Chance.make("answers")
    const bases = fc
      .sample(TrueAnswer.arbitrary, {
        numRuns: Math.ceil(ANSWERS / OF_EACH),
        seed: Chance.seed | 0
      })
      .map(toCase)
    const counts = {
      ...{ notRead: 0, notSigned: 0, notPlausible: 0, believed: 0, saidNothing: 0 },
      ...{ replays: 0, wrongVerdicts: 0, untypedErrors: 0 }
    }
    const byKind = new Map<Mutation.Kind, number>(Mutation.kinds.map((kind) => [kind, 0]))
    let slowest = 0
    const heapBefore = process.memoryUsage().heapUsed
    let heapLargest = 0

    const said = (body: Buffer, subject: Pick<Case, "answer" | "known">): string => {
      const text = decoded(body)
      if (text === undefined) return "(NotUtf8)"
      try {
        return conclude(text, subject)
      } catch (error) {
        counts.untypedErrors += 1
        return `(untyped: ${String(error)})`
      }
    }
    const fail = (why: string, kind: string, body: Buffer, subject: Case): never => {
      counts.wrongVerdicts += 1
      return assert.fail(
        `${why}: ${kind}, UMF_TEST_SEED=${Chance.seed}\ntrue: ${subject.bytes.toString()}\n` +
          `mutated (base64): ${body.toString("base64").slice(0, 4000)}`
      )
    }

    for (const [index, base] of bases.entries()) {
      assert.isTrue(base.own === base.truth || base.own.startsWith("("), base.bytes.toString())
      for (let times = 0; times < OF_EACH; times++) {
        const other = Chance.pick(next, [base, ...bases])
        const { kind, bytes } = Mutation.mutated(next, base, other)
        byKind.set(kind, (byKind.get(kind) ?? 0) + 1)
        const at = performance.now()
        const verdict = said(bytes, base)
        slowest = Math.max(slowest, performance.now() - at)

        if (verdict.startsWith("(untyped")) fail(verdict, kind, bytes, base)
        else if (unread.has(verdict)) counts.notRead += 1
        else if (unsigned.has(verdict)) counts.notSigned += 1
        else if (verdict.startsWith("(")) counts.notPlausible += 1
        else {
          if (saysNothing.has(verdict) && verdict !== base.truth) counts.saidNothing += 1
          else if (verdict !== base.truth) fail(`${verdict}, not ${base.truth}`, kind, bytes, base)
          else counts.believed += 1
          const anew = readAnew(bytes.toString("utf8"))
          if (anew.isAmbiguous) fail("believed, though a name stands twice", kind, bytes, base)
          if (anew.signedText !== base.signedText || anew.sign !== base.sign) {
            // A slice of another answer may be all of it; then it is that answer which was believed.
            const isOther = other !== base && anew.signedText === (other as Case).signedText
            if (!isOther) fail("believed, though another reader sees another text", kind, bytes, base)
          }
        }
        if (kind === "spelling" && verdict !== base.own)
          fail(`${verdict}, not ${base.own}`, kind, bytes, base)

        // The same bytes as an answer about another order, whose number and amount are known.
        if (times % 10 === 0) {
          const victim = Chance.pick(next, [base, ...bases])
          if (victim.answer.transactionId !== base.answer.transactionId) {
            counts.replays += 1
            const replayed = said(times === 0 ? base.bytes : bytes, victim)
            if (ends.has(replayed)) fail(`replayed: ${replayed}`, kind, bytes, base)
          }
        }
      }
      if (index % 16 === 0) heapLargest = Math.max(heapLargest, process.memoryUsage().heapUsed)
    }

    for (const [kind, times] of byKind) assert.isAbove(times, ANSWERS / 1000, kind)
    for (const count of [counts.notRead, counts.notSigned, counts.notPlausible, counts.believed]) {
      assert.isAbove(count, ANSWERS / 100, JSON.stringify(counts))
    }
    Proof.record(claim, (performance.now() - began) / 1000, {
      answers: bases.length * OF_EACH,
      ...counts,
      slowest: Math.ceil(slowest),
      memory: Math.ceil(Math.max(0, heapLargest - heapBefore) / 2 ** 20)
    })
  })
})
