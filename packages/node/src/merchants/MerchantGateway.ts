/**
 * One merchant's gateway, for as long as it is the merchant's own and then until its last query has ended:
 * new keys are for new queries.
 */
import { Signature } from "@umf-order-sync/core"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { OrderGateway, type Requirements } from "../gateway/OrderGateway.ts"
import * as Lease from "./Lease.ts"
import type { Prepared } from "./MerchantKeys.ts"

/** What the gateways of all merchants have in common: connections, turns, and the count of faults. */
export type Shared = Exclude<Requirements, Signature.Signer | Signature.Verifier>

/** A gateway, and the count of its queries. */
export interface MerchantGateway extends Lease.Lease, Pick<Prepared, "merId" | "config" | "identity"> {
  readonly query: OrderGateway["Service"]["query"]
}

/** Builds the gateway. It is ended by `retire`, and by nothing else. */
export const make = Effect.fnUntraced(function* (
  prepared: Prepared
): Effect.fn.Return<MerchantGateway, never, Shared> {
  const { merId, config, identity, signer, verifier } = prepared
  const scope = yield* Scope.make()
  const built = yield* OrderGateway.layer(config).pipe(
    Layer.provide([Layer.succeed(Signature.Signer, signer), Layer.succeed(Signature.Verifier, verifier)]),
    Layer.buildWithScope(scope)
  )
  return { merId, config, identity, query: Context.get(built, OrderGateway).query, ...Lease.make(scope) }
})
