/** How commands show their orders in the inspector. */
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as AttachInspector from "../inspector/AttachInspector.ts"
import type { Inspector, InspectorNotServed } from "../inspector/Inspector.ts"
import type { OrderDesk } from "../sync/OrderDesk.ts"
import type { OrderSync } from "../sync/OrderSync.ts"
import * as OpenPage from "./OpenPage.ts"
import * as Options from "./Options.ts"
import * as Output from "./Output.ts"

/** The setting of `--json`. */
type Json = Effect.Services<typeof Options.Json>

const shared = {
  showOrderNumbers: Flag.Boolean("show-order-numbers").pipe(
    Flag.withDescription("Show order numbers in full in the inspector; they are masked by default"),
    Flag.withDefault(false)
  ),
  open: Flag.Boolean("open").pipe(
    Flag.withDescription("Open the inspector in the browser"),
    Flag.withDefault(false)
  )
}

const port = (name: string) =>
  Flag.Int(name).pipe(
    Flag.filter(
      (given) => given >= 0 && given <= 65_535,
      () => `--${name} must be 0 to 65535`
    ),
    Flag.withDescription("The inspector's port on 127.0.0.1; any that is free by default"),
    Flag.withDefault(0)
  )

/** Of the command that does nothing else. */
export const flags = { port: port("port"), ...shared }

/** Of commands that may do it besides. */
export const besides = {
  inspect: Flag.Boolean("inspect").pipe(
    Flag.withDescription("Serve the live inspector on 127.0.0.1, for you alone"),
    Flag.withDefault(false)
  ),
  inspectPort: port("inspect-port"),
  ...shared
}

/** What the flags of `besides` say. */
export interface Given {
  readonly inspect: boolean
  readonly inspectPort: number
  readonly showOrderNumbers: boolean
  readonly open: boolean
}

/** Whether order numbers are shown, as the inspector takes it. */
export const orderNumbers = (given: Pick<Given, "showOrderNumbers">): "shown" | "masked" =>
  given.showOrderNumbers ? "shown" : "masked"

type Served = Inspector["Service"]

/** Tells where the inspector is: for people on stderr, since the address holds its token, and stdout may be kept. */
export const tell: (
  inspector: Pick<Served, "url">,
  open: boolean
) => Effect.Effect<void, never, Scope.Scope> = Effect.fnUntraced(function* ({ url }, open) {
  const isOpened = open && (yield* OpenPage.open(url))
  const hint = isOpened
    ? "opened in your browser"
    : open
      ? "no browser could be started; open it yourself"
      : "open it in a browser on this machine"
  yield* Output.note(`Inspector (${hint}):\n  ${url}`)
})

/** The same, and as one JSON object on stdout with `--json`. */
export const tellBoth = (
  inspector: Pick<Served, "url">,
  open: boolean
): Effect.Effect<void, never, Scope.Scope | Json> =>
  Effect.flatMap(Options.Json, (json) =>
    Effect.andThen(json ? Output.json({ inspector: inspector.url }) : Effect.void, tell(inspector, open))
  )

/** Serves the inspector of the service around it, where the flags ask for one; each of them does. */
export const besideService = (
  given: Given,
  name: string,
  numbers: "shown" | "masked" = orderNumbers(given)
): Effect.Effect<Served | undefined, InspectorNotServed, OrderSync | OrderDesk | Scope.Scope> =>
  given.inspect || given.open || given.showOrderNumbers || given.inspectPort !== 0
    ? AttachInspector.attach({ name, port: given.inspectPort, orderNumbers: numbers })
    : Effect.succeed(undefined)

/** For commands that would end: until Ctrl-C. */
export const untilStopped: Effect.Effect<never> = Effect.andThen(
  Output.note("The inspector stays until Ctrl-C."),
  Effect.never
)
