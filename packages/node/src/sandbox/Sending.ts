/**
 * Sends a delivery on a raw response of node:http: at once, late, byte by byte, or cut off. Interrupting
 * the effect stops it between two bytes; the sockets themselves are closed by `LoopbackServer`.
 */
import type { ServerResponse } from "node:http"
import * as Effect from "effect/Effect"
import type { Delivery } from "./Delivery.ts"

/** Sends. Lengths of time are divided by `scale`. Ends when the last byte was handed to the system. */
export const send = (response: ServerResponse, delivery: Delivery, scale: number): Effect.Effect<void> =>
  Effect.gen(function* () {
    if (delivery.delayMs > 0) yield* Effect.sleep(delivery.delayMs / scale)
    const body = Buffer.from(delivery.body)
    if (delivery.manner._tag === "Reset") return cut(response)
    response.writeHead(delivery.status, { ...delivery.headers, "content-length": body.length })
    switch (delivery.manner._tag) {
      case "Whole":
        response.end(body)
        return
      case "CutHalfWay":
        yield* write(response, body.subarray(0, Math.floor(body.length / 2)))
        return cut(response)
      case "Drip":
        for (const byte of body) {
          yield* write(response, Uint8Array.of(byte))
          yield* Effect.sleep(delivery.manner.everyMs / scale)
        }
        response.end()
    }
  })

const cut = (response: ServerResponse): void => {
  response.socket?.destroy()
}

/** Writes; ends when the bytes were handed to the system, or the client has gone. */
const write = (response: ServerResponse, bytes: Uint8Array): Effect.Effect<void> =>
  Effect.callback((resume) => {
    response.write(bytes, () => resume(Effect.void))
  })
