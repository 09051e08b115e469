import { renameSync, truncateSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/testing/TestClock"
import { OrderGateway } from "../../src/gateway/OrderGateway.ts"
import * as FileStamp from "../../src/merchants/FileStamp.ts"
import * as FileWatch from "../../src/merchants/FileWatch.ts"
import { Merchants } from "../../src/merchants/Merchants.ts"
import { order } from "../support/orders.ts"
import { A, B, directory, entry, platform, twoMerchants, writeKeys, writeList } from "./shop.ts"

/** A watcher over a made-up state of files. */
const watched = Effect.gen(function* () {
  const now = { changes: [] as string[], faults: [] as string[], reloads: 0, breaks: false }
  yield* FileWatch.run({
    changes: Effect.suspend(() => (now.breaks ? Effect.die("broken") : Effect.succeed([...now.changes]))),
    faults: () => now.faults,
    reload: Effect.sync(() => {
      now.reloads++
      now.changes = []
    })
  }).pipe(Effect.forkScoped)
  return now
})
const look = TestClock.adjust("5 seconds")

describe("a look", () => {
  it.effect("given no change, reads nothing again", () =>
    Effect.gen(function* () {
      const now = yield* watched
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(now.reloads, 0)
    })
  )

  it.effect("given a change, waits until it was the same twice", () =>
    Effect.gen(function* () {
      const now = yield* watched
      now.changes = ["key 1"]
      yield* look
      assert.strictEqual(now.reloads, 0)
      now.changes = ["key 2", "certificate 1"]
      yield* look
      assert.strictEqual(now.reloads, 0)
      yield* look
      assert.strictEqual(now.reloads, 1)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(now.reloads, 1)
    })
  )

  it.effect("given what could not be used, tries again each time", () =>
    Effect.gen(function* () {
      const now = yield* watched
      now.faults = ["no more file descriptors"]
      yield* look
      yield* look
      assert.strictEqual(now.reloads, 2)
      now.faults = []
      yield* look
      assert.strictEqual(now.reloads, 2)
    })
  )

  it.effect("given a defect, goes on", () =>
    Effect.gen(function* () {
      const now = yield* watched
      now.breaks = true
      yield* look
      now.breaks = false
      now.changes = ["key 1"]
      yield* look
      yield* look
      assert.strictEqual(now.reloads, 1)
    })
  )
})

describe("a stamp", () => {
  it.live("differs after a change of size or time, a rename over it, and where the file comes or goes", () =>
    Effect.gen(function* () {
      const file = join(yield* directory, "file")
      const stamp = FileStamp.take([file])
      const seen = [yield* stamp]
      for (const change of [
        () => writeFileSync(file, "one"),
        () => writeFileSync(file, "three"),
        () => utimesSync(file, 1, 1),
        () => {
          writeFileSync(`${file}.new`, "seven")
          renameSync(`${file}.new`, file)
        },
        () => renameSync(file, `${file}.old`)
      ]) {
        change()
        const now = yield* stamp
        const before = seen.at(-1) ?? new Map()
        assert.strictEqual(FileStamp.differences(before, now).length, 1)
        assert.deepStrictEqual(FileStamp.differences(now, yield* stamp), [])
        seen.push(now)
      }
    })
  )
})

describe("watching files", () => {
  it.live("given new keys, a half-written list and then a whole one, takes up what can be used", () =>
    Effect.gen(function* () {
      const server = yield* platform
      const path = yield* directory
      const file = twoMerchants(path)
      const options = { file, baseUrl: server.url }
      const layer = Merchants.layerWatch({ every: "10 millis" }).pipe(
        Layer.provideMerge(Merchants.layer(options))
      )
      yield* Effect.gen(function* () {
        const merchants = yield* Merchants
        const gateway = yield* OrderGateway
        const keyOf = Effect.fnUntraced(function* (merId: string) {
          yield* gateway.query(order("order-1", { merId, amount: "8888" }))
          return server.arrived.at(-1)?.key
        })
        /** Waits in real time; the test's own time-out ends what never comes. */
        const until = (holds: () => boolean) =>
          Effect.sleep(5).pipe(Effect.repeat({ until: () => Effect.sync(holds) }))
        const settled = Effect.gen(function* () {
          while ((yield* merchants.changes).length > 0) yield* Effect.sleep(5)
        })

        writeKeys(path, "a", { key: "a2", cert: "platformA2" })
        yield* settled
        assert.strictEqual(yield* keyOf(A), "a2")

        truncateSync(file, 100)
        yield* until(() => merchants.faults().length > 0)
        assert.strictEqual(yield* keyOf(A), "a2")
        assert.strictEqual(yield* keyOf(B), "b")

        writeList(path, [entry(A, "a")])
        yield* until(() => !merchants.has(B))
        assert.deepStrictEqual(merchants.faults(), [])
        assert.strictEqual(yield* keyOf(A), "a2")
      }).pipe(Effect.provide(layer), Effect.provide(Logger.layer([])))
    })
  )
})
