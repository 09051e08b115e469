/**
 * The schemas that merchants meet, for libraries that take any Standard Schema v1 (standardschema.dev): web
 * frameworks, form libraries, clients. They validate synchronously; every issue names the field it is about,
 * and none shows a value.
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import type { StandardSchemaV1 } from "effect/StandardSchema"
import * as Order from "./Order.ts"
import * as Answer from "./OrderQueryAnswer.ts"
import * as Request from "./OrderQueryRequest.ts"

/** The Standard Schema of a schema, and nothing else of it. */
const view = <S extends Schema.ConstraintDecoder<unknown>>(
  schema: S,
  parseOptions: SchemaAST.ParseOptions = {}
): StandardSchemaV1<S["Encoded"], S["Type"]> => ({
  "~standard": Schema.toStandardSchemaV1(schema, { parseOptions })["~standard"]
})

/** A field of an unknown name may be a misspelled one, whose value would go unnoticed. */
const strict = { onExcessProperty: "error" } as const

/** An order as the merchant knows it; `amount` in fen, as digits. */
export const order: StandardSchemaV1<(typeof Order.OrderRef)["Encoded"], Order.OrderRef> = view(
  Order.OrderRef,
  strict
)

/** The fields of a request of `POST …/pay/orderquery`, without its signature. */
export const orderQueryRequest: StandardSchemaV1<
  (typeof Request.OrderQueryRequest)["Encoded"],
  Request.OrderQueryRequest
> = view(Request.OrderQueryRequest, strict)

const shape = view(Answer.OrderQueryAnswer)

/** Without what counts as absent in an answer: `null` and the empty text. */
const withoutEmpty = (value: unknown): unknown =>
  Predicate.isObject(value)
    ? Object.fromEntries(Object.entries(value).filter(([, held]) => held !== null && held !== ""))
    : value

/**
 * The shape of an answer of `POST …/pay/orderquery`, and nothing more: whether it is the platform's is told by
 * its signature alone (`OrderQueryAnswer.verify`), and what it means by `Verdict`. Never take an order for paid
 * because this accepts an answer. Unknown fields, and the signature, are left out.
 */
export const unverifiedAnswer: StandardSchemaV1<
  { readonly [K in keyof (typeof Answer.OrderQueryAnswer)["Encoded"]]: string | null },
  Answer.OrderQueryAnswer
> = {
  "~standard": {
    version: 1,
    vendor: shape["~standard"].vendor,
    validate: (value) => shape["~standard"].validate(withoutEmpty(value))
  }
}
