/** Changes of bytes, by a fault or on purpose. */
import * as Chance from "../../../../../prove/Chance.ts"
import { toJson } from "../../support/SignedAnswer.ts"
import { fieldsOf, type Mutation, onBytes, sliced } from "./Mutation.ts"

const { below, pick } = Chance

export const mutations: ReadonlyArray<Mutation> = [
  onBytes("a bit turned over", 6, (next, bytes) => {
    const changed = Buffer.from(bytes)
    const at = below(next, changed.length)
    changed[at] = (changed[at] ?? 0) ^ (1 << below(next, 8))
    return changed
  }),
  onBytes("bytes overwritten", 3, (next, bytes) =>
    sliced(next, bytes, (slice) => Buffer.alloc(slice.length, below(next, 256)))
  ),
  onBytes("bytes taken out", 4, (next, bytes) => sliced(next, bytes, () => Buffer.alloc(0))),
  onBytes("bytes twice", 4, (next, bytes) => sliced(next, bytes, (slice) => Buffer.concat([slice, slice]))),
  onBytes("bytes turned round", 2, (next, bytes) =>
    sliced(next, bytes, (slice) => Buffer.from(slice).reverse())
  ),
  onBytes("a byte put in", 4, (next, bytes) =>
    sliced(next, bytes, (slice) => Buffer.concat([slice, Buffer.from([below(next, 256)])]))
  ),
  onBytes("cut off", 3, (next, bytes) => bytes.subarray(0, below(next, bytes.length))),
  onBytes("begun too late", 1, (next, bytes) => bytes.subarray(1 + below(next, bytes.length))),
  onBytes("spliced with another answer", 4, (next, bytes, { older, other }) => {
    const theirs = Buffer.from(toJson(fieldsOf(next() < 0.5 ? older : other)))
    return Buffer.concat([
      bytes.subarray(0, below(next, bytes.length)),
      theirs.subarray(below(next, theirs.length))
    ])
  }),
  onBytes("spliced at a border of fields", 4, (next, bytes, { older, other }) => {
    const theirs = fieldsOf(next() < 0.5 ? older : other)
    const border = bytes.indexOf(",", below(next, bytes.length))
    return Buffer.concat([
      bytes.subarray(0, border < 0 ? bytes.length - 1 : border),
      Buffer.from(`,${toJson(theirs.slice(below(next, theirs.length))).slice(1)}`)
    ])
  }),
  onBytes("bytes that are no UTF-8", 4, (next, bytes) =>
    sliced(next, bytes, (slice) =>
      Buffer.concat([
        slice,
        Buffer.from(pick(next, ["eda080", "c0af", "ff", "fe", "f4908080", "e282", "8d", "c080"]), "hex")
      ])
    )
  ),
  onBytes("a byte order mark", 2, (_, bytes) => Buffer.concat([Buffer.from("efbbbf", "hex"), bytes])),
  onBytes("another encoding", 2, (next, bytes) =>
    Buffer.from(bytes.toString("utf8"), pick(next, ["utf16le", "latin1"]))
  )
]
