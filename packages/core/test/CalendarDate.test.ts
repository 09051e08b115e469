import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { isDate, isTime } from "../src/CalendarDate.ts"
import { runs } from "./support/Property.ts"

describe("CalendarDate", () => {
  it.each(["20171101", "20240229", "20000229", "00010101", "99991231", "20230131", "20230430"])(
    "given %s, then it is a date",
    (text) => assert.isTrue(isDate(text))
  )

  it.each([
    "20230229",
    "19000229",
    "20230431",
    "20230631",
    "20230931",
    "20231131",
    "20230132",
    "20231301",
    "20230001",
    "20230100",
    "00000101",
    "2023-1-1",
    "2023011",
    "202301011",
    " 20230101",
    "20230101\n",
    "２０２３０１０１",
    ""
  ])("given %j, then it is no date", (text) => assert.isFalse(isDate(text)))

  it.each(["000000", "235959", "195959", "200000", "120000"])("given %s, then it is a time of day", (text) =>
    assert.isTrue(isTime(text))
  )

  it.each(["240000", "126000", "120060", "300000", "12000", "1200000", "12:00:00", "120000\n", ""])(
    "given %j, then it is no time of day",
    (text) => assert.isFalse(isTime(text))
  )

  it("property: agrees with the Gregorian calendar of Date", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1000, max: 9999 }),
        fc.integer({ min: 0, max: 13 }),
        fc.integer({ min: 0, max: 32 }),
        (year, month, day) => {
          const date = new Date(Date.UTC(year, month - 1, day))
          const exists =
            date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
          const text = `${year}${String(month).padStart(2, "0")}${String(day).padStart(2, "0")}`
          assert.strictEqual(isDate(text), exists, text)
        }
      ),
      runs(1000)
    )
  })
})
