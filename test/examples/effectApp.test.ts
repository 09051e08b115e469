/** The Effect app: its layers in the test with telemetry in memory, and its program as a process. */
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Sandbox, UmfConfig } from "@umf-order-sync/node"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as FollowOrders from "../../examples/effect-app/src/FollowOrders.ts"
import * as InMemoryTelemetry from "../../examples/effect-app/src/InMemoryTelemetry.ts"
import { appFolder } from "../support/pages.ts"
import * as Program from "./support/Program.ts"

const paid = "paid-after-3-20261125-0001"
const failed = "pay-error-20261125-0002"

describe("the Effect app", () => {
  it.live(
    "given settings through Config, when orders are followed, then their steps, spans and metrics are seen",
    () =>
      Effect.gen(function* () {
        const folder = yield* appFolder
        const sandbox = yield* Sandbox.Sandbox.make({ keysDirectory: folder, timeScale: 100 })
        const env = { ...Program.environment(folder, sandbox), UMF_SCHEDULE_FIRST_EVERY: "50ms" }
        const telemetry = InMemoryTelemetry.make("shop-under-test")
        const settings = ConfigProvider.layer(ConfigProvider.fromUnknown(env))
        const layer = UmfConfig.layer.pipe(Layer.provideMerge(telemetry.layer), Layer.provideMerge(settings))
        const seen = yield* Effect.provide(
          Effect.gen(function* () {
            const steps = yield* Stream.runCollect(
              FollowOrders.transitions([{ orderId: paid, amount: "8888" }, { orderId: failed }])
            )
            return { steps, spans: yield* telemetry.spans, metrics: yield* telemetry.metrics }
          }),
          layer
        )
        const ends = seen.steps.filter(({ settled }) => settled).map(({ orderId, to }) => [orderId, to])
        assert.sameDeepMembers(ends, [
          [paid, "paid"],
          [failed, "payFailed"]
        ])

        const named = (name: string) => seen.spans.filter((span) => span.name === name)
        const queries = named("umf.query")
        const asked = (yield* sandbox.received).length
        assert.strictEqual(asked, 4 + 2)
        assert.strictEqual(queries.length, asked)
        const verdicts = queries.map(({ attributes }) => attributes["umf.verdict"])
        assert.sameMembers(verdicts, ["Paying", "Paying", "Paying", "Paid", "Paying", "PayFailed"])
        const turns = new Set(named("umf.turn").map((span) => span.spanContext().spanId))
        for (const { parentSpanContext } of [...queries, ...named("umf.save")]) {
          assert.isTrue(turns.has(parentSpanContext?.spanId ?? ""))
        }
        assert.strictEqual(named("shop.follow").length, 2)
        for (const { resource } of seen.spans) {
          assert.strictEqual(resource.attributes["service.name"], "shop-under-test")
        }
        // What leaves the app with a span, and what leaves with a metric, holds no order's number in full.
        const told = JSON.stringify([
          seen.spans.map(({ name, attributes, events, status, links }) => ({
            name,
            attributes,
            events,
            status,
            links
          })),
          seen.metrics
        ])
        assert.include(told, "umf.order")
        assert.notInclude(told, paid)
        assert.notInclude(told, failed)

        const values = (name: string, attribute: string) =>
          Object.fromEntries(
            seen.metrics
              .filter(({ descriptor }) => descriptor.name === name)
              .flatMap(({ dataPoints }) =>
                dataPoints.map((point) => [String(point.attributes[attribute]), point.value])
              )
          )
        assert.deepInclude(values("umf_queries_total", "outcome"), { Paid: 1, PayFailed: 1, Paying: 4 })
        assert.deepStrictEqual(values("shop_orders_at_rest_total", "state"), { paid: 1, payFailed: 1 })
      }).pipe(Effect.scoped),
    30_000
  )

  it.live(
    "as a program prints steps, spans and metrics, and says which setting is missing",
    () =>
      Effect.gen(function* () {
        const folder = yield* appFolder
        const sandbox = yield* Sandbox.Sandbox.make({ keysDirectory: folder, timeScale: 100 })
        const env = { ...Program.environment(folder, sandbox), UMF_SCHEDULE_FIRST_EVERY: "50ms" }
        const run = (more: Program.Environment) =>
          Program.start("examples/effect-app/src/main.ts", [`${paid}=8888`], { ...env, ...more })
        const good = yield* run({ UMF_PRIVATE_KEY: join(folder, "merchant.key.p8") })
        assert.strictEqual(yield* Effect.promise(() => good.ended), 0)
        assert.include(good.output(), `${paid}: open.querying -> paid (answered Paid (0000 SUCCESS))`)
        assert.include(good.output(), "umf.query")
        assert.include(good.output(), "umf_queries_total")

        const bad = yield* run({ UMF_PRIVATE_KEY: undefined })
        assert.strictEqual(yield* Effect.promise(() => bad.ended), 1)
        assert.include(bad.output() + bad.errors(), "UMF_PRIVATE_KEY")
      }).pipe(Effect.scoped),
    30_000
  )
})
