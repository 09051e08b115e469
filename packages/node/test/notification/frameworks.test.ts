import { connect } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import {
  createNotificationHandler,
  type NotificationOptions
} from "../../src/notification/createNotificationHandler.ts"
import { UmfError, type UmfErrorCode } from "../../src/promise/UmfError.ts"
import { printed } from "../support/secrets.ts"
import { apps, fastifyWithItsParsers, nodeApp, recording } from "./frameworks.ts"
import { type Fields, forged, form, paidFields, type Sent, send, sendRaw, signed } from "./notifications.ts"

const JSON_TYPE = "application/json"
const FORM_TYPE = "application/x-www-form-urlencoded"

const accepted = '{"retCode":"0000","retMsg":"","respCode":"00","respMsg":""}'

/** Every form in which a notification may come. */
const forms: ReadonlyArray<readonly [name: string, sent: (fields: Fields) => Sent]> = [
  ["JSON", (fields) => ({ type: JSON_TYPE, body: JSON.stringify(fields) })],
  [
    "JSON with a charset",
    (fields) => ({ type: `${JSON_TYPE}; charset=UTF-8`, body: JSON.stringify(fields) })
  ],
  ["JSON that is called plain text", (fields) => ({ type: "text/plain", body: JSON.stringify(fields) })],
  ["JSON that is called nothing", (fields) => ({ body: JSON.stringify(fields) })],
  ["a form", (fields) => ({ type: FORM_TYPE, body: form(fields) })],
  ["a form with a charset", (fields) => ({ type: `${FORM_TYPE};charset=utf-8`, body: form(fields) })],
  ["a form that is called a stream", (fields) => ({ type: "application/octet-stream", body: form(fields) })],
  ["a query string of a POST", (fields) => ({ path: `/umf/notify?${form(fields)}` })],
  ["a query string of a GET", (fields) => ({ method: "GET", path: `/umf/notify?${form(fields)}` })],
  [
    "JSON, and a query string of the merchant's own",
    (fields) => ({
      path: "/umf/notify?shop=7&orderId=order-7",
      type: JSON_TYPE,
      body: JSON.stringify(fields)
    })
  ]
]

/** What is no notification; with the status that it gets. */
const garbage: ReadonlyArray<readonly [name: string, sent: Sent, status: number]> = [
  ["nothing", {}, 400],
  ["a GET of nothing", { method: "GET" }, 400],
  ["words", { type: "text/plain", body: "secret-4711" }, 400],
  [
    "bytes",
    { type: "application/octet-stream", body: Uint8Array.from({ length: 256 }, (_, byte) => byte) },
    400
  ],
  ["JSON without an order", { type: JSON_TYPE, body: '{"secret-4711":1}' }, 400],
  ["a PUT", { method: "PUT", type: "text/plain", body: "secret-4711" }, 405]
]

