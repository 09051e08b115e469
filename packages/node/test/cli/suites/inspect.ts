/** `umf-order inspect`, and `--inspect` on the commands that follow orders. */
import { randomBytes } from "node:crypto"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import type { OrderDetails, OrderPage, Session } from "../../../src/inspector/Protocol.ts"
import { merchant } from "../platform.ts"
import { describeRuns, folder, keepSecret, type Running, umfOrder } from "../umfOrder.ts"

const token = randomBytes(16).toString("hex")
keepSecret(token)

/** The inspector at an address, asked as its page asks. */
const at = (url: string) => {
  const { origin, hash } = new URL(url)
  const own = new URLSearchParams(hash.slice(1)).get("token") ?? ""
  const ask = (path: string, method: string) =>
    fetch(`${origin}/api/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${own}`,
        ...(method === "POST" ? { origin, "content-type": "application/json" } : {})
      }
    })
  return {
    get: async <A>(path: string): Promise<A> => (await ask(path, "GET")).json() as Promise<A>,
    post: async (path: string): Promise<number> => (await ask(path, "POST")).status
  }
}

const inspectorOf = async (running: Running) => at(String(JSON.parse(await running.firstLine).inspector))

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20))
}

/** The only order that there is, once it is in that state. */
const settled = async (inspector: ReturnType<typeof at>, state: string): Promise<OrderDetails> => {
  let found: OrderDetails | undefined
  await until(async () => {
    const { orders } = await inspector.get<OrderPage>("orders")
    if (orders[0]?.state === state) found = await inspector.get<OrderDetails>(`orders/${orders[0].id}`)
    return found !== undefined
  })
  assert(found !== undefined)
  return found
}

const quick = ["--every", "100ms", "--confirm-after", "300ms", "--rate-limit", "1000"]
const order = ["--order-id", "paid-inspected-1", "--amount", "8888"]

describeRuns("inspect", () => {
  it("given a store that a service has, its orders are looked at and can't be touched; through the API they can", async () => {
    const store = join(folder, "inspected.sqlite")
    const environment = { ...merchant(), UMF_API_TOKEN: token }
    const service = ["run", "--json", "--store", store, "--listen", "127.0.0.1:0", "--inspect", ...quick]
    await umfOrder(service, {
      env: environment,
      waits: true,
      during: async (running) => {
        const { api, inspector } = JSON.parse(await running.firstLine)
        await umfOrder(["orders", "add", "--json", ...order, "--api", api], { env: environment })
        const shown = await settled(at(String(inspector)), "paid")
        assert.strictEqual(shown.order, "pa***-1")

        for (const [where, source, status] of [
          [["--store", store, "--show-order-numbers"], "store", 403],
          [["--api", api], "api", 200]
        ] as const) {
          await umfOrder(["inspect", "--json", ...where], {
            env: environment,
            waits: true,
            during: async (looking) => {
              const page = await inspectorOf(looking)
              const session = await page.get<Session>("session")
              assert.strictEqual(session.source, source)
              const seen = await settled(page, "paid")
              assert.strictEqual(seen.order, source === "store" ? "paid-inspected-1" : "pa***-1")
              assert.deepStrictEqual(
                seen.history.map(({ kind }) => kind),
                ["moved", "told"]
              )
              assert.strictEqual(await page.post(`orders/${seen.id}/hint`), status)
              looking.signal("SIGINT")
            }
          })
        }
        running.signal("SIGTERM")
      }
    })
  })

  it("given --inspect, track shows its order and stays until Ctrl-C", async () => {
    await umfOrder(["track", "--json", "--inspect", "--every", "100ms", ...order], {
      env: merchant(),
      waits: true,
      during: async (running) => {
        assert.isTrue((await settled(await inspectorOf(running), "paid")).paid)
        running.signal("SIGINT")
      }
    })
  })

  it("given no store, it says what to give", async () => {
    const { code, stderr } = await umfOrder(["inspect"], {})
    assert.strictEqual(code, 2)
    assert.match(stderr, /Where are the orders\?/)
  })

  it("given a port that is taken or none, it says so", async () => {
    const { code, stderr } = await umfOrder(["inspect", "--port", "70000", "--store", "x.sqlite"], {})
    assert.strictEqual(code, 2)
    assert.match(stderr, /--port must be 0 to 65535/)
  })
})
