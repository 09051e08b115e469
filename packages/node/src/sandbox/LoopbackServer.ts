/**
 * An HTTP server on loopback that lives as long as its scope: when that closes, every running handler is
 * interrupted and every socket is destroyed, whatever it is in the middle of.
 *
 * node:http itself, and not a framework: cut connections and single bytes need the socket.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { Socket } from "node:net"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"

/** The server could not listen. `code` is the operating system's (EADDRINUSE, EACCES). */
export class CannotListen extends Schema.TaggedError<CannotListen>()("CannotListen", {
  host: Schema.String,
  port: Schema.Int,
  code: Schema.String
}) {
  override get message(): string {
    const help =
      this.code === "EADDRINUSE"
        ? "Another program has this port: choose another one, or 0 for any that is free"
        : "Choose another port, or 0 for any that is free"
    return `${this.host} port ${this.port} can't be listened on (${this.code}). ${help}`
  }
}

/** The addresses that can be listened on. */
export type LoopbackHost = "127.0.0.1" | "::1"

/** Serves; answers with the port. */
export const serve = Effect.fnUntraced(function* <R>(
  address: { readonly host: LoopbackHost; readonly port: number },
  handle: (request: IncomingMessage, response: ServerResponse) => Effect.Effect<void, never, R>
): Effect.fn.Return<number, CannotListen, R | Scope.Scope> {
  const server = createServer({ keepAliveTimeout: 65_000 })
  const sockets = new Set<Socket>()
  const run = yield* FiberSet.makeRuntime<R, void, never>()
  server.on("connection", (socket) => {
    sockets.add(socket)
    socket.once("close", () => sockets.delete(socket))
  })
  server.on("request", (request, response) => {
    // A client that goes away in the middle is nothing to be told.
    request.on("error", () => {})
    response.on("error", () => {})
    const fiber = run(handle(request, response))
    response.once("close", () => fiber.interruptUnsafe())
  })
  yield* Effect.acquireRelease(listen(server, address), () => close(server, sockets))
  const bound = server.address()
  return bound !== null && typeof bound === "object" ? bound.port : address.port
})

type Server = ReturnType<typeof createServer>

const listen = (
  server: Server,
  { host, port }: { readonly host: LoopbackHost; readonly port: number }
): Effect.Effect<void, CannotListen> =>
  Effect.callback((resume) => {
    server.on("error", (error: NodeJS.ErrnoException) =>
      resume(Effect.fail(new CannotListen({ host, port, code: error.code ?? "unknown" })))
    )
    server.listen({ host, port, exclusive: true }, () => resume(Effect.void))
  })

const close = (server: Server, sockets: ReadonlySet<Socket>): Effect.Effect<void> =>
  Effect.callback((resume) => {
    server.close(() => resume(Effect.void))
    for (const socket of sockets) socket.destroy()
  })
