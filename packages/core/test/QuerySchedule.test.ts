import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import {
  backOff,
  compress,
  defaults,
  durable,
  gap,
  type Next,
  next,
  nextRecheck,
  type Progress,
  QuerySchedule
} from "../src/QuerySchedule.ts"
import { runs } from "./support/Property.ts"

const SECOND = 1000
const MINUTE = 60 * SECOND
const START = Date.UTC(2017, 10, 1, 6, 32, 45)

const asked = (progress: Partial<Progress> & { readonly elapsed: number }, schedule = defaults): Next => {
  const { elapsed, ...rest } = progress
  return next(schedule, { startedAt: START, now: START + elapsed, queries: 1, faults: 0, ...rest })
}

/** How long until the next query, or the limit at which a person is asked. */
const wait = (
  progress: Partial<Progress> & { readonly elapsed: number },
  schedule = defaults
): number | string => {
  const then = asked(progress, schedule)
  return then._tag === "AskAt" ? then.at - START - progress.elapsed : then.limit
}

const lengths = fc.integer({ min: 1, max: 10 * MINUTE })

const schedules: fc.Arbitrary<QuerySchedule> = fc.record(
  {
    firstEvery: lengths,
    firstFor: fc.integer({ min: 0, max: 10 * MINUTE }),
    gaps: fc.array(lengths, { maxLength: 6 }),
    handOverAfter: fc.integer({ min: 1, max: 60 * MINUTE }),
    maxQueries: fc.integer({ min: 1, max: 50 }),
    confirmAfter: fc.integer({ min: 0, max: 2 * MINUTE }),
    recheckAfter: fc.array(fc.integer({ min: 1, max: 120 * MINUTE }), { maxLength: 4 }),
    backOff: fc.record({ base: lengths, cap: lengths }),
    maxContradictions: fc.integer({ min: 1, max: 9 })
  },
  {
    requiredKeys: [
      "firstEvery",
      "firstFor",
      "gaps",
      "handOverAfter",
      "confirmAfter",
      "recheckAfter",
      "backOff",
      "maxContradictions"
    ]
  }
)

describe("the schedule for orders at rest", () => {
  it("asks as the defaults do up to 40 minutes, then more and more seldom, and hands over after 3 days", () => {
    const asked: Array<number> = []
    let now = 0
    const after = () => next(durable, { startedAt: 0, now, queries: 1, faults: 0 })
    let then = after()
    while (then._tag === "AskAt") {
      now = then.at
      asked.push(now / MINUTE)
      then = after()
    }
    const slow = asked.filter((minute) => minute > 40).map((minute) => Math.round(minute / 6) / 10)
    assert.deepStrictEqual(
      asked.filter((minute) => minute > 5 && minute < 40).map(Math.round),
      [5, 6, 7, 10, 15, 20, 25, 30, 35, 40]
    )
    assert.deepStrictEqual(slow.slice(0, 6), [1.2, 2.2, 4.2, 8.2, 14.2, 20.2])
    assert.deepStrictEqual([asked.at(-1), then], [3 * 24 * 60, { _tag: "HandOver", limit: "Time" }])
  })
})

describe("QuerySchedule.gap", () => {
  it.each([
    ["0:00", 0, 3 * SECOND],
    ["4:59.999", 5 * MINUTE - 1, 3 * SECOND],
    ["5:00", 5 * MINUTE, 10 * SECOND],
    ["5:09.999", 5 * MINUTE + 10 * SECOND - 1, 10 * SECOND],
    ["5:10", 5 * MINUTE + 10 * SECOND, 30 * SECOND],
    ["5:40", 5 * MINUTE + 40 * SECOND, MINUTE],
    ["6:40", 6 * MINUTE + 40 * SECOND, 3 * MINUTE],
    ["9:40", 9 * MINUTE + 40 * SECOND, 5 * MINUTE],
    ["14:40", 14 * MINUTE + 40 * SECOND, 5 * MINUTE],
    ["39:59", 39 * MINUTE + 59 * SECOND, 5 * MINUTE]
  ])("given %s since the start, then the gap is right", (_, elapsed, expected) => {
    assert.strictEqual(gap(defaults, elapsed), expected)
  })

  it("given no further gaps, then the first one holds for ever", () => {
    assert.strictEqual(gap({ ...defaults, gaps: [] }, 30 * MINUTE), 3 * SECOND)
  })

  it("given the default schedule and answers at once, then the queries fall where its comment says", () => {
    const times: Array<number> = []
    for (let at = 0; ; ) {
      const then = asked({ elapsed: at })
      if (then._tag === "HandOver") break
      at = then.at - START
      times.push(at)
    }
    const early = Array.from({ length: 100 }, (_, n) => (n + 1) * 3 * SECOND)
    const late = [310, 340, 400, 580, 880, 1180, 1480, 1780, 2080, 2380, 2400].map(
      (seconds) => seconds * SECOND
    )
    assert.deepStrictEqual(times, [...early, ...late])
  })
})

