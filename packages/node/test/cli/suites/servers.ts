/** `umf-order sandbox` and `umf-order demo`: the commands that bring a platform with them. */
import { readFileSync } from "node:fs"
import { request } from "node:http"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { describeRuns, folder, keepKeySecret, only, umfOrder } from "../umfOrder.ts"

/** Settles when the connection has ended, in whatever way. */
const asked = (url: string): Promise<"answered" | "cut" | "refused"> =>
  new Promise((resolve) => {
    const outgoing = request(url, (response) => {
      response.on("error", () => undefined)
      response.on("close", () => resolve(response.complete ? "answered" : "cut"))
      response.resume()
    })
    outgoing.on("error", (error: NodeJS.ErrnoException) =>
      resolve(error.code === "ECONNREFUSED" ? "refused" : "cut")
    )
    outgoing.end()
  })

describeRuns("umf-order demo", () => {
  it("ends by itself, with every order where its story says", { timeout: 40_000 }, async () => {
    const startedAt = Date.now()
    const ran = await umfOrder(["demo", "--json"], { waits: true })
    assert.isBelow(Date.now() - startedAt, 30_000)
    assert.strictEqual(ran.code, 0, ran.stderr)
    assert.strictEqual(ran.stderr, "")
    const { orders, asExpected, queries } = ran.lines.at(-1) ?? {}
    assert.isAtLeast(Number(orders), 10)
    assert.strictEqual(asExpected, orders)
    assert.isAbove(Number(queries), Number(orders))
    const states = new Map<unknown, unknown>()
    for (const { orderId, from, to } of ran.lines.slice(0, -1)) {
      if (states.has(orderId)) assert.strictEqual(from, states.get(orderId))
      states.set(orderId, to)
    }
    assert.strictEqual(states.size, orders)
  })
})

describeRuns("umf-order sandbox", () => {
  it("answers on loopback, and ends on SIGINT within a second", async () => {
    const directory = join(folder, "served")
    const ran = await umfOrder(["sandbox", "--port", "0", "--json", "--dir", directory], {
      waits: true,
      during: async ({ firstLine, signal }) => {
        const { baseUrl, merId, platformCert, privateKey } = JSON.parse(await firstLine)
        for (const name of ["merchant.key.p8", "platform.key.p8"]) {
          keepKeySecret(readFileSync(join(directory, name)))
        }
        const options = { "--base-url": baseUrl, "--mer-id": merId, "--private-key": privateKey }
        const more = ["--platform-cert", platformCert, ...Object.entries(options).flat()]
        const paid = await umfOrder(["query", "--json", "--order-id", "paid", ...more])
        assert.deepStrictEqual([paid.code, only(paid).verdict], [0, "Paid"])
        signal("SIGINT")
      }
    })
    assert.isBelow(ran.afterSignal, 1000)
    assert.include([0, 130], ran.code)
    assert.strictEqual(ran.stderr, "")
    const { adminUrl, baseUrl, merId, ...paths } = only(ran)
    assert.match(String(baseUrl), /^http:\/\/127\.0\.0\.1:\d+\//)
    assert.match(String(merId), /^\d{8}$/)
    assert.deepStrictEqual(paths, {
      privateKey: join(directory, "merchant.key.p8"),
      platformCert: join(directory, "platform.cert.crt")
    })
    assert.strictEqual(await asked(`${adminUrl}/scripts`), "refused")
  })
})
