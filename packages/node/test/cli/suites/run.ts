/** `umf-order run`: the service with its API, as a merchant's app and an on-call person use it. */
import { randomBytes } from "node:crypto"
import { writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { verifyWebhook } from "../../../src/telling/Webhook.ts"
import { files, merchant, sandbox } from "../platform.ts"
import {
  describeRuns,
  folder,
  type Json,
  keepSecret,
  type Options,
  type Ran,
  type Running,
  umfOrder
} from "../umfOrder.ts"

const token = randomBytes(16).toString("hex")
const secret = `whsec_${randomBytes(32).toString("base64")}`
keepSecret(token)
keepSecret(secret.slice("whsec_".length))

const quick = ["--confirm-after", "300ms", "--rate-limit", "1000"]
const environment = () => ({ ...merchant(), UMF_API_TOKEN: token, UMF_WEBHOOK_SECRET: secret })

const run = (
  store: string,
  more: ReadonlyArray<string>,
  during: (service: Running, api: string) => Promise<void>,
  options: Options & { readonly every?: string } = {}
): Promise<Ran> => {
  const every = ["--every", options.every ?? "100ms"]
  const where = ["--store", join(folder, store), "--listen", "127.0.0.1:0"]
  return umfOrder(["run", "--json", ...where, ...quick, ...every, ...more], {
    env: environment(),
    waits: true,
    during: async (running) => {
      const { api } = JSON.parse(await running.firstLine)
      await during(running, String(api))
      running.signal("SIGTERM")
    },
    ...options
  })
}

const call = async (url: string, body?: Json): Promise<{ readonly status: number; readonly json: Json }> => {
  const response = await fetch(url, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) })
  })
  return { status: response.status, json: (await response.json()) as Json }
}

const until = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20))
}

const state = async (api: string, orderId: string): Promise<unknown> =>
  (await call(`${api}/v1/orders/${sandbox().merId}/${orderId}`)).json.state

const settled = (api: string, orderId: string, expected: string) =>
  until(async () => (await state(api, orderId)) === expected)

