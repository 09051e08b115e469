/** Everything wired together for an app without Effect, from one set of options. */
import * as Effect from "effect/Effect"
import { layer } from "../UmfOrderSync.ts"
import { fromLayer } from "./fromLayer.ts"
import * as Options from "./Options.ts"
import type { OrderSync } from "./OrderSync.ts"
import type { OrderSyncOptions } from "./PlainOptions.ts"

/**
 * Starts. Rejects with `UmfConfigError` or `UmfKeyError` if the options can't work, with `UmfStoreError` if
 * the store can't be opened.
 */
export const createOrderSync = async (given: OrderSyncOptions): Promise<OrderSync> => {
  const { merId, options } = await Effect.runPromise(Options.read(given))
  return fromLayer(merId, layer(options))
}
