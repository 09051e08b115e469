/** Small raw servers on loopback for tests, each ended with its scope. They record what happened to them. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http"
import { createServer as createTlsServer } from "node:https"
import { createServer as createTcpServer, type Server as NetServer, type Socket } from "node:net"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** A running server and what it saw. */
export interface Seen {
  readonly url: string
  readonly port: number
  /** Connections that were ever made. */
  readonly connections: () => number
  /** Connections that are open now. */
  readonly open: () => number
  /** Every request that arrived, with its whole body. */
  readonly requests: Array<{ readonly headers: IncomingMessage["headers"]; readonly body: string }>
  /** Bytes that were handed to the network on the connection that wrote most. */
  readonly written: () => number
}

const listen = (
  server: NetServer | Server,
  scheme: "http" | "https",
  requests: Seen["requests"]
): Effect.Effect<Seen, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<{ readonly seen: Seen; readonly sockets: Set<Socket> }>((resume) => {
      const sockets = new Set<Socket>()
      const all: Array<Socket> = []
      server.on("connection", (socket: Socket) => {
        all.push(socket)
        sockets.add(socket)
        socket.on("error", () => {})
        socket.once("close", () => sockets.delete(socket))
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = address !== null && typeof address === "object" ? address.port : 0
        const seen: Seen = {
          url: `${scheme}://127.0.0.1:${port}/in-pay-client`,
          port,
          connections: () => all.length,
          open: () => sockets.size,
          requests,
          written: () => Math.max(0, ...all.map((socket) => socket.bytesWritten))
        }
        resume(Effect.succeed({ seen, sockets }))
      })
    }),
    ({ sockets }) =>
      Effect.callback<void>((resume) => {
        server.close(() => resume(Effect.void))
        for (const socket of sockets) socket.destroy()
      })
  ).pipe(Effect.map(({ seen }) => seen))

const recording =
  (requests: Seen["requests"], handle: RequestListener): RequestListener =>
  (request, response) => {
    const chunks: Array<Buffer> = []
    request.on("error", () => {})
    response.on("error", () => {})
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      requests.push({ headers: request.headers, body: Buffer.concat(chunks).toString("utf8") })
      handle(request, response)
    })
  }

/** An HTTP server. `handle` is called when the request's body is whole. */
export const http = (handle: RequestListener): Effect.Effect<Seen, never, Scope.Scope> =>
  Effect.suspend(() => {
    const requests: Seen["requests"] = []
    return listen(createServer(recording(requests, handle)), "http", requests)
  })

/** The same with TLS. */
export const https = (
  identity: { readonly key: string; readonly cert: string },
  handle: RequestListener
): Effect.Effect<Seen, never, Scope.Scope> =>
  Effect.suspend(() => {
    const requests: Seen["requests"] = []
    const server = createTlsServer(identity, recording(requests, handle))
    server.on("tlsClientError", () => {})
    return listen(server, "https", requests)
  })

/** A server on the bare connection; `handle` is called once the request's head and body have arrived. */
export const tcp = (handle: (socket: Socket) => void): Effect.Effect<Seen, never, Scope.Scope> =>
  Effect.suspend(() => {
    const requests: Seen["requests"] = []
    const server = createTcpServer((socket) => {
      let text = ""
      socket.on("data", (chunk: Buffer) => {
        text += chunk.toString("latin1")
        const body = text.split("\r\n\r\n")[1]
        const length = /content-length: (\d+)/i.exec(text)?.[1]
        if (body === undefined || body.length < Number(length)) return
        requests.push({ headers: {}, body })
        text = ""
        handle(socket)
      })
    })
    return listen(server, "http", requests)
  })

/** Waits, in real time, until something holds; a test's own time-out ends what never does. */
export const until = (holds: () => boolean): Effect.Effect<void> =>
  Effect.promise(async () => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2))
  })
