/**
 * Instants outside of the program: ISO 8601 in UTC when written. When read, any ISO date and time with its
 * offset, or a day alone, which begins at midnight in China: the platform's days and daily files are those.
 */
import { CalendarDate } from "@umf-order-sync/core"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"

const DAY = /^(\d{4})-?(\d{2})-?(\d{2})$/
const TIME =
  /^(\d{4})-(\d{2})-(\d{2})T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/

const expected = 'must be an instant such as "2026-11-24T09:30:00+08:00", or a day such as "2026-11-24"'

/** An instant, ms since the epoch, as text in UTC. */
export const toIso = (at: number): string => new Date(at).toISOString()

/** Reads an instant, or the beginning of a day in China; `undefined` for any other text. */
export const parse = (text: string): number | undefined => {
  const found = DAY.exec(text) ?? TIME.exec(text)
  if (found === null) return undefined
  const [, year, month, day] = found
  if (!CalendarDate.isDate(`${year}${month}${day}`)) return undefined
  return Date.parse(text.includes("T") ? text : `${year}-${month}-${day}T00:00:00+08:00`)
}

/** An instant as the API writes it. */
export const Written: Schema.String = Schema.String.annotate({
  description: "An instant: ISO 8601 in UTC",
  examples: ["2026-11-24T01:30:00.000Z"]
})

/** Text <-> ms since the epoch. */
export const FromText: Schema.decodeTo<Schema.Int, Schema.String> = Schema.String.annotate({
  description: "An ISO 8601 date and time with its offset, or a day, which begins at midnight in China",
  examples: ["2026-11-24T09:30:00+08:00", "2026-11-24"]
})
  .check(Schema.makeFilter<string>((text) => parse(text) !== undefined || expected))
  .pipe(
    Schema.decodeTo(
      Schema.Int,
      SchemaTransformation.transform({ decode: (text) => parse(text) ?? 0, encode: toIso })
    )
  )
