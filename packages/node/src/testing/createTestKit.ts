/**
 * A merchant's test without a network: a platform in this process, the real gateway and order sync, and a
 * clock that the test moves.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { fromLayer } from "../promise/fromLayer.ts"
import * as Options from "../promise/Options.ts"
import type { PlainNotice } from "../promise/PlainNotice.ts"
import type { OrderSyncOptions, PlainDuration } from "../promise/PlainOptions.ts"
import * as Rejection from "../promise/Rejection.ts"
import { UmfConfigError, UmfInputError } from "../promise/UmfError.ts"
import * as Chance from "./Chance.ts"
import { layerOver } from "./layerTest.ts"
import * as Replies from "./Replies.ts"
import * as SteppedClock from "./SteppedClock.ts"
import * as TestKeys from "./TestKeys.ts"
import type { TestKit, TestKitOptions } from "./TestKit.ts"
import { MER_ID, TestPlatform } from "./TestPlatform.ts"
import { toPlainPlatform } from "./toPlainPlatform.ts"

/** The first second of 2026 in Beijing. */
const START = Date.UTC(2025, 11, 31, 16)

/** Options of `createOrderSync` that have no meaning here. */
const foreign: Readonly<Record<Exclude<keyof OrderSyncOptions, keyof TestKitOptions>, true>> = {
  privateKey: true,
  platformCert: true,
  passphrase: true,
  signatureLimit: true,
  baseUrl: true,
  connections: true,
  store: true,
  onNoticeInTransaction: true,
  webhook: true,
  grace: true,
  keepHistory: true,
  countEvery: true
}

const refuseForeign = (given: object): void => {
  const setting = Object.keys(given).find((name) => Object.hasOwn(foreign, name))
  if (setting === undefined) return
  throw new UmfConfigError(`A test kit has no ${setting}: it has no network, no disk, and keys of its own.`, {
    setting
  })
}

/** A length of time to go on by. Throws `UmfInputError` for anything else. */
const checkedMillis = (by: PlainDuration): number => {
  const millis = Replies.toMillis(by)
  if (Number.isFinite(millis) && millis >= 0) return millis
  const message = 'must be a length of time, such as 500 (milliseconds) or "10 minutes"'
  throw new UmfInputError(`Time can't go on by that: it ${message}.`, { issues: [{ field: "by", message }] })
}

/** When the test begins, ms since the epoch. Throws `UmfConfigError` for a date that is none. */
const checkedStart = (startAt: Date | undefined): number => {
  const at = startAt?.getTime() ?? START
  if (Number.isFinite(at)) return at
  throw new UmfConfigError("The options can't be used. startAt: must be a date that exists.", {
    setting: "startAt"
  })
}

const checkedDurable = (durable: unknown): boolean => {
  if (durable === undefined || typeof durable === "boolean") return durable === true
  throw new UmfConfigError("The options can't be used. durable: must be true or false.", {
    setting: "durable"
  })
}

/**
 * Starts. Rejects with `UmfConfigError` for options that can't work, and for those that no test kit has; with
 * `UmfKeyError` for keys of one's own that can't be used. Where a test framework fakes timers, that is to begin
 * after this.
 */
export const createTestKit = async (given: TestKitOptions = {}): Promise<TestKit> => {
  refuseForeign(given)
  const { startAt, durable, keys = await TestKeys.shared(), merId = MER_ID, onNotice, ...rest } = given
  const isDurable = checkedDurable(durable)
  const scope = Scope.makeUnsafe()
  const clock = await Effect.runPromise(Scope.provide(SteppedClock.make(checkedStart(startAt)), scope))
  const notices: Array<PlainNotice> = []
  const { options } = await Effect.runPromise(
    Options.read({
      ...rest,
      merId,
      privateKey: keys.merchantPrivateKey,
      platformCert: keys.platformCert,
      onNotice: (notice) => {
        notices.push(notice)
        return clock.hold((async () => onNotice?.(notice))())
      }
    })
  )
  const platform = await Effect.runPromise(
    Effect.provide(TestPlatform, TestPlatform.layer({ merId, keys })).pipe(
      Effect.mapError(Rejection.fromFailure)
    )
  )
  const sync = await fromLayer(
    merId,
    layerOver({ ...options, durable: isDurable }).pipe(
      Layer.provide(Layer.succeed(TestPlatform, platform)),
      Layer.provideMerge(Layer.merge(Layer.succeedContext(clock.context), Chance.layer()))
    )
  )
  const close = async (): Promise<void> => {
    await sync.close()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  }
  return {
    platform: toPlainPlatform(platform, clock.context),
    sync,
    clock: {
      now: () => new Date(clock.now()),
      advance: async (by) => clock.advance(checkedMillis(by))
    },
    notices,
    close,
    [Symbol.asyncDispose]: close
  }
}
