/**
 * What a party on the path can do to a signed answer without the platform's key (PROTOCOL.md 5).
 *
 * An answer is signed as a sequence of values. The attacks change names, the borders between values,
 * nesting, empty fields, the order of fields and JSON types, and leave the signed text as it was.
 */
import * as fc from "fast-check"
import { type Members, Raw, signedValues, toJson, type Value } from "./SignedAnswer.ts"

/** The known fields in signing order, each with the shape in which it is believed. */
const shapes: ReadonlyArray<readonly [name: string, shape: RegExp]> = [
  ["amount", /^[0-9]{1,18}$/],
  ["paySeq", /^[!-~]{1,64}$/],
  ["payType", /^[A-Za-z]{1,16}$/],
  ["platDate", /^2[0-9]{3}(?:0[1-9]|1[0-2])(?:0[1-9]|1[0-9]|2[0-8])$/],
  ["platTime", /^(?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]$/],
  ["retCode", /^(?:[0-9A-Za-z]{4}|[0-9A-Za-z]{8})$/],
  ["retMsg", /^/],
  ["transState", /^(?:SUCCESS|NOTPAY|PAYERROR)$/],
  ["transactionId", /^[!-~]{1,32}$/]
]

/** Gaps between known names in which an unknown one makes a difference: around retCode, retMsg, transState. */
const gaps: ReadonlySet<number> = new Set([5, 6, 7, 9])

/**
 * Every way to give the values new names in their order: known names where the shape fits, and unknown
 * ones around them. An answer that names no retCode is left out.
 */
export const everyRenaming = (values: ReadonlyArray<string>): ReadonlyArray<Members> => {
  const found: Array<Members> = []
  const visit = (index: number, slot: number, done: Members): void => {
    const text = values[index]
    if (text === undefined) {
      if (done.some(([name]) => name === "retCode")) found.push(done)
      return
    }
    for (const [at, [name, shape]] of shapes.entries()) {
      if (at >= slot && shape.test(text)) visit(index + 1, at + 1, [...done, [name, text]])
    }
    for (let at = slot; at <= shapes.length; at++) {
      if (at !== slot && !gaps.has(at)) continue
      const unknown = `${at === 0 ? "A" : shapes[at - 1]?.[0]}${String.fromCharCode(0x41 + index)}`
      visit(index + 1, at, [...done, [unknown, text]])
    }
  }
  visit(0, 0, [])
  return found
}

/** Renamings of a true answer, drawn from all of them. */
export const renamings = (fields: Members, count: number): fc.Arbitrary<ReadonlyArray<Members>> => {
  const all = everyRenaming(signedValues(fields))
  return fc
    .array(fc.nat({ max: Math.max(0, all.length - 1) }), { minLength: count, maxLength: count })
    .map((picks) => picks.flatMap((pick) => (all[pick] === undefined ? [] : [all[pick]])))
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : 1)

const isObject = (value: Value): value is Members => Array.isArray(value)

const names: ReadonlyArray<string> = [
  ...shapes.map(([name]) => name),
  ..."A amounu ext merId orderId payAmount payT platE ret retCod retCodd retCode.x retM sigm sign so t".split(
    " "
  ),
  ..."trans transA transStatf transStates transactionIe transstate z 中".split(" ")
]

/** One thing that the party on the path does; `at` and `pick` are taken modulo what there is. */
export interface Step {
  readonly kind:
    | "rename"
    | "shift"
    | "merge"
    | "split"
    | "addEmpty"
    | "dropEmpty"
    | "nest"
    | "unnest"
    | "retype"
    | "reorder"
  readonly at: number
  readonly pick: number
}

export const steps: fc.Arbitrary<ReadonlyArray<Step>> = fc.array(
  fc.record({
    kind: fc.constantFrom<Step["kind"]>(
      "rename",
      "rename",
      "rename",
      "shift",
      "shift",
      "merge",
      "split",
      "addEmpty",
      "dropEmpty",
      "nest",
      "unnest",
      "retype",
      "reorder"
    ),
    at: fc.nat({ max: 999 }),
    pick: fc.nat({ max: 999 })
  }),
  { minLength: 1, maxLength: 6 }
)

