/**
 * The inspector for apps that run order machines as XState actors, in promises and plain values: no type of
 * another library stands in what is declared here.
 */
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { Inspector, InspectorNotServed } from "./Inspector.ts"

export interface CreateInspectorOptions {
  /** 0 (default) takes any port that is free. */
  readonly port?: number | undefined
  /** What the page has to show; a random one if not said. At least 16 characters. */
  readonly token?: string | undefined
  /** Whether order numbers are shown in full; "masked" by default. */
  readonly orderNumbers?: "masked" | "shown" | undefined
  /** What is looked at, for people. */
  readonly name?: string | undefined
}

export interface RunningInspector extends AsyncDisposable {
  /** What a person opens, on this machine. Whoever has it can look: the token is in it. */
  readonly url: string
  /** For the `inspect` option of XState's `createActor`, or of `createOrderActor`. Never throws. */
  readonly inspect: (event: unknown) => void
  /** Stops serving. Events that come later are ignored. */
  readonly close: () => Promise<void>
}

const refused = (why: string) => new InspectorNotServed({ message: `The inspector can't be served: ${why}.` })

/** Starts an inspector. Rejects with `InspectorNotServed` where it can't be served. */
export const createInspector = async (options: CreateInspectorOptions = {}): Promise<RunningInspector> => {
  const { token, port = 0, orderNumbers = "masked", name, ...unknown } = options
  const [other] = Object.keys(unknown)
  if (other !== undefined) throw refused(`"${other}" is no option of it`)
  if (!Number.isSafeInteger(port) || port < 0 || port > 65_535) throw refused("port must be 0 to 65535")
  if (orderNumbers !== "masked" && orderNumbers !== "shown") {
    throw refused('orderNumbers must be "masked" or "shown"')
  }
  if (name !== undefined && typeof name !== "string") throw refused("name must be a text")
  if (token !== undefined && typeof token !== "string") throw refused("token must be a text")
  const runtime = ManagedRuntime.make(
    Inspector.layerActors({
      port,
      orderNumbers,
      name,
      token: token === undefined ? undefined : Redacted.make(token)
    })
  )
  const close = () => runtime.dispose()
  const running = runtime.runPromise(Effect.flatMap(Inspector, Effect.succeed))
  const { url, inspect } = await running.catch(async (error) => {
    await close()
    throw error
  })
  return { url, inspect: inspect as (event: unknown) => void, close, [Symbol.asyncDispose]: close }
}
