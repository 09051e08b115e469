/** Answers that are large, long or deep: seldom, since each of them takes the time of a hundred others. */
import * as Chance from "../../../../../prove/Chance.ts"
import { toJson } from "../../support/SignedAnswer.ts"
import { type Mutation, onBytes, onFields, onText, replacedOne } from "./Mutation.ts"

const { pick } = Chance

export const mutations: ReadonlyArray<Mutation> = [
  onText("much white space", 1, (next, text) =>
    text.replace(",", `,${" ".repeat(pick(next, [1000, 60_000, 70_000]))}`)
  ),
  onFields("a value many times over", 1, (next, fields) =>
    replacedOne(next, fields, (name, value) => [
      [
        name,
        toJson(value)
          .replaceAll('"', "")
          .repeat(pick(next, [2, 100, 5000]))
      ]
    ])
  ),
  onText("a value of escapes only", 1, (_, text) => text.replace(":", `:"${"\\u4e2d".repeat(10_000)}","a":`)),
  onText("a number without end", 1, (next, text) =>
    text.replace(":", `:${pick(next, ["1", "9", "0"])}${"0".repeat(60_000)},"a":`)
  ),
  onText("nested", 1, (next, text) => {
    const depth = pick(next, [2, 14, 15, 16, 17, 1000, 10_000])
    return `${'{"a":'.repeat(depth)}${text}${"}".repeat(depth)}`
  }),
  onText("brackets only", 1, (next, text) =>
    `${text.slice(0, 40)}${pick(next, ["[", "{", '{"":['])}`.padEnd(65_000, "[")
  ),
  onFields("many empty fields", 1, (next, fields) => [
    ...fields,
    ...Array.from({ length: pick(next, [10, 1000, 4000]) }, (_, index) => [`z${index}`, ""] as const)
  ]),
  onFields("many fields", 1, (next, fields) => [
    ...fields,
    ...Array.from(
      { length: pick(next, [10, 1000, 4000]) },
      (_, index) => [`${"a".repeat(index % 9)}${index}`, "1"] as const
    )
  ]),
  onFields("a long name", 1, (next, fields) =>
    replacedOne(next, fields, (name, value) => [[name.repeat(pick(next, [2, 100, 4000])), value]])
  ),
  onBytes("the answer many times over", 1, (next, bytes) =>
    Buffer.concat(Array.from({ length: pick(next, [2, 10, 200]) }, () => bytes))
  )
]
