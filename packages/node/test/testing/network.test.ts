import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** Runs a program of Node's own in a process that can't use the network. */
const child = (...parameters: ReadonlyArray<string>) =>
  new Promise<{ readonly code: number; readonly output: string }>((resolve) => {
    // The runner of node:test that is around, if there is one, must not take this one for its child.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const preload = ["--import", here("../support/sources.ts"), "--import", here("noNetwork.ts")]
    execFile(process.execPath, [...preload, ...parameters], { env }, (error, stdout, stderr) =>
      resolve({
        code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1,
        output: stdout + stderr
      })
    )
  })

describe("a merchant's tests with node:test, without a network", () => {
  it("pass", async () => {
    const { code, output } = await child("--test", "--test-reporter=tap", here("shop.ts"))
    assert.match(output, /^# pass 3$/m, output)
    assert.strictEqual(code, 0, output)
  }, 30_000)

  it("given something that does connect, the preload finds it", async () => {
    const connect = `fetch("http://127.0.0.1:12345/").catch((error) => { console.log(error.cause?.message ?? error); process.exit(7) })`
    const { code, output } = await child("--input-type=module", "--eval", connect)
    assert.strictEqual(code, 7, output)
    assert.match(output, /must not use the network/)
  }, 30_000)
})
