/** A line to the platform that keeps what goes over it, both ways. */
import { request as send } from "node:http"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Servers from "./servers.ts"

export interface Wiretap {
  /** What to use in place of the platform's address. */
  readonly url: string
  /** All bodies, of requests and of answers. */
  readonly bodies: () => ReadonlyArray<string>
  /** Every signature that stood in one. */
  readonly signatures: () => ReadonlyArray<string>
}

const signIn = (body: string): ReadonlyArray<string> =>
  [...body.matchAll(/"sign"\s*:\s*"([^"]{40,})"/g)].map((found) => (found[1] ?? "").replaceAll("\\/", "/"))

/** A line to the platform of that base URL, ended with the scope. */
export const make = (baseUrl: string): Effect.Effect<Wiretap, never, Scope.Scope> =>
  Effect.gen(function* () {
    const answers: Array<string> = []
    const { origin } = new URL(baseUrl)
    const server = yield* Servers.http((request, response) => {
      const body = server.requests.at(-1)?.body ?? ""
      const { method, headers, url = "" } = request
      const upstream = send(`${origin}${url}`, { method, headers, agent: false }, (answer) => {
        const chunks: Array<Buffer> = []
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.on("data", (chunk: Buffer) => {
          chunks.push(chunk)
          response.write(chunk)
        })
        answer.on("error", () => response.destroy())
        answer.on("close", () => {
          answers.push(Buffer.concat(chunks).toString("utf8"))
          if (answer.complete) response.end()
          else response.destroy()
        })
      })
      upstream.on("error", () => response.destroy())
      response.on("close", () => upstream.destroy())
      upstream.end(body)
    })
    const bodies = () => [...server.requests.map(({ body }) => body), ...answers]
    return { url: server.url, bodies, signatures: () => [...new Set(bodies().flatMap(signIn))] }
  })