describe.each(apps)("the handler in %s", (name, start) => {
  it.live("given a notification in any form, hints at its order and answers that it came in", () =>
    Effect.gen(function* () {
      const app = yield* start()
      // Orders that have their result are woken only where the signature was verified.
      const orders = forms.map(([form], index) => [`order-settled-${index}`, form] as const)
      for (const [index, [form, sent]] of forms.entries()) {
        const answer = yield* send(app.url, sent(signed(paidFields(`order-settled-${index}`))))
        assert.deepStrictEqual([answer.status, answer.text], [200, accepted], form)
        assert.strictEqual(answer.headers["content-type"], "application/json; charset=utf-8")
        assert.strictEqual(answer.headers["cache-control"], "no-store")
      }
      yield* app.idle
      assert.deepStrictEqual(
        orders.filter(([orderId]) => !app.hinted.includes(orderId)),
        []
      )
      assert.strictEqual(app.hinted.length, forms.length)
    })
  )

  it.live("given what is no notification, answers a fixed text, and looks nothing up", () =>
    Effect.gen(function* () {
      const app = yield* start()
      for (const [what, sent, status] of garbage) {
        const answer = yield* send(app.url, sent)
        // The router of an Effect app refuses other methods itself.
        assert.strictEqual(answer.status, name === "Effect" && status === 405 ? 404 : status, what)
        assert.notInclude(answer.text, "secret-4711")
      }
      yield* app.idle
      assert.deepStrictEqual(app.looked, [])
    })
  )

  it.live(
    "given an order that is not known, or is held back, or a forged signature, answers just the same",
    () =>
      Effect.gen(function* () {
        const app = yield* start()
        const json = (fields: Fields) => send(app.url, { type: JSON_TYPE, body: JSON.stringify(fields) })
        const answers = [
          yield* json(paidFields("order-open")),
          yield* json(paidFields("order-open")),
          yield* json(forged(paidFields("order-settled"))),
          yield* json(paidFields("unknown-1"))
        ]
        yield* app.idle
        const alike = new Set(
          answers.map(({ status, text, headers: { date: _, ...headers } }) =>
            JSON.stringify([status, text, headers])
          )
        )
        assert.deepStrictEqual([alike.size, answers[0]?.text], [1, accepted])
        assert.deepStrictEqual(app.hinted, ["order-open"])
        assert.deepStrictEqual([...app.looked].sort(), ["order-open", "order-settled", "unknown-1"])
      })
  )

  const parsesItself = name === "Express with its parsers" || name === "Express with raw bodies"
  const tooLong = "x".repeat(40_000)

  it.live("given a body above 16 KiB, with its length told or not, answers 413 and looks nothing up", () =>
    Effect.gen(function* () {
      const app = yield* start()
      const body = JSON.stringify({ ...paidFields("order-open"), x: tooLong })
      assert.strictEqual((yield* send(app.url, { type: JSON_TYPE, body })).status, 413)
      const head = `POST /umf/notify HTTP/1.1\r\nhost: a\r\ncontent-type: ${JSON_TYPE}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n`
      const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
      const { text } = yield* sendRaw(app.url, head + chunk)
      // Parsers of the app's own have their own limits; what they let through is not read either.
      assert.match(text, parsesItself ? /^HTTP\/1\.1 4(?:00|13)/ : /^HTTP\/1\.1 413/)
      yield* app.idle
      assert.deepStrictEqual(app.looked, [])
    })
  )

  it.live("given a body that never ends, is done with it in time", () =>
    Effect.gen(function* () {
      // Where the app's own parsers read the body, its time is the app's own business.
      if (parsesItself) return
      const app = yield* start({ bodyTimeout: "150 millis" })
      const head = `POST /umf/notify HTTP/1.1\r\nhost: a\r\ncontent-type: ${JSON_TYPE}\r\ncontent-length: 5000\r\n\r\n{"orderId":"order-open",`
      const { text, millis } = yield* sendRaw(app.url, head, { every: 20, text: " " })
      // Effect's server ends the connection of a body that it shall not wait for.
      assert.match(text, name === "Effect" ? /^$/ : /^HTTP\/1\.1 408/)
      assert.isAtLeast(millis, 140)
      assert.isBelow(millis, 1000)
      assert.deepStrictEqual(app.looked, [])
    })
  )

  it.live("given another reply, sends that one", () =>
    Effect.gen(function* () {
      const app = yield* start({ reply: { status: 202, contentType: "text/plain", body: "success" } })
      const answer = yield* send(app.url, { type: JSON_TYPE, body: JSON.stringify(paidFields("order-open")) })
      assert.deepStrictEqual([answer.status, answer.text], [202, "success"])
      assert.match(String(answer.headers["content-type"]), /^text\/plain/)
    })
  )

  it.live("given a caller that goes away in the middle, goes on", () =>
    Effect.gen(function* () {
      const app = yield* start()
      yield* Effect.promise(
        () =>
          new Promise<void>((resolve) => {
            const socket = connect(Number(new URL(app.url).port), "127.0.0.1")
            socket.on("close", () => resolve())
            socket.write(
              `POST /umf/notify HTTP/1.1\r\nhost: a\r\ncontent-type: ${JSON_TYPE}\r\ncontent-length: 5000\r\n\r\n{"orderId":`
            )
            setTimeout(() => socket.destroy(), 50)
          })
      )
      const answer = yield* send(app.url, { type: JSON_TYPE, body: JSON.stringify(paidFields("order-open")) })
      assert.strictEqual(answer.status, 200)
    })
  )
})

describe("Fastify with its own parsers", () => {
  it.live("takes JSON, and refuses forms: so the handler wants a scope without them", () =>
    Effect.gen(function* () {
      const app = yield* fastifyWithItsParsers()
      const fields = signed(paidFields("order-settled"))
      const json = yield* send(app.url, { type: JSON_TYPE, body: JSON.stringify(fields) })
      assert.deepStrictEqual([json.status, json.text], [200, accepted])
      yield* app.idle
      assert.deepStrictEqual(app.hinted, ["order-settled"])
      assert.strictEqual((yield* send(app.url, { type: FORM_TYPE, body: form(fields) })).status, 415)
    })
  )
})

