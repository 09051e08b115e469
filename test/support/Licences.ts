/** Which licences let a product be sold with what stands under them, and its source be kept. */
import * as Closure from "./Closure.ts"

/** SPDX names. */
const allowed: ReadonlySet<string> = new Set([
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "Python-2.0",
  "Unlicense"
])

/**
 * Whether an SPDX expression allows it: one side of an OR is enough, both of an AND are needed. Exceptions
 * (WITH) and whatever is no expression are not known, so they are refused.
 */
export const allows = (expression: string): boolean => {
  const text = expression.trim()
  const inner = /^\(([^()]*)\)$/.exec(text)?.[1] ?? text
  if (/[()]/.test(inner)) return false
  return inner.split(" OR ").some((side) => side.split(" AND ").every((name) => allowed.has(name.trim())))
}

/** What a package says its licence is. */
export const of = ({ manifest }: Closure.Installed): string =>
  manifest.license === undefined
    ? "none"
    : typeof manifest.license === "string"
      ? manifest.license
      : JSON.stringify(manifest.license)

/** Licences whose software anybody may use, while passing it on obliges: fine for tools that stay here. */
const usable = /^(?:A?GPL|LGPL|MPL|EPL|CC-BY|CC-BY-SA)-\d/

/** The tools that may not be used here at all, or whose licence is not known, with their licences. */
export const unusable = (all: ReadonlyArray<Closure.Installed>): ReadonlyArray<string> =>
  all
    .filter((one) => {
      const sides = of(one).replaceAll(/[()]/g, "").split(" OR ")
      return !sides.some((side) => side.split(" AND ").every((name) => allows(name) || usable.test(name)))
    })
    .map((one) => `${Closure.nameOf(one)}: ${of(one)}`)

/** The packages that may not be passed on, with their licences. */
export const refused = (all: ReadonlyArray<Closure.Installed>): ReadonlyArray<string> =>
  all.filter((one) => !allows(of(one))).map((one) => `${Closure.nameOf(one)}: ${of(one)}`)
