/** A test's platform for whoever does not use Effect. */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { UmfInputError } from "../promise/UmfError.ts"
import type { RefusalKind, Refused } from "../sandbox/SandboxState.ts"
import type { PlainPlatform } from "./PlainPlatform.ts"
import type { TestPlatform } from "./TestPlatform.ts"

const fieldOf: { readonly [kind in RefusalKind]: string } = {
  UnknownOrder: "orderId",
  UnknownScript: "script",
  OrderExists: "orderId",
  AskedOtherwise: "orderId",
  InvalidInput: ""
}

const toError = (refused: Refused): UmfInputError => {
  const { kind, message } = refused
  return new UmfInputError(message, { issues: [{ field: fieldOf[kind], message }], cause: refused })
}

/** The platform, with what it does happening at the time of this context's clock. */
export const toPlainPlatform = (
  platform: TestPlatform["Service"],
  context: Context.Context<never>
): PlainPlatform => {
  const run = <A>(effect: Effect.Effect<A, Refused>): A => {
    const result = Effect.runSyncWith(context)(Effect.result(effect))
    if (Result.isFailure(result)) throw toError(result.failure)
    return result.success
  }
  return {
    merId: platform.merId,
    keys: platform.keys,
    createOrder: (order) => run(platform.createOrder(order)),
    requestRefund: (orderId) => run(platform.requestRefund(orderId)),
    requestVoid: (orderId) => run(platform.requestVoid(orderId)),
    answerNext: (orderId, ...replies) => run(platform.answerNext(orderId, ...replies)),
    queries: (orderId) => run(platform.queries(orderId))
  }
}
