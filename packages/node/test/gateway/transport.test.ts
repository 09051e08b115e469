import { createServer, type Socket } from "node:net"
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import type { GatewayConfig, GatewayOptions } from "../../src/gateway/GatewayConfig.ts"
import type { GatewayError, Reason } from "../../src/gateway/GatewayError.ts"
import { OrderGateway } from "../../src/gateway/OrderGateway.ts"
import * as Gateways from "../support/gateways.ts"
import * as Keys from "../support/keys.ts"
import { order } from "../support/orders.ts"
import { assertNoSecret } from "../support/secrets.ts"
import * as Servers from "../support/servers.ts"

const asked = order("order-1", { amount: "8888" })
const numbered = order("order-1", { amount: "8888", transactionId: "90000000000000000001" })

const query = OrderGateway.use((gateway) => gateway.query(asked))

/** Of an order whose number at the platform is known: over a connection that is kept. */
const queryKnown = OrderGateway.use((gateway) => gateway.query(numbered))

/**
 * One query without retries, and the error that it has to end with; no error may tell a secret. What must
 * hold while the gateway still lives is waited for by `meanwhile`.
 */
const refused = Effect.fnUntraced(function* (
  url: string,
  changes?: Partial<GatewayConfig>,
  options?: GatewayOptions,
  meanwhile: Effect.Effect<void> = Effect.void
): Effect.fn.Return<GatewayError> {
  const error = yield* Effect.flip(query).pipe(
    Effect.tap(meanwhile),
    Effect.provide(Gateways.live({ baseUrl: url, retries: 0, ...options }, changes)),
    Effect.orDie
  )
  assertNoSecret(error, ["8888", "SUCCESS", "<html"])
  return error
})

const assertReason = (error: GatewayError, tag: Reason["_tag"], isRetryable: boolean, what?: RegExp) => {
  assert.strictEqual(error.reason._tag, tag)
  assert.strictEqual(error.isRetryable, isRetryable)
  if (what !== undefined) assert.match(error.message, what)
}

const megabytes = 1_000_000
const chunk = Buffer.alloc(16_384, "x")

describe("redirects", () => {
  for (const status of [301, 302, 303, 307, 308]) {
    it.live(`${status} is not followed`, () =>
      Effect.gen(function* () {
        const elsewhere = yield* Servers.http((_, response) => response.end(Keys.answers.paid))
        const server = yield* Servers.http((_, response) => {
          response.writeHead(status, { location: `${elsewhere.url}/pay/orderquery` }).end()
        })
        const error = yield* refused(server.url)
        assertReason(error, "HttpStatus", false, new RegExp(`${status}.*redirects are not followed`))
        assert.deepStrictEqual([server.requests.length, elsewhere.connections()], [1, 0])
      })
    )
  }
})

