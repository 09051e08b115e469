/**
 * A process of its own that asks each base URL once about an order, and prints what came of it, a line for
 * each: the verdict, or the reason's tag and code. For environment variables that Node reads at its start.
 *
 * node --import ./sources.ts queryOnce.ts <private key file> <platform certificate file> <base URL> …
 */
import * as Effect from "effect/Effect"
import { OrderGateway } from "../../src/gateway/OrderGateway.ts"
import * as UmfOrderSync from "../../src/UmfOrderSync.ts"
import { order } from "./orders.ts"

const [privateKey = "", platformCert = "", ...baseUrls] = process.argv.slice(2)

const ask = (baseUrl: string) =>
  OrderGateway.use((gateway) => gateway.query(order("order-1"))).pipe(
    Effect.map(({ verdict }): string => verdict),
    Effect.catchTag("GatewayError", ({ reason, isRetryable }) =>
      Effect.succeed(
        `${reason._tag} ${reason._tag === "Unreachable" ? reason.code : ""}${isRetryable ? " retryable" : ""}`
      )
    ),
    Effect.provide(UmfOrderSync.layerGateway({ baseUrl, privateKey, platformCert, retries: 0 }))
  )

process.stdout.write((await Effect.runPromise(Effect.forEach(baseUrls, ask))).join("\n"))
