/**
 * Whether the next transaction has to survive a power cut. All have to, unless it is said otherwise: what
 * a merchant's own code writes beside an order is never less safe than the order. Only a mere poll, which
 * can be asked again, goes without, and is many times cheaper for that.
 */
import * as Context from "effect/Context"

/** Read when a transaction, or a statement outside of one, begins. */
export const MustSurvive: Context.Reference<boolean> = Context.Reference<boolean>(
  "@umf-order-sync/node/store/Durability/MustSurvive",
  { defaultValue: () => true }
)
