/** TLS servers that must not be trusted, and what a trusted one may do to its own connection. */
import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import { createServer, type Server, type Socket } from "node:net"
import { join } from "node:path"
import { createSecureContext, getCACertificates, setDefaultCACertificates, TLSSocket } from "node:tls"
import { promisify } from "node:util"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Certificates from "../support/certificates.ts"
import * as Keys from "../support/keys.ts"

export interface Handshake {
  readonly name: string
  /** Whether the true answer has to be believed, must not be, or may be. */
  readonly believed: "always" | "never" | "maybe"
  /** The code that has to stand in the error, so that it is this fault that is found, and no other. */
  readonly code?: RegExp
  /** Whether it must not be trusted before a question is told. */
  readonly isUntrusted: boolean
  readonly server: Server
}

export interface Handshakes {
  readonly all: ReadonlyArray<Handshake>
  /** A server that is trusted, for whatever may come over its connections. */
  readonly trusted: (handle: (socket: Socket) => void) => Server
  /** Questions that were told to a server which must not be trusted. */
  readonly overheard: () => number
}

type Options = Parameters<typeof createSecureContext>[0]

/** TLS on a bare connection, so that both are at hand. */
const tls = (options: Options, handle: (socket: Socket, bare: Socket) => void): Server => {
  const secureContext = createSecureContext(options)
  return createServer((bare) => {
    const socket = new TLSSocket(bare, { isServer: true, secureContext })
    socket.on("error", () => {})
    // Where the other side goes before the handshake is over, nothing else closes this one.
    socket.on("end", () => socket.destroy())
    socket.on("close", () => bare.destroy())
    // A reset is of the connection below.
    socket.resetAndDestroy = () => {
      bare.resetAndDestroy()
      return socket
    }
    handle(socket, bare)
  })
}

/** Lets this process trust an authority, until the scope ends. */
const trust = (authority: string): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(
    Effect.acquireRelease(
      Effect.sync(() => {
        const before = getCACertificates("default")
        setDefaultCACertificates([...before, authority])
        return before
      }),
      (before) => Effect.sync(() => setDefaultCACertificates(before))
    )
  )

/** Signed by the authority, for 127.0.0.1, and valid in a hundred years only. */
const notYetValid = async (directory: string): Promise<Certificates.Identity> => {
  const openssl = (...options: ReadonlyArray<string>) =>
    promisify(execFile)("openssl", [...options], { cwd: directory })
  await openssl(
    ...["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "early.key"],
    ...["-out", "early.csr", "-subj", "/CN=test server", "-addext", "subjectAltName=IP:127.0.0.1"]
  )
  await openssl(
    ...["ca", "-batch", "-config", "ca.cnf", "-in", "early.csr", "-out", "early.crt", "-notext"],
    ...["-startdate", "21260101000000Z", "-enddate", "21270101000000Z"]
  )
  return {
    key: await readFile(join(directory, "early.key"), "utf8"),
    cert: await readFile(join(directory, "early.crt"), "utf8")
  }
}

const body = Buffer.from(Keys.answers.paid)
const good = Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`), body])
/** The same, as the last on its connection. */
const last = Buffer.concat([
  Buffer.from(`HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n`),
  body
])
const open = Buffer.concat([Buffer.from("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"), body])
const half = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length - 100)
const record = (...bytes: ReadonlyArray<number>): Buffer => Buffer.from(bytes)

/** The authority of the certificates is trusted by this process while the scope lasts. */
export const make: Effect.Effect<Handshakes, never, Scope.Scope> = Effect.gen(function* () {
  const certificates = yield* Certificates.make
  const unknown = yield* Certificates.make
  const early = yield* Effect.promise(() => notYetValid(certificates.directory))
  yield* trust(yield* Effect.promise(() => readFile(certificates.authorityFile, "utf8")))
  let heard = 0
  const untrusted = (name: string, code: RegExp, options: Options): Handshake => ({
    ...{ name, believed: "never", code, isUntrusted: true },
    server: tls(options, (socket) => {
      socket.on("data", () => heard++)
      socket.write(good)
    })
  })
  const raw = (name: string, first: (socket: Socket) => void): Handshake => ({
    ...{ name, believed: "never", isUntrusted: true },
    server: createServer((socket) => socket.once("data", () => first(socket)))
  })
  const amid = (
    name: string,
    believed: Handshake["believed"],
    act: (socket: Socket, bare: Socket) => void,
    options: Options = certificates.good
  ): Handshake => ({
    ...{ name, believed, isUntrusted: false },
    server: tls(options, (socket, bare) => {
      socket.once("data", () => act(socket, bare))
    })
  })
  // A server that has refused a handshake may reset the connection before its alert has arrived.
  const old = { ...certificates.good, ciphers: "DEFAULT@SECLEVEL=0" }
  return {
    overheard: () => heard,
    trusted: (handle) => tls(certificates.good, handle),
    all: [
      untrusted("signed by itself", /DEPTH_ZERO_SELF_SIGNED_CERT/, certificates.selfSigned),
      untrusted("expired", /CERT_HAS_EXPIRED/, certificates.expired),
      untrusted("not yet valid", /CERT_NOT_YET_VALID/, early),
      untrusted("another host's", /ERR_TLS_CERT_ALTNAME_INVALID/, certificates.otherHost),
      untrusted("of an authority that nobody knows", /UNABLE_TO_|SELF_SIGNED|SIGNATURE/, unknown.good),
      untrusted("TLS 1.0", /PROTOCOL|ECONNRESET/, { ...old, minVersion: "TLSv1", maxVersion: "TLSv1" }),
      untrusted("TLS 1.1", /PROTOCOL|ECONNRESET/, { ...old, minVersion: "TLSv1.1", maxVersion: "TLSv1.1" }),
      untrusted("without a certificate", /HANDSHAKE_FAILURE|ECONNRESET/, {
        ...{ ciphers: "ADH-AES256-GCM-SHA384:@SECLEVEL=0", maxVersion: "TLSv1.2" }
      }),
      raw("plain HTTP in its place", (socket) => socket.write(good)),
      raw("an alert", (socket) => socket.end(record(21, 3, 3, 0, 2, 2, 40))),
      raw("garbage", (socket) => socket.write(Buffer.alloc(2000, 0xa5))),
      raw("a record that never ends", (socket) => socket.write(record(22, 3, 3, 0x40, 0, 2))),
      raw("an end amid the handshake", (socket) => socket.end(record(22, 3, 3))),
      raw("a reset", (socket) => socket.resetAndDestroy()),
      raw("silence", () => {}),
      amid("a good one", "always", (socket) => socket.end(last)),
      amid("a good one, TLS 1.2", "always", (socket) => socket.end(last), {
        ...{ ...certificates.good, maxVersion: "TLSv1.2" }
      }),
      amid("an end below TLS, amid an answer without length", "never", (socket, bare) =>
        socket.write(half(open), () => bare.end())
      ),
      amid("an end below TLS, after a whole answer", "maybe", (socket, bare) =>
        socket.write(open, () => bare.end())
      ),
      amid("a record that was tampered with", "never", (socket, bare) =>
        socket.write(half(good), () =>
          bare.write(Buffer.concat([record(23, 3, 3, 0, 100), Buffer.alloc(100, 7)]))
        )
      ),
      amid("plain text amid the answer", "never", (socket, bare) =>
        socket.write(half(good), () => bare.write(good.subarray(-100)))
      ),
      amid("a reset amid the answer", "never", (socket, bare) =>
        socket.write(half(good), () => bare.resetAndDestroy())
      )
    ]
  }
})
