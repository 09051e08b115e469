/** A notice as JSON: what the merchant's URL is sent, and what the receiving side reads. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Notice, NoticeType } from "../store/Notice.ts"

const { type: _, at: __, ...data } = Notice.fields

/** `timestamp` is when it was learned, ISO 8601; `data.amount` is fen, in digits. */
export const NoticeBody = Schema.Struct({
  type: NoticeType,
  timestamp: Schema.String.check(Schema.isPattern(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)),
  data: Schema.Struct(data)
})
export type NoticeBody = typeof NoticeBody.Type

const Text = Schema.fromJsonString(NoticeBody)
const encodeText = Schema.encodeSync(Text)
const decodeText = Schema.decodeUnknownEffect(Text)

/** The body of a notice: the same text each time, so that its tries differ in nothing but their time. */
export const encode = ({ type, at, ...data }: Notice): string =>
  encodeText({ type, timestamp: new Date(at).toISOString(), data })

/** The notice in a body. Fails with a SchemaError that names the field and says what is wrong with it. */
export const decode = (body: string): ReturnType<typeof decodeNotice> => decodeNotice(body)

const decodeNotice = (body: string) =>
  Effect.map(
    decodeText(body),
    ({ type, timestamp, data }): Notice => ({
      type,
      at: Date.parse(timestamp),
      ...data
    })
  )
