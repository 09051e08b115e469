/**
 * A stateful stand-in for the platform, on loopback, with keys of its own: checks requests' signatures,
 * follows each order's script, signs answers, and spoils them where the script says so.
 *
 * Scripts are in `scripts` and `Script`, decisions in `SandboxState`. Knows nothing of the library's own
 * gateway, store or sync: it is the other side.
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { KeyFile } from "../keys/index.ts"
import * as AdminApi from "./AdminApi.ts"
import type * as Administration from "./Administration.ts"
import * as LoopbackServer from "./LoopbackServer.ts"
import * as Platform from "./Platform.ts"
import { route } from "./Router.ts"
import * as SandboxKeys from "./SandboxKeys.ts"
import * as Welcome from "./Welcome.ts"

/** The sandbox did not start. None of the reasons goes away by trying again. */
export class SandboxError extends Schema.TaggedError<SandboxError>()("SandboxError", {
  reason: Schema.Union([LoopbackServer.CannotListen, SandboxKeys.KeysIncomplete, KeyFile.KeyError])
}) {
  /** What, where, and what to do about it. */
  override get message(): string {
    return `The sandbox did not start: ${this.reason.message.replace(/\.$/, "")}.`
  }

  get isRetryable(): boolean {
    return false
  }
}

/** How a sandbox is started. */
export interface SandboxOptions {
  /** 0 (default) for any port that is free. */
  readonly port?: number | undefined
  /** Where keys are made at first start and found again later; in memory only where it is left out. */
  readonly keysDirectory?: string | undefined
  /** Divides every length of time in every script. Default 1. */
  readonly timeScale?: number | undefined
  /** Loopback only. Default 127.0.0.1. */
  readonly host?: LoopbackServer.LoopbackHost | undefined
}

/** The merchant number that every sandbox gives out. */
export const merId = "90000001"

/** A running sandbox: where it is, what a merchant needs to talk to it, and the tester's side of it. */
export interface Running extends Administration.Administration {
  /** What to use in place of `https://mofunapi.umfintech.com/in-pay-client`. */
  readonly baseUrl: string
  readonly adminUrl: string
  readonly merId: string
  /** PKCS#8 DER. */
  readonly merchantPrivateKey: Redacted.Redacted<Uint8Array>
  /** X.509, PEM. */
  readonly platformCert: Uint8Array
  /** Where these are as files; `undefined` without a key directory. */
  readonly keyFiles: SandboxKeys.KeyFiles | undefined
  /** The text of `GET /`: how to use this sandbox, for a person. */
  readonly welcome: string
}

/** Starts a sandbox. It ends with its scope, and takes all its sockets with it. */
export const make = Effect.fnUntraced(function* (
  options: SandboxOptions = {}
): Effect.fn.Return<Running, SandboxError, Scope.Scope> {
  const { port = 0, keysDirectory, timeScale = 1, host = "127.0.0.1" } = options
  if (!loopbackHosts.includes(host)) {
    return yield* Effect.die(new RangeError(`A sandbox listens on ${loopbackHosts.join(" or ")} only.`))
  }
  if (!(timeScale > 0 && Number.isFinite(timeScale))) {
    return yield* Effect.die(new RangeError("A sandbox's timeScale must be a number above 0."))
  }
  const fail = (reason: SandboxError["reason"]) => new SandboxError({ reason })
  const keys = yield* Effect.mapError(SandboxKeys.load(keysDirectory), fail)
  const platform = yield* Effect.mapError(Platform.make(keys, { merId, timeScale }), fail)
  const welcome = (origin: string) =>
    Welcome.text({
      baseUrl: origin + basePath,
      adminUrl: origin + AdminApi.prefix,
      merId,
      keyFiles: keys.files
    })
  const handle = (request: IncomingMessage, response: ServerResponse) =>
    route(request, response, { platform, welcome })
  const bound = yield* Effect.mapError(LoopbackServer.serve({ host, port }, handle), fail)
  const origin = `http://${host.includes(":") ? `[${host}]` : host}:${bound}`
  return {
    ...platform.administration,
    baseUrl: origin + basePath,
    adminUrl: origin + AdminApi.prefix,
    merId,
    merchantPrivateKey: keys.merchantPrivateKey,
    platformCert: keys.platformCert,
    keyFiles: keys.files,
    welcome: welcome(origin)
  }
})

const loopbackHosts: ReadonlyArray<string> = ["127.0.0.1", "::1"]

/** The path of the platform's own base URL. */
const basePath = "/in-pay-client"

/** A sandbox as a service. */
export class Sandbox extends Context.Service<Sandbox, Running>()("@umf-order-sync/node/sandbox/Sandbox") {
  /** A sandbox that lives as long as the layer. */
  static readonly layer = (options?: SandboxOptions): Layer.Layer<Sandbox, SandboxError> =>
    Layer.effect(Sandbox, make(options))
}
