/** The shop on Fastify as a process of its own, which is killed and started again. */
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import { Sandbox } from "@umf-order-sync/node"
import * as Effect from "effect/Effect"
import { appFolder } from "../support/pages.ts"
import * as Program from "./support/Program.ts"

const LISTENING = /Server listening at (http:\/\/127\.0\.0\.1:\d+)/

/** A shop that listens, and where. */
const shop = (env: Program.Environment) =>
  Effect.gen(function* () {
    const program = yield* Program.start("examples/fastify-shop/src/main.ts", [], { ...env, PORT: "0" })
    yield* Effect.promise(() => Program.until("the shop listens", () => LISTENING.test(program.output())))
    return { ...program, url: LISTENING.exec(program.output())?.[1] ?? "" }
  })

/** A sandbox, and the environment of a shop that asks it about orders with this prefix. */
const surroundings = (prefix: string) =>
  Effect.gen(function* () {
    const folder = yield* appFolder
    const sandbox = yield* Sandbox.Sandbox.make({ keysDirectory: folder })
    const store = join(folder, "shop.sqlite")
    const env = {
      ...Program.environment(folder, sandbox),
      SHOP_STORE: store,
      SHOP_ORDER_PREFIX: prefix
    }
    const asked = async () => (await Effect.runPromise(sandbox.received)).length
    return { env, store, asked }
  })

const post = (url: string, body: unknown) =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body)
  })

interface Order {
  readonly orderId: string
  readonly state: string
  readonly paid: boolean
  readonly tasks: ReadonlyArray<{ readonly todo: string; readonly because: string }>
}

const buy = async (url: string): Promise<string> => {
  const response = await post(`${url}/orders`, { article: "tea" })
  assert.strictEqual(response.status, 201)
  const { orderId } = (await response.json()) as Order
  assert.strictEqual(response.headers.get("location"), `/orders/${orderId}`)
  return orderId
}

const look = async (url: string, orderId: string): Promise<Order> =>
  (await (await fetch(`${url}/orders/${orderId}`)).json()) as Order

/** Every row of the shop's own table, which the first notice makes. */
const rowsOf = (store: string): ReadonlyArray<string> => {
  const database = new DatabaseSync(store, { readOnly: true })
  try {
    if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'tasks'").get() === undefined) return []
    const rows = database.prepare("SELECT order_id, todo FROM tasks ORDER BY order_id").all()
    return rows.map((row) => `${row.order_id}: ${row.todo}`)
  } finally {
    database.close()
  }
}

describe("the shop on Fastify", () => {
  it.live(
    "given orders under way, when it is killed while they are asked and told, then each is told once",
    () =>
      Effect.gen(function* () {
        const { env, store, asked } = yield* surroundings("notpay-then-paid-")
        const orders: Array<string> = []
        /** A shop that takes some orders, and is killed as soon as something holds. */
        const killed = (more: Program.Environment, count: number, when: () => boolean | Promise<boolean>) =>
          Effect.gen(function* () {
            const { url, child, ended } = yield* shop({ ...env, ...more })
            yield* Effect.promise(async () => {
              for (let nth = 0; nth < count; nth++) orders.push(await buy(url))
              await Program.until("it is time to kill the shop", when)
              child.kill("SIGKILL")
              assert.strictEqual(await ended, "SIGKILL")
            })
          }).pipe(Effect.scoped)
        yield* killed({}, 2, async () => (await asked()) >= 2)
        for (const told of [1, 7]) {
          yield* killed({ SHOP_ORDER_PREFIX: "paid-" }, 6, () => rowsOf(store).length >= told)
        }
        const { url, child, ended } = yield* shop(env)
        yield* Effect.promise(async () => {
          await Program.until("all orders have a task", async () => {
            const looked = await Promise.all(orders.map((orderId) => look(url, orderId)))
            return looked.every(({ state, tasks }) => state === "paid" && tasks.length > 0)
          })
          child.kill("SIGTERM")
          assert.strictEqual(await ended, 0)
        })
        assert.strictEqual(orders.length, 14)
        assert.deepStrictEqual(
          rowsOf(store),
          orders.toSorted().map((orderId) => `${orderId}: deliver`)
        )
      }).pipe(Effect.scoped),
    60_000
  )

  it.live(
    "a notification makes the next query come at once, and decides nothing",
    () =>
      Effect.gen(function* () {
        const { env, asked } = yield* surroundings("never-decided-")
        const { url, output, errors, child, ended } = yield* shop(env)
        yield* Effect.promise(async () => {
          const orderId = await buy(url)
          await Program.until("it has asked", async () => (await asked()) === 1)
          // The schedule's own next query comes 3 s after the first.
          const before = Date.now()
          const form = new URLSearchParams({
            orderId,
            retCode: "0000",
            transState: "SUCCESS",
            amount: "8888"
          })
          const replied = await fetch(`${url}/umf/notify`, { method: "POST", body: form })
          assert.strictEqual(replied.status, 200)
          await Program.until("it asks again", async () => (await asked()) === 2)
          assert.isBelow(Date.now() - before, 2500)
          const order = await look(url, orderId)
          assert.deepStrictEqual([order.paid, order.tasks], [false, []])

          child.kill("SIGTERM")
          assert.strictEqual(await ended, 0)
          assert.notInclude(output() + errors(), orderId)
        })
      }).pipe(Effect.scoped),
    60_000
  )

  it.live(
    "refuses what it can't sell, doesn't know, or can't read",
    () =>
      Effect.gen(function* () {
        const { env } = yield* surroundings("paid-")
        const { url, child, ended } = yield* shop(env)
        yield* Effect.promise(async () => {
          const statuses = await Promise.all([
            post(`${url}/orders`, { article: "gold" }),
            post(`${url}/orders`, {}),
            fetch(`${url}/orders/nobody-1`),
            fetch(`${url}/orders/a%26b`),
            fetch(`${url}/umf/notify`, { method: "POST", body: "{" })
          ])
          assert.deepStrictEqual(
            statuses.map(({ status }) => status),
            [400, 400, 404, 400, 400]
          )
          child.kill("SIGTERM")
          assert.strictEqual(await ended, 0)
        })
        const unset = yield* Program.start("examples/fastify-shop/src/main.ts", [], {
          ...env,
          UMF_PRIVATE_KEY: "nowhere.p8"
        })
        assert.strictEqual(yield* Effect.promise(() => unset.ended), 1)
        assert.match(unset.errors(), /^KEY_INVALID: .*nowhere\.p8/)
      }).pipe(Effect.scoped),
    60_000
  )
})
