/**
 * What may become of a true, signed answer on its way: a mutation takes an answer apart at random, and gives
 * the bytes that arrive. Mutations of the kind "spelling" change nothing that is signed or said.
 */
import * as Chance from "../../../../prove/Chance.ts"
import * as Attack from "../support/Attack.ts"
import { type Members, Raw, toJson, type Value } from "../support/SignedAnswer.ts"

/** A true answer: its fields, their signature, and the bytes that the platform sends. */
export interface Base {
  readonly fields: Members
  readonly sign: string
  readonly bytes: Buffer
}

export type Kind =
  | "bytes"
  | "structure"
  | "unicode"
  | "numbers"
  | "names"
  | "sizes"
  | "values"
  | "disguise"
  | "spelling"

type Next = () => number
type Mutation = (next: Next, base: Base, other: Base) => string | Buffer

const { below, pick } = Chance

const members = ({ fields, sign }: Base): Members => [...fields, ["sign", sign]]

const dangerous: readonly [string, ...Array<string>] = [
  ...(["0000", "01000000", "88881220", "88881137", "9999", "3333", "00080520", "0001"] as const),
  ...[
    "SUCCESS",
    "NOTPAY",
    "PAYERROR",
    "success",
    "1",
    "0",
    "",
    "|",
    "a|SUCCESS",
    " SUCCESS",
    "null",
    "CLOSED"
  ]
]

const knownNames: readonly [string, ...Array<string>] = [
  ...(["retCode", "transState", "amount", "transactionId", "retMsg", "sign"] as const),
  ...["platDate", "platTime", "paySeq", "payType", "orderId", "merId", "payAmount", "mer_id"]
]

const oddNames: readonly [string, ...Array<string>] = [
  ...(["__proto__", "constructor", "toString", "hasOwnProperty", "prototype", "", " ", "\u0000"] as const),
  ...["retCode ", " retCode", "RETCODE", "retcode", "rеtCode", "retCode\u200b", "transState.x", "sign.x"]
]

/** Replaces one member by others. */
const replaced = (next: Next, from: Members, by: (name: string, value: Value) => Members): Members => {
  const at = below(next, from.length)
  return from.flatMap(([name, value], index) => (index === at ? by(name, value) : [[name, value] as const]))
}

/** Puts a text in at a random place of another one. */
const inserted = (next: Next, text: string, piece: string): string => {
  const at = below(next, text.length + 1)
  return text.slice(0, at) + piece + text.slice(at)
}

const onText =
  (mutate: (next: Next, text: string) => string): Mutation =>
  (next, base) =>
    mutate(next, base.bytes.toString("utf8"))

const onMembers =
  (mutate: (next: Next, from: Members, other: Base) => Members): Mutation =>
  (next, base, other) =>
    toJson(mutate(next, members(base), other))

/** Changes the bytes of one slice. */
const sliced = (next: Next, bytes: Buffer, by: (slice: Buffer) => Buffer): Buffer => {
  const from = below(next, bytes.length)
  const to = Math.min(bytes.length, from + 1 + below(next, next() < 0.5 ? 4 : 60))
  return Buffer.concat([bytes.subarray(0, from), by(bytes.subarray(from, to)), bytes.subarray(to)])
}

const bytes: ReadonlyArray<Mutation> = [
  (next, base) => {
    const changed = Buffer.from(base.bytes)
    const at = below(next, changed.length)
    changed[at] = (changed[at] ?? 0) ^ (1 << below(next, 8))
    return changed
  },
  (next, base) => sliced(next, base.bytes, (slice) => Buffer.alloc(slice.length, below(next, 256))),
  (next, base) => sliced(next, base.bytes, () => Buffer.alloc(0)),
  (next, base) => sliced(next, base.bytes, (slice) => Buffer.concat([slice, slice])),
  (next, base) => sliced(next, base.bytes, (slice) => Buffer.from(slice).reverse()),
  (next, base) =>
    sliced(next, base.bytes, (slice) => Buffer.concat([slice, Buffer.from([below(next, 256)])])),
  (next, base) => base.bytes.subarray(0, below(next, base.bytes.length)),
  (next, base, other) =>
    Buffer.concat([
      base.bytes.subarray(0, below(next, base.bytes.length)),
      other.bytes.subarray(below(next, other.bytes.length))
    ])
]

