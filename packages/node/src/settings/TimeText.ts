/** Lengths of time as people write them: a number with ms, s, m, h or d, such as 500ms, 90s, 40m, 2h or 1d. */
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** How a length of time is to be written, for messages. */
export const example = "500ms, 90s, 40m, 2h or 1d"

/** Reads a length of time above 0. */
export const read = (text: string): Option.Option<Duration.Duration> => {
  const found = /^([0-9]{1,9})(ms|s|m|h|d)$/.exec(text)
  const unit = units[found?.[2] ?? ""]
  return found === null || unit === undefined || Number(found[1]) === 0
    ? Option.none()
    : Option.some(Duration.millis(Number(found[1]) * unit))
}

/** The same, and as Effect writes it: "90 seconds". Whole milliseconds only. */
export const readEither = (text: string): Option.Option<Duration.Duration> =>
  Option.orElse(read(text), () =>
    Option.filter(Duration.fromInput(text as Duration.Input), (length) => {
      const millis = Duration.toMillis(length)
      return Number.isSafeInteger(millis) && millis > 0
    })
  )

/** Writes a length of time in the largest unit that needs no fraction. */
export const write = (length: Duration.Duration): string => {
  const millis = Duration.toMillis(length)
  const [name, unit] = Object.entries(units).findLast(([, each]) => millis % each === 0) ?? ["ms", 1]
  return `${millis / unit}${name}`
}