describe("an HTTP status that is not 200", () => {
  const statuses: ReadonlyArray<readonly [number, boolean]> = [
    [201, false],
    [204, false],
    [400, false],
    [401, false],
    [403, false],
    [404, false],
    [408, false],
    [429, true],
    [500, true],
    [502, true],
    [503, true],
    [599, true]
  ]
  it.live("is no answer, whatever the body says; 5xx and 429 can pass", () =>
    Effect.gen(function* () {
      const server = yield* Servers.http((request, response) => {
        response.writeHead(Number(request.url?.split("/")[2]))
        response.end(Keys.answers.paid)
      })
      yield* Effect.forEach(
        statuses,
        ([status, isRetryable]) =>
          Effect.map(refused(server.url.replace("in-pay-client", `x/${status}`)), (error) => {
            assertReason(error, "HttpStatus", isRetryable, new RegExp(`${status}`))
          }),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(server.requests.length, statuses.length)
    })
  )
})

describe("an answer that is too large", () => {
  it.live("is cut off early without a content-length", () =>
    Effect.gen(function* () {
      let sent = 0
      const server = yield* Servers.http((_, response) => {
        const write = (): void => {
          while (!response.destroyed && sent < 20 * megabytes) {
            sent += chunk.length
            if (!response.write(chunk)) {
              response.once("drain", write)
              return
            }
          }
          response.end()
        }
        write()
      })
      const closed = Servers.until(() => server.open() === 0)
      assertReason(yield* refused(server.url, {}, {}, closed), "Unreadable", true, /larger than 65536 bytes/)
      assert.isBelow(sent, 8 * megabytes)
    })
  )

  it.live("is refused by its content-length alone", () =>
    Effect.gen(function* () {
      let sent = 0
      const server = yield* Servers.http((_, response) => {
        response.writeHead(200, { "content-length": 20 * megabytes })
        const write = (): void => {
          while (!response.destroyed && sent < 20 * megabytes) {
            sent += chunk.length
            if (!response.write(chunk)) {
              response.once("drain", write)
              return
            }
          }
        }
        write()
      })
      assertReason(yield* refused(server.url), "Unreadable", true, /larger than 65536 bytes/)
      yield* Servers.until(() => server.open() === 0)
      assert.isBelow(sent, 8 * megabytes)
    })
  )

  it.live("does not hold its connection, and neither does the unread body of another status", () =>
    Effect.gen(function* () {
      const server = yield* Servers.http((_, response) => {
        response.writeHead(502)
        response.end("x".repeat(200_000))
      })
      yield* Effect.gen(function* () {
        for (let asked = 0; asked < 3; asked++) {
          const error = yield* Effect.timeoutOption(Effect.flip(query), 2000)
          assert.isTrue(Option.isSome(error))
        }
      }).pipe(Effect.provide(Gateways.live({ baseUrl: server.url, connections: 1, retries: 0 })))
    })
  )

  it.live("is one byte more than the limit; the limit itself is read", () =>
    Effect.gen(function* () {
      const padded = (length: number) => {
        const body = Keys.answers.paying
        return body + " ".repeat(length - Buffer.byteLength(body))
      }
      const server = yield* Servers.http((_, response) => {
        const body = padded(server.requests.length < 3 ? 2048 : 2049)
        if (server.requests.length % 2 === 0) response.setHeader("content-length", body.length)
        response.write(body.slice(0, 1000))
        response.end(body.slice(1000))
      })
      const options = { maxBodyBytes: 2048 }
      for (const _ of ["chunked", "with its length"]) {
        const { verdict } = yield* query.pipe(
          Effect.provide(Gateways.live({ baseUrl: server.url, ...options }))
        )
        assert.strictEqual(verdict, "Paying")
      }
      for (const _ of ["chunked", "with its length"]) {
        assertReason(yield* refused(server.url, {}, options), "Unreadable", true, /larger than 2048/)
      }
    })
  )
})

describe("an answer that can't be read", () => {
  it.live("compressed, though nobody asked for it: refused unread", () =>
    Effect.gen(function* () {
      const server = yield* Servers.http((_, response) => {
        const encoding = ["gzip", "GZIP", "br", "deflate", "gzip, identity"][server.requests.length - 1]
        response.setHeader("content-encoding", encoding ?? "gzip")
        response.end(gzipSync(Keys.answers.paid))
      })
      for (let index = 0; index < 5; index++) {
        assertReason(yield* refused(server.url), "Unreadable", true, /compressed/)
      }
    })
  )

  it.live("GBK in place of UTF-8: refused, and not repaired", () =>
    Effect.gen(function* () {
      const [before = "", after = ""] = Keys.answers.paid.split("ok")
      const gbk = Buffer.from("cfb5cdb3b7b1c3a6", "hex")
      const server = yield* Servers.http((_, response) =>
        response.end(Buffer.concat([Buffer.from(before), gbk, Buffer.from(after)]))
      )
      assertReason(yield* refused(server.url), "Unreadable", true, /not UTF-8/)
    })
  )

  it.live("a byte order mark, an empty body, JSON that is no object: not the platform's", () =>
    Effect.gen(function* () {
      const bodies = [`\uFEFF${Keys.answers.paid}`, "", "null", "[]", '"0000"', "<html>paid</html>"]
      const server = yield* Servers.http((_, response) =>
        response.end(bodies[server.requests.length - 1] ?? "")
      )
      for (const _ of bodies) {
        const error = yield* refused(server.url)
        assertReason(error, "Unverified", true)
        assert.isTrue(error.isDisbelief)
      }
    })
  )

  it.live("identity is no compression", () =>
    Effect.gen(function* () {
      const server = yield* Servers.http((_, response) => {
        response.setHeader("content-encoding", "identity")
        response.end(Keys.answers.paid)
      })
      const { verdict } = yield* query.pipe(Effect.provide(Gateways.live({ baseUrl: server.url })))
      assert.strictEqual(verdict, "Paid")
    })
  )
})

describe("a connection that does not hold", () => {
  const body = Keys.answers.paid
  const half = body.slice(0, body.length / 2)
  const head = (length: number) => `HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n\r\n`
  const whole = head(Buffer.byteLength(body)) + body

  const broken: ReadonlyArray<readonly [string, (socket: Socket) => void]> = [
    ["cut before the first byte", (socket) => socket.destroy()],
    ["closed before the first byte", (socket) => socket.end()],
    ["reset", (socket) => socket.resetAndDestroy()],
    ["cut in the head", (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-le")],
    ["cut half-way", (socket) => socket.end(head(Buffer.byteLength(body)) + half)],
    ["ended before its content-length", (socket) => socket.end(head(Buffer.byteLength(body) + 1) + body)],
    ["cut in a chunked body", (socket) => socket.end(chunked(half))],
    ["another protocol", (socket) => socket.end("SSH-2.0-OpenSSH_9.9\r\n")],
    ["a head without end", (socket) => socket.end(`HTTP/1.1 200 OK\r\nx: ${"x".repeat(40_000)}\r\n\r\n`)]
  ]
  const chunked = (text: string) =>
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`

  for (const [name, handle] of broken) {
    it.live(`${name}: unreachable, which can pass`, () =>
      Effect.gen(function* () {
        const server = yield* Servers.tcp(handle)
        const error = yield* refused(server.url, Gateways.short(2000))
        assertReason(error, "Unreachable", true, new RegExp(`127\\.0\\.0\\.1:${server.port}`))
        assert.strictEqual(server.requests.length, 1)
      })
    )
  }

  it.live("nobody listens: unreachable, with the system's code", () =>
    Effect.gen(function* () {
      const port = yield* freePort
      const error = yield* refused(`http://127.0.0.1:${port}`)
      assertReason(error, "Unreachable", true, /ECONNREFUSED/)
    })
  )

  it.live("a cut connection is asked again within the query, and nothing of the half answer is used", () =>
    Effect.gen(function* () {
      const server = yield* Servers.tcp((socket) => {
        if (server.requests.length < 3) socket.end(head(Buffer.byteLength(body)) + half)
        else socket.write(whole)
      })
      const backOff = { base: "5 millis", cap: "5 millis" } as const
      const { verdict } = yield* query.pipe(Effect.provide(Gateways.live({ baseUrl: server.url, backOff })))
      assert.deepStrictEqual([verdict, server.requests.length], ["Paid", 3])
    })
  )

  it.live("what a server sends beyond an answer is never taken for the next one", () =>
    Effect.gen(function* () {
      const paying = head(Buffer.byteLength(Keys.answers.paying)) + Keys.answers.paying
      const server = yield* Servers.tcp((socket) => {
        socket.write(server.requests.length === 1 ? paying + whole : paying)
      })
      const verdicts = yield* Effect.gen(function* () {
        const first = yield* Effect.result(query)
        yield* Effect.sleep(20)
        const second = yield* query
        return [first._tag === "Success" ? first.success.verdict : "Unreachable", second.verdict]
      }).pipe(Effect.provide(Gateways.live({ baseUrl: server.url, retries: 0 })))
      assert.include(["Paying", "Unreachable"], verdicts[0])
      assert.strictEqual(verdicts[1], "Paying")
      assert.strictEqual(server.requests.length, 2)
    })
  )
})