describe("a flood", () => {
  it.live(
    "given 500 notifications, forged and of unknown orders, all are answered, few are looked up, and the true one is followed",
    () =>
      Effect.gen(function* () {
        const app = yield* nodeApp()
        const began = performance.now()
        const answers = yield* Effect.forEach(
          Array.from({ length: 500 }, (_, index) =>
            forged(paidFields(index % 2 === 0 ? `unknown-${index}` : "order-open"))
          ),
          (fields) => send(app.url, { type: JSON_TYPE, body: JSON.stringify(fields) }),
          { concurrency: 50 }
        )
        assert.deepStrictEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
        yield* send(app.url, { type: JSON_TYPE, body: JSON.stringify(signed(paidFields("order-settled"))) })
        yield* app.idle
        const seconds = (performance.now() - began) / 1000
        // 20 at once and 20 a second, and the true one.
        assert.isAtMost(app.looked.length, 20 + 20 * seconds + 1)
        assert.include(app.hinted, "order-settled")
        assert.isAtMost(app.hinted.filter((orderId) => orderId === "order-open").length, 1 + seconds / 10)
      }),
    20_000
  )

  it.live("given refused bodies whose senders go on, their connections are ended", () =>
    Effect.gen(function* () {
      const app = yield* nodeApp()
      const head = `POST /umf/notify HTTP/1.1\r\nhost: a\r\ncontent-length: 100000000\r\n\r\n`
      const { text } = yield* sendRaw(app.url, head, { every: 20, text: "x".repeat(1000) })
      assert.match(text, /^HTTP\/1\.1 413/)
    })
  )
})

describe("a handler for promises", () => {
  const rejection = (options: NotificationOptions) =>
    Effect.promise(() =>
      createNotificationHandler(recording().sync, options).then(
        () => undefined,
        (error: unknown) => error
      )
    )

  const bad: ReadonlyArray<readonly [name: string, options: object, code: UmfErrorCode]> = [
    ["a certificate that is not there", { platformCert: "nowhere.crt" }, "KEY_INVALID"],
    ["a certificate that is none", { platformCert: Buffer.from("hunter2") }, "KEY_INVALID"],
    ["a misspelt option", { platformcert: "platform.crt" }, "CONFIG_INVALID"],
    ["a limit of nothing", { perSecond: 0 }, "CONFIG_INVALID"],
    ["a time that is none", { unverifiedEvery: "soon" }, "CONFIG_INVALID"],
    ["no time for a body", { bodyTimeout: 0 }, "CONFIG_INVALID"],
    ["a status that is none", { reply: { status: 99 } }, "CONFIG_INVALID"],
    ["a header with a line's end", { reply: { contentType: "a\r\nb: c" } }, "CONFIG_INVALID"]
  ]
  it.live.each(bad)("given %s, is not made, and says why", ([, options, code]) =>
    Effect.gen(function* () {
      const rejected = yield* rejection(options)
      assert.strictEqual(rejected instanceof UmfError ? rejected.code : rejected, code)
      assert.notInclude(printed(rejected), "hunter2")
    })
  )

  it.live("given a merchant's number, follows only what names it, or none", () =>
    Effect.gen(function* () {
      const app = yield* nodeApp({ merId: "90000001" })
      const json = (fields: Fields) => send(app.url, { type: JSON_TYPE, body: JSON.stringify(fields) })
      yield* json(paidFields("order-1"))
      yield* json(paidFields("order-2", { merId: "90000002" }))
      yield* json({ orderId: "order-3" })
      yield* app.idle
      assert.deepStrictEqual([...app.hinted].sort(), ["order-1", "order-3"])
    })
  )

  it.live("given a request without a key, an order without a result is woken, one with a result is not", () =>
    Effect.gen(function* () {
      const app = yield* nodeApp({ platformCert: undefined })
      for (const orderId of ["order-open", "order-settled"]) {
        yield* send(app.url, { type: JSON_TYPE, body: JSON.stringify(signed(paidFields(orderId))) })
      }
      yield* app.idle
      assert.deepStrictEqual(app.hinted, ["order-open"])
    })
  )

  it.live(
    "given a sync that rejects or throws, answers all the same; given a body that was read before, 400",
    () =>
      Effect.gen(function* () {
        for (const get of [
          () => Promise.reject(new Error("no")),
          () => {
            throw new Error("no")
          }
        ]) {
          const handler = yield* Effect.promise(() => createNotificationHandler({ get, hint: get }))
          const body = JSON.stringify(paidFields("order-1"))
          const request = new Request("http://a/umf/notify", { method: "POST", body })
          assert.strictEqual((yield* Effect.promise(() => handler.web(request))).status, 200)
          yield* Effect.promise(handler.idle)
          assert.strictEqual((yield* Effect.promise(() => handler.web(request))).status, 400)
        }
      })
  )
})
