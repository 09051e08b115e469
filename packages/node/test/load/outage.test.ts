/** See prove/claims/Outage.ts. */
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { claim } from "../../../../prove/claims/Outage.ts"
import * as Proof from "../../../../prove/Proof.ts"
import { KeyPair } from "../../src/keys/index.ts"
import * as Facts from "../durability/facts.ts"
import * as Place from "../durability/place.ts"
import * as Keys from "../support/keys.ts"
import * as Stores from "../support/stores.ts"
import * as Children from "./children.ts"
import * as Scene from "./scene.ts"

const ORDERS = Proof.size({ small: 400, whole: 50_000 })
const SCALE = Proof.size({ small: 200, whole: 20 })
const FRESH = 20

/** The largest number of requests within one second of real time, wherever it begins. */
const busiestSecond = (at: ReadonlyArray<number>): number => {
  const sorted = [...at].sort((one, other) => one - other)
  let [from, most] = [0, 0]
  for (const [to, time] of sorted.entries()) {
    while (time - (sorted[from] ?? time) >= 1000) from += 1
    most = Math.max(most, to - from + 1)
  }
  return most
}

const isReady = (message: Scene.FromService): message is { readonly ready: true } => "ready" in message
const isMemory = (
  message: Scene.FromService
): message is { readonly memory: number; readonly notices: number } => "memory" in message
const isHandedOver = (message: Scene.FromService): message is { readonly handedOver: string } =>
  "handedOver" in message
const isPort = (message: Scene.FromPlatform): message is { readonly port: number } => "port" in message
const areRequests = (
  message: Scene.FromPlatform
): message is { readonly requests: ReadonlyArray<readonly [number, string]> } => "requests" in message

const answers = (() => {
  const fields = {
    retMsg: "ok",
    transactionId: "90000000000000000001",
    amount: "000000008888",
    payType: "WX"
  }
  return {
    paying: Keys.signedAnswer({ ...fields, retCode: "01000000" }),
    fault: Keys.signedAnswer({ retMsg: "no", retCode: "9999" }),
    paid: Keys.signedAnswer({ ...fields, retCode: "0000", transState: "SUCCESS" })
  }
})()

