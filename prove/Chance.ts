/** Chance that can be had again: from a seed, which a test prints, and takes from UMF_TEST_SEED where that is set. */

/** The seed of this run. */
export const seed: number = Number(process.env.UMF_TEST_SEED ?? Math.floor(Math.random() * 2 ** 32))

/** Numbers from 0 up to 1, always the same ones for the same seed and name (mulberry32). */
export const make = (name: string): (() => number) => {
  let state = [...name].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193), seed)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A whole number from 0 up to `below`, exclusive. */
export const below = (next: () => number, below: number): number => Math.floor(next() * below)

/** One of these; there has to be one. */
export const pick = <A>(next: () => number, things: readonly [A, ...ReadonlyArray<A>]): A =>
  things[below(next, things.length)] ?? things[0]

/** The same things in another order. */
export const shuffled = <A>(things: ReadonlyArray<A>, next: () => number): ReadonlyArray<A> =>
  things
    .map((thing) => ({ thing, at: next() }))
    .sort((one, other) => one.at - other.at)
    .map(({ thing }) => thing)
