/** Changes of fields that don't care for the signature: names, values, numbers, nesting. */
import * as Chance from "../../../../../prove/Chance.ts"
import { type Members, Raw, toJson, type Value } from "../../support/SignedAnswer.ts"
import {
  dangerousValues,
  escaped,
  fieldsOf,
  inserted,
  knownNames,
  type Mutation,
  oddNames,
  onFields,
  replacedOne
} from "./Mutation.ts"

const { pick } = Chance

/** A value's own text, without quotes. */
const textOf = (value: Value): string => (typeof value === "string" ? value : toJson(value))

const onSign = (fields: Members, by: (sign: string) => Value): Members =>
  fields.map(([name, value]) => [name, name === "sign" ? by(textOf(value)) : value])

const names: ReadonlyArray<Mutation> = [
  onFields("a known name instead", 6, (next, fields) =>
    replacedOne(next, fields, (_, value) => [[pick(next, knownNames), value]])
  ),
  onFields("an odd name instead", 4, (next, fields) =>
    replacedOne(next, fields, (_, value) => [[pick(next, oddNames), value]])
  ),
  onFields("a name in another case", 3, (next, fields) =>
    replacedOne(next, fields, (name, value) => [
      [next() < 0.5 ? name.toUpperCase() : name.toLowerCase(), value],
      ...(next() < 0.5 ? [[name, pick(next, dangerousValues)] as const] : [])
    ])
  ),
  onFields("a name in full-width letters", 2, (next, fields) =>
    replacedOne(next, fields, (name, value) => [[fullWidth(name), value]])
  ),
  // The true value stands first or last.
  onFields("a name twice", 4, (next, fields) =>
    replacedOne(next, fields, (name, value) => {
      const twin = [name, next() < 0.3 ? value : pick(next, dangerousValues)] as const
      return next() < 0.5 ? [twin, [name, value]] : [[name, value], twin]
    })
  ),
  onFields("all fields twice", 1, (next, fields, { older, other }) => [
    ...fields,
    ...fieldsOf(next() < 0.5 ? older : other)
  ]),
  onFields("an odd field more", 3, (next, fields) => [
    [pick(next, oddNames), pick(next, dangerousValues)],
    ...fields
  ]),
  onFields("a known field more", 4, (next, fields) => [
    ...fields,
    [pick(next, knownNames), pick(next, dangerousValues)]
  ]),
  onFields("a prototype", 2, (next, fields) => [
    [pick(next, ["__proto__", "constructor", "prototype"]), [["retCode", "0000"]]],
    ...fields.filter(() => next() < 0.8)
  ])
]

const fullWidth = (text: string): string =>
  text.replaceAll(/[!-~]/g, (letter) => String.fromCharCode(0xfee0 + letter.charCodeAt(0)))

const unicode: ReadonlyArray<Mutation> = [
  onFields("full-width digits", 3, (next, fields) =>
    replacedOne(next, fields, (name, value) => [[name, textOf(value).replaceAll(/[0-9]+/g, fullWidth)]])
  ),
  onFields("a mark in a value", 3, (next, fields) =>
    replacedOne(next, fields, (name, value) => [
      [
        name,
        inserted(next, textOf(value), pick(next, ["\u0301", "\u200d", "\ufe0f", "\u202e", "\ufeff", " "]))
      ]
    ])
  ),
  onFields("a mark in a name", 3, (next, fields) =>
    replacedOne(next, fields, (name, value) => [
      [inserted(next, name, pick(next, ["\u200b", "\u200f", "\u0301", "\ufeff", "\u0000"])), value]
    ])
  ),
  onFields("half a pair in a value", 2, (next, fields) =>
    replacedOne(next, fields, (name, value) => [
      [name, new Raw(`${JSON.stringify(textOf(value)).slice(0, -1)}${pick(next, ["\\ud800", "\\udfff"])}"`)]
    ])
  )
]

