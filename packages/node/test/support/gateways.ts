/** Gateways for tests: over real sockets with short time-outs, or over an HttpClient in memory. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as GatewayConfig from "../../src/gateway/GatewayConfig.ts"
import * as MemoryLimits from "../../src/gateway/MemoryLimits.ts"
import { OrderGateway } from "../../src/gateway/OrderGateway.ts"
import * as Transport from "../../src/gateway/Transport.ts"
import type { Running } from "../../src/sandbox/Sandbox.ts"
import * as UmfOrderSync from "../../src/UmfOrderSync.ts"
import * as Keys from "./keys.ts"

/** A gateway whose signer and verifier the caller provides. */
const over =
  (client: (config: GatewayConfig.GatewayConfig) => Layer.Layer<HttpClient.HttpClient>) =>
  (options: GatewayConfig.GatewayOptions, changes: Partial<GatewayConfig.GatewayConfig> = {}) =>
    Layer.unwrap(
      Effect.map(Effect.orDie(GatewayConfig.make(options)), (made) => {
        const config = { ...made, ...changes }
        return OrderGateway.layer(config).pipe(Layer.provide([client(config), MemoryLimits.layer]))
      })
    )

/**
 * Short time-outs. They go past the checks of `GatewayConfig.make`, which refuses a minute or less because
 * the platform may need that long: no test waits for a minute in real time.
 */
export const short = (
  milliseconds: number,
  deadline = 10 * milliseconds
): Pick<GatewayConfig.GatewayConfig, "timeout" | "deadline"> => ({
  timeout: Duration.millis(milliseconds),
  deadline: Duration.millis(deadline)
})

/** A gateway over real sockets, with the test merchant's keys. */
export const live = (
  options: GatewayConfig.GatewayOptions,
  changes?: Partial<GatewayConfig.GatewayConfig>
): Layer.Layer<OrderGateway> =>
  over(Transport.layerHttpClient)(options, changes).pipe(Layer.provide(Keys.layer))

/** A gateway over real sockets to a sandbox, with the keys that the sandbox gave out. */
export const toSandbox = (
  sandbox: Running,
  options: GatewayConfig.GatewayOptions = {},
  changes?: Partial<GatewayConfig.GatewayConfig>
): Layer.Layer<OrderGateway> =>
  over(Transport.layerHttpClient)({ baseUrl: sandbox.baseUrl, ...options }, changes).pipe(
    Layer.provide(
      Layer.orDie(
        UmfOrderSync.layerKeys({
          privateKey: Redacted.value(sandbox.merchantPrivateKey),
          platformCert: sandbox.platformCert
        })
      )
    )
  )

/** What the platform in memory does with one request. */
export type Reaction =
  | { readonly status?: number; readonly body: string; readonly afterMillis?: number }
  | "refuses the connection"
  | "never answers"

/** One request that arrived at the platform in memory. */
export interface Arrived {
  readonly at: number
  readonly merId: string
  readonly orderId: string
}

/** A platform in memory: reacts to the first, second, … request, and keeps a list of them. */
export const platform = (
  react: (index: number, request: Arrived) => Reaction
): {
  readonly arrived: ReadonlyArray<Arrived>
  readonly layer: (options?: GatewayConfig.GatewayOptions) => Layer.Layer<OrderGateway>
} => {
  const arrived: Array<Arrived> = []
  const client = HttpClient.make((request) =>
    Effect.gen(function* () {
      const { body } = request
      const text = body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : "{}"
      const fields: { readonly merId: string; readonly orderId: string } = JSON.parse(text)
      const entry = { at: yield* Clock.currentTimeMillis, merId: fields.merId, orderId: fields.orderId }
      const reaction = react(arrived.length, entry)
      arrived.push(entry)
      if (reaction === "never answers") return yield* Effect.never
      if (reaction === "refuses the connection") {
        const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" })
        const reason = new HttpClientError.TransportError({ request, cause })
        return yield* new HttpClientError.HttpClientError({ reason })
      }
      yield* Effect.sleep(reaction.afterMillis ?? 0)
      return HttpClientResponse.fromWeb(
        request,
        new Response(reaction.body, { status: reaction.status ?? 200 })
      )
    })
  )
  const layerOf = over(() => Layer.succeed(HttpClient.HttpClient, client))
  return { arrived, layer: (options = {}) => layerOf(options).pipe(Layer.provide(Keys.layer)) }
}