const structure: ReadonlyArray<Mutation> = [
  onText((next, text) =>
    inserted(next, text, pick(next, [..."{}[],:\"\\/'#"] as [string, ...Array<string>]))
  ),
  onText((next, text) =>
    pick(next, [`[${text}]`, `{"a":${text}}`, `"${text}"`, `${text}${text}`, `${text},`, `(${text})`])
  ),
  onText((next, text) =>
    inserted(
      next,
      text,
      pick(next, ["/* */", "// \n", "NaN", "undefined", "0x10", "\u2028", ",", '""', "{}"])
    )
  ),
  onText((_, text) => text.replace("}", ",}")),
  onText((_, text) => text.replaceAll('"', "'")),
  onMembers((next, from) => replaced(next, from, (name, value) => [[name, [["a", value]]]])),
  onMembers((next, from) => replaced(next, from, (name, value) => [[name, new Raw(`[${toJson(value)}]`)]])),
  onMembers((next, from) =>
    replaced(next, from, (name) => [[name, new Raw(pick(next, ["[]", "{}", "true"]))]])
  ),
  // The true answer as one field of another object, and the signature one level down.
  (next, base) => toJson([[pick(next, knownNames), members(base)], ...(next() < 0.5 ? members(base) : [])]),
  (_, base) => toJson([...base.fields, ["sign", [["sign", base.sign]]]])
]

const unicode: ReadonlyArray<Mutation> = [
  onText((next, text) =>
    inserted(
      next,
      text,
      pick(next, [
        "\\ud800",
        "\\udc00\\ud800",
        "\ufeff",
        "\u200b",
        "\u202e",
        "\u0000",
        "\\u0000",
        "é",
        "中",
        "𝟎"
      ])
    )
  ),
  (next, base) =>
    sliced(next, base.bytes, (slice) =>
      Buffer.concat([
        slice,
        Buffer.from(pick(next, ["eda080", "c0af", "ff", "fe", "f4908080", "e282", "efbbbf", "8d"]), "hex")
      ])
    ),
  (_, base) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), base.bytes]),
  (next, base) => Buffer.from(base.bytes.toString("utf8"), pick(next, ["utf16le", "latin1"])),
  onMembers((next, from) =>
    replaced(next, from, (name, value) => [
      [
        name,
        String(toJson(value)).replaceAll(/[0-9]/g, (digit) =>
          String.fromCharCode(0xfee0 + digit.charCodeAt(0))
        )
      ]
    ])
  ),
  onMembers((next, from) =>
    replaced(next, from, (name, value) => [
      [name, typeof value === "string" ? value.normalize(pick(next, ["NFD", "NFKC"])) : value]
    ])
  ),
  onMembers((next, from) =>
    replaced(next, from, (name, value) => [
      [name.replace("a", "а").replace("e", "е"), value],
      ...(next() < 0.5 ? [[name, pick(next, dangerous)] as const] : [])
    ])
  ),
  onMembers((next, from) =>
    replaced(next, from, (name, value) => [
      [
        name,
        typeof value === "string" ? inserted(next, value, pick(next, ["\u0301", "\u200d", "\ufe0f"])) : value
      ]
    ])
  )
]

const numbers: ReadonlyArray<Mutation> = [
  onMembers((next, from) =>
    replaced(next, from, (name) => [
      [
        name,
        new Raw(
          pick(next, [
            ...(["1e2", "-0", "0", "1.0", "9007199254740993", "1E400", "-1", "0.0000001"] as const),
            ...["00", "+1", "1.", ".5", "0e0", "1e-7", "123456789012345678901234567890", "0000", "01000000"]
          ])
        )
      ]
    ])
  ),
  // The same number in another spelling.
  onMembers((next, from) =>
    replaced(next, from, (name, value) => {
      const digits = toJson(value).replaceAll('"', "")
      if (!/^[0-9]+$/.test(digits)) return [[name, value]]
      const spelt = pick(next, [digits, `${digits}.0`, `${digits}e0`, String(Number(digits)), `0${digits}`])
      return [[name, next() < 0.5 ? new Raw(spelt) : spelt]]
    })
  )
]

const names: ReadonlyArray<Mutation> = [
  onMembers((next, from) => replaced(next, from, (_, value) => [[pick(next, knownNames), value]])),
  onMembers((next, from) => replaced(next, from, (_, value) => [[pick(next, oddNames), value]])),
  onMembers((next, from) =>
    replaced(next, from, (name, value) => [
      [next() < 0.5 ? name.toUpperCase() : name.toLowerCase(), value],
      ...(next() < 0.5 ? [[name, pick(next, dangerous)] as const] : [])
    ])
  ),
  // A name twice, with the true value first or last, spelt alike or not.
  onMembers((next, from) =>
    replaced(next, from, (name, value) => {
      const twin = [name, next() < 0.3 ? value : pick(next, dangerous)] as const
      return next() < 0.5 ? [twin, [name, value]] : [[name, value], twin]
    })
  ),
  (next, base) => {
    const [name, value] = pick(next, members(base) as [Members[number], ...Array<Members[number]>])
    const spelt = `\\u${name.charCodeAt(0).toString(16).padStart(4, "0")}${name.slice(1)}`
    const twin = `"${spelt}":${toJson(next() < 0.5 ? value : pick(next, dangerous))}`
    const text = toJson(members(base))
    return next() < 0.5 ? `{${twin},${text.slice(1)}` : `${text.slice(0, -1)},${twin}}`
  },
  onMembers((next, from) => [[pick(next, oddNames), pick(next, dangerous)], ...from]),
  onMembers((next, from) => [...from, [pick(next, knownNames), pick(next, dangerous)]]),
  onMembers((next, from) => [["__proto__", [["retCode", "0000"]]], ...from.filter(() => next() < 0.8)])
]

