/**
 * What a proof claims, in words and figures. A claim stands apart from the tests that prove it, so that
 * docs/evidence can be written without running them.
 */

/** A text in each language of the documents. */
export interface Words {
  readonly en: string
  readonly zh: string
}

/** One row of a claim's figures. */
export interface Figure extends Words {
  /** Below this a whole run has not proved what it claims, and no evidence is written. */
  readonly atLeast?: number
  /** Above this a whole run has not proved what it claims, and no evidence is written. */
  readonly atMost?: number
}

export interface Claim<Key extends string = string> {
  /** Kebab case; its figures are kept under this name. */
  readonly id: string
  readonly title: Words
  /** What holds, in a few sentences. */
  readonly holds: Words
  /** The tests that prove it, from the root of the repository. */
  readonly tests: ReadonlyArray<string>
  /** Whether it takes too long for `npm run prove`, and has a command of its own, which stands in `holds`. */
  readonly isApart?: boolean
  /** The figures that a run gives, in the order in which they are shown. Units stand in their words. */
  readonly figures: { readonly [key in Key]: Figure }
}

/** A claim, with the names of its figures kept in its type. */
export const make = <Key extends string>(claim: Claim<Key>): Claim<Key> => claim
