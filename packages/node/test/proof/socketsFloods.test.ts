/** Answers without end, as fast as they go: what is read of them, and kept in memory, is bounded. */
import type { Socket } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Proof from "../../../../prove/Proof.ts"
import { OrderGateway } from "../../src/gateway/OrderGateway.ts"
import * as Gateways from "../support/gateways.ts"
import * as Keys from "../support/keys.ts"
import { order } from "../support/orders.ts"
import * as Servers from "../support/servers.ts"

const ANSWERS = Proof.size({ small: 4, whole: 48 })
const AT_ONCE = 4
/** For one request, and beyond it, in ms. */
const TIME = 300
const MARGIN = 1500
const MEBIBYTE = 2 ** 20
/** What may lie in the buffers of both sides of a connection. */
const BUFFERED = 16 * MEBIBYTE
const MEMORY = 200 * MEBIBYTE

/** The same piece again and again, as long as the other side takes it. */
const flooding = (head: string, piece: string) => (socket: Socket) => {
  const bytes = Buffer.from(piece.repeat(Math.ceil(16_384 / piece.length)), "latin1")
  const pump = (): void => {
    while (!socket.destroyed && socket.write(bytes)) {}
    if (!socket.destroyed) socket.once("drain", pump)
  }
  socket.write(head)
  pump()
}

const ok = "HTTP/1.1 200 OK\r\n"
const inChunks = `${ok}transfer-encoding: chunked\r\n\r\n`
const blanks = " ".repeat(1024)

/**
 * The reason that each ends with, and whether it is cut off for its size. A great many small headers at once
 * keep the reader so busy that the time may be over before it is told.
 */
const floods: ReadonlyArray<
  readonly [name: string, head: string, piece: string, tags: string, isCut: boolean]
> = [
  ["a body without length", `${ok}\r\n`, blanks, "Unreadable", true],
  ["a body in chunks", inChunks, `400\r\n${blanks}\r\n`, "Unreadable", true],
  ["a body of a terabyte", `${ok}content-length: 1099511627776\r\n\r\n`, blanks, "Unreadable", true],
  ["a body that calls itself compressed", `${ok}content-encoding: br\r\n\r\n`, "\u0000", "Unreadable", true],
  ["the body of another status", "HTTP/1.1 502 Bad\r\n\r\n", blanks, "HttpStatus", true],
  ["headers", ok, "x: y\r\n", "Unreachable, TimedOut", true],
  ["one header", `${ok}x: `, "y", "Unreachable", true],
  ["the reason in a status line", "HTTP/1.1 200 ", "y", "TimedOut", false],
  ["trailers", `${inChunks}0\r\n`, "x: y\r\n", "Unreachable, TimedOut", true],
  ["an extension of a chunk", `${inChunks}5;`, "y", "TimedOut", false],
  ["digits of a chunk's size", inChunks, "0", "TimedOut", false],
  ["informational answers", "", "HTTP/1.1 102 Processing\r\n\r\n", "TimedOut", false]
]

describe("an answer without end", () => {
  for (const [name, head, piece, tags, isCut] of floods) {
    it.live(
      `${name}: ${isCut ? "cut off for its size" : "ended with its time"}, and never kept`,
      () =>
        Effect.gen(function* () {
          const server = yield* Servers.tcp(flooding(head, piece))
          const before = process.memoryUsage.rss()
          yield* Effect.forEach(
            Array.from({ length: ANSWERS }, (_, nth) => nth),
            Effect.fnUntraced(function* (nth) {
              const began = performance.now()
              const error = yield* Effect.flip(
                OrderGateway.use((gateway) => gateway.query(order(`order-${nth}`)))
              )
              assert.include(tags, error.reason._tag)
              assert.isBelow(performance.now() - began, TIME + MARGIN)
              assert.isBelow(process.memoryUsage.rss() - before, MEMORY)
            }),
            { concurrency: AT_ONCE, discard: true }
          ).pipe(
            // While the gateway lives: it is the query that ends the connection.
            Effect.andThen(
              Effect.timeout(
                Servers.until(() => server.open() === 0),
                2000
              )
            ),
            Effect.provide(
              Gateways.live(
                {
                  ...{ baseUrl: server.url, retries: 0, connections: AT_ONCE },
                  ...{ circuitBreaker: { failures: 1_000_000, openFor: "1 second" } },
                  rateLimit: { limit: 1_000_000, window: "1 second" }
                },
                Gateways.short(TIME)
              )
            )
          )
          if (isCut) assert.isBelow(server.written(), BUFFERED)
        }),
      60_000
    )
  }
})

describe("a true answer with a byte that is no UTF-8", () => {
  it.live("is not believed, wherever that stands: a name is not signed", () =>
    Effect.gen(function* () {
      const names = ["platTime", "payType", "platDate"]
      const server = yield* Servers.http((_, response) => {
        const name = names[server.requests.length - 1] ?? ""
        const [before = "", after = ""] = Keys.answers.paid.split(`${name}"`)
        const damaged = Buffer.from(`${name.slice(0, -1)}\u00ff"`, "latin1")
        response.end(Buffer.concat([Buffer.from(before), damaged, Buffer.from(after)]))
      })
      yield* Effect.gen(function* () {
        for (const _ of names) {
          const error = yield* Effect.flip(OrderGateway.use((gateway) => gateway.query(order("order-1"))))
          assert.strictEqual(error.reason._tag, "Unreadable")
        }
      }).pipe(Effect.provide(Gateways.live({ baseUrl: server.url, retries: 0 })))
    })
  )
})
