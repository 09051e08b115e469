/** What the sandbox remembers: orders, and the queries that it received. */
import type * as Ref from "effect/Ref"
import type { Received } from "./Received.ts"
import type { SandboxState } from "./SandboxState.ts"

export interface Memory {
  readonly state: Ref.Ref<SandboxState>
  readonly received: Ref.Ref<ReadonlyArray<Received>>
}
