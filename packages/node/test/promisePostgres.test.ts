/** Two processes' worth of the promise interface over one Postgres, of which one asks and the other waits. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { fromLayer } from "../src/promise/fromLayer.ts"
import type { OrderSync } from "../src/promise.ts"
import { UmfClosedError, UmfOrderUnknownError, UmfStoreError } from "../src/promise.ts"
import type * as Sandbox from "../src/sandbox/Sandbox.ts"
import { make as makeSandbox } from "../src/sandbox/Sandbox.ts"
import * as PostgresStore from "../src/store/PostgresStore.ts"
import { Buckets, everything } from "../src/sync/Buckets.ts"
import * as UmfOrderSync from "../src/UmfOrderSync.ts"
import * as Postgres from "./support/postgres.ts"
import { optionsFor, rejection, schedule, until } from "./support/promises.ts"

/** A process that asks after every order, or one that asks after none and sees what the other wrote. */
const start = (sandbox: Sandbox.Running, url: string, asks: boolean): Promise<OrderSync> => {
  const { merId: _, inspect: __, ...given } = optionsFor(sandbox)
  const options = { ...given, schedule: { ...schedule, firstEvery: 200 } }
  const buckets = asks ? everything : { ...everything, mine: () => [], isMine: () => false, share: () => 0.5 }
  return fromLayer(
    sandbox.merId,
    UmfOrderSync.layerSync(options).pipe(
      Layer.provideMerge(UmfOrderSync.layerGateway(options)),
      Layer.provide(PostgresStore.layer({ url: Redacted.make(url) })),
      Layer.provide(Layer.succeed(Buckets, buckets))
    )
  )
}

const withTwo = (body: (asking: OrderSync, waiting: OrderSync, url: string) => Promise<void>) =>
  Effect.gen(function* () {
    const sandbox = yield* makeSandbox({ timeScale: 100 })
    const url = yield* Postgres.database
    yield* Effect.promise(async () => {
      await using asking = await start(sandbox, url, true)
      await using waiting = await start(sandbox, url, false)
      await body(asking, waiting, url)
    })
  })

describe("given another process that follows the orders", () => {
  it.live(
    "waitFor gives the end that the other one reached, whoever handed the order over",
    () =>
      withTwo(async (asking, waiting) => {
        await waiting.handOver({ orderId: "paid-after-3-1", amount: 8888n })
        await asking.handOver({ orderId: "pay-error-1" })
        const ends = await Promise.all([waiting.waitFor("paid-after-3-1"), waiting.waitFor("pay-error-1")])
        assert.deepStrictEqual(
          ends.map(({ state, settled, paid }) => [state, settled, paid]),
          [
            ["paid", true, true],
            ["payFailed", true, false]
          ]
        )
        assert.deepStrictEqual(await waiting.waitFor("paid-after-3-1"), ends[0])
      }),
    30_000
  )

  it.live(
    "an unknown order, an aborted signal and a close end the wait as they do alone; the order is followed",
    () =>
      withTwo(async (asking, waiting) => {
        assert.instanceOf(await rejection(waiting.waitFor("paid-nobody-tracks")), UmfOrderUnknownError)
        await asking.handOver({ orderId: "paid-after-3-2" })
        const abort = new AbortController()
        const aborted = rejection(waiting.waitFor("paid-after-3-2", { signal: abort.signal }))
        const closed = rejection(waiting.waitFor("paid-after-3-2"))
        abort.abort("enough")
        assert.strictEqual(await aborted, "enough")
        await waiting.close()
        assert.instanceOf(await closed, UmfClosedError)
        assert.strictEqual((await asking.waitFor("paid-after-3-2")).state, "paid")
      }),
    30_000
  )

  it.live(
    "what happens in the other process is not told here by onSettled: that is for onNotice",
    () =>
      withTwo(async (asking, waiting) => {
        const here: Array<string> = []
        const there: Array<string> = []
        waiting.onSettled(({ orderId }) => here.push(orderId))
        asking.onSettled(({ orderId }) => there.push(orderId))
        await asking.handOver({ orderId: "paid-1" })
        await waiting.waitFor("paid-1")
        await until(() => there.length === 1)
        assert.deepStrictEqual([here, there], [[], ["paid-1"]])
      }),
    30_000
  )

  it.live(
    "a database that is gone rejects with an error that says whether it may be back",
    () =>
      withTwo(async (asking, waiting, url) => {
        await asking.handOver({ orderId: "never-decided-1" })
        const waited = rejection(waiting.waitFor("never-decided-1"))
        const name = new URL(url).pathname.slice(1)
        const server = await Effect.runPromise(Postgres.server)
        await Effect.runPromise(Postgres.run(server, `DROP DATABASE ${name} WITH (FORCE)`))
        const error = await waited
        assert.instanceOf(error, UmfStoreError)
        assert.match(error.code, /^STORE_(?:UNAVAILABLE|REFUSED)$/)
        assert.notInclude(JSON.stringify(error), "postgres:")
      }),
    30_000
  )
})