/** A name that sorts between two others, from the list where one fits. */
const between = (before: string | undefined, after: string | undefined, pick: number): string | undefined => {
  const fitting = names.filter(
    (name) =>
      name !== "sign" && (before === undefined || name > before) && (after === undefined || name < after)
  )
  if (fitting.length > 0) return fitting[pick % fitting.length]
  const next = `${before ?? ""}!`
  return after === undefined || next < after ? next : undefined
}

const replaced = (fields: Members, at: number, count: number, by: Members): Members => [
  ...fields.slice(0, at),
  ...by,
  ...fields.slice(at + count)
]

const apply = (unsorted: Members, { at: wish, kind, pick }: Step): Members => {
  const fields = [...unsorted].sort(byName)
  const at = fields.length === 0 ? 0 : wish % fields.length
  const entry = fields[at]
  if (entry === undefined) return fields
  const [name, value] = entry
  const next = fields[at + 1]
  switch (kind) {
    case "rename": {
      const to = between(fields[at - 1]?.[0], next?.[0], pick)
      return to === undefined ? fields : replaced(fields, at, 1, [[to, value]])
    }
    case "shift": {
      const to = next?.[0]
      const free = between(to, fields[at + 2]?.[0], pick)
      if (next === undefined || to === undefined || free === undefined) return fields
      return replaced(fields, at, 2, [
        [to, value],
        [free, next[1]]
      ])
    }
    case "merge": {
      if (next === undefined) return fields
      const texts = signedValues([
        ["a", value],
        ["b", next[1]]
      ])
      return replaced(fields, at, 2, [[name, texts.join("|")]])
    }
    case "split": {
      if (typeof value !== "string") return fields
      const border = value.indexOf("|")
      const to = between(name, next?.[0], pick)
      if (border < 0 || to === undefined) return fields
      return replaced(fields, at, 1, [
        [name, value.slice(0, border)],
        [to, value.slice(border + 1)]
      ])
    }
    case "addEmpty": {
      const to = between(name, next?.[0], pick)
      const empties: ReadonlyArray<Value> = [null, "", [], [["transState", ""]]]
      return to === undefined ? fields : replaced(fields, at + 1, 0, [[to, empties[pick % 4] ?? null]])
    }
    case "dropEmpty":
      return fields.filter(([, inner]) => signedValues([["a", inner]]).length > 0)
    case "nest": {
      const inner = fields.slice(at, at + 1 + (pick % 3))
      const to = between(fields[at - 1]?.[0], fields[at + inner.length]?.[0], pick)
      return to === undefined ? fields : replaced(fields, at, inner.length, [[to, inner]])
    }
    case "unnest": {
      if (!isObject(value)) return fields
      const inner = [...value].sort(byName)
      const isFree = inner.every(
        ([innerName]) =>
          (at === 0 || innerName > (fields[at - 1]?.[0] ?? "")) && (next === undefined || innerName < next[0])
      )
      return isFree ? replaced(fields, at, 1, inner) : fields
    }
    case "retype": {
      if (typeof value === "string" && /^(?:0|[1-9][0-9]*)$/.test(value)) {
        return replaced(fields, at, 1, [[name, new Raw(value)]])
      }
      return value instanceof Raw ? replaced(fields, at, 1, [[name, value.json]]) : fields
    }
    case "reorder":
      return [...fields.slice(at), ...fields.slice(0, at)]
  }
}

/** The fields of a true answer after the steps, one upon the other. */
export const composed = (fields: Members, path: ReadonlyArray<Step>): Members => path.reduce(apply, fields)

/** The forged body: changed fields under the true signature. */
export const forged = (fields: Members, sign: string): string => toJson([...fields, ["sign", sign]])
