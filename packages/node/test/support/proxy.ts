/** A line to a server on loopback that can be cut, or go silent, as a network does. */
import { createServer, connect as dial, type Server, type Socket } from "node:net"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

export interface Proxy {
  /** The URL with the proxy in the server's place. */
  readonly url: string
  /** Breaks what is connected; new connections are refused until `mend`. */
  readonly cut: () => void
  readonly mend: () => void
  /** From now on nothing that the server says arrives. */
  readonly silence: () => void
  /** Breaks a connection once the server was sent this text, and has answered it. */
  readonly cutAfter: (text: string) => void
}

/** A proxy to the server of that URL, ended with the scope. */
export const make = (target: string): Effect.Effect<Proxy, never, Scope.Scope> =>
  Effect.gen(function* () {
    const sockets = new Set<Socket>()
    const { hostname, port } = new URL(target)
    let isCut = false
    let isSilent = false
    let last: string | undefined
    const server = yield* Effect.acquireRelease(
      Effect.callback<Server>((resume) => {
        const listening = createServer((client) => {
          if (isCut) return void client.destroy()
          const upstream = dial(Number(port), hostname)
          let isLast = false
          for (const [one, other] of [
            [client, upstream],
            [upstream, client]
          ] as const) {
            sockets.add(one)
            one.on("error", () => {})
            one.once("close", () => {
              sockets.delete(one)
              other.destroy()
            })
          }
          client.on("data", (chunk) => {
            isLast ||= last !== undefined && chunk.includes(last)
            upstream.write(chunk)
          })
          upstream.on("data", (chunk) => {
            if (isLast) return void client.destroy()
            if (!isSilent) client.write(chunk)
          })
        })
        listening.listen(0, "127.0.0.1", () => resume(Effect.succeed(listening)))
      }),
      (listening) =>
        Effect.callback<void>((resume) => {
          listening.close(() => resume(Effect.void))
          for (const socket of sockets) socket.destroy()
        })
    )
    const address = server.address()
    const url = new URL(target)
    url.port = String(address !== null && typeof address === "object" ? address.port : 0)
    return {
      url: url.href,
      cut: () => {
        isCut = true
        for (const socket of sockets) socket.destroy()
      },
      mend: () => {
        isCut = false
      },
      silence: () => {
        isSilent = true
      },
      cutAfter: (text) => {
        last = text
      }
    }
  })
