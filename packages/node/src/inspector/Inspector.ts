/**
 * The inspector: a page on loopback that shows orders and their machines as they move. It looks at any order
 * desk (a running service, a store, a service behind its API) or at the actors of an app, and tells the page
 * only what `Protocol` lists.
 */
import { type OrderInspection, OrderSnapshot, StateGuide } from "@umf-order-sync/machine"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { PlainDesk } from "../api/PlainDesk.ts"
import { version } from "../Version.ts"
import * as ActorDesk from "./ActorDesk.ts"
import * as Assets from "./Assets.ts"
import * as Feed from "./Feed.ts"
import { InspectorNotServed, type Served, type ServerOptions, serve } from "./InspectorServer.ts"
import * as LiveRows from "./LiveRows.ts"
import * as Permitted from "./Permitted.ts"
import type { Act, Session, StateInfo } from "./Protocol.ts"
import * as Reads from "./Reads.ts"
import * as Routes from "./Routes.ts"

export { InspectorNotServed } from "./InspectorServer.ts"

/** How actors are looked at. */
export interface ActorsOptions extends ServerOptions {
  /** Whether order numbers are shown in full; "masked" by default. */
  readonly orderNumbers?: Session["orderNumbers"] | undefined
  /** What is looked at, for people. */
  readonly name?: string | undefined
}

/** How a desk is looked at. */
export interface InspectorOptions extends ActorsOptions {
  /** What the desk stands for; "service" by default. */
  readonly source?: Exclude<Session["source"], "actors"> | undefined
  /** What the page may ask of orders: to be asked again, as a rule; nothing of a store at rest. */
  readonly acts?: ReadonlyArray<Act> | undefined
}

const states: ReadonlyArray<StateInfo> = OrderSnapshot.ResultState.literals.map((state) => ({
  state,
  tag: OrderSnapshot.tagOf(state),
  ...StateGuide.states[state]
}))

const names: Readonly<Record<Session["source"], string>> = {
  service: "this service",
  store: "a store",
  api: "a service",
  actors: "this app"
}

const notBuilt = new InspectorNotServed({
  message:
    "The inspector's page is not beside its code. Install the package anew; in its repository, run: pnpm run build"
})

const make = Effect.fnUntraced(function* (
  desk: Reads.Desk,
  feed: Feed.Feed,
  source: Session["source"],
  options: Omit<InspectorOptions, "source">
): Effect.fn.Return<Inspector["Service"], InspectorNotServed, Scope.Scope> {
  const { orderNumbers = "masked", name = names[source] } = options
  const defaultActs: ReadonlyArray<Act> = source === "service" || source === "api" ? ["hint", "resume"] : []
  const session: Session = {
    source,
    name,
    orderNumbers,
    acts: options.acts ?? defaultActs,
    states,
    version: version()
  }
  const assets = yield* Effect.mapError(Assets.list, () => notBuilt)
  const naming = Permitted.naming(orderNumbers, source === "actors")
  const routes = Routes.make({
    assets,
    session,
    desk,
    feed,
    naming,
    reads: Reads.make(desk),
    liveRows: LiveRows.make(naming)
  })
  const served: Served = yield* serve(options, routes, feed.end)
  return { ...served, inspect: feed.inspect, isWatched: feed.isWatched }
})

/** A running inspector. */
export class Inspector extends Context.Service<
  Inspector,
  Served & {
    /** Takes XState's inspection events of order machines; others are ignored. Never throws. */
    readonly inspect: OrderInspection.Inspect
    /** Whether somebody looks at present: where nobody does, no event is wanted. */
    readonly isWatched: () => boolean
  }
>()("@umf-order-sync/node/inspector/Inspector") {
  /** Looks at the orders of a desk. Events that are given to `inspect` make it see them sooner. */
  static readonly layer = (
    options: InspectorOptions = {}
  ): Layer.Layer<Inspector, InspectorNotServed, PlainDesk> =>
    Layer.effect(
      Inspector,
      Effect.flatMap(PlainDesk, (desk) => make(desk, Feed.make(), options.source ?? "service", options))
    )

  /** Looks at what is given to `inspect`, and at nothing else: the last 1,000 orders that moved. */
  static readonly layerActors = (options: ActorsOptions = {}): Layer.Layer<Inspector, InspectorNotServed> =>
    Layer.effect(
      Inspector,
      Effect.suspend(() => {
        const desk = ActorDesk.make()
        return make(desk, Feed.make(desk.keep), "actors", { ...options, acts: [] })
      })
    )
}
