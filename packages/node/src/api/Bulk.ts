/** Many orders in one text: a JSON array, or NDJSON with one order a line. Each is read by itself. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as OrderInput from "./OrderInput.ts"

/** An order of many, or what is wrong with it. */
export type Line = Result.Result<OrderInput.OrderInput, OrderInput.OrderInvalid>

const invalid = (message: string) => new OrderInput.OrderInvalid({ errors: [{ field: "", message }] })

const parse = (text: string): Result.Result<unknown, OrderInput.OrderInvalid> =>
  Result.try({ try: (): unknown => JSON.parse(text), catch: () => invalid("is no JSON") })

const readLine = (value: unknown): Effect.Effect<Line> => Effect.result(OrderInput.decode(value))

/** The orders of an NDJSON text; empty lines don't count. */
export const fromNdjson = (text: string): Effect.Effect<ReadonlyArray<Line>> =>
  Effect.forEach(
    text.split("\n").filter((line) => line.trim() !== ""),
    (line) =>
      Result.match(parse(line), {
        onFailure: (error) => Effect.succeed(Result.fail(error)),
        onSuccess: readLine
      })
  )

/** The orders of a JSON array; fails where the text is none. */
export const fromArray = (text: string): Effect.Effect<ReadonlyArray<Line>, OrderInput.OrderInvalid> =>
  Effect.flatMap(Effect.fromResult(parse(text)), (value) =>
    Array.isArray(value)
      ? Effect.forEach(value as ReadonlyArray<unknown>, readLine)
      : Effect.fail(invalid("must be a JSON array of orders"))
  )
