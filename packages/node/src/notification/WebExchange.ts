/** Requests and replies of the web platform, as Hono, Next, Bun and Deno have them. */
import * as Effect from "effect/Effect"
import { type Body, BodyRefused, type Incoming } from "./NotificationExchange.ts"
import { MAX_BYTES } from "./NotificationFields.ts"
import * as NotificationReply from "./NotificationReply.ts"

const tooLarge = new BodyRefused({ refusal: "TooLarge" })
const unreadable = new BodyRefused({ refusal: "Unreadable" })

const readBytes = async (request: Request, signal: AbortSignal): Promise<Uint8Array> => {
  const reader = request.body?.getReader()
  if (reader === undefined) return new Uint8Array()
  const cancel = () => void reader.cancel().catch(() => {})
  signal.addEventListener("abort", cancel)
  const chunks: Array<Uint8Array> = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return Buffer.concat(chunks)
    length += value.length
    if (length > MAX_BYTES) {
      cancel()
      throw tooLarge
    }
    chunks.push(value)
  }
}

export const incoming = (request: Request): Incoming => ({
  method: request.method,
  url: request.url,
  contentLength: request.headers.get("content-length"),
  // A body that was read before, or that is cut off, makes this fail with something of the platform's own.
  body: Effect.tryPromise({
    try: async (signal): Promise<Body> => ({ _tag: "Bytes", bytes: await readBytes(request, signal) }),
    catch: (error) => (error instanceof BodyRefused ? error : unreadable)
  })
})

export const toResponse = (reply: NotificationReply.Reply): Response =>
  new Response(reply.body === "" ? null : reply.body, {
    status: reply.status,
    headers: NotificationReply.headersOf(reply)
  })
