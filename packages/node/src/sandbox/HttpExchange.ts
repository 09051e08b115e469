/**
 * The few things that both APIs need of node:http: a limited request body, answers in JSON and in plain
 * text, and the rule that nobody but this machine is served.
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** No request body is longer, in bytes. */
export const maxBodyBytes = 65_536

/** A request that is refused before anybody looks at what it asks for. */
export class HttpRefused extends Schema.TaggedError<HttpRefused>()("HttpRefused", {
  status: Schema.Int,
  message: Schema.String,
  /** The methods that are allowed, with status 405. */
  allow: Schema.optionalKey(Schema.String)
}) {}

/** The body of a request, at most `maxBodyBytes`; fails with status 413 for a longer one. */
export const readBody = (request: IncomingMessage): Effect.Effect<Buffer, HttpRefused> =>
  Effect.callback((resume) => {
    const chunks: Array<Buffer> = []
    let length = 0
    const onData = (chunk: Buffer): void => {
      length += chunk.length
      if (length <= maxBodyBytes) {
        chunks.push(chunk)
        return
      }
      stop()
      // What still comes is read and dropped, so that the client gets to see the answer.
      request.resume()
      const message = `The body is longer than ${maxBodyBytes} bytes. A query has some 500.`
      resume(Effect.fail(new HttpRefused({ status: 413, message })))
    }
    const onEnd = (): void => {
      stop()
      resume(Effect.succeed(Buffer.concat(chunks)))
    }
    const stop = (): void => {
      request.off("data", onData).off("end", onEnd)
    }
    request.on("data", onData).on("end", onEnd)
    return Effect.sync(stop)
  })

/** Answers in JSON. */
export const json = (
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: { readonly [name: string]: string } = {}
): void => {
  const body = `${JSON.stringify(value, null, 2)}\n`
  const fixed = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" }
  response.writeHead(status, { ...fixed, ...headers, "content-length": Buffer.byteLength(body) })
  response.end(body)
}

/** Answers in plain text. */
export const text = (response: ServerResponse, body: string): void => {
  response.writeHead(200, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(body)
  })
  response.end(body)
}

/** Says in JSON why the request is refused. */
export const refuse = (response: ServerResponse, { status, message, allow }: HttpRefused): void =>
  json(response, status, { error: message }, allow === undefined ? {} : { allow })

/**
 * Refuses a Host header that is not this machine's own name, so that no web page can reach the sandbox
 * under a name of its own that points here (DNS rebinding).
 */
export const requireLoopbackHost = (request: IncomingMessage): Effect.Effect<void, HttpRefused> =>
  /^(?:127\.0\.0\.1|\[::1\]|localhost)(?::[0-9]{1,5})?$/i.test(request.headers.host ?? "")
    ? Effect.void
    : Effect.fail(
        new HttpRefused({
          status: 403,
          message:
            "The Host header must be 127.0.0.1, [::1] or localhost: the sandbox serves this machine only."
        })
      )

/** Refuses what a web page of another origin sends. Programs send no Origin header. */
export const requireOwnOrigin = (request: IncomingMessage): Effect.Effect<void, HttpRefused> => {
  const { origin, host } = request.headers
  return origin === undefined || origin.toLowerCase() === `http://${host}`.toLowerCase()
    ? Effect.void
    : Effect.fail(
        new HttpRefused({
          status: 403,
          message: "The admin API takes no requests from web pages of another origin."
        })
      )
}

/** Refuses a POST that is not JSON by its content type, which no form of a web page can claim. */
export const requireJson = (request: IncomingMessage): Effect.Effect<void, HttpRefused> =>
  /^application\/json\s*(?:;|$)/i.test(request.headers["content-type"] ?? "")
    ? Effect.void
    : Effect.fail(
        new HttpRefused({ status: 415, message: "Send this with the header: content-type: application/json" })
      )
