import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import * as Lease from "../../src/merchants/Lease.ts"
import * as MerchantKeys from "../../src/merchants/MerchantKeys.ts"
import * as MerchantsFile from "../../src/merchants/MerchantsFile.ts"
import { A, directory, entry, writeKeys, writeList } from "./shop.ts"

const first = { key: "a", cert: "platformA" } as const
const second = { key: "a2", cert: "platformA2" } as const

const identityOf = ({ result }: MerchantKeys.Loaded) =>
  Result.match(result, {
    onSuccess: ({ identity }) => identity,
    onFailure: ({ problem }) => problem
  })

describe("a merchant's keys", () => {
  it.live(
    "given files that are replaced while they are read, are never the old and the new together",
    () =>
      Effect.gen(function* () {
        const path = yield* directory
        writeKeys(path, "a", first)
        const file = writeList(path, [entry(A, "a")])
        const [merchant] = (yield* MerchantsFile.read(file)).merchants
        if (merchant === undefined) return yield* Effect.die("nobody is listed")
        const load = MerchantKeys.load(merchant, {})
        const old = identityOf(yield* load)
        writeKeys(path, "a", second)
        const now = identityOf(yield* load)
        assert.notStrictEqual(old, now)
        const seen = new Set<string>()
        for (let turn = 0; turn < 150; turn++) {
          writeKeys(path, "a", turn % 2 === 0 ? first : second)
          // Longer than the clock that stamps files takes to go on.
          yield* Effect.sleep(10)
          const write = Effect.promise(async () => {
            for (let wait = turn % 15; wait > 0; wait--) await new Promise((resolve) => setImmediate(resolve))
            writeKeys(path, "a", turn % 2 === 0 ? second : first)
          })
          const [loaded] = yield* Effect.all([load, write], { concurrency: 2 })
          seen.add(identityOf(loaded))
        }
        assert.deepStrictEqual([...seen].sort(), [old, now].sort())
      }),
    30_000
  )
})

describe("a lease", () => {
  const leased = Effect.gen(function* () {
    const scope = yield* Scope.make()
    let ended = 0
    yield* Scope.addFinalizer(
      scope,
      Effect.sync(() => ended++)
    )
    return { ...Lease.make(scope), ended: () => ended }
  })

  it.effect("given no user, ends when it is retired and not before", () =>
    Effect.gen(function* () {
      const lease = yield* leased
      lease.enter()
      yield* lease.leave
      assert.strictEqual(lease.ended(), 0)
      yield* lease.retire
      assert.strictEqual(lease.ended(), 1)
    })
  )

  it.effect("given users, ends with the last of them", () =>
    Effect.gen(function* () {
      const lease = yield* leased
      lease.enter()
      lease.enter()
      yield* lease.retire
      yield* lease.leave
      assert.strictEqual(lease.ended(), 0)
      yield* lease.leave
      assert.strictEqual(lease.ended(), 1)
    })
  )
})