describe("QuerySchedule.backOff", () => {
  it.each([
    [0, 0],
    [1, 3],
    [2, 6],
    [3, 12],
    [4, 24],
    [5, 48],
    [6, 96],
    [7, 192],
    [8, 300],
    [9, 300],
    [1000, 300]
  ])("given %i faults in a row, then %i s", (faults, seconds) => {
    assert.strictEqual(backOff(defaults, faults), seconds * SECOND)
  })

  it("given a cap below the base, then the cap", () => {
    assert.strictEqual(backOff({ ...defaults, backOff: { base: 10, cap: 4 } }, 1), 4)
  })
})

describe("QuerySchedule.next", () => {
  it("given no fault, then the gap", () => {
    assert.strictEqual(wait({ elapsed: 0 }), 3 * SECOND)
    assert.strictEqual(wait({ elapsed: 10 * MINUTE }), 5 * MINUTE)
  })

  it("given faults, then the longer of the gap and the back-off", () => {
    assert.strictEqual(wait({ elapsed: 0, faults: 1 }), 3 * SECOND)
    assert.strictEqual(wait({ elapsed: 0, faults: 3 }), 12 * SECOND)
    assert.strictEqual(wait({ elapsed: 10 * MINUTE, faults: 3 }), 5 * MINUTE)
  })

  it("given that the gap or the back-off reaches past the end, then a last query at the end", () => {
    assert.strictEqual(wait({ elapsed: 38 * MINUTE }), 2 * MINUTE)
    assert.strictEqual(wait({ elapsed: 39 * MINUTE, faults: 9 }), MINUTE)
    assert.strictEqual(wait({ elapsed: 40 * MINUTE - 1 }), 1)
  })

  it("given the end or a later moment, then a person is asked: the time is up", () => {
    assert.strictEqual(wait({ elapsed: 40 * MINUTE }), "Time")
    assert.strictEqual(wait({ elapsed: 24 * 60 * MINUTE }), "Time")
  })

  it("given as many queries as allowed, then a person is asked: the queries are used up", () => {
    const schedule = { ...defaults, maxQueries: 5 }
    assert.strictEqual(wait({ elapsed: 0, queries: 4 }, schedule), 3 * SECOND)
    assert.strictEqual(wait({ elapsed: 0, queries: 5 }, schedule), "Queries")
    assert.strictEqual(wait({ elapsed: 0, queries: 6 }, schedule), "Queries")
    assert.strictEqual(wait({ elapsed: 60 * MINUTE, queries: 5 }, schedule), "Queries")
    assert.strictEqual(wait({ elapsed: 0, queries: 1e6 }), 3 * SECOND)
  })

  it("given a suspicion when the queries are used up, then one more confirms or denies it", () => {
    const schedule = { ...defaults, maxQueries: 5 }
    assert.strictEqual(
      wait({ elapsed: SECOND, queries: 5, suspectedAt: START + SECOND }, schedule),
      30 * SECOND
    )
    assert.strictEqual(
      wait({ elapsed: 31 * SECOND, queries: 6, suspectedAt: START + SECOND }, schedule),
      "Queries"
    )
  })

  it("given a suspicion while the gap is short, then the gap is kept", () => {
    assert.strictEqual(wait({ elapsed: 0, suspectedAt: START }), 3 * SECOND)
  })

  it("given a suspicion while the gap is long, then it is confirmed 30 s later", () => {
    const elapsed = 15 * MINUTE
    assert.strictEqual(wait({ elapsed, suspectedAt: START + elapsed }), 30 * SECOND)
    assert.strictEqual(wait({ elapsed, suspectedAt: START + elapsed - 29 * SECOND }), SECOND)
  })

  it("given a suspicion that could have been confirmed already, then the gap again", () => {
    const elapsed = 15 * MINUTE
    assert.strictEqual(wait({ elapsed, suspectedAt: START + elapsed - 30 * SECOND }), 5 * MINUTE)
  })

  it("given a suspicion and a fault, then the back-off is kept", () => {
    const elapsed = 15 * MINUTE
    assert.strictEqual(wait({ elapsed, faults: 1, suspectedAt: START + elapsed }), 5 * MINUTE)
  })

  it("given a suspicion at the end, then it is confirmed 30 s later, past the end", () => {
    const elapsed = 40 * MINUTE
    const suspectedAt = START + elapsed
    assert.strictEqual(wait({ elapsed, suspectedAt }), 30 * SECOND)
    assert.strictEqual(wait({ elapsed: elapsed + 10 * SECOND, faults: 3, suspectedAt }), 20 * SECOND)
    assert.strictEqual(wait({ elapsed: elapsed + 30 * SECOND, suspectedAt }), "Time")
  })

  it("property: never before now, never past the end, and no person is asked before the end", () => {
    fc.assert(
      fc.property(
        schedules,
        fc.nat({ max: 90 * MINUTE }),
        fc.nat({ max: 60 }),
        fc.nat({ max: 40 }),
        fc.option(fc.nat({ max: 60 * MINUTE }), { nil: undefined }),
        (schedule, elapsed, queries, faults, suspected) => {
          const suspectedAt = suspected === undefined ? undefined : START + Math.min(suspected, elapsed)
          const then = asked({ elapsed, queries, faults, suspectedAt }, schedule)
          const confirmAt = suspectedAt === undefined ? 0 : suspectedAt + schedule.confirmAfter
          const end = Math.max(START + schedule.handOverAfter, confirmAt)
          if (then._tag === "AskAt") {
            assert.isAbove(then.at, START + elapsed)
            assert.isAtMost(then.at, end)
            assert.isTrue(Number.isSafeInteger(then.at))
            const confirmed =
              suspectedAt === undefined || START + elapsed >= suspectedAt + schedule.confirmAfter
            if (confirmed) assert.isBelow(queries, schedule.maxQueries ?? Number.POSITIVE_INFINITY)
          } else if (then.limit === "Time") {
            assert.isAtLeast(START + elapsed, end)
          } else {
            assert.isAtLeast(queries, schedule.maxQueries ?? Number.POSITIVE_INFINITY)
          }
        }
      ),
      runs(2000)
    )
  })

  it("property: from the start to the hand-over with any latencies it ends, after a last query near the end", () => {
    const answer = fc.record({
      latency: fc.oneof(fc.constant(0), fc.nat({ max: 2 * MINUTE })),
      kind: fc.constantFrom("paying", "fault", "suspicion")
    })
    fc.assert(
      fc.property(schedules, fc.infiniteStream(answer), (schedule, answers) => {
        const quick = { ...schedule, firstEvery: Math.max(schedule.firstEvery, SECOND) }
        let [now, queries, faults] = [START, 0, 0]
        let suspectedAt: number | undefined
        let lastAskedAt = START
        for (const { kind, latency } of answers) {
          lastAskedAt = now
          queries++
          now += latency
          if (kind === "fault") {
            faults++
          } else {
            faults = 0
            const isConfirmed = suspectedAt !== undefined && now - suspectedAt >= quick.confirmAfter
            if (kind === "suspicion" && isConfirmed) return
            suspectedAt = kind === "paying" ? undefined : (suspectedAt ?? now)
          }
          const then = next(quick, { startedAt: START, now, queries, faults, suspectedAt })
          if (then._tag === "HandOver") {
            if (then.limit === "Time") {
              assert.isAtLeast(lastAskedAt + latency, START + quick.handOverAfter)
              if (latency === 0) assert.isAtLeast(lastAskedAt, START + quick.handOverAfter)
            } else {
              assert.isAtLeast(queries, quick.maxQueries ?? Number.POSITIVE_INFINITY)
            }
            return
          }
          assert.isBelow(queries, 60 * 60 + 200)
          now = then.at
        }
      }),
      runs(300)
    )
  })
})