describe("an outage with many orders in flight", () => {
  it.live(
    "the rate limit and the breaker hold, memory stays, nothing is concluded, and every order ends after it",
    () =>
      Effect.gen(function* () {
        const began = performance.now()
        const folder = yield* Stores.folder
        const file = join(folder, "orders.db")
        const look = Facts.inFile(file)
        const written = yield* Effect.orDie(KeyPair.writeTo(Keys.merchant, folder, { name: "merchant" }))
        const platformKeys = yield* Effect.orDie(KeyPair.writeTo(Keys.platform, folder, { name: "platform" }))
        const platform = yield* Children.start<Scene.ToPlatform, Scene.FromPlatform>(
          Scene.programs.platform,
          "UMF_TEST_PLATFORM",
          { slowAnswer: Scene.outage.slowAnswer / SCALE, ...answers }
        )
        const { port } = yield* Effect.promise(() => platform.heard(isPort))
        const settings: Scene.Settings = {
          file,
          url: `http://127.0.0.1:${port}`,
          privateKey: written.privateKey,
          platformCert: platformKeys.certificate,
          scale: SCALE
        }
        const start = Effect.tap(
          Children.start<Scene.ToService, Scene.FromService>(
            Scene.programs.service,
            "UMF_TEST_SERVICE",
            settings
          ),
          (service) => Effect.promise(() => service.heard(isReady))
        )
        let service = yield* start
        let memory = 0
        const measure = Effect.promise(async () => {
          const told = service.heard(isMemory)
          service.say({ measure: true })
          const { memory: now } = await told
          memory = Math.max(memory, now)
          return now
        })
        const requests: Array<readonly [number, string]> = []
        const collected = Effect.promise(async () => {
          const told = platform.heard(areRequests)
          platform.say({ tell: true })
          const { requests: more } = await told
          requests.push(...more)
          return more.length
        })
        /** Lets this much of the platform's time pass, and says how many requests came meanwhile. */
        const pass = Effect.fnUntraced(function* (millis: number) {
          const until = performance.now() + millis / SCALE
          let count = 0
          while (performance.now() < until) {
            yield* Effect.sleep(Math.min(500, Math.max(1, until - performance.now())))
            yield* measure
            count += yield* collected
          }
          return count
        })
        const handOver = (count: number, prefix: string) =>
          Effect.promise(async () => {
            const done = service.heard(isHandedOver)
            service.say({ handOver: count, prefix })
            await done
          })
        const countWhere = (where: string) =>
          Effect.map(look.run(`SELECT COUNT(*) AS n FROM umf_orders WHERE ${where}`), ([row]) =>
            Number(row?.n)
          )

        yield* handOver(ORDERS, "order")
        const handedOver = yield* measure
        const slow = (yield* collected) + (yield* pass(Scene.outage.slow))
        platform.say({ mode: "dead" })
        const dead = yield* pass(Scene.outage.dead)
        platform.say({ mode: "9999" })
        const before = yield* pass(Scene.outage.faults / 2)
        // In the midst of it the service dies, and comes back with all of its orders overdue.
        yield* Effect.promise(service.kill)
        service = yield* start
        const faults = before + (yield* collected) + (yield* pass(Scene.outage.faults / 2))
        const concluded = yield* countWhere("state <> 'open'")

        const recoveredAt = Date.now()
        platform.say({ mode: "well" })
        const freshAt = new Map<string, number>()
        const freshOnes = Effect.forEach(
          Array.from({ length: FRESH }, (_, nth) => `fresh${nth}`),
          Effect.fnUntraced(function* (prefix) {
            freshAt.set(`${prefix}-0`, Date.now())
            yield* handOver(1, prefix)
            yield* pass(2000)
          })
        )
        yield* freshOnes
        yield* Place.until(
          "every order is paid and told",
          300_000,
          Effect.gen(function* () {
            yield* measure
            yield* collected
            yield* Effect.sleep(200)
            const left = yield* countWhere("state <> 'paid'")
            if (left > 0) return false
            const [row] = yield* look.run("SELECT COUNT(*) AS n FROM umf_outbox WHERE delivered_at IS NULL")
            return Number(row?.n) === 0
          })
        )
        const recovery = ((Date.now() - recoveredAt) * SCALE) / 1000
        const waits = [...freshAt].map(([orderId, at]) => {
          const first = requests.find(([, asked]) => asked === orderId)
          assert(first !== undefined, orderId)
          return first[0] - at
        })
        const limit = Scene.RATE * SCALE
        const busiest = busiestSecond(requests.map(([at]) => at))
        // The bucket may be full when a second begins.
        assert.isAtMost(busiest, limit + 2 * Scene.RATE)
        // Not by a subquery for each order: the outbox has no index that serves it.
        const [told] = yield* look.run(
          "SELECT COUNT(DISTINCT order_id) AS n FROM umf_outbox WHERE delivered_at IS NOT NULL"
        )
        const untold = (yield* countWhere("1 = 1")) - Number(told?.n)
        Proof.record(claim, (performance.now() - began) / 1000, {
          orders: ORDERS,
          scale: SCALE,
          busiest: Math.round((100 * busiest) / limit),
          slow,
          dead,
          faults,
          concluded,
          recovery: Math.round(recovery),
          fresh: Math.round((Math.max(...waits) * SCALE) / 1000),
          unended: (yield* countWhere("1 = 1")) - (yield* countWhere("state = 'paid'")),
          untold,
          memory: Math.round(memory / 2 ** 20),
          growth: Math.round((memory - handedOver) / 2 ** 20)
        })
        assert.strictEqual(concluded, 0, "concluded during the outage")
        assert.strictEqual(untold, 0)
        assert.strictEqual(yield* countWhere("1 = 1"), ORDERS + FRESH)
      }),
    500_000
  )
})