describe("a server that takes its time", () => {
  const slow = {
    "never answers": () => {},
    "stops after the head": (socket: Socket) =>
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n"),
    "says more than it sends": (socket: Socket) =>
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n${Keys.answers.paid}`),
    "drips byte by byte": (socket: Socket) => {
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 400\r\n\r\n")
      const timer = setInterval(() => socket.write("{"), 5)
      socket.once("close", () => clearInterval(timer))
    }
  }
  for (const [name, handle] of Object.entries(slow)) {
    it.live(`${name}: timed out, which can pass, and the connection is closed`, () =>
      Effect.gen(function* () {
        const server = yield* Servers.tcp(handle)
        const closed = Servers.until(() => server.open() === 0)
        const error = yield* refused(server.url, Gateways.short(150), {}, closed)
        assertReason(error, "TimedOut", true, /150 ms/)
        assert.strictEqual(server.requests.length, 1)
      })
    )
  }

  it.live("interrupting the query closes the connection", () =>
    Effect.gen(function* () {
      const server = yield* Servers.tcp(() => {})
      yield* Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(query)
        yield* Servers.until(() => server.requests.length === 1)
        assert.strictEqual(server.open(), 1)
        yield* Fiber.interrupt(fiber)
        yield* Servers.until(() => server.open() === 0)
      }).pipe(Effect.provide(Gateways.live({ baseUrl: server.url })))
    })
  )

  it.live("interrupting it in the middle of the body does too", () =>
    Effect.gen(function* () {
      const server = yield* Servers.tcp(slow["stops after the head"])
      yield* Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(query)
        yield* Servers.until(() => server.requests.length === 1)
        yield* Effect.sleep(20)
        yield* Fiber.interrupt(fiber)
        yield* Servers.until(() => server.open() === 0)
      }).pipe(Effect.provide(Gateways.live({ baseUrl: server.url })))
    })
  )

  it.live("an answer that comes after its time-out is not the next order's", () =>
    Effect.gen(function* () {
      const server = yield* Servers.http((_, response) => {
        if (server.requests.length === 1) setTimeout(() => response.end(Keys.answers.paid), 250)
        else setTimeout(() => response.end(Keys.answers.paying), 120)
      })
      yield* Effect.gen(function* () {
        const error = yield* Effect.flip(query)
        assert.strictEqual(error.reason._tag, "TimedOut")
        const { verdict } = yield* query
        assert.strictEqual(verdict, "Paying")
      }).pipe(Effect.provide(Gateways.live({ baseUrl: server.url, retries: 0 }, Gateways.short(200))))
    })
  )
})

describe("connections", () => {
  it.live("twenty queries in a row use one, where the answer can be told from another order's", () =>
    Effect.gen(function* () {
      const server = yield* Servers.http((_, response) => response.end(Keys.answers.paying))
      yield* Effect.gen(function* () {
        for (let index = 0; index < 20; index++) yield* queryKnown
      }).pipe(Effect.provide(Gateways.live({ baseUrl: server.url })))
      assert.deepStrictEqual([server.requests.length, server.connections()], [20, 1])
    })
  )

  it.live("each query of an order whose number at the platform is not known uses one of its own", () =>
    Effect.gen(function* () {
      const server = yield* Servers.http((_, response) => response.end(Keys.answers.paying))
      yield* Effect.gen(function* () {
        for (let index = 0; index < 3; index++) {
          yield* queryKnown
          yield* query
        }
      }).pipe(Effect.provide(Gateways.live({ baseUrl: server.url })))
      assert.deepStrictEqual([server.requests.length, server.connections()], [6, 4])
    })
  )

  it.live("no more than configured; the time in the queue for one is not counted as time-out", () =>
    Effect.gen(function* () {
      let most = 0
      let now = 0
      const server = yield* Servers.http((_, response) => {
        most = Math.max(most, ++now)
        setTimeout(() => {
          now--
          response.end(Keys.answers.paying)
        }, 100)
      })
      // Four rounds of 100 ms, with a time-out of 300 ms for each one request.
      const verdicts = yield* Effect.forEach(Array.from({ length: 12 }), () => queryKnown, {
        concurrency: "unbounded"
      }).pipe(
        Effect.provide(
          Gateways.live({ baseUrl: server.url, connections: 3, retries: 0 }, Gateways.short(300))
        )
      )
      assert.strictEqual(verdicts.length, 12)
      assert.deepStrictEqual([most, server.connections()], [3, 3])
    })
  )

  it.live("fifty queries at once each get their own answer", () =>
    Effect.gen(function* () {
      const server = yield* Servers.http((_, response) => {
        const { orderId } = JSON.parse(server.requests.at(-1)?.body ?? "{}")
        const fields = { retCode: "0000", retMsg: "ok", transState: "SUCCESS", orderId, paySeq: orderId }
        setTimeout(() => response.end(Keys.signedAnswer(fields)), Math.random() * 20)
      })
      const gateway = Gateways.live({ baseUrl: server.url, rateLimit: { limit: 1000, window: "1 second" } })
      const ids = Array.from({ length: 50 }, (_, index) => `order-${index}`)
      const said = yield* Effect.forEach(
        ids,
        (id) => OrderGateway.use((service) => service.query(order(id))),
        { concurrency: "unbounded" }
      ).pipe(Effect.provide(gateway))
      assert.deepStrictEqual(
        said.map(({ answer }) => answer.paySeq),
        ids
      )
    })
  )

  it.live("end with the gateway", () =>
    Effect.gen(function* () {
      const server = yield* Servers.http((_, response) => response.end(Keys.answers.paying))
      yield* query.pipe(Effect.provide(Gateways.live({ baseUrl: server.url })))
      yield* Servers.until(() => server.open() === 0)
    })
  )
})

/** A port of this machine that nobody listens on. */
const freePort = Effect.callback<number>((resume) => {
  const server = createServer()
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    const port = address !== null && typeof address === "object" ? address.port : 0
    server.close(() => resume(Effect.succeed(port)))
  })
})
