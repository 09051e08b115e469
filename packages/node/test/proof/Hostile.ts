/** What may come over a connection in place of an answer: each kind writes bytes as it likes. */
import type { Socket } from "node:net"
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib"
import * as Chance from "../../../../prove/Chance.ts"

/** What a kind has at hand: a true answer, another order's true answer, and chance. */
export interface Given {
  readonly socket: Socket
  readonly body: Buffer
  readonly poison: Buffer
  readonly next: () => number
  /** An address that nobody may ever ask. */
  readonly elsewhere: string
}

export interface Hostile {
  readonly name: string
  /** Whether the true answer has to be believed, must not be, or may be. */
  readonly believed: "always" | "never" | "maybe"
  /** Whether the query waits until its time is over. */
  readonly isSlow?: boolean
  /** Whether it may strike the next order on the same connection: then all orders' details are known. */
  readonly strikesOthers?: boolean
  readonly send: (given: Given) => void
}

const megabyte = 1_048_576

const head = (headers: ReadonlyArray<string>, status = "HTTP/1.1 200 OK"): Buffer =>
  Buffer.from([status, "content-type: application/json", ...headers, "", ""].join("\r\n"), "latin1")

const whole = (body: Buffer, headers: ReadonlyArray<string> = [], status?: string): Buffer =>
  Buffer.concat([head([`content-length: ${body.length}`, ...headers], status), body])

const chunk = (body: Buffer, size = body.length.toString(16)): Buffer =>
  Buffer.concat([Buffer.from(`${size}\r\n`, "latin1"), body, Buffer.from("\r\n")])

const chunked = (
  chunks: ReadonlyArray<Buffer>,
  end = "0\r\n\r\n",
  headers: ReadonlyArray<string> = []
): Buffer =>
  Buffer.concat([head(["transfer-encoding: chunked", ...headers]), ...chunks, Buffer.from(end, "latin1")])

const halves = (body: Buffer): readonly [Buffer, Buffer] => [
  body.subarray(0, body.length >> 1),
  body.subarray(body.length >> 1)
]

/** Writes and then lets the connection end. */
const ending = ({ socket }: Given, bytes: Buffer): void => {
  socket.end(bytes)
}

/** A few bytes now and then, for as long as somebody listens. */
const dripping = ({ socket }: Given, bytes: Buffer): void => {
  let at = 0
  const drip = (): void => {
    if (socket.destroyed || at >= bytes.length) return
    socket.write(bytes.subarray(at, ++at))
    setTimeout(drip, 20)
  }
  drip()
}

const written = (
  name: string,
  believed: Hostile["believed"],
  make: (given: Given) => Buffer,
  more: Partial<Hostile> = {}
): Hostile => ({ name, believed, send: (given) => given.socket.write(make(given)), ...more })

const ended = (name: string, believed: Hostile["believed"], make: (given: Given) => Buffer): Hostile => ({
  name,
  believed,
  send: (given) => ending(given, make(given))
})

const encoded = (body: Buffer, encoding: string): Buffer => whole(body, [`content-encoding: ${encoding}`])

/** Ten megabytes of nothing, in ten kilobytes. */
const bomb = gzipSync(Buffer.alloc(10 * megabyte, " "))

const padded = (body: Buffer, size: number): Buffer =>
  Buffer.concat([body, Buffer.alloc(size - body.length, " ")])

const harmless: ReadonlyArray<Hostile> = [
  written("a true answer", "always", ({ body }) => whole(body)),
  written("a true answer in one chunk", "always", ({ body }) => chunked([chunk(body)])),
  written("a true answer, a byte a chunk", "always", ({ body }) =>
    chunked([...body].map((byte) => chunk(Buffer.from([byte]))))
  ),
  ended("a true answer up to the end of the connection", "always", ({ body }) =>
    Buffer.concat([head(["connection: close"]), body])
  ),
  written("a true answer of exactly 64 KiB", "always", ({ body }) => whole(padded(body, 65_536))),
  written("a true answer that calls itself not compressed", "always", ({ body }) =>
    encoded(body, "identity")
  ),
  written("a true answer that calls itself GBK", "always", ({ body }) =>
    Buffer.concat([
      Buffer.from(
        `HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=GBK\r\ncontent-length: ${body.length}\r\n\r\n`
      ),
      body
    ])
  ),
  written("a true answer with trailers", "always", ({ body }) =>
    chunked([chunk(body)], "0\r\nretCode: 0000\r\ncontent-length: 3\r\n\r\n", ["trailer: retCode"])
  ),
  written("a true answer after 103", "always", ({ body }) =>
    Buffer.concat([Buffer.from("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"), whole(body)])
  )
]