/** A merchant's server that takes notices, and refuses the first one it gets. */
const hook = async () => {
  const told: Array<ReturnType<typeof verifyWebhook>> = []
  let refusals = 1
  const server = createServer((request, response) => {
    let body = ""
    request.on("data", (chunk) => {
      body += chunk
    })
    request.on("end", () => {
      told.push(verifyWebhook({ secret, headers: request.headers, body }))
      response.writeHead(refusals-- > 0 ? 500 : 204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/`, told, close: () => server.close() }
}

describeRuns("umf-order run", () => {
  it("takes orders over HTTP, brings them to their ends, and stops in time on SIGTERM", async () => {
    const ran = await run("run-1.sqlite", [], async (_, api) => {
      const orders = ["paid-run1", "paid-after-3-run1", "pay-error-run1", "closed-run1"]
      for (const orderId of orders) {
        const { status } = await call(`${api}/v1/orders`, { orderId, amount: 8888 })
        assert.strictEqual(status, 201)
      }
      assert.strictEqual((await call(`${api}/v1/orders`, { orderId: "paid-run1", amount: 8888 })).status, 200)
      assert.strictEqual((await call(`${api}/v1/orders`, { orderId: "paid-run1", amount: 1 })).status, 409)
      await settled(api, "paid-run1", "paid")
      await settled(api, "paid-after-3-run1", "paid")
      await settled(api, "pay-error-run1", "payFailed")
      await settled(api, "closed-run1", "closed")
      assert.strictEqual((await fetch(`${api}/health/ready`)).status, 200)
      const metrics = await fetch(`${api}/metrics`, { headers: { authorization: `Bearer ${token}` } })
      assert.match(await metrics.text(), /umf_queries_total\{.*outcome="Paid".*\} 2/)
    })
    assert.isBelow(ran.afterSignal, 3000)
    assert.include([0, 130], ran.code)
  })

  it("goes on with what is stored after it was stopped, and tells each end once its URL takes it", async () => {
    const { url, told, close } = await hook()
    const store = "run-2.sqlite"
    const handOver = async (_: Running, api: string) => {
      const { status } = await call(`${api}/v1/orders`, { orderId: "paid-after-3-run2", amount: 8888 })
      assert.strictEqual(status, 201)
    }
    await run(store, [], handOver, { every: "1h" })
    await run(store, ["--webhook-url", url], async (_, api) => {
      await call(`${api}/v1/orders/${sandbox().merId}/paid-after-3-run2/hint`, {})
      await settled(api, "paid-after-3-run2", "paid")
      // The first try is refused; the next one comes some seconds later, with the same id.
      await until(() => told.length === 2)
    })
    close()
    assert.deepStrictEqual(
      told.map(({ type, orderId }) => [type, orderId]),
      Array.from({ length: 2 }, () => ["order.paid", "paid-after-3-run2"])
    )
    assert.strictEqual(told[0]?.id, told[1]?.id)
    const shown = await umfOrder(
      ["orders", "show", "--json", "--store", join(folder, store), "--order-id", "paid-after-3-run2"],
      { env: environment() }
    )
    const [{ notices }] = shown.lines as [{ notices: ReadonlyArray<Json> }]
    assert.deepInclude(notices[0] as object, { attempts: 2 })
  })

  it("serves several merchants from a list, and reads it again when it changes", async () => {
    const list = join(folder, "merchants.json")
    const entry = { privateKey: files.merchantKey, platformCert: files.platformCert }
    const write = (...merIds: ReadonlyArray<string>) =>
      writeFileSync(list, JSON.stringify({ merchants: merIds.map((merId) => ({ merId, ...entry })) }))
    write("99999999")
    await run(
      "run-3.sqlite",
      ["--merchants", list],
      async (_, api) => {
        const handOver = () =>
          call(`${api}/v1/orders`, { merId: sandbox().merId, orderId: "paid-run3", amount: 8888 })
        const of = () => call(`${api}/v1/orders/${sandbox().merId}/paid-run3`)
        const refused = await handOver()
        assert.strictEqual(refused.status, 422)
        assert.include(JSON.stringify(refused.json), "merId")
        write("99999999", sandbox().merId)
        await until(async () => (await handOver()).status === 201)
        await until(async () => (await of()).json.state === "paid")
      },
      { env: { UMF_API_TOKEN: token, UMF_BASE_URL: sandbox().baseUrl } }
    )
  })

  it("is one for each file: a second one is told who has it, and what to do", async () => {
    await run("run-4.sqlite", [], async (_, api) => {
      const second = await umfOrder(["run", "--json", "--store", join(folder, "run-4.sqlite")], {
        env: environment()
      })
      assert.strictEqual(second.code, 2)
      assert.include(second.stderr, api)
      const looked = await umfOrder(["orders", "list", "--json", "--store", join(folder, "run-4.sqlite")], {
        env: environment()
      })
      assert.deepStrictEqual([looked.code, looked.lines], [0, []])
    })
  })

  it("says that it isn't ready from the signal on, before its API is closed", async () => {
    const said: Array<number> = []
    const ran = await run("run-6.sqlite", [], async () => undefined, {
      during: async (running) => {
        const { api } = JSON.parse(await running.firstLine)
        const ready = async () => (await fetch(`${api}/health/ready`)).status
        said.push(await ready())
        running.signal("SIGTERM")
        await until(async () => (await ready()) === 503)
        // It goes on to serve those who have not looked yet.
        said.push((await call(`${api}/v1/orders`, { orderId: "paid-run6", amount: 8888 })).status)
      }
    })
    assert.deepStrictEqual(said, [200, 201])
    assert.isBelow(ran.afterSignal, 3000)
  })

  it("asks what has come to rest again when it is told to, or never", async () => {
    const plan = async (store: string, recheckAfter: string): Promise<Json> => {
      let closed: Json = {}
      await run(store, ["--recheck-after", recheckAfter], async (_, api) => {
        await call(`${api}/v1/orders`, { orderId: `closed-${store}`, amount: 8888 })
        await settled(api, `closed-${store}`, "closed")
        closed = (await call(`${api}/v1/orders/${sandbox().merId}/closed-${store}`)).json
      })
      return closed
    }
    const [late, never] = await Promise.all([plan("run-7", "90m,5m"), plan("run-8", "none")])
    const [asked, next] = [late.updatedAt, late.nextQueryAt].map((at) => Date.parse(String(at)))
    assert.approximately(Number(next) - Number(asked), 5 * 60_000, 1000)
    assert.isUndefined(never.nextQueryAt)
  })

  it("lets in as many requests a second as it is told", async () => {
    await run("run-9.sqlite", ["--api-rate", "2"], async (_, api) => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => call(`${api}/v1/orders`)))
      const refused = answers.filter(({ status }) => status === 429)
      assert.isAtLeast(refused.length, 4)
      assert.isBelow(refused.length, 8)
    })
  })

  it("says what is missing or wrong before it does anything", async () => {
    const store = ["run", "--json", "--store", join(folder, "run-5.sqlite")]
    const cases: ReadonlyArray<readonly [ReadonlyArray<string>, RegExp, Options["env"]?]> = [
      [["run", "--json"], /--store/],
      [store, /token/, merchant()],
      [[...store, "--listen", "here"], /--listen/, environment()],
      [[...store, "--webhook-url", "http://example.com"], /https/, environment()],
      [[...store, "--merchants", join(folder, "nowhere.json")], /nowhere\.json/, environment()],
      [[...store, "--rate-limit", "0"], /rate-limit/, environment()],
      [[...store, "--api-rate", "0"], /api-rate/, environment()],
      [[...store, "--recheck-after", "10m;1h"], /10m,1h or none/, environment()]
    ]
    for (const [args, expected, env = merchant()] of cases) {
      const ran = await umfOrder(args, { env })
      assert.strictEqual(ran.code, 2, args.join(" "))
      assert.match(ran.stderr, expected)
    }
  })
})
