/** What the command's exit codes mean, and how failures become them. */
import * as Data from "effect/Data"
import type { ApiNotServed } from "../api/ApiServer.ts"
import type { OrderInvalid } from "../api/OrderInput.ts"
import type { ApiError } from "../api/PlainDesk.ts"
import type { ConfigInvalid } from "../gateway/GatewayConfig.ts"
import type { GatewayError } from "../gateway/GatewayError.ts"
import type { InspectorNotServed } from "../inspector/Inspector.ts"
import type { KeyError } from "../keys/KeyFile.ts"
import type { MerchantsInvalid } from "../merchants/MerchantsFault.ts"
import type { SandboxError } from "../sandbox/Sandbox.ts"
import type { StoreError } from "../store/StoreError.ts"
import type { OrderConflict, UnknownOrder } from "../sync/OrderSync.ts"

/** An answer was believed; `verify`: valid; `track`: settled. */
export const OK = 0
/** `verify`: not valid; `track`: a person is needed; `orders add`: some orders were not taken. */
export const NEGATIVE = 1
/** The command line or the configuration can't be used, or the order file is another process's. */
export const USAGE = 2
/** The gateway, the order store or the service could not be reached, timed out, or answered with a fault. */
export const FAULT = 3
/** An answer came and was not believed. */
export const DISBELIEVED = 4

/** A mistake in the command line, the environment or the input: what, where, what to do. */
export class UsageError extends Data.TaggedError("UsageError")<{ readonly message: string }> {}

/** The command has printed its result and ends with a code other than 0. */
export class Ended extends Data.TaggedError("Ended")<{ readonly code: number }> {}

/** Everything that a command may fail with, besides the parser's own errors. */
export type CommandError =
  | UsageError
  | Ended
  | ConfigInvalid
  | KeyError
  | GatewayError
  | StoreError
  | OrderConflict
  | UnknownOrder
  | OrderInvalid
  | ApiError
  | SandboxError
  | MerchantsInvalid
  | ApiNotServed
  | InspectorNotServed

/** The exit code of a failure. */
export const of = (error: CommandError): number => {
  switch (error._tag) {
    case "Ended":
      return error.code
    case "GatewayError":
      return error.isDisbelief ? DISBELIEVED : FAULT
    case "StoreError":
    case "ApiError":
      return error.isRetryable ? FAULT : USAGE
    default:
      return USAGE
  }
}
