/**
 * Stands before a sandbox and writes down which worker asked about which order, from when to when. Answers
 * can be held up on their way back. A worker's base URL is `urlFor(itsName)`.
 */
import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse
} from "node:http"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Running } from "../../src/sandbox/Sandbox.ts"

/** A query, in ms since the epoch. It ends with its answer, or when the worker is gone. */
export interface Query {
  readonly worker: string
  readonly orderId: string
  readonly began: number
  ended: number | undefined
}

export interface Front {
  readonly urlFor: (worker: string) => string
  readonly queries: ReadonlyArray<Query>
  /** Queries without an answer yet. */
  readonly underWay: () => ReadonlyArray<Query>
  /** From now on each answer is held up for as long as this says, in ms, once the sandbox has given it. */
  readonly hold: (millis: (query: Query) => number) => void
}

const read = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Array<Buffer> = []
  for await (const chunk of message) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const orderIdOf = (body: Buffer): string => {
  const fields: unknown = JSON.parse(body.toString("utf8"))
  return String(Object(fields).orderId)
}

/** Passes the sandbox's answer on as it comes, its cuts and pauses too. */
const passOn = (answer: IncomingMessage, response: ServerResponse): void => {
  response.writeHead(answer.statusCode ?? 502, answer.headers)
  answer.on("data", (chunk) => response.write(chunk))
  answer.on("end", () => response.end())
  answer.on("error", () => response.socket?.destroy())
}

/** A front of this sandbox, ended with the scope. */
export const make = (sandbox: Running): Effect.Effect<Front, never, Scope.Scope> =>
  Effect.gen(function* () {
    const agent = new Agent({ keepAlive: true })
    const queries: Array<Query> = []
    const underWay = new Set<Query>()
    let hold: (query: Query) => number = () => 0
    const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
      const began = Date.now()
      const worker = incoming.url?.split("/")[1] ?? ""
      const body = await read(incoming)
      const query: Query = { worker, orderId: orderIdOf(body), began, ended: undefined }
      queries.push(query)
      underWay.add(query)
      response.once("close", () => {
        query.ended = Date.now()
        underWay.delete(query)
        onward.destroy()
      })
      const onward = request(`${sandbox.baseUrl}/pay/orderquery`, {
        agent,
        method: "POST",
        headers: incoming.headers
      })
      onward.on("error", () => response.socket?.destroy())
      onward.on("response", (answer) => {
        const millis = hold(query)
        if (millis > 0) setTimeout(() => passOn(answer, response), millis)
        else passOn(answer, response)
      })
      onward.end(body)
    }
    const server = yield* Effect.acquireRelease(
      Effect.callback<Server>((resume) => {
        const listening = createServer((incoming, response) => {
          // A worker that was killed half-way through its question leaves nothing to answer.
          handle(incoming, response).catch(() => incoming.socket.destroy())
        })
        listening.listen(0, "127.0.0.1", () => resume(Effect.succeed(listening)))
      }),
      (listening) =>
        Effect.callback<void>((resume) => {
          listening.close(() => resume(Effect.void))
          listening.closeAllConnections()
          agent.destroy()
        })
    )
    const address = server.address()
    const port = address !== null && typeof address === "object" ? address.port : 0
    return {
      urlFor: (worker) => `http://127.0.0.1:${port}/${worker}/in-pay-client`,
      queries,
      underWay: () => [...underWay],
      hold: (millis) => {
        hold = millis
      }
    }
  })
