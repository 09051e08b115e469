/** Other ways to write the same fields down: order, white space, escapes. Nothing that is signed changes. */
import * as Chance from "../../../../../prove/Chance.ts"
import { type Members, toJson, type Value } from "../../support/SignedAnswer.ts"
import { escaped, type Mutation, type Next } from "./Mutation.ts"

const space = (next: Next): string => Chance.pick(next, ["", "", " ", "\n", "\t", "\r\n  "])

const spelt = (next: Next, value: Value): string =>
  typeof value === "string" ? escaped(next, value, 0.1) : toJson(value)

const write = (next: Next, fields: Members): string => {
  const inner = Chance.shuffled(fields, next).map(
    ([name, value]) =>
      `${space(next)}${escaped(next, name, 0.1)}${space(next)}:${space(next)}${spelt(next, value)}${space(next)}`
  )
  return `${space(next)}{${inner.join(",")}}${space(next)}`
}

export const mutations: ReadonlyArray<Mutation> = [
  { on: "spelling", name: "another spelling of the same", weight: 24, apply: write }
]
