/**
 * What goes over the wire between this service and merchants' own code, for libraries that take any Standard
 * Schema v1 (standardschema.dev). Every issue names the field it is about, and none shows a value.
 */
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import type { StandardSchemaV1 } from "effect/StandardSchema"
import * as Input from "./api/OrderInput.ts"
import * as View from "./api/OrderView.ts"
import * as Body from "./telling/NoticeBody.ts"

/** The Standard Schema of a schema, and nothing else of it. */
const view = <S extends Schema.ConstraintDecoder<unknown>>(
  schema: S,
  parseOptions: SchemaAST.ParseOptions = {}
): StandardSchemaV1<S["Encoded"], S["Type"]> => ({
  "~standard": Schema.toStandardSchemaV1(schema, { parseOptions })["~standard"]
})

/** An order as it is handed over to the HTTP API: `amount` in fen, digits or a safe integer. */
export const orderInput: StandardSchemaV1<(typeof Input.OrderInput)["Encoded"], Input.OrderInput> = view(
  Input.OrderInput,
  Input.strict
)

/** An order as the HTTP API shows it. Fields that a newer service adds are left out. */
export const orderView: StandardSchemaV1<(typeof View.OrderView)["Encoded"], View.OrderView> = view(
  View.OrderView
)

/**
 * The body of a webhook, once parsed. Check its signature first (`verifyWebhook`): anybody can send a body of
 * this shape. Fields that a newer service adds are left out.
 */
export const noticeBody: StandardSchemaV1<(typeof Body.NoticeBody)["Encoded"], Body.NoticeBody> = view(
  Body.NoticeBody
)
