/**
 * How large a proof runs, and where its figures go. The same tests run small in `npm test` and whole in
 * `npm run prove`, which sets UMF_PROVE to the folder that takes the figures.
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Chance from "./Chance.ts"
import type { Claim } from "./Claim.ts"

const folder = process.env.UMF_PROVE

/** Whether this is `npm run prove`. */
export const isWhole: boolean = folder !== undefined

/** How many of something: a few in `npm test`, all in `npm run prove`. */
export const size = (sizes: { readonly small: number; readonly whole: number }): number =>
  isWhole ? sizes.whole : sizes.small

/** What the evidence keeps of one claim. */
export interface Record {
  readonly seed: number
  readonly seconds: number
  readonly figures: { readonly [key: string]: number }
}

/** Shows the figures of a claim that held, and in a whole run keeps them for the evidence. */
export const record = <Key extends string>(
  claim: Claim<Key>,
  seconds: number,
  figures: { readonly [key in Key]: number }
): void => {
  const kept: Record = { seed: Chance.seed, seconds: Math.round(seconds), figures }
  console.log(`${claim.id}: ${JSON.stringify(kept)}`)
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${claim.id}.json`), `${JSON.stringify(kept)}\n`)
}
