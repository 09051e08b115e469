/** Orders in a file that somebody hands over: NDJSON, a JSON array, or CSV with a header of field names. */
import { readFile } from "node:fs/promises"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Stdio from "effect/Stdio"
import * as Bulk from "../api/Bulk.ts"
import * as OrderInput from "../api/OrderInput.ts"
import * as Csv from "./Csv.ts"
import { UsageError } from "./ExitCode.ts"
import * as Stdin from "./Stdin.ts"

/** At most so many bytes are read: a quarter of a million orders or more. */
const LIMIT = 64 * 1024 * 1024

const names: ReadonlySet<string> = new Set(Object.keys(OrderInput.OrderInput.fields))

const usage = (message: string): UsageError => new UsageError({ message })

const fromCsv = Effect.fnUntraced(function* (
  text: string,
  name: string
): Effect.fn.Return<ReadonlyArray<Bulk.Line>, UsageError> {
  const [header, ...rows] = Csv.parse(text)
  const columns = header?.cells ?? []
  const foreign = columns.find((column) => !names.has(column))
  if (foreign !== undefined || !columns.includes("orderId")) {
    const what = foreign === undefined ? "has no orderId" : `has the unknown field "${foreign}"`
    return yield* usage(
      `The header of ${name} ${what}. It names the fields of an order: ${[...names].join(",")}.`
    )
  }
  return yield* Effect.forEach(rows, ({ cells, line }) => {
    if (cells.length !== columns.length) {
      const message = `line ${line} has another number of cells than the header`
      return Effect.succeed(Result.fail(new OrderInput.OrderInvalid({ errors: [{ field: "", message }] })))
    }
    const fields = columns.flatMap((column, index) => {
      const cell = cells[index] ?? ""
      return cell === "" ? [] : [[column, cell] as const]
    })
    return Effect.result(OrderInput.decode(Object.fromEntries(fields)))
  })
})

/** The orders of a file, or of standard input for "-"; each read by itself. What the file is, its text tells. */
export const read = Effect.fnUntraced(function* (
  file: string
): Effect.fn.Return<ReadonlyArray<Bulk.Line>, UsageError, Stdio.Stdio> {
  const name = file === "-" ? "standard input" : file
  const text =
    file === "-"
      ? yield* Stdin.readUpTo(LIMIT)
      : yield* Effect.tryPromise({
          try: async () => {
            const bytes = await readFile(file)
            if (bytes.byteLength > LIMIT) return undefined
            return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
          },
          catch: () => usage(`${file} can't be read as UTF-8. Check its path and permissions.`)
        })
  if (text === undefined) return yield* usage(`${name} is not UTF-8, or larger than ${LIMIT} bytes.`)
  const [first] = text.trimStart()
  if (first === "{") return yield* Bulk.fromNdjson(text)
  if (first === "[") {
    return yield* Effect.mapError(Bulk.fromArray(text), () => usage(`${name} is no JSON array of orders.`))
  }
  return yield* fromCsv(text, name)
})
