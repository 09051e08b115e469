/** Requests and replies of node:http, bare or inside a framework that stands on it. */
import type { IncomingMessage, ServerResponse } from "node:http"
import * as Effect from "effect/Effect"
import { type Body, BodyRefused, type Incoming } from "./NotificationExchange.ts"
import { MAX_BYTES } from "./NotificationFields.ts"
import * as NotificationReply from "./NotificationReply.ts"

/** A request whose body a framework may have parsed. */
export type NodeRequest = IncomingMessage & { readonly body?: unknown }

/** How long what still comes of a refused body is read and dropped, in ms, so that the reply gets through. */
const LINGER_MILLIS = 1000

const readBytes = (request: IncomingMessage): Effect.Effect<Body, BodyRefused> =>
  Effect.callback((resume) => {
    const chunks: Array<Buffer> = []
    let length = 0
    const fail = (refusal: BodyRefused["refusal"]) => {
      stop()
      resume(Effect.fail(new BodyRefused({ refusal })))
    }
    const onData = (chunk: Buffer | string): void => {
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk
      length += bytes.length
      if (length > MAX_BYTES) fail("TooLarge")
      else chunks.push(bytes)
    }
    const onEnd = (): void => {
      stop()
      resume(Effect.succeed({ _tag: "Bytes", bytes: Buffer.concat(chunks) }))
    }
    // Cut off: nobody is there any more to read the reply.
    const onCut = (): void => fail("Unreadable")
    const stop = (): void => {
      request.off("data", onData).off("end", onEnd).off("error", onCut).off("close", onCut)
      // A request without a listener for its errors would end the process.
      request.on("error", () => {})
    }
    request.on("data", onData).on("end", onEnd).on("error", onCut).on("close", onCut)
    return Effect.sync(stop)
  })

const isParsed = (body: unknown): boolean =>
  typeof body === "string" || body instanceof Uint8Array || (typeof body === "object" && body !== null)

/** What was parsed already, or else what is still in the request. */
const bodyOf = (request: IncomingMessage, parsed: unknown): Effect.Effect<Body, BodyRefused> =>
  Effect.suspend(() => {
    // Some parsers leave an empty object for what they did not read.
    const isEmpty = typeof parsed === "object" && parsed !== null && Object.keys(parsed).length === 0
    if (isParsed(parsed) && !(isEmpty && !request.readableEnded)) {
      return Effect.succeed<Body>({ _tag: "Parsed", value: parsed })
    }
    return request.readableEnded || request.destroyed
      ? Effect.succeed<Body>({ _tag: "Bytes", bytes: new Uint8Array() })
      : readBytes(request)
  })

export const incoming = (request: IncomingMessage, parsed: unknown): Incoming => ({
  method: request.method ?? "",
  url: request.url ?? "",
  contentLength: request.headers["content-length"],
  body: bodyOf(request, parsed)
})

/**
 * Has a connection ended whose request is not read to its end: a little later, since a client that is still
 * sending would not get to see the reply.
 */
export const endUnread = (request: IncomingMessage, response: ServerResponse): void => {
  if (request.readableEnded) return
  request.resume()
  response.once("finish", () => {
    setTimeout(() => {
      if (!request.complete) request.destroy()
    }, LINGER_MILLIS).unref()
  })
}

export const send = (
  request: IncomingMessage,
  response: ServerResponse,
  reply: NotificationReply.Reply
): void => {
  if (response.headersSent || response.writableEnded) return
  endUnread(request, response)
  response.writeHead(reply.status, {
    ...NotificationReply.headersOf(reply),
    "content-length": Buffer.byteLength(reply.body)
  })
  response.end(reply.body)
}
