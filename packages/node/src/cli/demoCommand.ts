/** `umf-order demo`: about ten orders followed to their ends against the sandbox, at a compressed time scale. */
import { QuerySchedule } from "@umf-order-sync/core"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
export const demoCommand = Command.make("demo", {}, () => Effect.void)
void QuerySchedule
