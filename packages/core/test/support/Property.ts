/** Settings of the property tests, and the texts that they have in common. */
import * as fc from "fast-check"

/** From 0 to 1: the part of all cases that is run, where `FC_PART=…` asks for fewer. */
export const part: number = Number(process.env.FC_PART ?? 1)

/** The same cases on every run; others with `FC_SEED=…`. */
export const runs = (numRuns: number): { readonly numRuns: number; readonly seed: number } => ({
  numRuns: Math.ceil(numRuns * part),
  seed: Number(process.env.FC_SEED ?? 20171101)
})

/** Any text that a JavaScript string can hold, lone surrogates too, and mostly short code points. */
export const anyText = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        fc.integer({ min: 0, max: 0x7f }),
        fc.integer({ min: 0, max: 0xffff }),
        fc.integer({ min: 0xd800, max: 0xdfff })
      ),
      { maxLength }
    )
    .map((codes) => String.fromCharCode(...codes))