const numbers: ReadonlyArray<Mutation> = [
  onFields("a number instead", 4, (next, fields) =>
    replacedOne(next, fields, (name) => [
      [
        name,
        new Raw(
          pick(next, [
            ...(["1e2", "-0", "0", "1.0", "9007199254740993", "1E400", "-1", "0.0000001"] as const),
            ...["00", "+1", "1.", ".5", "0e0", "1e-7", "123456789012345678901234567890", "0000", "01000000"],
            ...["1e999999999", "-", "1e", "0x1", "Infinity", "1_000", "１"]
          ])
        )
      ]
    ])
  ),
  onFields("the same number in other digits", 5, (next, fields) =>
    replacedOne(next, fields, (name, value) => {
      const digits = textOf(value)
      if (!/^[0-9]+$/.test(digits)) return [[name, value]]
      const spelt = pick(next, [
        ...([
          digits,
          `${digits}.0`,
          `${digits}e0`,
          String(Number(digits)),
          `0${digits}`,
          `-${digits}`
        ] as const),
        ...[`${digits.replace(/^0+(?=.)/, "")}`, `+${digits}`, ` ${digits}`]
      ])
      return [[name, next() < 0.5 ? new Raw(spelt) : spelt]]
    })
  ),
  // Every number that a reader which computes with it would write down in its first spelling again.
  onFields("all numbers with a fraction or an exponent", 5, (next, fields) =>
    fields.map(([name, value]) => {
      if (!/^(?:0|[1-9][0-9]{0,14})$/.test(textOf(value))) return [name, value]
      return [name, new Raw(`${textOf(value)}${pick(next, [".0", "e0", "E+0", ".000", "e-0"])}`)]
    })
  ),
  onFields("all numbers without quotes", 2, (_, fields) =>
    fields.map(([name, value]) =>
      /^(?:0|[1-9][0-9]*)$/.test(textOf(value)) ? [name, new Raw(textOf(value))] : [name, value]
    )
  )
]

const values: ReadonlyArray<Mutation> = [
  onFields("a dangerous value", 6, (next, fields) =>
    replacedOne(next, fields, (name) => [[name, pick(next, dangerousValues)]])
  ),
  onFields("no value", 3, (next, fields) =>
    replacedOne(next, fields, (name) => [[name, next() < 0.5 ? null : ""]])
  ),
  onFields("a field taken out", 3, (next, fields) => replacedOne(next, fields, () => [])),
  onFields("another field's value", 3, (next, fields) => {
    const value = fields[Chance.below(next, Math.max(1, fields.length))]?.[1] ?? ""
    return replacedOne(next, fields, (name) => [[name, value]])
  }),
  onFields("a value or the signature of another answer", 6, (next, fields, { older, other }) => {
    const theirs = new Map(fieldsOf(next() < 0.5 ? older : other))
    return replacedOne(next, fields, (name, value) => [[name, theirs.get(name) ?? value]])
  }),
  onFields("another spelling of the signature", 4, (next, fields) =>
    onSign(fields, (sign) =>
      pick(next, [
        ...([`${sign}=`, ` ${sign}`, `${sign}\n`, sign.replaceAll("+", "-").replaceAll("/", "_")] as const),
        ...[sign.replaceAll("=", ""), `${sign.slice(0, 76)}\r\n${sign.slice(76)}`, "", `${sign}${sign}`],
        ...[sign.toLowerCase(), Buffer.from(sign, "base64").toString("hex"), sign.replace(/.=$/, "h=")]
      ])
    )
  ),
  onFields("a signature that is no text", 1, (next, fields) =>
    onSign(fields, (sign) => pick<Value>(next, [null, true, 0, [["sign", sign]], new Raw(`["${sign}"]`)]))
  )
]

const structure: ReadonlyArray<Mutation> = [
  onFields("a value in an object", 3, (next, fields) =>
    replacedOne(next, fields, (name, value) => [[name, [[pick(next, ["a", name, ""]), value]]]])
  ),
  onFields("a value in an array", 2, (next, fields) =>
    replacedOne(next, fields, (name, value) => [[name, new Raw(`[${toJson(value)}]`)]])
  ),
  onFields("another type", 3, (next, fields) =>
    replacedOne(next, fields, (name) => [[name, new Raw(pick(next, ["[]", "{}", "true", "false", "null"]))]])
  ),
  onFields("one level down", 2, (next, fields) => [
    [pick(next, knownNames), fields],
    ...(next() < 0.5 ? fields : [])
  ]),
  onFields("all but the signature one level down", 2, (next, fields) => [
    [pick(next, ["a", "data", "retCode", ""]), fields.filter(([name]) => name !== "sign")],
    ...fields.filter(([name]) => name === "sign")
  ]),
  // As another name, where a reader undoes escapes twice.
  onFields("a name with escapes for letters", 2, (next, fields) =>
    replacedOne(next, fields, (name, value) => [
      ...(next() < 0.5 ? [[name, value] as const] : []),
      [escaped(next, name, 1).slice(1, -1), pick(next, [value, pick(next, dangerousValues)])]
    ])
  )
]

export const mutations: ReadonlyArray<Mutation> = [...names, ...unicode, ...numbers, ...values, ...structure]
