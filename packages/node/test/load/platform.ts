/**
 * A platform that costs little: answers signed beforehand, in the mode that its parent says. Its settings, as
 * JSON, stand in UMF_TEST_PLATFORM.
 */
import { createServer, type ServerResponse } from "node:http"
import type { FromPlatform, Mode, ToPlatform } from "./scene.ts"

interface Settings {
  readonly slowAnswer: number
  readonly paying: string
  readonly fault: string
  readonly paid: string
}

const { fault, paid, paying, slowAnswer }: Settings = JSON.parse(process.env.UMF_TEST_PLATFORM ?? "{}")
let mode: Mode = "slow"
let requests: Array<readonly [number, string]> = []

const reply = (response: ServerResponse, body: string): void => {
  response.writeHead(200, { "content-type": "application/json" }).end(body)
}

const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
  const chunks: Array<Buffer> = []
  request.on("error", () => {})
  response.on("error", () => {})
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => {
    const [, orderId = ""] = /"orderId":"([^"]*)"/.exec(Buffer.concat(chunks).toString("latin1")) ?? []
    requests.push([Date.now(), orderId])
    if (mode === "slow") setTimeout(() => mode !== "dead" && reply(response, paying), slowAnswer)
    if (mode === "9999") reply(response, fault)
    if (mode === "well") reply(response, paid)
  })
})

const say = (message: FromPlatform): void => {
  process.send?.(message)
}

process.on("message", (message: ToPlatform) => {
  if ("mode" in message) mode = message.mode
  else {
    say({ requests })
    requests = []
  }
})
process.on("disconnect", () => process.exit(0))
server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  say({ port: typeof address === "object" && address !== null ? address.port : 0 })
})