describe("QuerySchedule.nextRecheck", () => {
  const recheck = (elapsed: number, faults = 0): number | undefined => {
    const at = nextRecheck(defaults, { restedAt: START, now: START + elapsed, faults })
    return at === undefined ? undefined : at - START
  }

  it("given an order at rest, then it is asked again after 10 min, after 1 h and then no more", () => {
    assert.strictEqual(recheck(0), 10 * MINUTE)
    assert.strictEqual(recheck(10 * MINUTE - 1), 10 * MINUTE)
    assert.strictEqual(recheck(10 * MINUTE), 60 * MINUTE)
    assert.strictEqual(recheck(10 * MINUTE + SECOND), 60 * MINUTE)
    assert.isUndefined(recheck(60 * MINUTE))
    assert.isUndefined(recheck(61 * MINUTE))
  })

  it("given a recheck that met a fault, then it is repeated with back-off", () => {
    assert.strictEqual(recheck(10 * MINUTE, 1), 10 * MINUTE + 3 * SECOND)
    assert.strictEqual(recheck(11 * MINUTE, 4), 11 * MINUTE + 24 * SECOND)
    assert.strictEqual(recheck(61 * MINUTE, 10), 66 * MINUTE)
  })

  it("given more than 10 faults in a row, then the next recheck is waited for", () => {
    assert.strictEqual(recheck(30 * MINUTE, 11), 60 * MINUTE)
    assert.isUndefined(recheck(90 * MINUTE, 11))
  })

  it("given faults from before the order came to rest, then the first recheck is still due after 10 min", () => {
    assert.strictEqual(recheck(0, 5), 10 * MINUTE)
  })

  it("given a schedule without rechecks, then never", () => {
    assert.isUndefined(
      nextRecheck({ ...defaults, recheckAfter: [] }, { restedAt: START, now: START, faults: 0 })
    )
    assert.isUndefined(
      nextRecheck({ ...defaults, recheckAfter: [] }, { restedAt: START, now: START, faults: 3 })
    )
  })

  it("property: always later than now", () => {
    fc.assert(
      fc.property(
        schedules,
        fc.nat({ max: 200 * MINUTE }),
        fc.nat({ max: 20 }),
        (schedule, elapsed, faults) => {
          const at = nextRecheck(schedule, { restedAt: START, now: START + elapsed, faults })
          if (at !== undefined) assert.isAbove(at, START + elapsed)
        }
      ),
      runs(1000)
    )
  })
})

