/** The promise interface over a sandbox, and what its promises are rejected with. */
import { assert } from "@effect/vitest"
import { QuerySchedule } from "@umf-order-sync/core"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { createOrderSync, type OrderSync, type OrderSyncOptions, UmfError } from "../../src/promise.ts"
import * as Sandbox from "../../src/sandbox/Sandbox.ts"

/** The default schedule, a hundred times faster. */
export const schedule: QuerySchedule.QuerySchedule = QuerySchedule.compress(QuerySchedule.defaults, 100)

/** Options that follow the orders of a sandbox, a hundred times faster than the platform's. */
export const optionsFor = (sandbox: Sandbox.Running): OrderSyncOptions => ({
  merId: sandbox.merId,
  baseUrl: sandbox.baseUrl,
  privateKey: Redacted.value(sandbox.merchantPrivateKey),
  platformCert: sandbox.platformCert,
  schedule
})

/** A sandbox, and an order sync over it, which are closed at the end. */
export const withSandbox = (
  body: (orders: OrderSync, sandbox: Sandbox.Running) => Promise<void>,
  more: Partial<OrderSyncOptions> = {}
): Effect.Effect<void, Sandbox.SandboxError, Scope.Scope> =>
  Effect.gen(function* () {
    const sandbox = yield* Sandbox.make({ timeScale: 100 })
    yield* Effect.promise(async () => {
      await using orders = await createOrderSync({ ...optionsFor(sandbox), ...more })
      await body(orders, sandbox)
    })
  })

/** What a promise was rejected with; fails the test if it was not. */
export const rejection = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise
  } catch (error) {
    return error
  }
  return assert.fail("was not rejected")
}

/** The same, of one of the library's own errors. */
export const refusal = async (promise: Promise<unknown>): Promise<UmfError> => {
  const error = await rejection(promise)
  assert.instanceOf(error, UmfError)
  return error
}

/** Waits, in real time, until something holds; a test's own time-out ends what never does. */
export const until = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 2))
}
