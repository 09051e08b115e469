/**
 * Reading what apps without Effect give: TypeScript may not have been there to check it. A field that is
 * `undefined` counts as left out, one of a name that is not known is refused, and no message shows a value.
 */
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as OrderInput from "../api/OrderInput.ts"
import type { FieldFault } from "./UmfError.ts"

/** A schema for each field of an interface: one that is missing is a fault that the compiler finds. */
export type Each<A> = { readonly [K in keyof Required<A>]: Schema.Constraint }

/** An object whose fields all have known names. */
export const fields = <F extends Schema.Struct.Fields>(known: F): Schema.Struct<F> =>
  Schema.Struct(known).annotate({
    message: "must be an object",
    messageUnexpectedKey: "is not known: check its name"
  })

const isPlainObject = (value: unknown): value is object =>
  Predicate.isObject(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value))

/** The same without the fields that are `undefined`, however deep in plain objects. */
const present = (value: object): object =>
  Object.fromEntries(
    Object.entries(value).flatMap(([name, held]) =>
      held === undefined ? [] : [[name, isPlainObject(held) ? present(held) : held]]
    )
  )

/** Reads a value, or tells each field that can't be used, and why. */
export const reader = <S extends Schema.ConstraintDecoder<unknown>>(
  schema: S
): ((value: unknown) => Result.Result<S["Type"], ReadonlyArray<FieldFault>>) => {
  const decode = Schema.decodeUnknownResult(schema, OrderInput.strict)
  return (value) =>
    Result.mapError(decode(Predicate.isObject(value) ? present(value) : value), ({ issue }) =>
      OrderInput.faultsOf(issue)
    )
}

/** What can't be used, and why, in a sentence. */
export const refusal = (what: string, faults: ReadonlyArray<FieldFault>): string => {
  const why = faults.map(({ field, message }) => (field === "" ? `It ${message}` : `${field}: ${message}`))
  return `${what} can't be used. ${why.join("; ")}.`
}
