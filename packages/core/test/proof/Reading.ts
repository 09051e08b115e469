/** The judge's own reader of answers: JavaScript's JSON.parse, and none of the code under test. */

export interface Reading {
  /** The string that the platform would have signed (PROTOCOL.md 4). */
  readonly signedText: string
  readonly sign: unknown
  /** Whether a name stands twice: then readers differ in what they see. */
  readonly isAmbiguous: boolean
}

/** TypeScript doesn't know yet that a reviver sees the sources of numbers. */
const parseWithSources = JSON.parse as unknown as (
  text: string,
  reviver: (name: string, value: unknown, context: { readonly source: string }) => unknown
) => unknown

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

/** How many names a value has, those of its values included. */
const countNames = (value: unknown): number =>
  isObject(value)
    ? Object.values(value).reduce(
        (sum: number, inner) => sum + (Array.isArray(value) ? 0 : 1) + countNames(inner),
        0
      )
    : 0

/** How many names stand in a JSON text: strings before a colon. */
const countNamesInText = (text: string): number =>
  [...text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/gs)].filter(([, colon]) => colon !== undefined).length

const valuesOf = (object: Readonly<Record<string, unknown>>, isTop: boolean): ReadonlyArray<string> =>
  Object.keys(object)
    .filter((name) => !(isTop && name === "sign"))
    .sort()
    .flatMap((name) => {
      const value = object[name]
      if (isObject(value)) return valuesOf(value, false)
      return value === null || value === "" ? [] : [String(value)]
    })

/** Reads a body anew; `undefined` where it is no JSON object. */
export const of = (text: string): Reading | undefined => {
  try {
    const object = parseWithSources(text, (_, value, { source }) =>
      typeof value === "number" ? source : value
    )
    if (!isObject(object)) return undefined
    return {
      signedText: valuesOf(object, true).join("|"),
      sign: object.sign,
      isAmbiguous: countNamesInText(text) !== countNames(object)
    }
  } catch {
    return undefined
  }
}
