/** The inspector of a service in this process: its orders, live. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as LocalDesk from "../api/LocalDesk.ts"
import type { OrderDesk } from "../sync/OrderDesk.ts"
import { OrderSync } from "../sync/OrderSync.ts"
import { Inspector, type InspectorNotServed, type InspectorOptions } from "./Inspector.ts"

export type Options = Omit<InspectorOptions, "source">

/** Serves the inspector of the service around it until the scope ends; the service goes on as if nobody looked. */
export const attach = (
  options: Options
): Effect.Effect<Inspector["Service"], InspectorNotServed, OrderSync | OrderDesk | Scope.Scope> =>
  Effect.gen(function* () {
    const desk = LocalDesk.layer({})
    const context = yield* Layer.build(
      Inspector.layer({ ...options, source: "service" }).pipe(Layer.provide(desk))
    )
    const inspector = Context.get(context, Inspector)
    const { inspect } = yield* OrderSync
    yield* inspect(inspector.inspect, inspector.isWatched)
    return inspector
  })
