import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as Notification from "../../src/notification/Notification.ts"
import * as NotificationFields from "../../src/notification/NotificationFields.ts"
import { type Fields, form, paidFields, signed } from "./notifications.ts"

const read = (fields: ReturnType<typeof NotificationFields.fromText>) =>
  fields === undefined ? undefined : Notification.fromFields(fields)

const fromText = (text: string) => read(NotificationFields.fromText(text))

const claims = { merId: "90000001", amount: "8888" }

describe("reading a notification", () => {
  const fields = paidFields("order-1")
  const forms: ReadonlyArray<readonly [name: string, read: () => Notification.Notification | undefined]> = [
    ["JSON", () => fromText(JSON.stringify(fields))],
    [
      "JSON with white space and a byte order mark",
      () => read(NotificationFields.fromBytes(Buffer.from(`\ufeff \n${JSON.stringify(fields, null, 2)}\n`)))
    ],
    ["a form", () => fromText(form(fields))],
    ["a query string", () => read(NotificationFields.fromForm(form(fields)))],
    ["an object that was parsed", () => read(NotificationFields.fromParsed({ ...fields }))],
    ["a text that was kept", () => read(NotificationFields.fromParsed(JSON.stringify(fields)))],
    ["bytes that were kept", () => read(NotificationFields.fromParsed(Buffer.from(form(fields))))]
  ]
  it.each(forms)("given %s, the order is found", (_, notification) => {
    const { orderId, claims: found, ...rest } = notification() ?? {}
    assert.deepStrictEqual([orderId, found, rest], ["order-1", claims, {}])
  })

  const named: ReadonlyArray<readonly [Fields, string]> = [
    [{ orderId: "a-1", partnerOrderId: "b-1", orderNo: "c-1" }, "a-1"],
    [{ orderId: "", partnerOrderId: "b-1", outOrderId: "d-1" }, "b-1"],
    [{ acqMerId: "90000001", orderNo: "c-1", txnAmt: "8888" }, "c-1"]
  ]
  it.each(named)("given the names of %o, the order is %s", (given, orderId) => {
    assert.strictEqual(fromText(JSON.stringify(given))?.orderId, orderId)
    assert.strictEqual(fromText(form(given))?.orderId, orderId)
  })

  it("given an order number as a JSON number, all of its digits are kept", () => {
    assert.strictEqual(fromText('{"orderId":90071992547409931234}')?.orderId, "90071992547409931234")
  })

  it("given a text that is no UTF-8, the order is found all the same", () => {
    const body = Buffer.concat([
      Buffer.from('{"orderId":"order-1","retMsg":"'),
      Buffer.of(0xb3, 0xc9),
      Buffer.from('"}')
    ])
    assert.strictEqual(read(NotificationFields.fromBytes(body))?.orderId, "order-1")
  })

  const none: ReadonlyArray<readonly [name: string, body: string]> = [
    ["nothing", ""],
    ["words", "hello"],
    ["broken JSON", '{"orderId":"order-1"'],
    ["a JSON list", '["order-1"]'],
    ["a name that stands twice in JSON", '{"orderId":"order-1","orderId":"order-2"}'],
    ["a name that stands twice in a form", "orderId=order-1&orderId=order-2"],
    ["no order number", JSON.stringify({ merId: "90000001" })],
    ["an order number that is a list", '{"orderId":["order-1"]}'],
    ["an order number that is too long", JSON.stringify({ orderId: "x".repeat(65) })],
    ["an order number with a separator", JSON.stringify({ orderId: "a|b" })],
    ["an order number with a line's end", JSON.stringify({ orderId: "a\nb" })],
    ["JSON that is nested too deep", `{"orderId":"a","x":${"[".repeat(20)}${"]".repeat(20)}}`],
    ["more than 16 KiB", JSON.stringify({ orderId: "order-1", x: "x".repeat(16 * 1024) })]
  ]
  it.each(none)("given %s, it is none", (_, body) => {
    assert.isUndefined(fromText(body))
    assert.isUndefined(read(NotificationFields.fromBytes(Buffer.from(body))))
    assert.isUndefined(read(NotificationFields.fromParsed(body)))
  })

  it("given an object that contains itself, or too much, it is none", () => {
    const round: { orderId: string; self?: unknown } = { orderId: "order-1" }
    round.self = round
    assert.isUndefined(read(NotificationFields.fromParsed(round)))
    const much = { orderId: "order-1", x: Array.from({ length: 10_000 }, () => 0) }
    assert.isUndefined(read(NotificationFields.fromParsed(much)))
  })

  it("given anything whatever, it throws nothing, and an order number it finds may be signed and looked up", () => {
    const sound = (notification: Notification.Notification | undefined) =>
      notification === undefined || /^[^&=|]{1,64}$/u.test(notification.orderId)
    fc.assert(fc.property(fc.uint8Array(), (bytes) => sound(read(NotificationFields.fromBytes(bytes)))))
    fc.assert(fc.property(fc.json(), (text) => sound(fromText(text))))
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), (value) =>
        sound(read(NotificationFields.fromParsed(value)))
      )
    )
    fc.assert(
      fc.property(fc.anything(), (value) =>
        sound(read(NotificationFields.fromParsed({ orderId: value, sign: value })))
      )
    )
  })
})

describe("the texts that a signature may be over", () => {
  const fields = signed(paidFields("order-1"))
  const texts = [
    "amount=8888&deviceType=Other&funCode=PayResultNotify&merId=90000001&orderDate=20260729&partnerOrderId=order-1&paySeq=4200000001&payType=WX&reqDate=20260729&reqTime=120000&tradeState=TRADE_SUCCESS",
    "8888|Other|PayResultNotify|90000001|20260729|order-1|4200000001|WX|20260729|120000|TRADE_SUCCESS"
  ]

  it("given fields in any order and empty ones, they are the platform's two, sorted, without the empty ones", () => {
    assert.deepStrictEqual(fromText(JSON.stringify(fields))?.signed?.texts, texts)
    assert.deepStrictEqual(fromText(form(fields))?.signed?.texts, texts)
  })

  it("given a signature under its other name, they are the same", () => {
    const { sign = "", ...rest } = fields
    assert.deepStrictEqual(fromText(JSON.stringify({ ...rest, signature: sign }))?.signed?.texts, texts)
  })

  it("given a form that was escaped once more, or not at all, the signature is the same", () => {
    const { sign = "", ...rest } = fields
    const bytes = Buffer.from(sign, "base64")
    assert.isTrue(sign.includes("+") || sign.includes("/") || sign.endsWith("="))
    for (const written of [encodeURIComponent(sign), encodeURIComponent(encodeURIComponent(sign)), sign]) {
      const found = fromText(`${form(rest)}&sign=${written}`)?.signed?.signature
      assert.deepStrictEqual(Buffer.from(found ?? []), bytes)
    }
  })

  it("given a list among the fields, for which there is no rule, there are none, and it is still signed", () => {
    const found = fromText(JSON.stringify({ ...fields, promotionDetail: [] }))
    assert.strictEqual(found?.orderId, "order-1")
    assert.deepStrictEqual(found?.signed?.texts, [])
  })

  it("given no signature, or an empty one, it is not signed", () => {
    assert.isUndefined(fromText(JSON.stringify(paidFields("order-1")))?.signed)
    assert.isUndefined(fromText(JSON.stringify(paidFields("order-1", { sign: "" })))?.signed)
  })
})