const framing: ReadonlyArray<Hostile> = [
  ended("a length that is too large", "never", ({ body }) =>
    Buffer.concat([head([`content-length: ${body.length + 10}`]), body])
  ),
  written(
    "a length that is too large, and silence",
    "never",
    ({ body }) => Buffer.concat([head([`content-length: ${body.length + 10}`]), body]),
    { isSlow: true }
  ),
  written("a length that is too small", "never", ({ body, next }) =>
    Buffer.concat([head([`content-length: ${1 + Chance.below(next, body.length - 1)}`]), body])
  ),
  written("two lengths", "never", ({ body }) =>
    Buffer.concat([head([`content-length: ${body.length}`, "content-length: 5"]), body])
  ),
  ...["-1", "1e3", "0x20", "99999999999999999999", "+5", "5, 5", "5 5", ""].map((length) =>
    ended(`content-length: ${length}`, "never", ({ body }) =>
      Buffer.concat([head([`content-length: ${length}`]), body])
    )
  ),
  written("a length and chunks", "never", ({ body }) =>
    chunked([chunk(body)], undefined, ["content-length: 5"])
  ),
  ...["chunked, identity", "identity, chunked", "xchunked", "chunked, chunked", "\u000bchunked"].map(
    (coding) =>
      ended(`transfer-encoding: ${coding.trim()}`, "maybe", ({ body }) =>
        Buffer.concat([head([`transfer-encoding: ${coding}`]), chunk(body), Buffer.from("0\r\n\r\n")])
      )
  ),
  ...["g", "-1", "0x20", "ffffffffffffffffff", " 5", ""].map((size) =>
    ended(`a chunk of size "${size}"`, "never", ({ body }) => chunked([chunk(body, size)]))
  ),
  ended("a chunk that is longer than it says", "never", ({ body }) => chunked([chunk(body, "5")])),
  ended("a chunk that is shorter than it says", "never", ({ body }) =>
    chunked([chunk(body, (body.length + 40).toString(16))])
  ),
  ended("a chunk with an extension of 100 KiB", "maybe", ({ body }) =>
    chunked([chunk(body, `${body.length.toString(16)};x=${"y".repeat(102_400)}`)])
  ),
  ended("no last chunk", "never", ({ body }) => chunked([chunk(body)], "")),
  ended("line feeds without carriage returns", "maybe", ({ body }) =>
    Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\ncontent-length: ${body.length}\n\n`), body])
  ),
  ended("a header that is folded", "maybe", ({ body }) => whole(body, ["x: y\r\n z"])),
  ended("a header with a NUL", "never", ({ body }) => whole(body, ["x: a\u0000b"])),
  ended("a header without a name", "never", ({ body }) => whole(body, [": b"])),
  ended("a space before the colon", "never", ({ body }) =>
    Buffer.concat([head([`content-length : ${body.length}`]), body])
  ),
  ended("20 KiB of headers", "never", ({ body }) => whole(body, [`x: ${"y".repeat(20_480)}`])),
  ended("100 times 1xx", "maybe", ({ body }) =>
    Buffer.concat([
      ...Array.from({ length: 100 }, () => Buffer.from("HTTP/1.1 102 Processing\r\n\r\n")),
      whole(body)
    ])
  ),
  ended("an upgrade", "never", ({ body }) =>
    whole(body, ["connection: upgrade", "upgrade: websocket"], "HTTP/1.1 101 Switching Protocols")
  ),
  ...[
    ["HTTP/1.1 200", "maybe"],
    ["HTTP/1.0 200 OK", "always"],
    ["HTTP/2.0 200 OK", "maybe"],
    ["HTTP/9.9 200 OK", "never"],
    ["ICY 200 OK", "never"],
    ["HTTP/1.1 2000 OK", "never"],
    ["HTTP/1.1 020 OK", "never"],
    ["HTTP/1.1 20 OK", "never"],
    ["HTTP/1.1 -200 OK", "never"],
    [" HTTP/1.1 200 OK", "never"],
    ["200", "never"]
  ].map(([line, believed]) =>
    ended(`the status line "${line}"`, believed as Hostile["believed"], ({ body }) => whole(body, [], line))
  ),
  ended("no head at all", "never", ({ body }) => body),
  ended("an empty answer", "never", () => whole(Buffer.alloc(0)))
]

const statuses: ReadonlyArray<Hostile> = [201, 204, 206, 304, 400, 403, 404, 429, 500, 502, 503, 599].map(
  (status) =>
    ended(`HTTP ${status} with a true answer`, "never", ({ body }) =>
      whole(body, [], `HTTP/1.1 ${status} No`)
    )
)

const redirects: ReadonlyArray<Hostile> = [301, 302, 303, 307, 308].map((status) =>
  ended(`a redirect, ${status}`, "never", ({ body, elsewhere }) =>
    whole(body, [`location: ${elsewhere}`], `HTTP/1.1 ${status} Elsewhere`)
  )
)

const encodings: ReadonlyArray<Hostile> = [
  written("gzip", "never", ({ body }) => encoded(gzipSync(body), "gzip")),
  written("deflate", "never", ({ body }) => encoded(deflateSync(body), "deflate")),
  written("br", "never", ({ body }) => encoded(brotliCompressSync(body), "br")),
  written("gzip that is none", "never", ({ body }) => encoded(body, "gzip")),
  written("gzip that says nothing", "never", ({ body }) => whole(gzipSync(body))),
  written("a bomb", "never", () => encoded(bomb, "gzip")),
  written("a bomb in a bomb", "never", () => encoded(gzipSync(bomb), "gzip, gzip")),
  written("a bomb that says nothing", "never", () => whole(bomb)),
  written("UTF-16", "never", ({ body }) => whole(Buffer.from(body.toString("utf8"), "utf16le"))),
  written("a byte order mark", "never", ({ body }) =>
    whole(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body]))
  ),
  written("GBK", "never", ({ body }) =>
    whole(Buffer.from(body.toString("latin1").replace("ok", "\xb3\xc9\xb9\xa6"), "latin1"))
  )
]

const sizes: ReadonlyArray<Hostile> = [
  written("64 KiB and one byte", "never", ({ body }) => whole(padded(body, 65_537))),
  written("64 KiB and one byte in chunks", "never", ({ body }) =>
    chunked(halves(padded(body, 65_537)).map((half) => chunk(half)))
  ),
  ended("a megabyte without a length", "never", ({ body }) =>
    Buffer.concat([head(["connection: close"]), padded(body, megabyte)])
  )
]

const breaking: ReadonlyArray<Hostile> = [
  ended("an end at any byte", "maybe", ({ body, next }) => {
    const bytes = whole(body)
    return bytes.subarray(0, Chance.below(next, bytes.length))
  }),
  {
    name: "a reset at any byte",
    believed: "maybe",
    send: ({ socket, body, next }) => {
      const bytes = whole(body)
      socket.write(bytes.subarray(0, Chance.below(next, bytes.length)), () => socket.resetAndDestroy())
    }
  },
  { name: "an end without a byte", believed: "never", send: ({ socket }) => socket.end() },
  { name: "a reset without a byte", believed: "never", send: ({ socket }) => socket.resetAndDestroy() },
  { name: "silence", believed: "never", isSlow: true, send: () => {} },
  {
    name: "a slow head",
    believed: "never",
    isSlow: true,
    send: (given) => dripping(given, whole(given.body))
  },
  {
    name: "a slow body",
    believed: "never",
    isSlow: true,
    send: (given) => {
      given.socket.write(head([`content-length: ${given.body.length}`]))
      dripping(given, given.body)
    }
  },
  {
    name: "headers without end",
    believed: "never",
    isSlow: true,
    send: (given) => {
      given.socket.write("HTTP/1.1 200 OK\r\n")
      dripping(given, Buffer.from("x: y\r\n".repeat(1000)))
    }
  }
]

const spoilt: ReadonlyArray<Hostile> = [
  written("one bit turned over", "maybe", ({ body, next }) => {
    const changed = Buffer.from(body)
    const at = Chance.below(next, changed.length)
    changed[at] = (changed[at] ?? 0) ^ (1 << Chance.below(next, 8))
    return whole(changed)
  }),
  written("a piece cut out", "maybe", ({ body, next }) => {
    const at = 1 + Chance.below(next, body.length - 2)
    return whole(Buffer.concat([body.subarray(0, at), body.subarray(at + 1 + Chance.below(next, 20))]))
  }),
  written("two answers in one body", "never", ({ body, poison }) => whole(Buffer.concat([poison, body])))
]

/** A second answer that nobody asked for must not become the answer to the next question. */
const pipelined: ReadonlyArray<Hostile> = [
  written("a second answer at once", "maybe", ({ body, poison }) =>
    Buffer.concat([whole(body), whole(poison), whole(poison)])
  ),
  written("a second answer within a length that is too small", "never", ({ body, poison }) =>
    Buffer.concat([head(["content-length: 5"]), body.subarray(0, 5), whole(poison)])
  ),
  written("a second answer after the last chunk", "maybe", ({ body, poison }) =>
    chunked([chunk(body)], `0\r\n\r\n${whole(poison).toString("latin1")}`)
  ),
  written("a second answer after 204", "never", ({ poison }) =>
    Buffer.concat([Buffer.from("HTTP/1.1 204 No Content\r\n\r\n"), whole(poison)])
  ),
  {
    name: "a second answer later",
    believed: "maybe",
    strikesOthers: true,
    send: ({ socket, body, poison, next }) => {
      socket.write(whole(body))
      setTimeout(() => socket.destroyed || socket.write(whole(poison)), Chance.below(next, 20))
    }
  }
]

export const kinds: readonly [Hostile, ...ReadonlyArray<Hostile>] = [
  ...(harmless as readonly [Hostile, ...ReadonlyArray<Hostile>]),
  ...framing,
  ...statuses,
  ...redirects,
  ...encodings,
  ...sizes,
  ...breaking,
  ...spoilt,
  ...pipelined
]
