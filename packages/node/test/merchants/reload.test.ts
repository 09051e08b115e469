import { rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import * as RateLimiter from "effect/persistence/RateLimiter"
import * as Redacted from "effect/Redacted"
import { OrderGateway } from "../../src/gateway/OrderGateway.ts"
import * as Transport from "../../src/gateway/Transport.ts"
import { Merchants } from "../../src/merchants/Merchants.ts"
import * as Roster from "../../src/merchants/Roster.ts"
import { order } from "../support/orders.ts"
import * as Servers from "../support/servers.ts"
import { A, B, directory, entry, pairs, platform, twoMerchants, writeKeys, writeList } from "./shop.ts"

const ask = (merId: string, orderId = "order-1") =>
  OrderGateway.use((gateway) => gateway.query(order(orderId, { merId, amount: "8888" })))

const C = order("of c", { merId: "90000003" }).merId

const reload = Merchants.use((merchants) => merchants.reload)

const none = { added: [], replaced: [], removed: [], unchanged: [], kept: [], faults: [] }

/** Two merchants at a platform, and a test with them. */
const shop = <A, E>(
  test: (
    path: string,
    server: Effect.Success<typeof platform>
  ) => Effect.Effect<A, E, Merchants | OrderGateway>
) =>
  Effect.gen(function* () {
    const server = yield* platform
    const path = yield* directory
    const file = twoMerchants(path)
    const layer = Merchants.layer({
      file,
      baseUrl: server.url,
      rateLimit: { limit: 10_000, window: "1 second" }
    })
    return yield* Effect.provide(test(path, server), layer).pipe(Effect.provide(Logger.layer([])))
  })

describe("reading again", () => {
  it.live("given nothing new, nothing is replaced", () =>
    shop(() =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* reload, { ...none, unchanged: [A, B] })
      })
    )
  )

  it.live("given new keys, new queries use them, and a query under way ends with the old ones", () =>
    shop((path, server) =>
      Effect.gen(function* () {
        server.hold(true)
        const underWay = yield* Effect.forkChild(ask(A, "old"))
        yield* Servers.until(() => server.waiting() === 1)
        server.hold(false)
        writeKeys(path, "a", { key: "a2", cert: "platformA2" })
        const report = yield* reload
        assert.deepStrictEqual([report.replaced, report.unchanged], [[A], [B]])
        assert.strictEqual((yield* ask(A, "new")).verdict, "Paid")
        server.answerAll()
        assert.strictEqual((yield* Fiber.join(underWay)).verdict, "Paid")
        assert.deepStrictEqual(
          server.arrived.map(({ orderId, key }) => [orderId, key]),
          [
            ["old", "a"],
            ["new", "a2"]
          ]
        )
      })
    )
  )

  it.live("given keys that change again and again while queries run, no query fails because of it", () =>
    shop((path, server) =>
      Effect.gen(function* () {
        const asking = yield* Effect.forkChild(
          Effect.forEach(
            Array.from({ length: 400 }, (_, index) => index),
            (index) => ask(index % 4 === 0 ? B : A, `order-${index}`),
            { concurrency: 8 }
          )
        )
        let times = 0
        while (asking.pollUnsafe() === undefined) {
          times++
          const odd = times % 2 === 1
          writeKeys(path, "a", odd ? { key: "a2", cert: "platformA2" } : { key: "a", cert: "platformA" })
          assert.deepStrictEqual((yield* reload).replaced, [A])
          yield* Effect.sleep(5)
        }
        const answers = yield* Fiber.join(asking)
        assert.isTrue(answers.every(({ verdict }) => verdict === "Paid"))
        const used = new Set(server.arrived.filter(({ merId }) => merId === A).map(({ key }) => key))
        assert.deepStrictEqual([...used].sort(), ["a", "a2"])
        assert.isAbove(times, 3)
      })
    )
  )

  it.live("given a new private key and a certificate that can't be read, both old ones stay", () =>
    shop((path, server) =>
      Effect.gen(function* () {
        writeKeys(path, "a", { key: "a2", cert: "platformA2" })
        writeFileSync(join(path, "a.cert.crt"), "-----BEGIN CERTIFICATE-----\nMIIB")
        const { kept, unchanged, replaced, faults } = yield* reload
        assert.deepStrictEqual(
          { kept, unchanged, replaced },
          {
            kept: [A],
            unchanged: [B],
            replaced: []
          }
        )
        assert.strictEqual(faults.length, 1)
        assert.deepInclude(faults[0], { _tag: "MerchantUnusable", merId: A, field: "platformCert" })
        assert.strictEqual((yield* ask(A)).verdict, "Paid")
        assert.strictEqual(server.arrived[0]?.key, "a")
        writeKeys(path, "a", { key: "a2", cert: "platformA2" })
        assert.deepStrictEqual((yield* reload).replaced, [A])
        assert.strictEqual((yield* ask(A)).verdict, "Paid")
        assert.strictEqual(server.arrived[1]?.key, "a2")
      })
    )
  )

  it.live("given a half-written key, or none, the merchant keeps what it had and the others get theirs", () =>
    shop((path, server) =>
      Effect.gen(function* () {
        for (const spoil of [
          () => truncateSync(join(path, "b.key.p8"), 300),
          () => truncateSync(join(path, "b.key.p8"), 0),
          () => rmSync(join(path, "b.key.p8"))
        ]) {
          spoil()
          const report = yield* reload
          assert.deepStrictEqual([report.kept, report.removed], [[B], []])
          assert.deepInclude(report.faults[0], { merId: B, field: "privateKey" })
          assert.strictEqual((yield* ask(B)).verdict, "Paid")
        }
        writeKeys(path, "a", { key: "a2", cert: "platformA2" })
        assert.deepStrictEqual((yield* reload).replaced, [A])
        assert.isTrue(server.arrived.every(({ key }) => key === "b"))
      })
    )
  )

  it.live("given a list that is half-written, empty or gone, everything stays as it was", () =>
    shop((path) =>
      Effect.gen(function* () {
        const merchants = yield* Merchants
        const file = join(path, "merchants.json")
        for (const spoil of [
          () => truncateSync(file, 120),
          () => truncateSync(file, 0),
          () => rmSync(file)
        ]) {
          spoil()
          const report = yield* reload
          assert.deepStrictEqual(report, { ...none, kept: [A, B], faults: report.faults })
          assert.strictEqual(report.faults[0]?._tag, "FileUnusable")
          assert.deepStrictEqual(merchants.faults(), report.faults)
          assert.strictEqual((yield* ask(A)).verdict, "Paid")
        }
        writeList(path, [entry(A, "a"), entry(B, "b")])
        assert.deepStrictEqual(yield* reload, { ...none, unchanged: [A, B] })
        assert.deepStrictEqual(merchants.faults(), [])
      })
    )
  )

  it.live("given a merchant that was removed, its new queries fail and the one under way ends well", () =>
    shop((path, server) =>
      Effect.gen(function* () {
        server.hold(true)
        const underWay = yield* Effect.forkChild(ask(B))
        yield* Servers.until(() => server.waiting() === 1)
        writeList(path, [entry(A, "a")])
        assert.deepStrictEqual((yield* reload).removed, [B])
        assert.strictEqual((yield* Effect.flip(ask(B))).reason._tag, "NotSent")
        assert.isFalse(yield* Merchants.use((merchants) => Effect.succeed(merchants.has(B))))
        server.answerAll()
        assert.strictEqual((yield* Fiber.join(underWay)).verdict, "Paid")
      })
    )
  )

  it.live("given a new merchant and a new limit, both are in use", () =>
    shop((path) =>
      Effect.gen(function* () {
        const merchants = yield* Merchants
        writeKeys(path, "c", { key: "a2", cert: "platformA2" })
        const rateLimit = { limit: 7, window: "1 minute" }
        writeList(path, [entry(A, "a", { rateLimit }), entry(B, "b"), entry(C, "c")])
        const { added, replaced, unchanged } = yield* reload
        assert.deepStrictEqual([added, replaced, unchanged], [[C], [A], [B]])
        assert.strictEqual((yield* ask(C)).verdict, "Paid")
        assert.deepStrictEqual(merchants.rateLimitOf(A), { limit: 7, windowMillis: 60_000 })
      })
    )
  )

  it.live("given a merchant whose number got lost in the list, nobody is removed", () =>
    shop((path) =>
      Effect.gen(function* () {
        writeList(path, [entry(A, "a"), { ...entry(B, "b"), merId: "900000021" }])
        const { kept, unchanged, removed, faults } = yield* reload
        assert.deepStrictEqual([kept, unchanged, removed], [[B], [A], []])
        assert.include(faults[0], { place: 2, field: "merId" })
      })
    )
  )

  it.live("given a merchant that stands twice, it keeps what it had", () =>
    shop((path) =>
      Effect.gen(function* () {
        writeList(path, [entry(A, "a"), entry(B, "b"), entry(B, "a")])
        const { kept, unchanged, faults } = yield* reload
        assert.deepStrictEqual([kept, unchanged], [[B], [A]])
        assert.strictEqual(faults.length, 2)
      })
    )
  )

  it.live("given a reload while another is still reading, what was read last is in use", () =>
    shop((path) =>
      Effect.gen(function* () {
        const merchants = yield* Merchants
        const many = Array.from({ length: 200 }, (_, index) => entry(`${index}`, "b"))
        writeList(path, [entry(A, "a", { rateLimit: { limit: 1, window: "1 second" } }), ...many])
        const slow = yield* Effect.forkChild(reload)
        yield* Effect.sleep(60)
        writeList(path, [entry(A, "a", { rateLimit: { limit: 2, window: "1 second" } })])
        yield* reload
        yield* Fiber.join(slow)
        assert.strictEqual(merchants.rateLimitOf(A)?.limit, 2)
        assert.isFalse(merchants.has("7"))
      })
    )
  )

  it.live("given one merchant's new keys, the others' gateways go on as they are", () =>
    Effect.gen(function* () {
      const path = yield* directory
      const file = twoMerchants(path)
      const first = yield* Roster.after(Roster.empty, yield* Roster.read(file, {}))
      writeKeys(path, "a", { key: "a2", cert: "platformA2" })
      for (const before of [undefined, first.roster.reading]) {
        const { roster } = yield* Roster.after(first.roster, yield* Roster.read(file, {}, before))
        assert.notStrictEqual(roster.gateways.get(A), first.roster.gateways.get(A))
        assert.isTrue(roster.gateways.get(B) === first.roster.gateways.get(B))
      }
    }).pipe(
      Effect.provide([
        Transport.layerHttpClient({ connections: 1 }),
        RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory)),
        CircuitBreaker.layerStoreMemory()
      ])
    )
  )

  it.live(
    "a refresh sees new keys, other entries and what could not be used before, and forgets nothing",
    () =>
      shop((path, server) =>
        Effect.gen(function* () {
          const { refresh } = yield* Merchants
          assert.deepStrictEqual(yield* refresh, { ...none, unchanged: [A, B] })
          writeKeys(path, "a", { key: "a2", cert: "platformA2" })
          truncateSync(join(path, "b.key.p8"), 300)
          const spoilt = yield* refresh
          assert.deepStrictEqual([spoilt.replaced, spoilt.kept, spoilt.faults.length], [[A], [B], 1])
          const half = yield* refresh
          assert.deepStrictEqual([half.unchanged, half.kept, half.faults.length], [[A], [B], 1])
          truncateSync(join(path, "merchants.json"), 100)
          assert.deepStrictEqual((yield* refresh).kept, [A, B])
          writeKeys(path, "b", { key: "b", cert: "platformB" })
          writeList(path, [entry(B, "b"), entry(A, "a", { rateLimit: { limit: 2, window: "1 second" } })])
          const whole = yield* refresh
          assert.deepStrictEqual([whole.replaced, whole.unchanged, whole.faults], [[A], [B], []])
          yield* ask(A)
          assert.strictEqual(server.arrived.at(-1)?.key, "a2")
        })
      )
  )

  it.live("a refresh reads again what could not be used, though size and time say that it is the same", () =>
    shop((path) =>
      Effect.gen(function* () {
        const { refresh } = yield* Merchants
        const file = join(path, "a.key.p8")
        const key = Redacted.value(pairs.a2.privateKey)
        for (const [bytes, fate] of [
          [Buffer.alloc(key.length), "kept"],
          [key, "replaced"]
        ] as const) {
          writeFileSync(file, bytes)
          utimesSync(file, 1, 1)
          assert.deepStrictEqual((yield* refresh)[fate], [A])
        }
      })
    )
  )

  it.live("given a list that can't be read, the files that it led to are looked at still", () =>
    shop((path) =>
      Effect.gen(function* () {
        const { changes, refresh } = yield* Merchants
        truncateSync(join(path, "merchants.json"), 100)
        yield* refresh
        assert.deepStrictEqual(yield* changes, [])
        truncateSync(join(path, "b.key.p8"), 300)
        const [change, ...others] = yield* changes
        assert.deepStrictEqual(others, [])
        assert.include(change, "b.key.p8")
      })
    )
  )
})
