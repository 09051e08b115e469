/** What happens to one answer on its way: a few mutations, one upon the other. */
import * as Chance from "../../../../prove/Chance.ts"
import { toJson } from "../support/SignedAnswer.ts"
import type { Signed } from "./Case.ts"
import * as Bytes from "./mutation/Bytes.ts"
import * as Disguise from "./mutation/Disguise.ts"
import * as Fields from "./mutation/Fields.ts"
import { fieldsOf, type Mutation, type Next, type Seen } from "./mutation/Mutation.ts"
import * as Sizes from "./mutation/Sizes.ts"
import * as Spelling from "./mutation/Spelling.ts"
import * as Text from "./mutation/Text.ts"

export const mutations: ReadonlyArray<Mutation> = [
  ...Bytes.mutations,
  ...Text.mutations,
  ...Fields.mutations,
  ...Disguise.mutations,
  ...Spelling.mutations
]

/** Each as often as its weight says; those of sizes about once in 170 answers. */
const deck: ReadonlyArray<Mutation> = [
  ...mutations.flatMap((mutation) => Array.from({ length: mutation.weight * 5 }, () => mutation)),
  ...Sizes.mutations
]

export const all: ReadonlyArray<Mutation> = [...mutations, ...Sizes.mutations]

const stages: ReadonlyArray<Mutation["on"]> = ["fields", "spelling", "text", "bytes"]

/** Draws chains: the first mutation of each from a shuffled deck, so that none is left out, the others freely. */
export const dealer = (next: Next): (() => ReadonlyArray<Mutation>) => {
  let cards: Array<Mutation> = []
  return () => {
    if (cards.length === 0) cards = [...Chance.shuffled(deck, next)]
    const first = cards.pop()
    const length = next() < 0.55 ? 0 : 1 + Chance.below(next, 3)
    const more = Array.from({ length }, () => deck[Chance.below(next, deck.length)])
    const chain = [first, ...more].filter((mutation) => mutation !== undefined)
    return stages.flatMap((stage) => chain.filter(({ on }) => on === stage))
  }
}

/** The bytes that arrive. */
export const applied = (next: Next, chain: ReadonlyArray<Mutation>, base: Signed, seen: Seen): Buffer => {
  let fields = fieldsOf(base)
  let text: string | undefined
  let bytes: Buffer | undefined
  for (const mutation of chain) {
    if (mutation.on === "fields") fields = mutation.apply(next, fields, seen)
    else if (mutation.on === "spelling") text = mutation.apply(next, fields)
    else if (mutation.on === "text") text = mutation.apply(next, text ?? toJson(fields))
    else bytes = mutation.apply(next, bytes ?? Buffer.from(text ?? toJson(fields), "utf8"), seen)
  }
  return bytes ?? Buffer.from(text ?? toJson(fields), "utf8")
}