const sizes: ReadonlyArray<Mutation> = [
  (next, base) => toJson(members(base)).replace(",", `,${" ".repeat(pick(next, [1000, 60_000, 70_000]))}`),
  onMembers((next, from) =>
    replaced(next, from, (name, value) => [
      [
        name,
        toJson(value)
          .replaceAll('"', "")
          .repeat(pick(next, [2, 100, 5000]))
      ]
    ])
  ),
  (next, base) => {
    const depth = pick(next, [2, 14, 15, 16, 17, 1000])
    return `${'{"a":'.repeat(depth)}${toJson(members(base))}${"}".repeat(depth)}`
  },
  onMembers((next, from) => [
    ...from,
    ...Array.from({ length: pick(next, [10, 1000, 4000]) }, (_, index) => [`z${index}`, ""] as const)
  ])
]

const values: ReadonlyArray<Mutation> = [
  onMembers((next, from) => replaced(next, from, (name) => [[name, pick(next, dangerous)]])),
  onMembers((next, from) => replaced(next, from, (name) => [[name, next() < 0.5 ? null : ""]])),
  onMembers((next, from) => replaced(next, from, () => [])),
  onMembers((next, from) => {
    const other = pick(next, from as [Members[number], ...Array<Members[number]>])
    return replaced(next, from, (name) => [[name, other[1]]])
  }),
  // A field of another true answer, or its signature.
  onMembers((next, from, other) => {
    const theirs = new Map(members(other))
    return replaced(next, from, (name, value) => [[name, theirs.get(name) ?? value]])
  }),
  onMembers((next, from) =>
    from.map(([name, value]) =>
      name !== "sign"
        ? [name, value]
        : [
            name,
            pick(next, [
              `${value}=`,
              ` ${value}`,
              `${value}\n`,
              String(value).replaceAll("+", "-").replaceAll("/", "_"),
              String(value).replaceAll("=", ""),
              `${String(value).slice(0, 76)}\r\n${String(value).slice(76)}`,
              "",
              `${value}${value}`
            ])
          ]
    )
  )
]

const kindsOfStep = [
  ...(["rename", "rename", "rename", "shift", "shift", "merge", "split"] as const),
  ...(["addEmpty", "dropEmpty", "nest", "unnest", "retype", "reorder"] as const)
] as const

const disguise: ReadonlyArray<Mutation> = [
  (next, base) => {
    const steps = Array.from({ length: 1 + below(next, 6) }, () => ({
      kind: pick(next, kindsOfStep),
      at: below(next, 1000),
      pick: below(next, 1000)
    }))
    return Attack.forged(Attack.composed(base.fields, steps), base.sign)
  }
]

/** Every character that may be escaped in JSON, escaped at random. */
const escaped = (next: Next, text: string): string =>
  `"${[...text]
    .map((character) =>
      character === '"' || character === "\\" || next() < 0.1
        ? [...Array(character.length).keys()]
            .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
            .join("")
        : character
    )
    .join("")}"`

const spelling: ReadonlyArray<Mutation> = [
  (next, base) => {
    const space = () => pick(next, ["", "", " ", "\n", "\t", "\r\n  "])
    const spelt = (value: Value): string => (typeof value === "string" ? escaped(next, value) : toJson(value))
    const inner = Chance.shuffled(members(base), next).map(
      ([name, value]) => `${space()}${escaped(next, name)}${space()}:${space()}${spelt(value)}${space()}`
    )
    return `${space()}{${inner.join(",")}}${space()}`
  }
]

const mutations: { readonly [kind in Kind]: ReadonlyArray<Mutation> } = {
  bytes,
  structure,
  unicode,
  numbers,
  names,
  sizes,
  values,
  disguise,
  spelling
}

/** How often each kind is drawn; names and disguises are what an attacker would choose. */
const drawn: readonly [Kind, ...Array<Kind>] = [
  ...(["bytes", "bytes", "structure", "structure", "unicode", "unicode", "numbers", "numbers"] as const),
  ...(["names", "names", "names", "values", "values", "disguise", "disguise", "disguise"] as const),
  ...(["disguise", "disguise", "spelling"] as const)
]

/** A mutated answer: what was done, and what arrives. Large ones are seldom. */
export const mutated = (
  next: Next,
  base: Base,
  other: Base
): { readonly kind: Kind; readonly bytes: Buffer } => {
  const kind: Kind = next() < 0.004 ? "sizes" : pick(next, drawn)
  const [first, ...more] = mutations[kind]
  const made = first === undefined ? base.bytes : pick(next, [first, ...more])(next, base, other)
  return { kind, bytes: typeof made === "string" ? Buffer.from(made, "utf8") : made }
}

export const kinds: ReadonlyArray<Kind> = Object.keys(mutations) as Array<Kind>
