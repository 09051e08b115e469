/** Small sums over what was measured. */

/** Milliseconds of a clock that all processes of a machine share and nobody sets. */
export const clock = (): number => Number(process.hrtime.bigint() / 1000n) / 1000

/** The value below which a part of the values lies; 0 of none. */
export const quantile = (values: ReadonlyArray<number>, part: number): number => {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0
}

export const sum = (values: ReadonlyArray<number>): number => values.reduce((all, value) => all + value, 0)

export const sleep = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis))