describe("QuerySchedule.compress", () => {
  it("given a factor of 60, then minutes become seconds and counts stay", () => {
    assert.deepStrictEqual(compress({ ...defaults, maxQueries: 7 }, 60), {
      firstEvery: 50,
      firstFor: 5 * SECOND,
      gaps: [167, 500, SECOND, 3 * SECOND, 5 * SECOND],
      handOverAfter: 40 * SECOND,
      confirmAfter: 500,
      recheckAfter: [10 * SECOND, 60 * SECOND],
      backOff: { base: 50, cap: 5 * SECOND },
      maxContradictions: 3,
      maxQueries: 7
    })
  })

  it("property: whatever the factor, every length stays positive and the schedule valid", () => {
    const isSchedule = Schema.is(QuerySchedule)
    fc.assert(
      fc.property(
        schedules,
        fc.oneof(fc.integer({ min: 1, max: 1e9 }), fc.double({ min: 0.5, max: 1e6, noNaN: true })),
        (schedule, factor) => {
          const short = compress(schedule, factor)
          assert.isTrue(isSchedule(short))
          for (const length of [
            short.firstEvery,
            short.firstFor,
            short.handOverAfter,
            short.confirmAfter,
            short.backOff.base,
            short.backOff.cap,
            ...short.gaps,
            ...short.recheckAfter
          ]) {
            assert.isAtLeast(length, 1)
          }
        }
      ),
      runs(500)
    )
  })
})

describe("QuerySchedule schema", () => {
  const decode = Schema.decodeUnknownResult(QuerySchedule)

  it("given the defaults, then they are a schedule", () => {
    assert.deepStrictEqual(decode(defaults), Result.succeed(defaults))
  })

  it.each([
    ["firstEvery", 0],
    ["firstEvery", 1.5],
    ["firstFor", -1],
    ["gaps", [0]],
    ["handOverAfter", 0],
    ["maxQueries", 0],
    ["confirmAfter", -1],
    ["recheckAfter", [0]],
    ["backOff", { base: 0, cap: 1 }],
    ["backOff", { base: 1, cap: 0 }],
    ["maxContradictions", 0],
    ["handOverAfter", Number.NaN],
    ["handOverAfter", Number.POSITIVE_INFINITY]
  ])("given %s of %j, then it is refused and the message names the field", (field, value) => {
    const result = decode({ ...defaults, [field]: value })
    assert.isTrue(Result.isFailure(result))
    assert.include(String(Result.isFailure(result) && result.failure), `"${field}"`)
  })

  it("property: encoding undoes decoding, through JSON too", () => {
    fc.assert(
      fc.property(schedules, (schedule) => {
        const decoded = Result.getOrThrow(decode(schedule))
        const encoded = Schema.encodeSync(QuerySchedule)(decoded)
        assert.deepStrictEqual(encoded, schedule)
        assert.deepStrictEqual(decode(JSON.parse(JSON.stringify(encoded))), Result.succeed(decoded))
      }),
      runs(300)
    )
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("no schedule is compressed by %d", (factor) => {
    assert.throws(() => compress(defaults, factor), RangeError, "above 0")
  })
})
