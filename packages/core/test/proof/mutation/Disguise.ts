/** What can be done under a true signature, which fits still (PROTOCOL.md 5). */
import * as Chance from "../../../../../prove/Chance.ts"
import * as Attack from "../../support/Attack.ts"
import { type Members, Raw, signedValues } from "../../support/SignedAnswer.ts"
import { dangerousValues, fieldsOf, type Mutation, type Next, onFields } from "./Mutation.ts"

const { below, pick } = Chance

/** Does something with the fields that are signed, and leaves the signature where it is. */
const underSign = (fields: Members, by: (signed: Members) => Members): Members => [
  ...by(fields.filter(([name]) => name !== "sign")),
  ...fields.filter(([name]) => name === "sign")
]

const step = (kind: Attack.Step["kind"], weight: number): Mutation =>
  onFields(`under a true signature: ${kind}`, weight, (next, fields) =>
    underSign(fields, (signed) =>
      Attack.composed(signed, [{ kind, at: below(next, 1000), pick: below(next, 1000) }])
    )
  )

/** The known names in the order in which they are signed, with a shape in which each may be believed. */
type Slot = readonly [name: string, shape: RegExp]
const slots: readonly [Slot, ...Array<Slot>] = [
  ["amount", /^[0-9]{1,18}$/],
  ["merId", /^30000102$/],
  ["orderId", /^1509518653211$/],
  ["paySeq", /^[!-~]{1,64}$/],
  ["payType", /^[A-Za-z]{1,16}$/],
  ["platDate", /^[0-9]{8}$/],
  ["platTime", /^[0-9]{6}$/],
  ["retCode", /^(?:[0-9A-Za-z]{4}|[0-9A-Za-z]{8})$/],
  ["retMsg", /^/],
  ["transState", /^(?:SUCCESS|NOTPAY|PAYERROR)$/],
  ["transactionId", /^[!-~]{1,32}$/]
]

/** New names for all values in their order: known ones where the shape fits, and unknown ones between. */
const renamed = (next: Next, fields: Members): Members => {
  let slot = 0
  return signedValues(fields).map((value, index) => {
    const fitting = [...slots.entries()].filter(([at, [, shape]]) => at >= slot && shape.test(value))
    const [at, [name]] = fitting[Math.floor(next() ** 2 * fitting.length)] ?? [-1, [""]]
    if (at >= 0 && next() < 0.8) {
      slot = at + 1
      return [name, value]
    }
    // Sorts after the slot before it, and, by its letter, after the unknown ones before it.
    const before = slot === 0 ? "A" : (slots[slot - 1]?.[0] ?? "")
    return [`${before}${slot === 0 ? "" : "A"}${String.fromCharCode(0x41 + index)}`, value]
  })
}

const stepped = (next: Next, fields: Members, count: number): Members =>
  Attack.composed(
    fields,
    Array.from({ length: count }, () => ({
      kind: pick(next, ["rename", "shift", "merge", "split", "addEmpty", "nest", "unnest"] as const),
      at: below(next, 1000),
      pick: below(next, 1000)
    }))
  )

/** What tells an order from others is hidden: under a name that nobody knows, or under another known one. */
const withoutIdentity = (next: Next, fields: Members): Members =>
  fields.map(([name, value]) => {
    if (name === "transactionId" && next() < 0.7) return [pick(next, ["transStatf", "transactionIe"]), value]
    if (name === "amount" && next() < 0.7) return [pick(next, ["A", "amounu", "paySep", "paySeq"]), value]
    return [name, value]
  })

const disguised = (next: Next, fields: Members): Members =>
  pick(next, [withoutIdentity, withoutIdentity, renamed, (_: Next, all: Members) => stepped(next, all, 1)])(
    next,
    fields
  )

/** Each value, or most of them, in an object of its own, in which it may have any name. */
const enclosed = (next: Next, fields: Members): Members => {
  const share = pick(next, [0.3, 0.6, 1])
  return [...fields]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => {
      if (next() > share) return [name, value]
      const inside = next() < 0.5 ? pick(next, slots)[0] : name
      // Sorts where the field itself did, but for names that begin with its own.
      return [next() < 0.7 ? `${name}A` : name, [[inside, value]]]
    })
}

export const mutations: ReadonlyArray<Mutation> = [
  step("rename", 16),
  step("shift", 10),
  step("merge", 5),
  step("split", 5),
  step("addEmpty", 6),
  step("dropEmpty", 3),
  step("nest", 6),
  step("unnest", 3),
  step("retype", 4),
  step("reorder", 3),
  onFields("under a true signature: several steps", 16, (next, fields) =>
    underSign(fields, (signed) => stepped(next, signed, 2 + below(next, 5)))
  ),
  onFields("under a true signature: all names anew", 24, (next, fields) =>
    underSign(fields, (signed) => renamed(next, signed))
  ),
  onFields("under a true signature: values in objects", 10, (next, fields) =>
    underSign(fields, (signed) => enclosed(next, signed))
  ),
  onFields("under a true signature: something unsigned one level down", 4, (next, fields) => [
    ...fields,
    [pick(next, ["a", "z", "sigo", "retCodd"]), [["sign", pick(next, dangerousValues)]]]
  ]),
  onFields("under a true signature: an unsigned array", 4, (next, fields) => [
    ...fields,
    [
      pick(next, ["a", "z", "sigo", "retCodd"]),
      new Raw(pick(next, ['["0000"]', '[{"retCode":"0000"}]', "[1]", '["a","b"]']))
    ]
  ]),
  onFields("replayed: an older answer", 6, (_, __, { older }) => fieldsOf(older)),
  onFields("replayed in disguise: an older answer", 6, (next, _, { older }) =>
    underSign(fieldsOf(older), (signed) => disguised(next, signed))
  ),
  onFields("replayed: another order's answer", 6, (_, __, { other }) => fieldsOf(other)),
  onFields("replayed in disguise: another order's answer", 40, (next, _, { other }) =>
    underSign(fieldsOf(other), (signed) => disguised(next, signed))
  )
]
